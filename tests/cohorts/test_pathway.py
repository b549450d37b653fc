"""A pathway: who enters it, what happens on the way, and where everybody stands on any day."""

import random
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from cohorts.actions import pathway as actions
from cohorts.actions.enrolment import end_enrolment
from cohorts.actions.programmes import edit_programme
from cohorts.actions.progression import Decision, progress_class, undo_progression
from cohorts.actions.stays import Step, step
from cohorts.models import Enrolment, Stay, Track
from cohorts.states import WAY_TRANSITIONS, CohortState, EnrolmentState, Standing, StayEnd
from curriculum.actions import complete_course
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.cohorts.walking import class_of, go_on, line, make_pathway
from tests.factories import make_cohort, make_company, make_enrolment, make_person

pytestmark = pytest.mark.django_db
START = date(2023, 3, 1)
DAY = timedelta(days=1)


@pytest.fixture
def way():
    with time_machine.travel("2026-11-26 10:00+09:00", tick=False):
        yield make_pathway()


def standing(enrolment: Enrolment, day: date) -> tuple[str, str]:
    stay = Stay.objects.as_of(day).get(enrolment=enrolment)
    return stay.standing, stay.spot


# Entering ------------------------------------------------------------------------------


def test_who_enters_is_in_the_first_year_of_the_first_stage(way):
    [one] = way.entrants(2023)

    stay = one.stays.get()
    assert (stay.place, stay.year, stay.starts_on, stay.until) == (way.schools[0], 1, START, None)
    assert AuditEvent.objects.filter(verb="stay.begun", object_id=stay.pk).exists()


def test_nobody_enters_twice_nor_at_a_school_of_another_stage(way):
    [one] = way.entrants(2023)
    other = make_enrolment(cohort=way.cohorts[2023])

    with pytest.raises(ActionRefused):
        actions.enter(way.cohorts[2023], {one.pk: way.schools[0]}, by=None)
    with pytest.raises(ActionRefused):
        actions.enter(way.cohorts[2023], {other.pk: way.colleges[0]}, by=None)


def test_nobody_is_on_two_pathways_at_once(way):
    [one] = way.entrants(2023)
    elsewhere = make_pathway(host=way.host)
    second = make_enrolment(cohort=elsewhere.entry(2024), person=one.person)

    with pytest.raises(ActionRefused, match="홍길동"):
        actions.enter(elsewhere.cohorts[2024], {second.pk: elsewhere.schools[0]}, by=None)


def test_one_person_may_walk_one_pathway_after_another(way):
    [one] = way.entrants(2021)
    actions.leave_pathway(one, on=date(2022, 7, 1), reason="이사", by=None)
    again = make_enrolment(cohort=way.entry(2023), person=one.person)

    actions.enter(way.cohorts[2023], {again.pk: way.schools[0]}, by=None)

    assert Stay.objects.filter(person=one.person).count() == 2


def admit(way, **told):
    given = {"name": "한별", "birth_date": date(2007, 12, 1), "mobile": "010-1234-5678", "email": "hb@example.kr"}
    return actions.admit_entrant(way.cohorts[2023], actions.Entrant(way.schools[1], **given | told), by=None)


def test_a_school_admits_somebody_who_never_applied(way):
    way.entry(2023)

    one = admit(way, on=date(2023, 3, 20))

    assert (one.starts_on, one.stays.get().starts_on) == (date(2023, 3, 20), date(2023, 3, 20))
    assert Track.objects.get(pk=one.track_id).seats_taken == 1
    with pytest.raises(ActionRefused):
        admit(way)


def test_a_list_is_taken_in_as_a_whole_or_not_at_all(way, django_assert_max_num_queries):
    way.entry(2023, tracks={"일반": 4})
    known = make_person(host=way.host, name="한별", mobile="010-0000-0001", address="세종시")
    told = [
        actions.Entrant(way.schools[n % 2], "한별", date(2007, 1, n + 1), f"010-0000-000{n}", f"p{n}@example.kr")
        for n in range(4)
    ]

    for wrong in ([*told, told[0]], [*told[:3], told[0]]):
        with pytest.raises(ActionRefused):
            actions.admit_entrants(way.cohorts[2023], wrong, by=None)
    assert not Enrolment.objects.exists()
    with django_assert_max_num_queries(40):
        made = actions.admit_entrants(way.cohorts[2023], told, by=None)

    assert [one.number for one in made] == [1, 2, 3, 4]
    assert [one.stays.get().place for one in made] == [*way.schools, *way.schools]
    known.refresh_from_db()
    assert (made[1].person, known.email, known.address) == (known, "p1@example.kr", "세종시")


def test_no_more_are_admitted_than_there_are_seats(way):
    way.entry(2023, tracks={"일반": 1})
    admit(way)

    with pytest.raises(ActionRefused):
        admit(way, name="다른 사람", email="other@example.kr", mobile="010-9999-0000", birth_date=date(2007, 1, 1))


@pytest.mark.parametrize("state", CohortState)
def test_people_enter_only_around_the_start(way, state):
    way.entry(2023)
    way.cohorts[2023].state = state
    way.cohorts[2023].save(update_fields=["state"])

    if state in (CohortState.SELECTING, CohortState.RUNNING):
        assert admit(way).stays.exists()
    else:
        with pytest.raises(ActionRefused):
            admit(way)


def test_only_a_pathway_is_entered(way):
    cohort = make_cohort(state=CohortState.RUNNING)
    one = make_enrolment(cohort=cohort)

    with pytest.raises(ActionRefused):
        actions.enter(cohort, {one.pk: way.schools[0]}, by=None)


# Schools -------------------------------------------------------------------------------


def test_a_stage_is_offered_by_schools_alone(way):
    with pytest.raises(ActionRefused):
        actions.add_place(way.stages[0], make_company(), by=None)
    with pytest.raises(ActionRefused):
        actions.add_place(way.stages[0], way.schools[0].school, by=None)


def test_a_school_stays_once_somebody_was_there(way):
    way.entrants(2023)

    actions.remove_place(way.schools[1], by=None)
    with pytest.raises(ActionRefused):
        actions.remove_place(way.schools[0], by=None)


def test_a_stage_keeps_its_schools_when_the_programme_is_edited(way):
    way.entrants(2023)

    edit_programme(way.programme, by=None, stages=[("고등학교", 3), ("대학", 2), ("대학원", 1)])

    assert way.programme.stages.get(position=1).places.count() == 2
    with pytest.raises(ActionRefused):
        edit_programme(way.programme, by=None, stages=[("고등학교", 3)])
    go_on(way.schools[0], 1, date(2024, 3, 1))
    with pytest.raises(ActionRefused):
        edit_programme(way.programme, by=None, stages=[("고등학교", 1), ("대학", 2), ("대학원", 1)])


# One person's way ----------------------------------------------------------------------


def test_leave_return_and_transfer_leave_no_gap(way):
    [one] = way.entrants(2023)

    actions.take_leave(one, on=date(2023, 9, 4), expected_on=date(2024, 3, 4), reason="질병", by=None)
    actions.return_from_leave(one, on=date(2024, 3, 4), by=None)
    actions.transfer(one, way.schools[1], on=date(2024, 5, 7), reason="이사", by=None)

    stays = list(one.stays.all())
    assert [stay.end for stay in stays] == ["on_leave", "returned", "transferred", ""]
    assert [stay.until for stay in stays[:-1]] == [stay.starts_on for stay in stays[1:]]
    assert {stay.person_id for stay in stays} == {one.person_id}
    assert stays[1].expected_on == date(2024, 3, 4)
    assert standing(one, date(2023, 12, 1))[0] == Standing.ON_LEAVE
    assert standing(one, date(2024, 3, 3))[0] == Standing.ON_LEAVE
    assert standing(one, date(2024, 3, 4))[0] == Standing.STUDYING


def test_leave_on_the_first_day_of_a_year_counts_as_leave(way):
    [one] = way.entrants(2023)
    go_on(way.schools[0], 1, date(2024, 3, 1))

    actions.take_leave(one, on=date(2024, 3, 1), reason="질병", by=None)

    assert standing(one, date(2024, 2, 29)) == (Standing.STUDYING, f"{way.stages[0].pk}-1")
    assert standing(one, date(2024, 3, 1))[0] == Standing.ON_LEAVE
    assert Stay.objects.as_of(date(2024, 3, 1)).filter(enrolment=one).count() == 1


def test_who_leaves_is_there_until_the_last_day(way):
    [one] = way.entrants(2023)

    actions.leave_pathway(one, on=date(2024, 2, 29), reason="진로 변경", by=None)

    one.refresh_from_db()
    assert (one.state, one.ended_on) == (EnrolmentState.DROPPED, date(2024, 2, 29))
    assert standing(one, date(2024, 2, 29))[0] == Standing.STUDYING
    assert standing(one, date(2024, 3, 1))[0] == Standing.LEFT
    with pytest.raises(ActionRefused):
        actions.take_leave(one, on=date(2024, 5, 1), reason="질병", by=None)


def test_the_end_of_an_enrolment_ends_the_way(way):
    [one] = way.entrants(2023)

    end_enrolment(one, EnrolmentState.EXPELLED, on=date(2023, 10, 5), by=None, reason="학칙 위반")

    assert one.stays.get().until == date(2023, 10, 6)


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda one, way: actions.take_leave(one, on=START - DAY, reason="질병", by=None), "on"),
        (lambda one, way: actions.take_leave(one, on=START + DAY, reason=" ", by=None), "reason"),
        (lambda one, way: actions.take_leave(one, on=timezone.localdate() + DAY, reason="질병", by=None), "on"),
        (
            lambda one, way: actions.take_leave(one, on=START + DAY, expected_on=START + DAY, reason="질병", by=None),
            "expected_on",
        ),
        (lambda one, way: actions.return_from_leave(one, on=START + DAY, by=None), ""),
        (lambda one, way: actions.transfer(one, way.schools[0], on=START + DAY, reason="이사", by=None), "to"),
        (lambda one, way: actions.transfer(one, way.colleges[0], on=START + DAY, reason="이사", by=None), "to"),
        (lambda one, way: actions.leave_pathway(one, on=START - DAY, reason="이사", by=None), "on"),
        (lambda one, way: actions.leave_pathway(one, on=START + DAY, reason="", by=None), "reason"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(way, act, field):
    [one] = way.entrants(2023)

    with pytest.raises(ActionRefused) as refused:
        act(one, way)

    assert (refused.value.field or "") == field
    assert line(one) == [(1, 1, "")]


@pytest.mark.parametrize("how", StayEnd)
@pytest.mark.parametrize("now", [Standing.STUDYING, Standing.ON_LEAVE])
def test_only_what_the_table_says_may_follow(way, now, how):
    [one] = way.entrants(2023)
    if now == Standing.ON_LEAVE:
        actions.take_leave(one, on=START + DAY, reason="질병", by=None)
    stay = one.stays.open().get()
    on = START + 30 * DAY

    if how in WAY_TRANSITIONS[now]:
        step([Step(stay, how)], on=on, by=None)
        assert standing(one, on)[0] == WAY_TRANSITIONS[now][how]
    else:
        with pytest.raises(ActionRefused):
            step([Step(stay, how)], on=on, by=None)


def test_nothing_follows_what_ends_the_way():
    assert WAY_TRANSITIONS[Standing.LEFT] == WAY_TRANSITIONS[Standing.COMPLETED] == {}
    assert WAY_TRANSITIONS.keys() == set(Standing)


# The end of a year ---------------------------------------------------------------------


def test_a_class_goes_on_repeats_and_leaves_in_one_decision(way, django_assert_max_num_queries):
    four = way.entrants(2023, 4)
    stays = class_of(way.schools[0], 1)
    hows = [StayEnd.PROGRESSED, StayEnd.HELD_BACK, StayEnd.LEFT]
    decisions = {stay.pk: Decision(how, reason="자퇴") for stay, how in zip(stays, hows, strict=False)}

    with django_assert_max_num_queries(16):
        progress_class(way.schools[0], 1, decisions, on=date(2024, 3, 1), by=None)

    assert [line(one)[-1] for one in four] == [(1, 2, ""), (1, 1, ""), (1, 1, "left"), (1, 1, "")]
    four[2].refresh_from_db()
    assert (four[2].state, four[2].ended_on) == (EnrolmentState.DROPPED, date(2024, 2, 29))
    event = AuditEvent.objects.get(verb="class.progressed")
    assert (event.after["progressed"], event.after["held_back"], event.after["left"]) == (1, 1, 1)


def test_the_whole_way_of_five_years(way):
    [one] = way.entrants(2021)
    for year in (1, 2):
        go_on(way.schools[0], year, date(2021 + year, 3, 1))
    go_on(way.schools[0], 3, date(2024, 3, 1), to=way.colleges[0])
    go_on(way.colleges[0], 1, date(2025, 3, 1))
    [stay] = class_of(way.colleges[0], 2)
    progress_class(way.colleges[0], 2, {stay.pk: Decision(StayEnd.COMPLETED)}, on=date(2026, 3, 1), by=None)

    one.refresh_from_db()
    assert line(one) == [(1, 1, "progressed"), (1, 2, "progressed"), (1, 3, "progressed"),
                         (2, 1, "progressed"), (2, 2, "completed")]  # fmt: skip
    assert (one.state, one.ended_on) == (EnrolmentState.COMPLETED, date(2026, 2, 28))
    assert standing(one, date(2026, 2, 28)) == (Standing.STUDYING, f"{way.stages[1].pk}-2")
    assert standing(one, date(2026, 3, 1))[0] == Standing.COMPLETED


@pytest.mark.parametrize(
    "decide",
    [
        lambda way: Decision(StayEnd.COMPLETED),  # there is another stage
        lambda way: Decision(StayEnd.PROGRESSED),  # without its school
        lambda way: Decision(StayEnd.PROGRESSED, way.schools[1]),  # a school of the same stage
        lambda way: Decision(StayEnd.TRANSFERRED, way.colleges[0]),
        lambda way: Decision(StayEnd.LEFT),  # without a reason
    ],
)
def test_what_cannot_be_decided_at_the_end_of_a_stage(way, decide):
    way.entrants(2021)
    go_on(way.schools[0], 1, date(2022, 3, 1))
    go_on(way.schools[0], 2, date(2023, 3, 1))
    [stay] = class_of(way.schools[0], 3)

    with pytest.raises(ActionRefused):
        progress_class(way.schools[0], 3, {stay.pk: decide(way)}, on=date(2024, 3, 1), by=None)

    stay.refresh_from_db()
    assert stay.is_open


def test_a_class_that_has_changed_meanwhile_is_not_decided(way):
    one, _other = way.entrants(2023, 2)
    decisions = {stay.pk: Decision(StayEnd.PROGRESSED) for stay in class_of(way.schools[0], 1)}
    actions.take_leave(one, on=START + DAY, reason="질병", by=None)

    with pytest.raises(ActionRefused):
        progress_class(way.schools[0], 1, decisions, on=date(2024, 3, 1), by=None)


def test_a_wrong_decision_is_undone_on_the_same_day(way):
    people = way.entrants(2023, 3)
    stays = class_of(way.schools[0], 1)
    decisions = {stays[0].pk: Decision(StayEnd.PROGRESSED), stays[1].pk: Decision(StayEnd.LEFT, reason="자퇴"),
                 stays[2].pk: Decision(StayEnd.HELD_BACK)}  # fmt: skip
    made = progress_class(way.schools[0], 1, decisions, on=date(2024, 3, 1), by=None)

    with pytest.raises(ActionRefused):
        undo_progression(made, reason=" ", by=None)
    undo_progression(made, reason="다른 반을 골랐음", by=None)

    assert [line(one) for one in people] == [[(1, 1, "")]] * 3
    assert set(Enrolment.objects.values_list("state", "ended_on")) == {(EnrolmentState.ACTIVE, None)}
    assert AuditEvent.objects.filter(verb="stay.undone").count() == 3
    with pytest.raises(ActionRefused):
        undo_progression(made, reason="한 번 더", by=None)


def test_the_next_day_it_is_too_late(way):
    way.entrants(2023)
    made = go_on(way.schools[0], 1, date(2024, 3, 1))

    with time_machine.travel("2026-11-27 00:00+09:00"), pytest.raises(ActionRefused):
        undo_progression(made, reason="실수", by=None)


def test_what_has_gone_on_since_is_not_undone(way):
    [one] = way.entrants(2023)
    made = go_on(way.schools[0], 1, date(2024, 3, 1))
    actions.take_leave(one, on=date(2024, 4, 1), reason="질병", by=None)

    with pytest.raises(ActionRefused):
        undo_progression(made, reason="실수", by=None)


def test_the_attendance_of_a_course_does_not_complete_a_pathway(way):
    way.entrants(2021)

    with pytest.raises(ActionRefused):
        complete_course(way.cohorts[2021], by=None)


# What the database holds ---------------------------------------------------------------


def test_the_database_refuses_two_stays_at_once(way):
    [one] = way.entrants(2023)
    fields = {"enrolment": one, "person": one.person, "host": way.host, "place": way.schools[1], "year": 1}

    with pytest.raises(IntegrityError, match="one_open_stay_each"), transaction.atomic():
        Stay.objects.create(**fields, starts_on=START + DAY)
    with pytest.raises(IntegrityError, match="one_stay_at_a_time"), transaction.atomic():
        Stay.objects.create(**fields, starts_on=START + DAY, until=START + 2 * DAY, end="left")
    with pytest.raises(IntegrityError, match="stay_days_in_order"), transaction.atomic():
        Stay.objects.create(**fields, starts_on=START - DAY, until=START - 2 * DAY, end="left")


def test_the_database_refuses_the_stay_of_another_person(way):
    [one] = way.entrants(2023)

    with pytest.raises(IntegrityError, match="cohorts_stay_one_person"), transaction.atomic():
        one.stays.update(person=make_person(host=way.host))
        transaction.get_connection().check_constraints()


# Properties ----------------------------------------------------------------------------


def wander(way, people, draw) -> None:
    """Five years in which anything happens to anybody."""
    for year in range(2021, 2026):
        for one in draw.sample(people, 3):
            stay = one.stays.open().first()
            day = date(year, draw.randrange(4, 12), draw.randrange(1, 28))
            if stay is None or stay.starts_on > day:
                continue
            if stay.on_leave:
                actions.return_from_leave(one, on=day, by=None)
            elif draw.random() < 0.5:
                actions.take_leave(one, on=day, reason="질병", by=None)
            elif draw.random() < 0.5:
                others = stay.place.stage.places.exclude(pk=stay.place_id)
                if others:
                    actions.transfer(one, others.first(), on=day, reason="이사", by=None)
            else:
                actions.leave_pathway(one, on=day, reason="진로 변경", by=None)
        classes = {
            (stay.place, stay.year) for stay in Stay.objects.at_school().select_related("place__stage__programme")
        }
        for place, number in sorted(classes, key=lambda key: (key[0].pk, key[1])):
            last = place.stage == way.stages[1] and number == 2
            decisions = {}
            for stay in class_of(place, number):
                if stay.starts_on >= date(year + 1, 3, 1):
                    continue
                forward = StayEnd.COMPLETED if last else StayEnd.PROGRESSED
                how = forward if draw.random() < 0.8 else draw.choice([StayEnd.HELD_BACK, StayEnd.LEFT])
                decisions[stay.pk] = Decision(how, way.colleges[0], reason="성적")
            if decisions:
                progress_class(place, number, decisions, on=date(year + 1, 3, 1), by=None)


@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_stands_somewhere_on_every_day(way, seed):
    """The standings of a day add up to those who had entered, and say what the stays say."""
    people = [*way.entrants(2021, 5), *way.entrants(2022, 3, at=1)]
    wander(way, people, random.Random(seed))

    for one in people:  # no gap, nothing after the end, one person
        stays = list(one.stays.all())
        assert [stay.until for stay in stays[:-1]] == [stay.starts_on for stay in stays[1:]]
        assert all(stay.end not in ("left", "completed") for stay in stays[:-1])
    walked = {one.pk: list(one.stays.all()) for one in people}
    for offset in range(0, 2200, 45):
        day = date(2021, 2, 1) + offset * DAY
        found = dict(Stay.objects.as_of(day).values_list("enrolment", "standing"))
        told = {one.pk: told_by_history(walked[one.pk], day) for one in people if one.starts_on <= day}
        assert Stay.objects.as_of(day).count() == len(told), day
        assert found == told, day


def told_by_history(stays: list[Stay], day: date) -> str:
    """The standing on a day, from walking the stays by hand."""
    now = ""
    for stay in stays:
        if stay.starts_on <= day:
            now = Standing.ON_LEAVE if stay.on_leave else Standing.STUDYING
        if stay.until and stay.until <= day and stay.end in ("left", "completed"):
            now = stay.end
    return now
