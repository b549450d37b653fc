"""Who would be placed where, who is, and whose names a mentor may read."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from cohorts.models import Cohort, Consent, Enrolment
from cohorts.states import CohortState
from curriculum.models import Lesson
from placements import matching
from placements.models import Preference, Project, Team, TeamMember
from portal.accounts.models import User
from portal.accounts.roles import Role

CHOICES = (1, 2, 3)


@dataclass(frozen=True)
class Plan:
    """What `form_teams` would write: computed anew each time, always the same from the same rows."""

    seed: str
    result: matching.Matching
    trainees: dict[int, Enrolment]
    projects: Mapping[int, Project]
    wishes: dict[int, tuple[int, ...]]  # by enrolment, the projects wished for

    def choice(self, trainee: int, project: int) -> int:
        """Which of the trainee's choices the project is, from 1."""
        return self.wishes[trainee].index(project) + 1

    @cached_property
    def met(self) -> dict[int, int]:
        """How many get the first, second and third choice."""
        found = dict.fromkeys(CHOICES, 0)
        for project, teams in self.result.teams.items():
            for trainee in (one for team in teams for one in team):
                found[self.choice(trainee, project)] += 1
        return found

    @property
    def placed(self) -> int:
        return sum(self.met.values())

    @cached_property
    def fingerprint(self) -> str:
        """Changes when the result would be another one than what was looked at."""
        text = repr(sorted((project, teams) for project, teams in self.result.teams.items()))
        return hashlib.sha256(f"{self.seed}{text}".encode()).hexdigest()[:16]


def seed_of(cohort: Cohort) -> str:
    """The seed of the lottery: settled by the cohort, so that nobody draws until the result pleases."""
    return f"{cohort.pk}-{cohort.starts_on:%Y%m%d}"


def unplaced(cohort: Cohort) -> QuerySet[Enrolment]:
    """Those in training who are in no team."""
    inside = TeamMember.objects.filter(enrolment=OuterRef("pk"), left_on=None)
    return Enrolment.objects.filter(cohort=cohort).active().filter(~Exists(inside))


def plan_of(cohort: Cohort) -> Plan:
    """Match everybody in training without a team to the open projects with room for a team. Six queries."""
    policy = cohort.policy
    trainees = {one.pk: one for one in unplaced(cohort).select_related("person").order_by("number")}
    wishes: dict[int, tuple[int, ...]] = dict.fromkeys(trainees, ())
    rows = Preference.objects.filter(enrolment__cohort=cohort).order_by("rank")
    for enrolment, project in rows.values_list("enrolment", "project"):
        if enrolment in wishes:
            wishes[enrolment] += (project,)
    codes = ArraySubquery(Project.needs.through.objects.filter(project=OuterRef("pk")).values("module__code"))
    open_projects = Project.objects.filter(cohort=cohort).open().select_related("company")
    counted = open_projects.annotate(team_count=Count("teams"), needed=codes)
    projects: dict[int, Any] = {one.pk: one for one in counted}
    learnt = modules_of(cohort, trainees.values())
    result = matching.match(
        [matching.Trainee(pk, wishes[pk], learnt[pk]) for pk in trainees],
        [
            matching.Project(
                pk,
                teams=max(0, one.teams_max - one.team_count),
                needs=frozenset(one.needed),
                smallest_team=policy.team_min,
                greatest_team=policy.team_max,
            )
            for pk, one in projects.items()
        ],
        seed=seed_of(cohort),
    )
    return Plan(seed_of(cohort), result, trainees, projects, wishes)


def modules_of(cohort: Cohort, trainees: Iterable[Enrolment]) -> dict[int, frozenset[str]]:
    """The modules each trainee has by the end of the course, by code: those taught after the first day there.

    Without a timetable, all modules of the programme.
    """
    last = Lesson.objects.filter(day__cohort=cohort).order_by().values("module__code").annotate(last=Max("day__date"))
    taught = {row["module__code"]: row["last"] for row in last}
    if not taught:
        everything = frozenset(cohort.programme.modules.values_list("code", flat=True))
        return {one.pk: everything for one in trainees}
    return {one.pk: frozenset(code for code, day in taught.items() if day >= one.starts_on) for one in trainees}


def preferences_open(cohort: Cohort) -> bool:
    """Whether trainees may still choose: the course runs and no team is formed."""
    return cohort.state == CohortState.RUNNING and not Team.objects.filter(cohort=cohort).exists()


def placed_by_choice(cohort: Cohort) -> dict[int | None, int]:
    """How many of those in a team got which choice; None: placed by hand."""
    inside = TeamMember.objects.filter(team__cohort=cohort, left_on=None)
    return dict(inside.order_by().values_list("choice").annotate(n=Count("pk")))


def with_placement(cohorts: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """Cohorts with the numbers of trainees, of those who have chosen, and of those in a team."""
    active = Q(enrolments__state="active")
    return cohorts.annotate(
        trainee_count=Count("enrolments", filter=active, distinct=True),
        chosen_count=Count("enrolments", filter=active & Q(enrolments__preferences__isnull=False), distinct=True),
        placed_count=Count(
            "enrolments",
            filter=active & Q(enrolments__team_places__isnull=False, enrolments__team_places__left_on=None),
            distinct=True,
        ),
    )


# People of a team ----------------------------------------------------------------------


@dataclass(frozen=True)
class Face:
    """A trainee as one reader may see it: without consent a mentor reads the number alone."""

    enrolment_id: int
    number: int
    name: str  # empty: not to be shown
    choice: int | None = None
    member_id: int | None = None
    reason: str = ""
    email: str = ""
    mobile: str = ""
    active: bool = True


def consenting(persons: list[int]) -> set[int]:
    """Of these persons (ids), those who agreed that companies see who they are."""
    return set(Consent.objects.to_companies().filter(person__in=persons).values_list("person", flat=True))


def faces(user: User, team: Team, *, open_to_mentor: bool = True) -> list[Face]:
    """The members of a team as `user` may see them. Two queries."""
    rows = list(team.members.filter(left_on=None).select_related("enrolment__person").order_by("enrolment__number"))
    people = [row.enrolment for row in rows]
    shown = readable(user, people) if open_to_mentor else set()
    return [
        Face(
            row.enrolment_id,
            row.enrolment.number,
            row.enrolment.person.name if row.enrolment_id in shown else "",
            row.choice,
            row.pk,
            row.reason,
            row.enrolment.person.email if row.enrolment_id in shown else "",
            row.enrolment.person.mobile if row.enrolment_id in shown else "",
            row.enrolment.is_active,
        )
        for row in rows
    ]


def readable(user: User, people: list[Enrolment]) -> set[int]:
    """Of these trainees (with person), whose identity `user` may read: a mentor, with consent only."""
    if user.role != Role.MENTOR:
        return {one.pk for one in people}
    agreed = consenting([one.person_id for one in people])
    return {one.pk for one in people if one.person_id in agreed}


def attendee_names(user: User, people: list[Enrolment], *, running: bool) -> list[Face]:
    """Who was at a meeting, as `user` may read it; when the project is over a mentor reads numbers only."""
    shown = readable(user, people) if running or user.role != Role.MENTOR else set()
    return [Face(one.pk, one.number, one.person.name if one.pk in shown else "") for one in people]


def free_teams(cohort: Cohort) -> QuerySet[Team]:
    """Teams that may take one more."""
    teams = Team.objects.filter(cohort=cohort, project__state__in=("open", "running")).for_list()
    return teams.filter(member_count__lt=cohort.policy.team_max)
