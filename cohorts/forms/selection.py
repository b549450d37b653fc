"""Filters of the selection's lists, and the question before a selection is prepared."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Track
from cohorts.ranking import Weights
from cohorts.states import ApplicationState, Outcome, Stage
from portal.common.fields import DecimalField, IntegerField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class PrepareForm(PortalForm):
    turn_down_unranked = forms.BooleanField(label=_("Turn down the applications that cannot be ranked"), required=False)


class SimulationForm(PortalForm):
    """Weights and a minimum to try; their labels and limits are those of the rules."""

    weight_document = IntegerField(label=_("Weight of documents (%)"), min_value=0, max_value=100)
    weight_test = IntegerField(label=_("Weight of the coding test (%)"), min_value=0, max_value=100)
    weight_interview = IntegerField(label=_("Weight of the interview (%)"), min_value=0, max_value=100)
    minimum_total = DecimalField(label=_("Least total for a seat"), min_value=0, max_value=100, places=2)

    def clean(self) -> dict[str, Any]:
        parts = [self.cleaned_data.get(f"weight_{stage}") for stage in Stage]
        given = [part for part in parts if part is not None]
        if len(given) == len(parts) and sum(given) != 100:
            self.add_error(
                "weight_interview",
                _("The three weights make 100 together; these make %(sum)d.") % {"sum": sum(given)},
            )
        return self.cleaned_data

    def weights(self) -> Weights:
        return Weights(**{stage: self.cleaned_data[f"weight_{stage}"] for stage in Stage})


class DecisionFilter(FilterForm):
    q = SearchField(label=_("Name or receipt number"))
    track = forms.ChoiceField(label=_("Track"))
    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices)

    def __init__(self, *args: Any, tracks: Iterable[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].choices = lambda: [("", _("All")), *((track.pk, track.name) for track in tracks)]

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(application__receipt_number__icontains=q) | Q(application__person__name__icontains=q))
        if track := chosen.get("track"):
            rows = rows.filter(application__track=track)
        if outcome := chosen.get("outcome"):
            rows = rows.filter(outcome=outcome)
        return rows


class WaitlistFilter(DecisionFilter):
    outcome = None  # type: ignore[assignment]
    state = forms.ChoiceField(
        label=_("State"),
        choices=[(state, state.label) for state in ApplicationState if state not in ("draft", "submitted")],
    )

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        rows = super().narrow(rows, chosen)
        if state := chosen.get("state"):
            rows = rows.filter(application__state=state)
        return rows
