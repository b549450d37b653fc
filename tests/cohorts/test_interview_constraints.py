"""What must never be false of interviews is refused by the database itself, whoever writes."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cohorts.models import InterviewPanelMember, InterviewSitting, InterviewSlot
from tests.cohorts.interviewing import at, make_booking, make_invited, make_panel, make_reviewer, make_slot, selecting

pytestmark = pytest.mark.django_db
SLOT = (
    "INSERT INTO cohorts_interviewslot (panel_id, cohort_id, host_id, starts_at, ends_at, capacity, taken)"
    " VALUES (%s, %s, %s, %s, %s, 1, 0)"
)
BOOK = (
    "INSERT INTO cohorts_interviewbooking (slot_id, cohort_id, host_id, application_id, person_id, state, sequence,"
    " booked_at, changed_at) VALUES (%s, %s, %s, %s, %s, 'booked', 0, now(), now())"
)


@contextmanager
def refused(constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, values)


def open_slot(panel, starts_at, minutes=20):
    sql(SLOT, panel.pk, panel.cohort_id, panel.host_id, starts_at, starts_at + timedelta(minutes=minutes))


def book(slot, application):
    sql(BOOK, slot.pk, slot.cohort_id, slot.host_id, application.pk, application.person_id)


def test_a_panel_has_no_two_slots_at_once():
    panel = make_panel()
    open_slot(panel, at(5, 10))

    with refused("panel_has_one_slot_at_a_time"):
        open_slot(panel, at(5, 10, 19))
    open_slot(panel, at(5, 10, 20))  # one that only touches


def test_nobody_sits_in_two_panels_at_once_whichever_came_first():
    cohort = selecting()
    reviewer = make_reviewer(cohort)
    one, other = make_panel(cohort, reviewer), make_panel(cohort, reviewer)
    free = make_panel(cohort)
    open_slot(one, at(5, 10))

    with refused("panellist_sits_in_one_panel_at_a_time"):
        open_slot(other, at(5, 10, 10))
    open_slot(free, at(5, 10, 10))
    with refused("panellist_sits_in_one_panel_at_a_time"):
        sql(
            "INSERT INTO cohorts_interviewpanelmember (panel_id, host_id, reviewer_id) VALUES (%s, %s, %s)",
            free.pk, free.host_id, reviewer.pk,
        )  # fmt: skip


def test_nobody_sits_in_two_cohorts_at_once():
    cohort = selecting()
    reviewer = make_reviewer(cohort)
    make_slot(make_panel(cohort, reviewer), at(5, 10))
    other = make_panel(selecting(), reviewer)

    with refused("panellist_sits_in_one_panel_at_a_time"):
        open_slot(other, at(5, 10))


def test_a_slot_that_is_moved_takes_its_panellists_along():
    cohort = selecting()
    reviewer = make_reviewer(cohort)
    make_slot(make_panel(cohort, reviewer), at(5, 10))
    later = make_slot(make_panel(cohort, reviewer), at(5, 11))
    move = "UPDATE cohorts_interviewslot SET starts_at = %s, ends_at = %s WHERE id = %s"

    with refused("panellist_sits_in_one_panel_at_a_time"):
        sql(move, at(5, 10, 5), at(5, 10, 25), later.pk)
    sql(move, at(5, 12), at(5, 12, 20), later.pk)
    assert InterviewSitting.objects.get(slot=later).starts_at == at(5, 12)


def test_who_leaves_a_panel_is_free_again_and_a_closed_slot_leaves_nothing():
    cohort = selecting()
    reviewer = make_reviewer(cohort)
    panel = make_panel(cohort, reviewer)
    slot = make_slot(panel)
    sql("DELETE FROM cohorts_interviewpanelmember WHERE panel_id = %s", panel.pk)
    assert not InterviewSitting.objects.exists()

    InterviewPanelMember.objects.create(panel=panel, host=panel.host, reviewer=reviewer)
    assert InterviewSitting.objects.count() == 1
    sql("DELETE FROM cohorts_interviewslot WHERE id = %s", slot.pk)
    assert not InterviewSitting.objects.exists()


def test_a_slot_is_never_overbooked():
    panel = make_panel()
    slot, group = make_slot(panel), make_slot(panel, at(5, 14), capacity=2)
    book(slot, make_invited(panel.cohort))

    with refused("slot_never_overbooked"):
        book(slot, make_invited(panel.cohort))
    for _number in range(2):
        book(group, make_invited(panel.cohort))
    with refused("slot_never_overbooked"):
        book(group, make_invited(panel.cohort))
    with refused("slot_never_overbooked"):
        sql("UPDATE cohorts_interviewslot SET capacity = 1 WHERE id = %s", group.pk)


def test_nobody_is_moved_into_a_full_slot_and_a_cancelled_place_is_free():
    panel = make_panel()
    first, second = make_slot(panel, at(5, 10)), make_slot(panel, at(5, 11))
    one, other = make_booking(first), make_booking(second)

    with refused("slot_never_overbooked"):
        sql("UPDATE cohorts_interviewbooking SET slot_id = %s WHERE id = %s", first.pk, other.pk)
    sql("UPDATE cohorts_interviewbooking SET state = 'cancelled' WHERE id = %s", one.pk)
    sql("UPDATE cohorts_interviewbooking SET slot_id = %s WHERE id = %s", first.pk, other.pk)
    assert dict(InterviewSlot.objects.values_list("pk", "taken")) == {first.pk: 1, second.pk: 0}
    sql("DELETE FROM cohorts_interviewbooking WHERE id = %s", other.pk)
    assert not InterviewSlot.objects.filter(taken__gt=0).exists()


def test_an_applicant_has_one_live_booking_in_a_cohort():
    panel = make_panel()
    first, second = make_slot(panel, at(5, 10)), make_slot(panel, at(5, 11))
    application = make_invited(panel.cohort)
    book(first, application)

    with refused("one_live_booking_per_cohort"):
        book(second, application)
    sql("UPDATE cohorts_interviewbooking SET state = 'cancelled'")
    book(second, application)


def test_a_booking_belongs_to_the_cohort_of_its_slot_and_the_person_of_its_application():
    panel, other = make_panel(), make_panel()
    slot = make_slot(panel)
    stranger = make_invited(other.cohort)

    with refused("same"):
        sql(BOOK, slot.pk, slot.cohort_id, slot.host_id, stranger.pk, stranger.person_id)
    mine, neighbour = make_invited(panel.cohort), make_invited(panel.cohort)
    with refused("same_application"):
        sql(BOOK, slot.pk, slot.cohort_id, slot.host_id, mine.pk, neighbour.person_id)


def test_a_slot_stays_with_its_panel():
    cohort = selecting()
    slot, other = make_slot(make_panel(cohort)), make_panel(cohort)

    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        InterviewSlot.objects.filter(pk=slot.pk).update(panel=other)
