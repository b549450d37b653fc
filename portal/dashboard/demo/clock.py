"""The demo's travelling clock, and the background work of the days it visits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import time_machine
from django.test.utils import override_settings
from django.utils import timezone

from portal.jobs import engine
from portal.jobs.registry import JobFailed

DAY = timedelta(days=1)
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"  # a demo writes to nobody


@contextmanager
def on(day: date, at: str = "10:00") -> Iterator[None]:
    """Live at this moment of Korean time; what it asks of the worker is done before it ends."""
    moment = datetime.combine(day, time.fromisoformat(at), tzinfo=timezone.get_default_timezone())
    with time_machine.travel(moment, tick=True), override_settings(EMAIL_BACKEND=NOWHERE):
        yield
        work_off()


def work_off() -> None:
    """Run the jobs that are due, as the worker would."""
    while (job := engine.run(pulse=False)) is not None:
        error = getattr(job, "exception", None)
        if error is not None and not isinstance(error, JobFailed):
            raise error


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
