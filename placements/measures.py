"""How what companies do in projects counts towards the commitments of an agreement."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse

from partners.measures import counts
from partners.models import Agreement
from partners.states import Measure
from placements.models import MentoringLog, Project, Team
from placements.states import ProjectState

OFFERED = (ProjectState.OPEN, ProjectState.RUNNING, ProjectState.FINISHED)


def _by_commitment(
    agreement: Agreement, rows: QuerySet[Any, Any], company: str, number: Callable[[Any], int]
) -> dict[int, int]:
    """What the rows say of each company, by the commitments of its party."""
    found = {row[company]: number(row["n"]) for row in rows}
    return {one.pk: found.get(one.party.organization_id, 0) for one in agreement.commitments.select_related("party")}


def _list(name: str) -> Callable[[Agreement], str]:
    return lambda agreement: f"{reverse(f'placements:{name}')}?agreement={agreement.pk}"


@counts(Measure.PROJECTS, url=_list("project-list"))
def projects(agreement: Agreement) -> dict[int, int]:
    """Field projects offered in the agreement's cohorts, whether they run, ran or are to run."""
    offered = Project.objects.filter(cohort__programme__agreement=agreement, state__in=OFFERED)
    return _by_commitment(agreement, offered.order_by().values("company").annotate(n=Count("pk")), "company", int)


@counts(Measure.MENTORS, url=_list("team-list"))
def mentors(agreement: Agreement) -> dict[int, int]:
    """Mentors who have, or had, a team in the agreement's cohorts."""
    teams = Team.objects.filter(cohort__programme__agreement=agreement, mentor__isnull=False)
    rows = teams.order_by().values("project__company").annotate(n=Count("mentor__user", distinct=True))
    return _by_commitment(agreement, rows, "project__company", int)


@counts(Measure.MENTOR_HOURS, url=_list("log-list"))
def mentor_hours(agreement: Agreement) -> dict[int, int]:
    """Whole hours of approved mentoring, rounded down: what is promised is counted when it is done."""
    logs = MentoringLog.objects.approved().filter(team__cohort__programme__agreement=agreement)
    rows = logs.order_by().values("team__project__company").annotate(n=Sum(F("ends_at") - F("starts_at")))
    return _by_commitment(agreement, rows, "team__project__company", lambda sum: int(sum.total_seconds() // 3600))
