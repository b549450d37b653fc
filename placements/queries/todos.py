"""What is to be done next, as numbers that lead to exactly those records; and which teams are silent."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Enrolment
from cohorts.states import CohortState
from placements.models import MentoringLog, Team, TeamMember
from placements.states import LogState
from portal.accounts.models import User
from portal.common.numbers import round_half_up
from portal.common.prepared import TODAY
from portal.common.todos import Todo, where


@dataclass(frozen=True)
class Silence:
    """A running team without an approved log for too long."""

    team: Team
    since: date
    days: int


def with_last_log(teams: QuerySet[Team]) -> QuerySet[Team]:
    """Teams with `quiet_since`: the day of the last approved meeting, or on which the project began."""
    logs = MentoringLog.objects.approved().filter(team=OuterRef("pk")).order_by().values("team")
    last = Subquery(logs.annotate(last=Max(TruncDate("ends_at"))).values("last"))
    return teams.annotate(quiet_since=Coalesce(last, "project__started_on", TruncDate("formed_at")))


def silent(teams: QuerySet[Team], today: date | None = None) -> QuerySet[Team]:
    """Running teams that have been quiet for the policy's days (domain.md 5: 14)."""
    quiet = with_last_log(teams.running())  # type: ignore[attr-defined]
    allowed = ExpressionWrapper(F("cohort__policy__silent_days") * timedelta(days=1), output_field=DurationField())
    return quiet.filter(quiet_since__lte=(today or TODAY) - allowed)  # type: ignore[operator]  # subtracted by the database


def silent_teams(today: date | None = None) -> list[Silence]:
    """All silent teams of the portal that have a mentor; for the daily reminder."""
    today = today or timezone.localdate()
    found = silent(Team.objects.filter(mentor__ended_at=None, mentor__isnull=False), today)
    rows = found.select_related("mentor__user", "project", "cohort__policy")
    return [Silence(team, team.quiet_since, (today - team.quiet_since).days) for team in rows]  # type: ignore[attr-defined]


def approved_hours(logs: QuerySet[MentoringLog]) -> Decimal:
    """Σ(end − start) of the approved logs among these, in hours with two decimals."""
    total = logs.approved().order_by().aggregate(sum=Sum(F("ends_at") - F("starts_at")))["sum"]  # type: ignore[attr-defined]
    return round_half_up(Fraction(int(total.total_seconds()), 3600), 2) if total else Decimal("0.00")


def without_team() -> QuerySet[Enrolment]:
    """Those in training who are in no team, in running cohorts whose teams are formed."""
    inside = TeamMember.objects.filter(left_on=None)
    waiting = Enrolment.objects.active().filter(cohort__state=CohortState.RUNNING)
    formed = Team.objects.order_by().values("cohort")
    return waiting.filter(cohort__in=formed).exclude(pk__in=inside.order_by().values("enrolment"))


def mentor_work(user: User) -> dict[str, QuerySet[Any]]:
    """What waits with a mentor."""
    logs = MentoringLog.objects.visible_to(user)
    return {
        "returned": logs.filter(state=LogState.RETURNED),
        "drafts": logs.filter(state=LogState.DRAFT),
        "silent": silent(Team.objects.visible_to(user)),
    }


def mentor_todos(found: dict[str, int]) -> list[Todo]:
    """`found`: how many rows each of `mentor_work` has."""
    silent = where("placements:team-list", show="silent")
    return [
        Todo(_("Returned logs"), found["returned"], where("placements:log-list", state="returned"), urgent=True),
        Todo(_("Logs to submit"), found["drafts"], where("placements:log-list", state="draft")),
        Todo(_("Teams without a recent log"), found["silent"], silent, urgent=True),
    ]
