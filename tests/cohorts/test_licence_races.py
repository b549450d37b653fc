"""A hundred people ask for the last licence seat in the same moment: one gets it."""

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from cohorts.actions import licences as actions
from cohorts.models import Enrolment, LicencePool, Person
from cohorts.states import CohortState
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_cohort, make_licence_pool
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 100


@pytest.fixture
def _unlocked(monkeypatch):
    """The twin: the same code, but the pool is read without being locked."""
    monkeypatch.setattr(actions, "_lock_pool", lambda pk: LicencePool.objects.get(pk=pk))


def rush(seats: int) -> tuple[LicencePool, list[object]]:
    """A hundred trainees, each asking for a seat of one pool at once."""
    cohort = make_cohort(state=CohortState.RUNNING, starts_on=timezone.localdate())
    people = Person.objects.bulk_create(
        Person(host=cohort.host, name="홍길동", birth_date="1998-03-15", mobile="010-0000-0000", email=f"l{n}@example.kr")
        for n in range(RIVALS)
    )  # fmt: skip
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, host=cohort.host, person=person, number=n, starts_on=cohort.starts_on)
        for n, person in enumerate(people, start=1)
    )
    pool, until = make_licence_pool(host=cohort.host, seats=seats), timezone.localdate()
    calls = [lambda one=one: actions.assign_licences(pool, [one], by=None, until=until) for one in enrolments]
    results = in_parallel(calls)
    pool.refresh_from_db()
    return pool, results


def held(pool: LicencePool) -> int:
    return pool.assignments.held().count()


def test_a_hundred_ask_for_the_last_seat_and_one_gets_it():
    pool, results = rush(seats=1)

    refused = [result for result in results if isinstance(result, ActionRefused)]
    assert (held(pool), pool.seats_taken, len(refused)) == (1, 1, RIVALS - 1)
    assert AuditEvent.objects.filter(verb="licence.assigned").count() == 1


@pytest.mark.usefixtures("_unlocked")
def test_without_the_lock_the_constraint_still_stands():
    pool, results = rush(seats=3)

    assert (held(pool), pool.seats_taken) == (3, 3)
    assert any(isinstance(result, IntegrityError) for result in results)


@pytest.mark.usefixtures("_unlocked")
def test_the_twin_without_the_lock_oversells():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cohorts_licencepool DROP CONSTRAINT licences_never_oversold")
    try:
        pool, _results = rush(seats=1)

        assert held(pool) > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cohorts_licencepool SET seats_taken = 0")
            cursor.execute(
                "ALTER TABLE cohorts_licencepool ADD CONSTRAINT licences_never_oversold CHECK (seats_taken <= seats)"
            )
