"""Filters of the selection's lists, and the question before a selection is prepared."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Track
from cohorts.states import ApplicationState, Outcome
from portal.common.fields import TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


def few_lines() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


class PrepareForm(PortalForm):
    turn_down_unranked = forms.BooleanField(label=_("Turn down the applications that cannot be ranked"), required=False)


class RequestReleaseForm(PortalForm):
    note = TextField(label=_("Note to the colleague"), max_letters=500, lines=True, required=False, widget=few_lines())


class SendBackForm(PortalForm):
    reason = TextField(label=_("What is to be changed"), max_letters=500, lines=True, widget=few_lines())


class ReleaseForm(PortalForm):
    """Without a second pair of eyes a reason is asked for."""

    override = TextField(
        label=_("Why you release it alone"), max_letters=500, lines=True, widget=few_lines(),
        help_text=_("Nobody else here can release it. The reason is kept with the selection."),
    )  # fmt: skip


class ExportForm(PortalForm):
    reason = TextField(label=_("What the file is for"), max_letters=300, help_text=_("Kept in the access record."))


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
