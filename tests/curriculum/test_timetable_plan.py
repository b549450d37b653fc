"""Planning the timetable of a cohort, and the lists around it."""

from datetime import date, time

import pytest
from django.urls import reverse

from cohorts.states import CohortState
from curriculum import actions
from curriculum.actions.attendance import Entry
from curriculum.models import Lesson, TrainingDay
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from tests.factories import make_cohort, make_day, make_enrolment, make_member, make_module, make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    """26 weeks from 13 April 2026, with a programme of three modules."""
    programme = make_programme()
    first = make_module(programme=programme, code="PY", hours=80)
    make_module(programme=programme, code="ML", hours=120).after.add(first)
    start, end = date(2026, 4, 13), date(2026, 10, 11)
    return make_cohort(programme=programme, state=CohortState.RUNNING, starts_on=start, ends_on=end)


def test_the_days_keep_the_holidays_free(cohort):
    actions.add_holiday(cohort.host, on=date(2026, 4, 20), name="개교기념일", by=None)

    actions.plan_timetable(cohort, by=None)

    days = set(cohort.days.values_list("date", flat=True))
    assert date(2026, 4, 13) in days
    free = {
        date(2026, 5, 1),
        date(2026, 5, 5),
        date(2026, 5, 25),
        date(2026, 7, 17),
        date(2026, 4, 20),
        date(2026, 4, 18),
    }
    assert not days & free


def test_a_module_comes_after_what_it_builds_on(cohort):
    actions.plan_timetable(cohort, by=None)

    taught = list(Lesson.objects.order_by("day__date", "position").values_list("module__code", "hours"))
    assert [code for code, _hours in taught] == ["PY"] * 10 + ["ML"] * 15
    assert sum(hours for _code, hours in taught) == 200


def test_planning_again_replaces_and_a_day_on_record_forbids_it(cohort):
    actions.plan_timetable(cohort, by=None)
    first = TrainingDay.objects.filter(cohort=cohort).count()
    actions.plan_timetable(cohort, by=None)
    assert TrainingDay.objects.filter(cohort=cohort).count() == first

    day = cohort.days.first()
    actions.save_register(day, [Entry(make_enrolment(cohort=cohort).pk, time(9), time(18))], by=None)

    with pytest.raises(ActionRefused):
        actions.plan_timetable(cohort, by=None)


def test_modules_that_wait_for_each_other_are_refused(cohort):
    first, second = cohort.programme.modules.order_by("pk")

    with pytest.raises(ActionRefused, match="ML"):
        actions.edit_module(first, by=None, after=[second], code="PY", title="파이썬", hours=80)

    assert not first.after.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_three(client, sign_in, django_assert_num_queries, cohort, count):
    sign_in(make_member(Role.OFFICIAL, cohort.host))
    for number in range(count):
        make_day(cohort=cohort, on=date(2026, 4, 13 + number))
        make_module(programme=cohort.programme)
        make_enrolment(cohort=cohort)
        make_programme(host=cohort.host)
    for name, args, queries in [
        ("curriculum:day-list", [], 4),
        ("curriculum:programme-list", [], 4),
        ("curriculum:module-list", [cohort.programme_id], 5),
        ("curriculum:sheet", [cohort.pk], 7),
    ]:
        with django_assert_num_queries(queries):
            assert client.get(reverse(name, args=args)).status_code == 200
