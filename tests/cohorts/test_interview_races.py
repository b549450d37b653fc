"""Everybody wants the last time in the same moment: one gets it, the others are told."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection

from cohorts.actions import interviews as actions
from cohorts.actions.interview_panels import remove_slots
from cohorts.actions.reviewing import declare_conflict
from cohorts.models import Application, InterviewBooking, InterviewInvitation, InterviewSlot, Person
from cohorts.states import ApplicationState
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.cohorts.interviewing import at, make_invited, make_panel, make_reviewer, make_slot, make_slots, selecting
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def crowd(slot: InterviewSlot, number: int) -> list[Application]:
    cohort, host = slot.cohort, slot.host
    people = Person.objects.bulk_create(
        Person(host=host, name="홍길동", birth_date="1998-03-15", mobile="010-0000-0000", email=f"i{n}@example.kr")
        for n in range(number)
    )
    found = Application.objects.bulk_create(
        Application(
            cohort=cohort, host=host, person=one, state=ApplicationState.SUBMITTED, submitted_at=at(0),
            receipt_number=f"I-{cohort.pk}-{one.pk}",
        )
        for one in people
    )  # fmt: skip
    InterviewInvitation.objects.bulk_create(
        InterviewInvitation(application=one, host=host, book_until=at(2)) for one in found
    )
    return found


def rush(number: int, capacity: int = 1) -> tuple[InterviewSlot, list[object]]:
    slot = make_slot(make_panel(), capacity=capacity)
    wanting = crowd(slot, number)
    results = in_parallel([lambda one=one: actions.book_interview(one, slot, by=None) for one in wanting])
    slot.refresh_from_db()
    return slot, results


def booked(slot: InterviewSlot) -> int:
    return slot.bookings.live().count()


@pytest.mark.parametrize("capacity", [1, 3])
def test_a_hundred_want_the_last_places(capacity):
    slot, results = rush(100, capacity)

    refused = [result for result in results if isinstance(result, ActionRefused)]
    assert (booked(slot), slot.taken, len(refused)) == (capacity, capacity, 100 - capacity)
    assert AuditEvent.objects.filter(verb="application.interview_booked").count() == capacity
    assert Mail.objects.filter(template="cohorts/interview_booked").count() == capacity


@pytest.fixture
def _unlocked(monkeypatch):
    """The twin: the same code, but the slots are read without being locked."""
    monkeypatch.setattr(actions, "_lock_slots", lambda pks: InterviewSlot.objects.select_related("panel").in_bulk(pks))


@pytest.mark.usefixtures("_unlocked")
def test_without_the_lock_the_constraint_still_stands():
    slot, results = rush(60)

    assert (booked(slot), slot.taken) == (1, 1)
    assert any(isinstance(result, IntegrityError) for result in results)


@contextmanager
def without_the_constraint():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cohorts_interviewslot DROP CONSTRAINT slot_never_overbooked")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM cohorts_interviewbooking")
            cursor.execute(
                "ALTER TABLE cohorts_interviewslot ADD CONSTRAINT slot_never_overbooked CHECK (taken <= capacity)"
            )


@pytest.mark.usefixtures("_unlocked")
def test_the_twin_without_lock_and_constraint_overbooks():
    with without_the_constraint():
        slot, _results = rush(60)

        assert booked(slot) > 1


def test_one_applicant_in_many_windows_has_one_time():
    cohort = selecting()
    slots = make_slots(make_panel(cohort), 8)
    application = make_invited(cohort)
    me = application.person.user

    results = in_parallel([lambda slot=slot: actions.book_interview(application, slot, by=me) for slot in slots])

    assert all(isinstance(result, InterviewBooking) for result in results)  # each moves what the last one booked
    live = InterviewBooking.objects.get()
    assert live.sequence == len(slots) - 1
    assert [slot.pk for slot in InterviewSlot.objects.filter(taken__gt=0)] == [live.slot_id]


def test_two_who_change_places_do_not_wait_for_each_other_for_ever():
    cohort = selecting()
    slots = make_slots(make_panel(cohort), 2)
    spare = make_slot(make_panel(cohort), at(6))
    one, other = make_invited(cohort), make_invited(cohort)
    actions.book_interview(one, slots[0], by=None)
    actions.book_interview(other, slots[1], by=None)

    results = in_parallel(
        [
            lambda: actions.book_interview(one, slots[1], by=None),
            lambda: actions.book_interview(other, slots[0], by=None),
        ]
    )

    assert all(isinstance(result, ActionRefused) for result in results)  # both are full
    results = in_parallel(
        [lambda: actions.book_interview(one, spare, by=None), lambda: actions.cancel_interview(other, by=None)]
    )
    assert not any(isinstance(result, Exception) for result in results)
    assert InterviewSlot.objects.get(taken__gt=0) == spare


def test_a_conflict_declared_while_one_books_is_obeyed_or_flagged():
    for _run in range(5):
        cohort = selecting()
        reviewer = make_reviewer(cohort)
        slot = make_slot(make_panel(cohort, reviewer))
        application = make_invited(cohort)
        in_parallel(
            [
                lambda one=application, slot=slot: actions.book_interview(one, slot, by=None),
                lambda one=application, who=reviewer: declare_conflict(one, who, by=None, kind="exclusion"),
            ]
        )
        live = InterviewBooking.objects.live().filter(application=application)
        assert set(live) == set(live.conflicted())


def test_a_time_that_is_booked_while_it_is_closed_is_either():
    for _run in range(5):
        panel = make_panel()
        slot = make_slot(panel)
        application = make_invited(panel.cohort)
        in_parallel(
            [
                lambda one=application, slot=slot: actions.book_interview(one, slot, by=None),
                lambda panel=panel: remove_slots(panel, at(5).date(), by=None),
            ]
        )
        assert panel.slots.count() == InterviewBooking.objects.filter(slot__panel=panel).count()
