"""What a company promised, delivers and does, as far as one reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from partners.measures import Promise, promise_of
from partners.models import Agreement, CommitmentFigure, Organization, Party
from partners.states import PromiseState
from placements.models import JobInterview, Team
from placements.states import LogState
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role

DUE_SHOWN = 5
PROMISES_SHOWN = 100
UNFINISHED = (PromiseState.ON_COURSE, PromiseState.AT_RISK, PromiseState.MISSED)


@dataclass(frozen=True)
class Mentor:
    """One of the company's people, with the teams and the hours that count."""

    name: str
    teams: int
    hours: float


def companies_of(user: User) -> Any:
    """The own company of a mentor; of others, the parties of the agreements they see."""
    if user.role == Role.ADMIN:
        return Organization.objects.all()
    if user.role == Role.MENTOR:
        return Organization.objects.filter(pk=user.organization_id)
    seen = Agreement.objects.visible_to(user).order_by().values("pk")
    return Organization.objects.filter(pk__in=Party.objects.filter(agreement__in=seen).values("organization"))


def parts_of(user: User, company: Organization, agreement: int | None) -> list[Party]:
    """Its part in each agreement that `user` may see, the newest first; who signed stands there too."""
    rows = Party.objects.filter(organization=company, agreement__in=Agreement.objects.visible_to(user))
    rows = rows.filter(agreement=agreement) if agreement else rows
    return list(rows.select_related("agreement__host").order_by("-agreement__signed_on", "-agreement"))


def promises_by(user: User, company: Organization, agreement: int | None) -> list[Promise]:
    """What it promised, with its figures; at most PROMISES_SHOWN, the newest."""
    figures = CommitmentFigure.objects.visible_to(user).filter(organization=company).for_list()
    figures = figures.filter(agreement=agreement) if agreement else figures
    found = list(figures.order_by("-commitment")[:PROMISES_SHOWN])
    for figure in found:
        figure.commitment.figure = figure
    return [promise_of(user, figure.commitment) for figure in found]


def due_day(promise: Promise) -> date | None:
    return promise.commitment.due_on or promise.commitment.agreement.valid_until


def due_next(promises: Iterable[Promise]) -> list[tuple[date, Promise]]:
    """Of those that are not met, the first to be due; what is overdue comes first."""
    waiting = [(day, one) for one in promises if one.state in UNFINISHED and (day := due_day(one))]
    live = [(day, one) for day, one in waiting if one.commitment.agreement.is_live]
    return sorted(live, key=lambda pair: (pair[0], pair[1].commitment.pk))[:DUE_SHOWN]


def mentors_of(user: User, company: Organization, agreement: int | None) -> list[Mentor]:
    """Everybody of the company who has, or had, a team: each person once. A host's staff see the own teams. One query."""
    teams = Team.objects.filter(project__company=company, mentor__isnull=False)
    if user.role in HOST_STAFF:
        teams = teams.filter(host=user.organization_id)
    if agreement:
        teams = teams.filter(cohort__programme__agreement=agreement)
    counted = Q(logs__state=LogState.APPROVED, logs__superseded_at=None)
    rows = (
        teams.order_by()
        .values("mentor__user", "mentor__user__name", "mentor__user__email")
        .annotate(
            team_count=Count("pk", distinct=True),
            time=Sum(F("logs__ends_at") - F("logs__starts_at"), filter=counted, default=timedelta()),
        )
    )
    found = [
        Mentor(
            row["mentor__user__name"] or row["mentor__user__email"],
            row["team_count"],
            row["time"].total_seconds() / 3600,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.hours, one.name))


def interviews_of(user: User, company: Organization, agreement: int | None) -> int:
    held = JobInterview.objects.visible_to(user).counted().filter(company=company)
    held = held.filter(enrolment__cohort__programme__agreement=agreement) if agreement else held
    return held.count()


def overdue(day: date) -> bool:
    return day < timezone.localdate()
