"""What people do with jobs: give them another try, or stop them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs import queue
from portal.jobs.models import Job
from portal.jobs.registry import KINDS
from portal.jobs.states import CANCELLABLE, RETRYABLE, JobState

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def retry_job(job: Job, *, by: "User | None") -> Job:
    """Queue a failed or dead job again, with a full budget of attempts.

    `attempt` keeps counting: it is the fence against workers that come back late.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state not in RETRYABLE or job.kind not in KINDS:
        raise ActionRefused(_("This job cannot be tried again: %(state)s.") % {"state": job.get_state_display()})
    if job.expires_at and job.expires_at <= timezone.now():
        raise ActionRefused(_("Its time has passed, so it is not tried again."))
    was, job.state = job.state, JobState.QUEUED
    job.run_at, job.nudged_at, job.finished_at = timezone.now(), None, None
    job.max_attempts = job.attempt + KINDS[job.kind].max_attempts
    job.save(update_fields=["state", "run_at", "nudged_at", "finished_at", "max_attempts"])
    audit.record(job, "job.retried", by=by, before={"state": was}, after={"state": job.state})
    queue.nudge_after_commit(job)
    return job


@transaction.atomic
def cancel_job(job: Job, *, by: "User | None", reason: str) -> Job:
    """Stop a job for good. One that runs notices at its next step, and what it did is undone."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state not in CANCELLABLE:
        raise ActionRefused(_("This job cannot be cancelled: %(state)s.") % {"state": job.get_state_display()})
    was, job.state = job.state, JobState.CANCELLED
    job.finished_at, job.lease_until = timezone.now(), None
    job.save(update_fields=["state", "finished_at", "lease_until"])
    audit.record(job, "job.cancelled", by=by, before={"state": was}, after={"state": job.state}, reason=reason)
    return job


def cancel_jobs(jobs: Sequence[Job], *, by: "User | None", reason: str) -> list[AuditEvent]:
    """Stop many jobs, which the caller has locked, in one query; those that have ended are left.

    Returns their audit events unsaved, to be written together with the caller's own.
    """
    found = [job for job in jobs if job.state in CANCELLABLE]
    if found:
        stopped = Job.objects.filter(pk__in=[job.pk for job in found])
        stopped.update(state=JobState.CANCELLED, finished_at=timezone.now(), lease_until=None)
    after = {"state": JobState.CANCELLED}
    return [
        audit.event(job, "job.cancelled", by=by, before={"state": job.state}, after=after, reason=reason)
        for job in found
    ]


def retry_all(jobs: "list[Job]", *, by: "User | None") -> int:
    """Retry each job that still can be; the number of those."""
    done = 0
    for job in jobs:
        try:
            retry_job(job, by=by)
        except ActionRefused:  # another hand was quicker, or its time has passed
            continue
        done += 1
    return done
