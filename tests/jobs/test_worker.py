"""Jobs in a real worker: what happens when processes die, and when Redis is away."""

import pytest

from portal import jobs
from portal.jobs.actions import cancel_job
from portal.jobs.models import Job
from portal.jobs.states import JobState
from tests.jobs import kinds
from tests.workers import until

pytestmark = pytest.mark.django_db(transaction=True)


def ask(kind="test_good", key="k", **payload):
    return jobs.enqueue(kind, key=key, payload=payload, by=None, host=None)


def test_a_worker_does_what_was_asked(worker):
    job = ask()

    worker.finished(job)

    assert kinds.noted("good") == 1


def test_progress_is_seen_while_the_work_is_not_yet_there(worker):
    job = ask("test_steps", rows=40, pause=1)

    until(lambda: Job.objects.get(pk=job.pk).progress > 0)

    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
    assert kinds.noted("row") == 0
    worker.finished(job)
    assert kinds.noted("row") == 40


def test_a_cancelled_job_leaves_nothing_behind(worker):
    job = ask("test_steps", rows=1000, pause=1)
    until(lambda: Job.objects.get(pk=job.pk).progress > 0)

    cancel_job(job, by=None, reason="wrong file")

    until(worker.idle)
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert kinds.noted("row") == 0


def test_a_job_that_takes_too_long_is_interrupted_and_undone(worker):
    job = ask("test_slow")

    until(lambda: Job.objects.get(pk=job.pk).error_code == "time_limit")

    assert kinds.noted("slow") == 0
    cancel_job(job, by=None, reason="seen enough")
