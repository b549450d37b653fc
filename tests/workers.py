"""Runs background work in tests: `drain()` here and now, `worker` as real processes.

`drain` goes through the same claim as a worker and needs no Redis. A handler's error that
the portal would log as its own bug is raised, so that no test passes over it.
"""

from django.utils import timezone

from portal.common.exceptions import ActionRefused
from portal.jobs import engine
from portal.jobs.models import Job
from portal.jobs.registry import JobFailed


def drain(*, most: int = 1000, schedules: bool = False) -> list[Job]:
    """Run all jobs that are due, and those they ask for; the jobs that ran, in order.

    `schedules`: open the latest slot of every schedule first, as the sweep would.
    """
    if schedules:
        engine.open_slots(timezone.now())
    ran: list[Job] = []
    while (job := engine.run(pulse=False)) is not None:
        ran.append(job)
        error = getattr(job, "exception", None)
        if error and not isinstance(error, (JobFailed, ActionRefused)):
            raise error
        assert len(ran) <= most, f"{most} jobs ran, and more are due"
    return ran
