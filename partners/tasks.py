"""The daily jobs of this app."""

from portal.jobs import schedule
from portal.jobs.models import Job


@schedule("daily", at="00:10")
def turn_agreements(job: Job) -> dict:
    from partners.actions.calendar import turn_agreements

    return turn_agreements()


@schedule("daily", at="09:00")
def remind_of_ending_agreements(job: Job) -> dict:
    from partners.actions.calendar import remind_of_ending_agreements

    return {"mails": remind_of_ending_agreements()}


@schedule("daily", at="09:00")
def remind_of_council_reports(job: Job) -> dict:
    from partners.actions.calendar import remind_of_council_reports

    return {"mails": remind_of_council_reports()}


@schedule("daily", at="00:20")
def open_checks(job: Job) -> dict:
    from partners.actions.checks import open_checks

    return {"opened": open_checks()}


@schedule("daily", at="09:00")
def remind_of_checks(job: Job) -> dict:
    from partners.actions.checks import remind_of_checks

    return {"mails": remind_of_checks()}


@schedule("hourly", at="00:15", atomic=False, limit=300)
def refresh_figures(job: Job) -> dict:
    from partners.actions.figures import refresh_all_figures

    return {"commitments": refresh_all_figures()}


@schedule("daily", at="09:00")
def remind_of_meetings(job: Job) -> dict:
    from partners.actions.meetings import remind_of_meetings

    return {"mails": remind_of_meetings()}


@schedule("daily", at="09:00")
def remind_of_decisions(job: Job) -> dict:
    from partners.actions.meetings import remind_of_decisions

    return {"mails": remind_of_decisions()}
