"""Input of the staff's pages of applications, and of the confirmations."""

from datetime import datetime, time
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import Person, Track
from cohorts.states import RECEIVED, ApplicationState
from portal.accounts.roles import COHORT_STAFF
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.korean import search_key
from portal.common.listing import FilterForm, SearchField

STATES = [(state.value, state.label) for state in ApplicationState if state in RECEIVED]


class ApplicationFilter(FilterForm):
    """Cohorts and tracks are read by one query, and only where they are shown or chosen."""

    q = SearchField(label=_("Name, receipt number or e-mail"))
    cohort = forms.ChoiceField(label=_("Cohort"))
    state = forms.ChoiceField(label=_("State"), choices=STATES)
    track = forms.ChoiceField(label=_("Track"))
    since = DateField(label=_("Received since"))

    def __init__(self, *args: Any, tracks: QuerySet[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tracks = tracks.order_by("-cohort__starts_on", "-cohort", "pk")
        self.fields["cohort"].choices = self.cohort_choices
        self.fields["track"].choices = self.track_choices

    @cached_property
    def found(self) -> list[tuple[int, str, str]]:
        return list(self.tracks.values_list("cohort", "cohort__name", "name"))

    def cohort_choices(self) -> list[tuple[Any, Any]]:
        return [("", _("All")), *{str(pk): name for pk, name, _track in self.found}.items()]

    def track_choices(self) -> list[tuple[Any, Any]]:
        return [("", _("All")), *dict.fromkeys((track, track) for _pk, _name, track in self.found)]

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(self.matches(search_key(q), q.strip()))
        if cohort := chosen.get("cohort"):
            rows = rows.filter(cohort=cohort)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if track := chosen.get("track"):
            rows = rows.filter(track__name=track)
        if since := chosen.get("since"):
            rows = rows.filter(submitted_at__gte=timezone.make_aware(datetime.combine(since, time.min)))
        return rows

    def matches(self, key: str, q: str) -> Q:
        people = Person.objects.filter(Q(name__icontains=q) | Q(email__contains=key))
        named = Q(person__in=people.order_by().values("pk"))
        # No number has a letter of Hangul: not to look among them takes half as long.
        return named | Q(receipt_number__contains=key.upper()) if key.isascii() else named


class ReviewerFilter(ApplicationFilter):
    """Without the search by what a reviewer may not read: what it finds would tell it."""

    q = SearchField(label=_("Receipt number"))

    def matches(self, key: str, q: str) -> Q:
        return Q(receipt_number__contains=key.upper())


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
