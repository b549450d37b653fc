"""Who is told of a missing check-out, and that once."""

from datetime import time

import pytest
from django.utils import timezone

from cohorts.models import CohortStaff
from curriculum.actions import save_register
from curriculum.actions.attendance import Entry
from curriculum.actions.reminders import remind_of_missing_check_outs
from portal.accounts.roles import Role
from portal.notify.models import Mail
from tests.factories import assign, make_day, make_enrolment, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return make_day(on=timezone.localdate())


def addresses() -> set[str]:
    return set(Mail.objects.values_list("address", flat=True))


def test_trainee_and_instructor_are_told_once(day):
    forgot, went, ill, absent = [make_enrolment(cohort=day.cohort) for _ in range(4)]
    instructor = assign(make_member(Role.INSTRUCTOR, day.host), day.cohort)
    assign(make_member(Role.REVIEWER, day.host), day.cohort)
    entries = [
        Entry(forgot.pk, time(9)),
        Entry(went.pk, time(9), time(18)),
        Entry(ill.pk, time(9), excuse="illness"),
        Entry(absent.pk),
    ]
    save_register(day, entries, by=None)

    assert remind_of_missing_check_outs() == 2
    remind_of_missing_check_outs()

    assert addresses() == {forgot.person.email, instructor.email}
    assert Mail.objects.count() == 2


def test_nobody_is_told_of_a_complete_day_or_of_another_one(day):
    save_register(day, [Entry(make_enrolment(cohort=day.cohort).pk, time(9), time(18))], by=None)
    earlier = make_day(cohort=day.cohort)
    save_register(earlier, [Entry(make_enrolment(cohort=day.cohort).pk, time(9))], by=None)

    assert remind_of_missing_check_outs() == 0


def test_an_instructor_who_has_left_is_not_told(day):
    instructor = assign(make_member(Role.INSTRUCTOR, day.host), day.cohort)
    membership = CohortStaff.objects.get().membership
    membership.ended_at = timezone.now()
    membership.save()
    save_register(day, [Entry(make_enrolment(cohort=day.cohort).pk, time(9))], by=None)

    remind_of_missing_check_outs()

    assert instructor.email not in addresses()
