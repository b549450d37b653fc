"""What travels through Redis: the sweep, and the nudge for one job."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal.jobs import engine
from portal.jobs.models import Job, ScheduleSlot
from portal.jobs.registry import SCHEDULES, schedule
from portal.jobs.states import JobState

KEEP_SCHEDULED = timedelta(days=7)


@shared_task
def run(pk: int, **unknown: object) -> None:
    """Run this job if it is due; anything else the message says is of another release."""
    engine.run(pk)


@shared_task
def sweep(**unknown: object) -> None:
    """Every few seconds: end what is over, open schedules, tell the workers what is due."""
    now = timezone.now()
    engine.reap(now)
    engine.open_slots(now)
    for pk, limit in engine.to_nudge(now):
        run.apply_async((pk,), soft_time_limit=limit, time_limit=limit + engine.GRACE)


@schedule("daily", at="04:00")
def clean(job: Job) -> dict:
    """Forget scheduled runs that went well a week ago; nothing else is ever deleted here."""
    before = timezone.now() - KEEP_SCHEDULED
    gone, _ = Job.objects.filter(kind__in=SCHEDULES, state=JobState.DONE, finished_at__lt=before).delete()
    # Slots outlive their jobs, so that none is opened twice.
    ScheduleSlot.objects.filter(slot__lt=before - KEEP_SCHEDULED).delete()
    return {"deleted": gone}
