"""How what companies do in projects counts towards the commitments of an agreement."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse

from partners.measures import counts
from partners.models import Commitment
from partners.states import Measure
from placements.models import MentoringLog, Project, Team
from placements.states import ProjectState

OFFERED = (ProjectState.OPEN, ProjectState.RUNNING, ProjectState.FINISHED)


def _agreements(commitments: list[Commitment]) -> set[int]:
    return {one.agreement_id for one in commitments}


def _by_commitment(
    commitments: list[Commitment], rows: QuerySet[Any, Any], agreement: str, company: str, number: Callable[[Any], int]
) -> dict[int, int]:
    """What the rows say of each company under each agreement, by the commitments of its party."""
    found = {(row[agreement], row[company]): number(row["n"]) for row in rows}
    return {one.pk: found.get((one.agreement_id, one.party.organization_id), 0) for one in commitments}


def _list(name: str) -> Callable[[Commitment], str]:
    return lambda commitment: f"{reverse(f'placements:{name}')}?agreement={commitment.agreement_id}"


@counts(Measure.PROJECTS, url=_list("project-list"))
def projects(commitments: list[Commitment]) -> dict[int, int]:
    """Field projects offered in the agreement's cohorts, whether they run, ran or are to run."""
    under = "cohort__programme__agreement"
    offered = Project.objects.filter(**{f"{under}__in": _agreements(commitments)}, state__in=OFFERED)
    rows = offered.order_by().values(under, "company").annotate(n=Count("pk"))
    return _by_commitment(commitments, rows, under, "company", int)


@counts(Measure.MENTORS, url=_list("team-list"))
def mentors(commitments: list[Commitment]) -> dict[int, int]:
    """Mentors who have, or had, a team in the agreement's cohorts."""
    under, company = "cohort__programme__agreement", "project__company"
    teams = Team.objects.filter(**{f"{under}__in": _agreements(commitments)}, mentor__isnull=False)
    rows = teams.order_by().values(under, company).annotate(n=Count("mentor__user", distinct=True))
    return _by_commitment(commitments, rows, under, company, int)


@counts(Measure.MENTOR_HOURS, url=_list("log-list"))
def mentor_hours(commitments: list[Commitment]) -> dict[int, int]:
    """Whole hours of approved mentoring, rounded down: what is promised is counted when it is done."""
    under, company = "team__cohort__programme__agreement", "team__project__company"
    logs = MentoringLog.objects.approved().filter(**{f"{under}__in": _agreements(commitments)})
    rows = logs.order_by().values(under, company).annotate(n=Sum(F("ends_at") - F("starts_at")))
    return _by_commitment(commitments, rows, under, company, lambda sum: int(sum.total_seconds() // 3600))
