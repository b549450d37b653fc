"""Claims jobs, runs them, and settles how they ended. The only writer of `Job.state` but for people.

A claim counts `attempt` up; every later write demands the same number, so a worker that was
thought dead and wakes up cannot write any more. An atomic kind's work and its mark "done"
are one transaction: whatever dies, the work is there once or not at all.
"""

import contextlib
import logging
import random
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.common.exceptions import ActionRefused
from portal.jobs.models import Job, ScheduleSlot
from portal.jobs.registry import KINDS, SCHEDULES, JobFailed, Kind, OutcomeUnknown, Postponed, Stopped, TryLater
from portal.jobs.states import JobState

log = logging.getLogger("portal.jobs")
BUG_TRIES = 2
GRACE = 30  # seconds between the interruption of a job that takes too long and the end of its process
AWAY = (OperationalError, InterfaceError, ConnectionError, TimeoutError)  # something outside, not our bug
NUDGES_PER_SWEEP = 1000
NUDGE_AGAIN = timedelta(seconds=10)  # after which a message is thought lost


def lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.JOBS_LEASE_SECONDS)


# Claim ---------------------------------------------------------------------------------


def claim(pk: int | None = None) -> Job | None:
    """Take one due job, or this one if it is due; None where another was quicker.

    SKIP LOCKED lets any number of workers ask at once: each row goes to one of them.
    """
    now = timezone.now()
    with transaction.atomic():
        due = Job.objects.due(now).filter(kind__in=KINDS)
        if pk is not None:
            due = due.filter(pk=pk)
        if busy := heavy_at_work(now):
            due = due.exclude(kind__in=busy)
        job = due.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.lost_attempts += job.state == JobState.RUNNING
        job.state, job.attempt = JobState.RUNNING, job.attempt + 1
        job.started_at, job.lease_until = now, lease(now)
        job.progress = 0
        job.save(update_fields=["state", "attempt", "lost_attempts", "started_at", "lease_until", "progress"])
    return job


def heavy_at_work(now: datetime) -> list[str]:
    """All heavy kinds while one of them runs, so that long work leaves a worker for mail."""
    heavy = [kind.name for kind in KINDS.values() if kind.heavy]
    running = Job.objects.filter(kind__in=heavy, state=JobState.RUNNING, lease_until__gt=now)
    return heavy if heavy and running.exists() else []


# Run -----------------------------------------------------------------------------------


class Pulse:
    """Keeps the lease of a running job and writes its progress, from a thread beside the work.

    It has its own connection, so others see the progress before the work commits, and it
    learns there when the job was cancelled or lost. A job shorter than a second never needs it.
    """

    SECONDS = 1.0

    def __init__(self, job: Job) -> None:
        self.job, self.stopped = job, False
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.beat, name=f"pulse-{job.pk}", daemon=True)

    def __enter__(self) -> "Pulse":
        self.job.pulse = self
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.thread.join()
        self.job.pulse = None

    def check(self) -> None:
        if self.stopped:
            raise Stopped

    def beat(self) -> None:
        try:
            while not self.over.wait(self.SECONDS):
                with contextlib.suppress(*AWAY):  # the next beat tries again; the lease allows for some
                    self.stopped = not self.write()
        finally:
            connection.close()

    def write(self) -> int:
        job = self.job
        mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)
        return mine.update(lease_until=lease(timezone.now()), progress=job.progress, total=job.total)


def run(pk: int | None = None, *, pulse: bool = True) -> Job | None:
    """Claim and run one job; None where there was none to claim. Never raises for the work's errors."""
    job = claim(pk)
    if job is None:
        return None
    kind = KINDS[job.kind]
    language = job.created_by.language if job.created_by else settings.LANGUAGE_CODE
    with translation.override(language), Pulse(job) if pulse else contextlib.nullcontext():
        try:
            work(job, kind)
        except Stopped:
            log.info("job %s: attempt %s stopped", job.pk, job.attempt)
        except Exception as error:  # every error is an outcome of the job
            job.exception = error  # type: ignore[attr-defined]  # for the tests' drain()
            settle_error(job, kind, error)
    return job


def work(job: Job, kind: Kind) -> None:
    """The handler, and the mark that it is done: one transaction where the kind is atomic."""
    with transaction.atomic() if kind.atomic else contextlib.nullcontext():
        result = kind.handler(job)
        settle(job, JobState.DONE, result=result or {}, error="", error_code="")


def settle(job: Job, state: JobState, **fields: Any) -> None:
    """Write how this attempt ended, if the job is still ours; otherwise `Stopped` undoes the work."""
    mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)
    ended = {} if state == JobState.QUEUED else {"finished_at": timezone.now()}
    fields |= {"state": state, "progress": job.progress, "total": job.total, "lease_until": None, **ended}
    if not mine.update(**fields):
        raise Stopped
    for name, value in fields.items():
        if not hasattr(value, "resolve_expression"):
            setattr(job, name, value)


def settle_error(job: Job, kind: Kind, error: Exception) -> None:
    """Failed for good, again later, or dead: decided by what went wrong and how often."""
    code, sentence = explain(error)
    said = {"error_code": code, "error": sentence, "first_error": job.first_error or sentence}
    # People may grant a dead job new attempts; what counts is the budget since then.
    used = kind.max_attempts - (job.max_attempts - job.attempt)
    try:
        match error:
            case Postponed():
                again = timezone.now() + timedelta(seconds=error.seconds)
                settle(job, JobState.QUEUED, run_at=again, max_attempts=F("max_attempts") + 1, nudged_at=None, **said)
            case OutcomeUnknown():
                settle(job, JobState.UNKNOWN, **said)
            case ActionRefused():
                settle(job, JobState.FAILED, **said)
            case JobFailed() if not isinstance(error, TryLater):
                settle(job, JobState.FAILED, **said)
            case _:
                outside = isinstance(error, (TryLater, SoftTimeLimitExceeded, *AWAY))
                if not outside:
                    log.error("job %s (%s): attempt %s failed", job.pk, job.kind, job.attempt, exc_info=error)
                if job.attempt >= job.max_attempts or (used >= BUG_TRIES and not outside):
                    settle(job, kind.exhausted, **said)
                else:
                    settle(job, JobState.QUEUED, run_at=timezone.now() + backoff(used), nudged_at=None, **said)
    except Stopped:
        log.info("job %s: attempt %s was no longer ours", job.pk, job.attempt)


def explain(error: Exception) -> tuple[str, str]:
    """A code and a sentence for people; an unforeseen error's own words stay in the log."""
    match error:
        case JobFailed():
            return error.code, str(error.sentence)
        case ActionRefused():
            return "refused", str(error)
        case SoftTimeLimitExceeded():
            return "time_limit", _("This took longer than it may.")
        case OperationalError() | InterfaceError() | ConnectionError() | TimeoutError():
            return type(error).__name__, _("A part of the portal did not answer.")
    return type(error).__name__, _("An unexpected error happened. The portal's operators find it in the log.")


def backoff(used: int) -> timedelta:
    """How long to wait after so many attempts: growing, and ± 20 % so that not all return at once."""
    steps = settings.JOBS_BACKOFF_SECONDS
    seconds = steps[min(used, len(steps)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311


# Sweep ---------------------------------------------------------------------------------


def reap(now: datetime) -> None:
    """End what has no attempt left, or whose time has passed."""
    spent = Job.objects.lost(now).filter(attempt__gte=F("max_attempts"))
    ended = {"finished_at": now, "lease_until": None, "lost_attempts": F("lost_attempts") + 1}
    once = [kind.name for kind in KINDS.values() if kind.once]
    vanished = {"error_code": "vanished", "error": _("The process that did this work ended in the middle of it.")}
    spent.filter(kind__in=once).update(state=JobState.UNKNOWN, **ended, **vanished)
    spent.exclude(kind__in=once).update(state=JobState.DEAD, **ended, **vanished)
    late = {"state": JobState.EXPIRED, "finished_at": now, "lease_until": None}
    Job.objects.filter(state=JobState.QUEUED, expires_at__lte=now).update(**late)
    Job.objects.lost(now).filter(expires_at__lte=now).update(**late)


def open_slots(now: datetime) -> None:
    """Make the job of each schedule's latest slot. The unique row lets one sweep of many do it."""
    latest = {name: schedule.latest(now) for name, schedule in SCHEDULES.items()}
    opened = set(
        ScheduleSlot.objects.filter(schedule__in=latest, slot__in=set(latest.values())).values_list("schedule", "slot")
    )
    for name, slot in latest.items():
        if (name, slot) not in opened:
            open_slot(name, slot)


def open_slot(name: str, slot: datetime) -> None:
    from portal.jobs import queue

    with transaction.atomic():
        ScheduleSlot.objects.bulk_create([ScheduleSlot(schedule=name, slot=slot)], ignore_conflicts=True)
        stamp = slot.isoformat(timespec="minutes")
        queue.enqueue_many([queue.new(name, key=f"{name}:{stamp}", payload={"slot": stamp}, by=None, host=None)])


def to_nudge(now: datetime) -> Iterator[tuple[int, int]]:
    """Due jobs no worker has been told of lately, as (id, limit in seconds), marked as told."""
    untold = Job.objects.due(now).filter(kind__in=KINDS).exclude(nudged_at__gt=now - NUDGE_AGAIN)
    with transaction.atomic():
        first = untold.order_by(F("nudged_at").asc(nulls_first=True), "run_at", "pk")
        found = list(first.select_for_update(skip_locked=True).values_list("pk", "kind")[:NUDGES_PER_SWEEP])
        Job.objects.filter(pk__in=[pk for pk, _kind in found]).update(nudged_at=now)
    for pk, kind in found:
        yield pk, KINDS[kind].limit
