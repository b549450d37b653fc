"""The filters of the lists of projects, teams, logs, jobs and interviews."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Programme
from partners.models import Agreement
from placements.queries.todos import silent, without_team
from placements.states import (
    OFFERED,
    InterviewOutcome,
    JobState,
    LogState,
    ProjectState,
)
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.listing import FilterForm, SearchField


class AgreementFilter(FilterForm):
    """Joined by the lists that the commitments of an agreement lead to.

    `company` (an id) comes with the address of a commitment: its party alone.
    """

    q = SearchField()
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())
    agreement = forms.ModelChoiceField(label=_("Agreement"), queryset=Agreement.objects.none())
    company = forms.IntegerField(max_value=2**31, widget=forms.HiddenInput)
    to_cohort, to_company = "cohort", "company"

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = user.role in (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)
        cohorts = Cohort.objects.visible_to(user) if staff else Cohort.objects.filter(teams__mentor=user.acting)
        self.fields["cohort"].queryset = cohorts.distinct()
        agreements = Agreement.objects.visible_to(user) if user.acting else Agreement.objects.none()
        # A city may have hundreds; those under which nobody is taught have no rows here.
        taught = Exists(Programme.objects.filter(agreement=OuterRef("pk")))
        asked = str(self.data.get("agreement", ""))
        asked_pk = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
        agreements = agreements.filter(taught | Q(pk=asked_pk))
        self.fields["agreement"].queryset = agreements
        if user.role == Role.TRAINEE:
            del self.fields["agreement"], self.fields["cohort"]

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if cohort := chosen.get("cohort"):
            rows = rows.filter(**{self.to_cohort: cohort})
        if agreement := chosen.get("agreement"):
            rows = rows.filter(**{f"{self.to_cohort}__programme__agreement": agreement})
        if company := chosen.get("company"):
            rows = rows.filter(**{self.to_company: company})
        return rows


COUNTED = ("counted", _("Counted towards commitments"))


class ProjectFilter(AgreementFilter):
    state = forms.ChoiceField(label=_("State"), choices=ProjectState.choices)
    show = forms.ChoiceField(label=_("Show"), choices=[COUNTED])
    field_order = ("q", "state", "show", "cohort", "agreement")

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        rows = super().narrow(rows, chosen)
        if q := chosen.get("q"):
            rows = rows.filter(Q(title__icontains=q) | Q(company__name__icontains=q))
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        return rows.filter(state__in=OFFERED) if chosen.get("show") else rows


class TeamFilter(AgreementFilter):
    show = forms.ChoiceField(
        label=_("Show"),
        choices=[("silent", _("Without a recent log")), ("mentorless", _("Without a mentor"))],
    )
    to_company = "project__company"
    field_order = ("q", "show", "cohort", "agreement")

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        rows = super().narrow(rows, chosen)
        if q := chosen.get("q"):
            found = Q(name__icontains=q) | Q(project__title__icontains=q) | Q(project__company__name__icontains=q)
            rows = rows.filter(found)
        match chosen.get("show"):
            case "silent":
                rows = silent(rows)
            case "mentorless":
                rows = rows.filter(mentor=None)
        return rows


class LogFilter(AgreementFilter):
    state = forms.ChoiceField(label=_("State"), choices=LogState.choices)
    show = forms.ChoiceField(label=_("Show"), choices=[COUNTED])
    to_cohort, to_company = "team__cohort", "team__project__company"
    field_order = ("q", "state", "show", "cohort", "agreement")

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        rows = super().narrow(rows, chosen)
        if q := chosen.get("q"):
            found = Q(topic__icontains=q) | Q(team__name__icontains=q) | Q(team__project__title__icontains=q)
            rows = rows.filter(found | Q(mentor__user__name__icontains=q))
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        return rows.approved() if chosen.get("show") else rows


class InterviewFilter(AgreementFilter):
    show = forms.ChoiceField(label=_("Show"), choices=[COUNTED, ("withdrawn", _("Withdrawn entries"))])
    outcome = forms.ChoiceField(label=_("Outcome of the interview"), choices=InterviewOutcome.choices)
    to_cohort = "enrolment__cohort"
    field_order = ("q", "outcome", "show", "cohort", "agreement")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.names = user.role != Role.MENTOR  # who may not read every name, does not search by it

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        rows = super().narrow(rows, chosen)
        if q := chosen.get("q"):
            found = Q(company__name__icontains=q) | Q(enrolment__cohort__name__icontains=q)
            rows = rows.filter(found | Q(enrolment__person__name__icontains=q) if self.names else found)
        if outcome := chosen.get("outcome"):
            rows = rows.filter(outcome=outcome)
        match chosen.get("show"):
            case "counted":
                rows = rows.counted()
            case "withdrawn":
                rows = rows.exclude(withdrawn_at=None)
        return rows


class PlacementFilter(FilterForm):
    q = SearchField()
    show = forms.ChoiceField(label=_("Show"), choices=[("unplaced", _("With trainees without a team"))])

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(name__icontains=q)
        if chosen.get("show") == "unplaced":
            rows = rows.filter(pk__in=without_team().values("cohort"))
        return rows


class CohortFilter(FilterForm):
    q = SearchField()

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        return rows.filter(name__icontains=chosen["q"]) if chosen.get("q") else rows


class EmploymentFilter(FilterForm):
    q = SearchField()
    state = forms.ChoiceField(label=_("State"), choices=JobState.choices)
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = Cohort.objects.visible_to(user)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(enrolment__person__name__icontains=q) | Q(company__icontains=q))
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if cohort := chosen.get("cohort"):
            rows = rows.filter(enrolment__cohort=cohort)
        return rows


GROUP_LABELS = {
    "employed": _("Employed"),
    "looking": _("Completed, looking for a job"),
    "excluded": _("Left out of the rate"),
    "to_verify": _("A job to verify"),
    "enrolled": _("All trainees"),
    "completed": _("Completed"),
    "not_completed": _("Not completed"),
    "early": _("Employed before completion"),
    "left": _("Dropped out or expelled"),
    "conventional": _("Counted in the employment rate"),
    "strict": _("Counted in the strict employment rate"),
    "hires": _("Hired six months ago or earlier"),
    "retained": _("Still with the same employer after six months"),
    "immature": _("Hired less than six months ago"),
}


class PeopleFilter(FilterForm):
    """The people of a cohort by the groups of its figures; `groups` reads `outcome_of` if one is chosen."""

    q = SearchField()
    group = forms.ChoiceField(label=_("Show"), choices=list(GROUP_LABELS.items()))

    def __init__(self, *args: Any, groups: Callable[[], dict[str, frozenset[int]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(person__name__icontains=q) | Q(employments__company__icontains=q)).distinct()
        if group := chosen.get("group"):
            rows = rows.filter(pk__in=self.groups()[group])
        return rows
