"""The daily reminder of this app."""

from portal.jobs import schedule
from portal.jobs.models import Job


@schedule("daily", at="23:30")
def remind_of_missing_check_outs(job: Job) -> dict:
    from curriculum.actions.reminders import remind_of_missing_check_outs

    return {"mails": remind_of_missing_check_outs(job.slot)}
