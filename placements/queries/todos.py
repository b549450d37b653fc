"""What is to be done next, as numbers that lead to exactly those records; and which teams are silent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Enrolment
from cohorts.states import CohortState
from placements.models import Employment, MentoringLog, Team, TeamMember
from placements.queries.placement import preferences_open
from placements.states import JobState, LogState
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.numbers import round_half_up


@dataclass(frozen=True)
class Todo:
    """A number and the list that shows exactly its records."""

    key: str
    label: str
    count: int
    url: str
    urgent: bool = False


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
    today = today or timezone.localdate()
    quiet = with_last_log(teams.running())  # type: ignore[attr-defined]
    allowed = ExpressionWrapper(F("cohort__policy__silent_days") * timedelta(days=1), output_field=DurationField())
    return quiet.filter(quiet_since__lte=today - allowed)  # type: ignore[operator]  # subtracted by the database


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


# By role -------------------------------------------------------------------------------


def mentor_todos(user: User) -> list[Todo]:
    """Of a mentor; empty numbers are left out. Two queries."""
    logs, teams = reverse("placements:log-list"), reverse("placements:team-list")
    numbers = MentoringLog.objects.visible_to(user).aggregate(
        returned=Count("pk", filter=Q(state=LogState.RETURNED)),
        drafts=Count("pk", filter=Q(state=LogState.DRAFT)),
    )
    silent_count = silent(Team.objects.visible_to(user)).count()
    return [
        todo
        for todo in (
            Todo("returned", _("Returned logs"), numbers["returned"], f"{logs}?state=returned", urgent=True),
            Todo("drafts", _("Logs to submit"), numbers["drafts"], f"{logs}?state=draft"),
            Todo("silent", _("Teams without a recent log"), silent_count, f"{teams}?show=silent", urgent=True),
        )
        if todo.count
    ]


def staff_todos(user: User) -> list[Todo]:
    """Of the host's staff and of instructors (their cohorts' logs only); empty numbers are left out."""
    return [todo for todo in _staff_todos(user) if todo.count]


def _staff_todos(user: User) -> Iterator[Todo]:
    logs = MentoringLog.objects.visible_to(user).filter(state=LogState.SUBMITTED).count()
    yield Todo("logs", _("Logs to approve"), logs, f"{reverse('placements:log-list')}?state=submitted")
    teams = silent(Team.objects.visible_to(user)).count()
    yield Todo("silent", _("Teams without a recent log"), teams, f"{reverse('placements:team-list')}?show=silent")
    if user.role == Role.INSTRUCTOR:
        return
    jobs = Employment.objects.visible_to(user).filter(state=JobState.REPORTED).count()
    yield Todo("jobs", _("Jobs to verify"), jobs, f"{reverse('placements:employment-list')}?state=reported")
    waiting = without_team().filter(pk__in=Enrolment.objects.visible_to(user).values("pk"))
    url = f"{reverse('placements:placement-list')}?show=unplaced"
    yield Todo("unplaced", _("Trainees without a team"), waiting.count(), url)


def trainee_todos(user: User) -> list[Todo]:
    """Of a trainee: choose projects, the own team, the next task."""
    enrolment = Enrolment.objects.visible_to(user).active().select_related("cohort").order_by("-starts_on").first()
    if enrolment is None:
        return []
    project_url = reverse("placements:my-project")
    place = enrolment.team_places.filter(left_on=None).select_related("team__project").first()
    if place is None:
        open_projects = enrolment.cohort.projects.open().count()
        if open_projects and preferences_open(enrolment.cohort) and not enrolment.preferences.exists():
            return [Todo("preferences", _("Choose your field projects"), open_projects, project_url, urgent=True)]
        return []
    found = [
        Todo("team", _("My team: %(project)s") % {"project": place.team.project}, 1, place.team.get_absolute_url())
    ]
    last = MentoringLog.objects.approved().filter(team=place.team).order_by("-starts_at").first()
    if last and last.next_task:
        due = last.next_due
        label = _("Next task: %(task)s") % {"task": last.next_task.splitlines()[0][:80]}
        urgent = bool(due and due <= timezone.localdate() + timedelta(days=2))
        found.append(Todo("task", label, 1, last.get_absolute_url(), urgent))
    return found
