"""How what companies do in projects counts towards the commitments of an agreement."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse

from partners.measures import counts, keepers_and_company
from partners.models import Commitment
from partners.states import Measure
from placements.models import JobInterview, MentoringLog, Project, Team
from placements.states import OFFERED


def _agreements(commitments: list[Commitment]) -> set[int]:
    return {one.agreement_id for one in commitments}


def _by_commitment(
    commitments: list[Commitment], rows: QuerySet[Any, Any], agreement: str, company: str, number: Callable[[Any], int]
) -> dict[int, int]:
    """What the rows say of each company under each agreement, by the commitments of its party."""
    found = {(row[agreement], row[company]): number(row["n"]) for row in rows}
    return {one.pk: found.get((one.agreement_id, one.party.organization_id), 0) for one in commitments}


def _list(name: str) -> Callable[[Commitment], str]:
    """The list of exactly what counts: of the party's company, under the agreement."""

    def url(commitment: Commitment) -> str:
        narrowed = {
            "agreement": commitment.agreement_id,
            "company": commitment.party.organization_id,
            "show": "counted",
        }
        return f"{reverse(f'placements:{name}')}?{urlencode(narrowed)}"

    return url


@counts(Measure.PROJECTS, url=_list("project-list"), opens=keepers_and_company)
def projects(commitments: list[Commitment]) -> dict[int, int]:
    """Field projects offered in the agreement's cohorts, whether they run, ran or are to run."""
    under = "cohort__programme__agreement"
    offered = Project.objects.filter(**{f"{under}__in": _agreements(commitments)}, state__in=OFFERED)
    rows = offered.order_by().values(under, "company").annotate(n=Count("pk"))
    return _by_commitment(commitments, rows, under, "company", int)


def _mentors_of(commitment: Commitment) -> str:
    """The rows of the company's own page."""
    url = reverse("placements:company", args=[commitment.party.organization_id])
    return f"{url}?agreement={commitment.agreement_id}#mentors"


@counts(Measure.MENTORS, url=_mentors_of, opens=keepers_and_company)
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


@counts(Measure.INTERVIEWS, url=_list("interview-list"), opens=keepers_and_company)
def interviews(commitments: list[Commitment]) -> dict[int, int]:
    """Job interviews that the company held with trainees of the agreement's cohorts, whatever came of them."""
    under = "enrolment__cohort__programme__agreement"
    held = JobInterview.objects.counted().filter(**{f"{under}__in": _agreements(commitments)})
    rows = held.order_by().values(under, "company").annotate(n=Count("pk"))
    return _by_commitment(commitments, rows, under, "company", int)
