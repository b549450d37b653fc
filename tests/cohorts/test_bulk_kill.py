"""A worker that dies in the middle of a bulk action leaves none of it; the next one does all of it, once."""

import pytest

from cohorts.actions import bulk
from cohorts.bulk import BulkVerb
from cohorts.models import Application, BulkAction
from portal.audit.models import AuditEvent
from portal.jobs.models import Job
from portal.notify.models import Mail
from tests.cohorts.test_roster_kill import nobody_writes, world  # noqa: F401  # a fixture
from tests.factories import make_application, make_cohort, make_user
from tests.workers import Background, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def waiting() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'notify_mail'::regclass")
        return cursor.fetchone() is not None


def written() -> tuple[int, ...]:
    turned_down = Application.objects.filter(state="rejected")
    events = AuditEvent.objects.filter(verb="application.rejected")
    return tuple(rows.count() for rows in (turned_down, events, Mail.objects))


def test_a_killed_worker_leaves_nothing_and_the_next_does_it_once(world: Background):  # noqa: F811
    cohort = make_cohort(state="selecting")
    for _ in range(20):
        make_application(cohort=cohort)
    made = bulk.prepare_bulk(cohort, Application.objects.all(), verb=BulkVerb.TURN_DOWN, by=None, reason="서류 미비")
    with nobody_writes("notify_mail"):
        bulk.confirm_bulk(made, by=make_user())
        until(waiting)  # the states are written, the mail is not
        world.kill(world.processes[0])
    until(lambda: not waiting())
    assert written() == (0, 0, 0)

    world.start()
    world.finished(Job.objects.get(kind="run_bulk"), seconds=60)

    assert written() == (20, 20, 20)
    assert BulkAction.objects.get().state == "done"
