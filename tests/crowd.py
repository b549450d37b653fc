"""Cohorts with many people in them, for what must not grow with their number."""

from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from cohorts.models import Application, Cohort, Decision, Enrolment, Offer, Person, Score, Selection
from cohorts.states import ApplicationState as State
from cohorts.states import CohortState, Outcome, Stage
from curriculum.models import Attendance
from placements.models import Employment, Preference, TeamMember
from tests import factories as make


def crowd(w: SimpleNamespace, size: int) -> dict[str, Any]:
    """What the access table calls its cohorts, each with `size` people, and the first thing of each kind in them."""
    persons = people(w, size)
    selecting = scored(w, persons)
    released = answering(w, persons)
    running = training(w, persons)
    return {
        "cohort": selecting, "selecting": selecting, "recruiting": released, "released": released, "running": running,
        "finished": running, "application": selecting.applications.first(), "enrolment": running.enrolments.first(),
        "day": running.days.first(), "project": running.projects.first(), "team": running.teams.first(),
    }  # fmt: skip


def people(w: SimpleNamespace, size: int) -> list[Person]:
    return Person.objects.bulk_create(
        Person(
            host=w.city, name="홍길동", birth_date=date(1998, 3, 15), mobile=f"010-{size:04d}-{number:04d}",
            email=f"c{size}-{number}@example.kr", address="대구광역시 중구 1",
        )
        for number in range(size)
    )  # fmt: skip


def cohort_of(w: SimpleNamespace, **fields: Any) -> Cohort:
    cohort = make.make_cohort(programme=w.programme, tracks={"일반": 500, "심화": 500}, **fields)
    for role in ("reviewer", "instructor"):
        make.assign(w.own[role].user, cohort)
    return cohort


def applied(cohort: Cohort, persons: list[Person], *states: State) -> list[Application]:
    tracks, now = list(cohort.tracks.all()), timezone.now()
    return Application.objects.bulk_create(
        Application(
            cohort=cohort, host=cohort.host, person=person, track=tracks[number % 2],
            state=states[number % len(states)], receipt_number=f"C{cohort.pk}-{number}", submitted_at=now,
            education="university", employment="unemployed", address=person.address, motivation="배우고 싶습니다.",
        )
        for number, person in enumerate(persons)
    )  # fmt: skip


def scored(w: SimpleNamespace, persons: list[Person]) -> Cohort:
    """All applications in selection, each with a score of every stage."""
    cohort = cohort_of(w, state=CohortState.SELECTING)
    rows = applied(cohort, persons, State.SUBMITTED)
    Score.objects.bulk_create(
        Score(application=row, host=w.city, stage=stage, reviewer=w.own["reviewer"].user, points=50 + row.pk % 50)
        for row in rows
        for stage in Stage
    )
    return cohort


def answering(w: SimpleNamespace, persons: list[Person]) -> Cohort:
    """A released selection: a quarter each offered, accepted, waiting and rejected."""
    cohort = cohort_of(w, state=CohortState.SELECTING)
    rows = applied(cohort, persons, State.OFFERED, State.ACCEPTED, State.WAITLISTED, State.REJECTED)
    selection = Selection.objects.create(cohort=cohort, host=w.city, released_at=timezone.now())
    outcomes = {State.WAITLISTED: Outcome.WAITLISTED, State.REJECTED: Outcome.REJECTED}
    Decision.objects.bulk_create(
        Decision(
            selection=selection, host=w.city, application=row, outcome=outcomes.get(row.state, Outcome.SELECTED),
            rank=rank, total=50,
        )
        for rank, row in enumerate(rows, start=1)
    )  # fmt: skip
    deadline = timezone.now() + timedelta(days=3)
    Offer.objects.bulk_create(
        Offer(application=row, track=row.track, host=w.city, deadline=deadline)
        for row in rows
        if row.state == State.OFFERED
    )
    return cohort


def training(w: SimpleNamespace, persons: list[Person]) -> Cohort:
    """Everybody in training: a register, a wish, a team and a job each."""
    first = timezone.localdate() - timedelta(days=20)
    cohort = cohort_of(w, state=CohortState.RUNNING, starts_on=first)
    track = cohort.tracks.first()
    rows = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, host=w.city, person=person, track=track, number=number, starts_on=first)
        for number, person in enumerate(persons, start=1)
    )
    days = [make.make_day(cohort=cohort, on=first + timedelta(days=number)) for number in range(3)]
    Attendance.objects.bulk_create(
        Attendance(
            day=day, enrolment=row, host=w.city, check_in=time(9), check_out=time(18), attended_minutes=480
        )
        for day in days
        for row in rows
    )  # fmt: skip
    project = make.make_project(cohort=cohort, company=w.company)
    team = make.make_team(project=project, mentor=w.own["mentor"].user, members=0)
    half = len(rows) // 2
    Preference.objects.bulk_create(Preference(enrolment=row, host=w.city, project=project, rank=1) for row in rows)
    TeamMember.objects.bulk_create(TeamMember(team=team, host=w.city, enrolment=row) for row in rows[:half])
    Employment.objects.bulk_create(
        Employment(enrolment=row, host=w.city, kind="contract", company="(주)다온", hired_on=first, in_region=True)
        for row in rows
    )
    return cohort
