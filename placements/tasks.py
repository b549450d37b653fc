"""The daily reminders of this app."""

from portal.jobs import schedule
from portal.jobs.models import Job


@schedule("daily", at="09:30")
def remind_silent_teams(job: Job) -> dict:
    from placements.actions.reminders import remind_silent_teams

    return {"mails": remind_silent_teams()}


@schedule("daily", at="09:40")
def remind_of_evidence(job: Job) -> dict:
    from placements.actions.reminders import remind_of_evidence

    return {"mails": remind_of_evidence()}
