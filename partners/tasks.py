"""The background work of this app: daily jobs, and old registers on their way in."""

from django.utils.translation import gettext_lazy as _

from portal.jobs import job, schedule
from portal.jobs.models import Job


@job("read_register", label=_("Reading an old register"), limit=300, heavy=True)
def read_register(job: Job) -> dict[str, str]:
    from partners.actions import imports
    from partners.models import RegisterImport

    source = imports.read_register(RegisterImport.objects.select_related("host").get(pk=job.payload["register"]))
    return {"url": source.get_absolute_url(), "label": str(_("See the rows"))}


@job("apply_register", label=_("Taking an old register in"), limit=300, heavy=True)
def apply_register(job: Job) -> dict[str, object]:
    from partners.actions import imports
    from partners.models import RegisterImport

    source = RegisterImport.objects.get(pk=job.payload["register"])
    if job.has_no_actor():
        imports.give_back_register(source)
        return {"refused": 1, "url": source.get_absolute_url(), "label": str(_("See who may ask again"))}
    done = imports.apply_register(source, by=job.actor(), job=job)
    return {**done, "url": source.get_absolute_url(), "label": str(_("See what was taken in"))}


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


@schedule("daily", at="09:00")
def remind_of_commitments(job: Job) -> dict:
    from partners.actions.calendar import remind_of_commitments

    return {"mails": remind_of_commitments()}
