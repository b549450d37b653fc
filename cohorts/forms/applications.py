"""Input of the staff's pages of applications, and of the confirmations."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import Track
from cohorts.states import RECEIVED, ApplicationState
from portal.accounts.roles import COHORT_STAFF
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.korean import search_key
from portal.common.listing import FilterForm, SearchField

STATES = [(state.value, state.label) for state in ApplicationState if state in RECEIVED]


class ApplicationFilter(FilterForm):
    """Cohorts and tracks are read by one query: those in which one may see applications."""

    q = SearchField(label=_("Name, receipt number or e-mail"))
    cohort = forms.ChoiceField(label=_("Cohort"))
    state = forms.ChoiceField(label=_("State"), choices=STATES)
    track = forms.ChoiceField(label=_("Track"))
    since = DateField(label=_("Received since"))

    def __init__(self, *args: Any, tracks: QuerySet[Track], **kwargs: Any) -> None:
        found = list(
            tracks.values_list("cohort", "cohort__name", "name").order_by("-cohort__starts_on", "-cohort", "pk")
        )
        super().__init__(*args, **kwargs)
        cohorts = {str(pk): name for pk, name, _track in found}
        names = dict.fromkeys(track for _pk, _name, track in found)
        self.fields["cohort"].choices = [("", _("All")), *cohorts.items()]
        self.fields["track"].choices = [("", _("All")), *((name, name) for name in names)]

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(self.found(search_key(q), q.strip()))
        if cohort := chosen.get("cohort"):
            rows = rows.filter(cohort=cohort)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if track := chosen.get("track"):
            rows = rows.filter(track__name=track)
        if since := chosen.get("since"):
            rows = rows.filter(submitted_at__gte=timezone.make_aware(datetime.combine(since, time.min)))
        return rows

    def found(self, key: str, q: str) -> Q:
        number = Q(receipt_number__contains=key.upper())
        return Q(person__name__icontains=q) | Q(person__email__contains=key) | number


class ReviewerFilter(ApplicationFilter):
    """Without the search by an address that a reviewer may not read."""

    q = SearchField(label=_("Name or receipt number"))

    def found(self, key: str, q: str) -> Q:
        return Q(person__name__icontains=q) | Q(receipt_number__contains=key.upper())


def filter_for(role: str) -> type[ApplicationFilter]:
    return ReviewerFilter if role in COHORT_STAFF else ApplicationFilter


class OverruleForm(PortalForm):
    reason = TextField(
        label=_("Reason"),
        lines=True,
        max_letters=500,
        help_text=_("What you have examined, and why the applicant is eligible. It stays in the history."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if len(reason) < 10:
            raise forms.ValidationError(_("Give the reason in at least 10 letters."))
        return reason
