"""Any number of workers may ask at once: each job goes to one of them."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from portal import jobs
from portal.jobs import engine
from portal.jobs.models import Job
from portal.jobs.states import JobState
from tests.jobs import kinds
from tests.workers import at_once

pytestmark = pytest.mark.django_db(transaction=True)
JOBS = 40


@pytest.fixture
def waiting():
    return jobs.enqueue_many(
        jobs.new("test_good", key=str(number), payload={}, by=None, host=None) for number in range(JOBS)
    )


def work() -> None:
    while engine.run(pulse=False):
        pass


def test_workers_at_once_do_each_job_once(waiting):
    at_once(work)

    assert kinds.noted("good") == JOBS
    assert set(Job.objects.values_list("state", "attempt")) == {(JobState.DONE, 1)}


def test_without_the_lock_they_claim_the_same_job(waiting):
    """The twin: look for the first that is due, then take it."""
    taken: list[int] = []

    def careless() -> None:
        while job := Job.objects.due(timezone.now()).first():
            time.sleep(0.002)
            lease = timezone.now() + timedelta(minutes=1)
            Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=lease)
            taken.append(job.pk)

    at_once(careless)

    assert len(taken) > len(set(taken)) == JOBS
