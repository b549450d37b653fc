"""The daily reminders of this app."""

from portal.jobs import schedule
from portal.jobs.models import Job


@schedule("daily", at="23:30")
def remind_of_missing_check_outs(job: Job) -> dict:
    from curriculum.actions.reminders import remind_of_missing_check_outs

    return {"mails": remind_of_missing_check_outs(job.slot)}


@schedule("daily", at="20:10")
def warn_of_first_days(job: Job) -> dict:
    from curriculum.actions.first_days import warn_of_first_days

    return {"mails": warn_of_first_days(job.slot)}
