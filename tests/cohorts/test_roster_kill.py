"""A worker that dies in the middle of a roster leaves none of it; the next one takes all of it in."""

import pathlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from cohorts.actions import rosters as actions
from cohorts.models import Application, Consent, Person, RosterImport
from portal.audit.models import AuditEvent
from portal.jobs.models import Job
from tests.factories import make_cohort, make_user
from tests.workers import Background, background, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FILE = pathlib.Path(__file__).parent.parent / "data" / "applicants.xlsx"


@pytest.fixture
def world(transactional_db) -> Iterator[Background]:
    with background() as running:
        running.ticking.set()
        yield running
        running.ticking.clear()
        for process in list(running.processes):
            running.kill(process)


@contextmanager
def nobody_writes(table: str) -> Iterator[None]:
    """Whoever writes to the table waits: a way to stop a transaction in its middle."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield
    finally:
        other.rollback()
        other.close()


def waiting() -> bool:
    """Somebody waits for the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'cohorts_consent'::regclass")
        return cursor.fetchone() is not None


def previewed_roster() -> RosterImport:
    cohort = make_cohort(tracks={"일반": 80, "심화": 20})
    upload = SimpleUploadedFile("지원자.xlsx", FILE.read_bytes())
    roster = actions.receive_roster(cohort, upload, by=None)
    until(lambda: RosterImport.objects.get(pk=roster.pk).state == RosterImport.State.PREVIEW)
    roster.refresh_from_db()
    return roster


def written() -> tuple[int, ...]:
    received = AuditEvent.objects.filter(verb="application.received")
    return tuple(rows.count() for rows in (Person.objects, Application.objects, Consent.objects, received))


def test_a_worker_killed_while_it_takes_a_roster_in_leaves_none_of_it(world: Background):
    roster = previewed_roster()
    with nobody_writes("cohorts_consent"):
        actions.confirm_roster(roster, by=make_user())
        until(waiting)  # people and applications are written, the consents are not
        world.kill(world.processes[0])
    until(lambda: not waiting())

    assert written() == (0, 0, 0, 0)

    world.start()
    job = Job.objects.get(kind="apply_roster")
    world.finished(job, seconds=60)
    taken = roster.counts["new"]
    assert written() == (taken, taken, taken, taken)
