"""Kinds of jobs that only tests have."""

import time

from partners.models import Organization
from portal import jobs
from portal.jobs.models import Job


def note(job: Job, what: str) -> None:
    """An effect in the database that a test can count."""
    Organization.objects.create(kind="company", name=f"{what} {job.pk}.{job.attempt}.{time.monotonic_ns()}")


def noted(what: str) -> int:
    return Organization.objects.filter(name__startswith=f"{what} ").count()


@jobs.job("test_good")
def good(job: Job) -> dict:
    note(job, "good")
    return {"url": "/"}


@jobs.job("test_poison", max_attempts=5)
def poison(job: Job) -> None:
    note(job, "poison")
    raise RuntimeError("poison")


@jobs.job("test_away", max_attempts=3)
def away(job: Job) -> None:
    raise jobs.TryLater("The other side is away.")


@jobs.job("test_refused")
def refused(job: Job) -> None:
    note(job, "refused")
    raise jobs.JobFailed("No such thing.", "nothing")


@jobs.job("test_steps", limit=60)
def steps(job: Job) -> None:
    """Writes a row per step, as an import does; `pause` is the length of a step in 50 ms."""
    for number in range(job.payload["rows"]):
        note(job, "row")
        job.advance(number + 1, job.payload["rows"])
        time.sleep(0.05 * job.payload.get("pause", 0))


@jobs.job("test_heavy", heavy=True)
def heavy(job: Job) -> None:
    note(job, "heavy")


@jobs.job("test_once", once=True, atomic=False)
def once(job: Job) -> None:
    note(job, "once")


@jobs.job("test_acts")
def acts(job: Job) -> dict:
    actor = job.actor()
    return {"role": actor.role if actor else None}


@jobs.job("test_slow", limit=1)
def slow(job: Job) -> None:
    note(job, "slow")
    time.sleep(30)
