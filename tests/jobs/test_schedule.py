"""Each slot of a schedule runs once, however many processes open it."""

import uuid
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal import jobs
from portal.jobs import engine
from portal.jobs.models import Job, ScheduleSlot
from portal.jobs.registry import KINDS, SCHEDULES, Kind, Schedule
from tests.workers import at_once, drain

SEOUL = ZoneInfo("Asia/Seoul")
ran: list[datetime] = []


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.fixture
def every_minute(monkeypatch):
    """A schedule of its own, alone; gone after the test."""
    ran.clear()
    kind = "tests.tick"
    monkeypatch.setattr(engine, "SCHEDULES", {kind: Schedule(kind, "minutely", time(0))})
    monkeypatch.setitem(KINDS, kind, Kind(kind, lambda job: ran.append(job.slot)))
    return kind


@pytest.mark.parametrize(
    ("rhythm", "set_at", "now", "slot"),
    [
        ("minutely", "00:00", "2026-03-02 09:00:59", "2026-03-02 09:00"),
        ("hourly", "00:30", "2026-03-02 09:29:59", "2026-03-02 08:30"),
        ("hourly", "00:30", "2026-03-02 09:30:00", "2026-03-02 09:30"),
        ("daily", "09:00", "2026-03-02 08:59:59", "2026-03-01 09:00"),
        ("daily", "09:00", "2026-03-02 09:00:00", "2026-03-02 09:00"),
        ("monthly", "06:00", "2026-03-01 05:59:00", "2026-02-01 06:00"),
        ("monthly", "06:00", "2026-03-01 06:00:00", "2026-03-01 06:00"),
        ("monthly", "06:00", "2026-01-01 00:00:00", "2025-12-01 06:00"),
    ],
)
def test_the_latest_slot_of_a_rhythm(rhythm, set_at, now, slot):
    found = Schedule("x", rhythm, time.fromisoformat(set_at)).latest(at(now).astimezone(UTC))

    assert found == at(slot)


@pytest.mark.django_db
def test_after_two_hours_down_one_run_catches_up(every_minute):
    engine.open_slots(at("2026-03-02 09:00"))
    drain()

    engine.open_slots(at("2026-03-02 11:00"))
    engine.open_slots(at("2026-03-02 11:00:30"))
    drain()

    assert ran == [at("2026-03-02 09:00"), at("2026-03-02 11:00")]


MINUTES = [at("2026-03-02 09:00") + timedelta(minutes=number) for number in range(20)]


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_open_each_slot_once(every_minute):
    at_once(lambda: [engine.open_slots(now) for now in MINUTES])

    assert ScheduleSlot.objects.count() == len(MINUTES)
    assert Job.objects.count() == len(MINUTES)


@pytest.mark.django_db(transaction=True)
def test_without_the_unique_slot_sweeps_at_once_open_it_twice(every_minute):
    """The twin: look first, then write, under a key that nothing makes unique."""

    def careless(now: datetime) -> None:
        stamp = now.isoformat(timespec="minutes")
        if not Job.objects.filter(payload={"slot": stamp}).exists():
            jobs.enqueue(every_minute, key=uuid.uuid4().hex, payload={"slot": stamp}, by=None, host=None)

    at_once(lambda: [careless(now) for now in MINUTES])

    assert Job.objects.count() > len(MINUTES)


def test_two_handlers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Two handlers"):
        jobs.job("jobs.clean")(lambda job: None)


def test_the_portal_s_own_schedules_are_known():
    assert {"jobs.clean", "notify.empty_secrets"} <= set(SCHEDULES)
