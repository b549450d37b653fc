"""What an action on many applications needs to know, by verb."""

from datetime import UTC, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.bulk import BulkVerb
from cohorts.forms.supplements import AskForm
from cohorts.models import BulkAction, BulkRow, Cohort, Track
from portal.common.fields import DateTimeField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class BulkForm(PortalForm):
    """`cohort`: where the applications are."""

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        self.cohort = cohort
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ReasonBulkForm(BulkForm):
    reason = TextField(
        label=_("Reason"), lines=True, max_letters=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history of each application."),
    )  # fmt: skip


class TrackBulkForm(BulkForm):
    track: "forms.ModelChoiceField[Track]" = forms.ModelChoiceField(
        None, label=_("Track"), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = self.cohort.tracks.all()

    def values(self) -> dict[str, Any]:
        return {"track": self.cleaned_data["track"].pk}


class AskBulkForm(BulkForm, AskForm):
    """The mail goes out when the action cannot be undone any more, so the first day is tomorrow."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].earliest = timezone.localdate() + timedelta(days=1)

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "due_on": self.cleaned_data["due_on"].isoformat()}


class InviteBulkForm(BulkForm):
    book_until = DateTimeField(label=_("Choose a time until"), help_text=_("Korean time, as the mail says it."))

    def values(self) -> dict[str, Any]:
        return {"book_until": self.cleaned_data["book_until"].astimezone(UTC).isoformat()}


class LetterBulkForm(BulkForm):
    subject = TextField(label=_("Subject of the mail"), max_letters=150)
    text = TextField(
        label=_("Text of the mail"), lines=True, max_letters=4_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("The greeting with the name, the cohort and the receipt number are added to it."),
    )  # fmt: skip


FORMS: dict[str, type[BulkForm]] = {
    BulkVerb.OVERRULE: ReasonBulkForm,
    BulkVerb.TURN_DOWN: ReasonBulkForm,
    BulkVerb.WITHDRAW: ReasonBulkForm,
    BulkVerb.SET_TRACK: TrackBulkForm,
    BulkVerb.ASK: AskBulkForm,
    BulkVerb.INVITE: InviteBulkForm,
    BulkVerb.WRITE: LetterBulkForm,
}


class BulkRowFilter(FilterForm):
    q = SearchField(label=_("Name or receipt number"))
    outcome = forms.ChoiceField(label=_("Result"), choices=BulkRow.Outcome.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            named = rows.filter(application__person__name__icontains=q)
            rows = named | rows.filter(application__receipt_number__icontains=q)
        if outcome := chosen.get("outcome"):
            rows = rows.filter(outcome=outcome)
        return rows


class BulkFilter(FilterForm):
    verb = forms.ChoiceField(label=_("Action"), choices=BulkVerb.choices)
    state = forms.ChoiceField(label=_("State"), choices=BulkAction.State.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return rows.filter(**{name: chosen[name] for name in ("verb", "state") if chosen.get(name)})
