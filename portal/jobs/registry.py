"""Which kinds of jobs there are, and when the scheduled ones are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise

from portal.jobs.states import JobState

Handler = Callable[..., Any]  # (job) -> dict | None


class Stopped(BaseException):
    """The job was cancelled or belongs to another worker by now; undo and say nothing.

    Not an `Exception`, so that a handler's `except Exception` for one bad row lets it pass.
    """


class JobFailed(Exception):
    """Refused for good, with a sentence for whoever asked. Never tried again by itself."""

    def __init__(self, sentence: str | Promise, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


class TryLater(JobFailed):
    """Something outside is away: one attempt is spent, the next follows with growing distance."""

    def __init__(self, sentence: str | Promise, code: str = "try_later") -> None:
        super().__init__(sentence, code)


class Postponed(JobFailed):
    """Nothing was tried, so no attempt is spent; again in `seconds`."""

    def __init__(self, sentence: str | Promise, seconds: float, code: str = "postponed") -> None:
        super().__init__(sentence, code)
        self.seconds = seconds


class OutcomeUnknown(JobFailed):
    """It may have happened or not, and may not be repeated."""


@dataclass(frozen=True)
class Kind:
    name: str
    handler: Handler
    label: str | Promise = ""
    limit: int = 60
    max_attempts: int = 5
    atomic: bool = True
    heavy: bool = False
    hidden: bool = False
    once: bool = False

    @property
    def exhausted(self) -> JobState:
        """Where a job ends whose last attempt vanished with its process."""
        return JobState.UNKNOWN if self.once else JobState.DEAD


@dataclass(frozen=True)
class Schedule:
    """A rhythm in Seoul time. Only its latest slot is opened: after a pause, one run catches up."""

    kind: str
    rhythm: str
    at: time

    def latest(self, now: datetime) -> datetime:
        """The last slot that is not in the future."""
        local = timezone.localtime(now).replace(second=0, microsecond=0)
        if self.rhythm == "minutely":
            return local
        if self.rhythm == "hourly":
            slot = local.replace(minute=self.at.minute)
            return slot if slot <= local else slot - timedelta(hours=1)
        slot = local.replace(hour=self.at.hour, minute=self.at.minute)
        if self.rhythm == "monthly":
            slot = slot.replace(day=1)
            before = (slot - timedelta(days=1)).replace(day=1)
            return slot if slot <= local else before
        return slot if slot <= local else slot - timedelta(days=1)


RHYTHMS = ("minutely", "hourly", "daily", "monthly")
KINDS: dict[str, Kind] = {}
SCHEDULES: dict[str, Schedule] = {}


def job(
    name: str,
    *,
    label: str | Promise = "",
    limit: int = 60,
    max_attempts: int = 5,
    atomic: bool = True,
    heavy: bool = False,
    hidden: bool = False,
    once: bool = False,
) -> Callable[[Handler], Handler]:
    """Register `handler(job) -> dict | None` for a kind; what it returns becomes `job.result`.

    limit: seconds until it is interrupted (`SoftTimeLimitExceeded`); 30 s later its process is killed.
    atomic: the work and the mark "done" are one transaction, so the database has all of it or
        nothing, exactly once, whatever dies. Say False only for work outside the database.
    heavy: at most one of these kinds runs at a time, so that mail always finds a worker.
    hidden: the list of jobs shows it only when it needs attention.
    once: never repeated; if its process vanishes, its outcome is `unknown`.
    `result["url"]` (a path) and `result["label"]` become the link on the job's page.
    """

    def register(handler: Handler) -> Handler:
        known = KINDS.get(name)
        if known and known.handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"Two handlers for the job {name!r}.")
        attempts = 1 if once else max_attempts
        KINDS[name] = Kind(name, handler, label, limit, attempts, atomic, heavy, hidden, once)
        return handler

    return register


def schedule(rhythm: str, *, at: str = "00:00", **options: Any) -> Callable[[Handler], Handler]:
    """Register a handler that runs by itself: `@schedule("daily", at="09:00")`, Seoul time.

    Its kind is `<app>.<function>`; `job.slot` is the moment it stands for. `hourly` uses the
    minute of `at`; `monthly` the first day. Two processes that open a slot make one job.
    """
    if rhythm not in RHYTHMS:
        raise ValueError(f"{rhythm!r} is none of {', '.join(RHYTHMS)}.")

    def register(handler: Handler) -> Handler:
        app = handler.__module__.removesuffix(".tasks").rpartition(".")[2]
        name = f"{app}.{handler.__name__}"
        SCHEDULES[name] = Schedule(name, rhythm, time.fromisoformat(at))
        return job(name, **{"hidden": True} | options)(handler)

    return register
