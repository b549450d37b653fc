"""Background work of the cohorts. Imported when the portal starts, so actions are imported inside."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from portal.jobs import job, schedule
from portal.jobs.models import Job

if TYPE_CHECKING:
    from cohorts.models import BulkAction


@job("read_roster", label=_("Reading a roster"), limit=300, heavy=True)
def read_roster(job: Job) -> dict[str, str]:
    from cohorts.actions import rosters
    from cohorts.models import RosterImport

    roster = RosterImport.objects.select_related("cohort__policy").get(pk=job.payload["roster"])
    rosters.read_roster(roster, job=job)
    return {"url": roster.get_absolute_url(), "label": str(_("See the rows"))}


@job("apply_roster", label=_("Taking a roster in"), limit=300, heavy=True)
def apply_roster(job: Job) -> dict[str, object]:
    from cohorts.actions import rosters
    from cohorts.models import RosterImport

    roster = RosterImport.objects.get(pk=job.payload["roster"])
    if job.has_no_actor():
        rosters.give_back_roster(roster)
        return {"refused": 1, "url": roster.get_absolute_url(), "label": str(_("See who may ask again"))}
    done = rosters.apply_roster(roster, by=job.actor(), job=job)
    return {**done, "url": roster.get_absolute_url(), "label": str(_("See what was taken in"))}


@job("read_exam", label=_("Reading test results"), limit=300, heavy=True)
def read_exam(job: Job) -> dict[str, str]:
    from cohorts.actions import exams
    from cohorts.models import ExamImport

    exam = exams.read_exam(ExamImport.objects.select_related("cohort").get(pk=job.payload["exam"]))
    return {"url": exam.get_absolute_url(), "label": str(_("See the rows"))}


@job("apply_exam", label=_("Taking test results in"), limit=300, heavy=True)
def apply_exam(job: Job) -> dict[str, object]:
    from cohorts.actions import exams
    from cohorts.models import ExamImport

    exam = ExamImport.objects.get(pk=job.payload["exam"])
    if job.has_no_actor():
        exams.give_back_exam(exam)
        return {"refused": 1, "url": exam.get_absolute_url(), "label": str(_("See who may ask again"))}
    done = exams.apply_exam(exam, by=job.actor())
    return {**done, "url": exam.get_absolute_url(), "label": str(_("See what was taken in"))}


@job("invite_applicants", label=_("Inviting applicants"), limit=600, atomic=False)
def invite_applicants(job: Job) -> dict[str, object]:
    from cohorts.actions import rosters
    from cohorts.models import RosterImport

    roster = RosterImport.objects.select_related("host").get(pk=job.payload["roster"])
    by = job.actor()
    invited = rosters.send_invitations(roster, by=by, job=job) if by else 0  # the system invites nobody
    return {"invited": invited, "url": roster.get_absolute_url()}


@job("run_bulk", label=_("An action on many applications"), limit=300, heavy=True)
def run_bulk(job: Job) -> dict[str, object]:
    from cohorts.actions import bulk
    from cohorts.models import BulkAction

    action = BulkAction.objects.get(pk=job.payload["action"])
    if job.has_no_actor():
        return _refused(action)
    done = bulk.run_bulk(action, by=job.actor(), job=job)
    return {**done, "url": action.get_absolute_url(), "label": str(_("See what was done"))}


@job("undo_bulk", label=_("Undoing an action on many applications"), limit=300, heavy=True)
def undo_bulk(job: Job) -> dict[str, object]:
    from cohorts.actions import bulk
    from cohorts.models import BulkAction

    action = BulkAction.objects.get(pk=job.payload["action"])
    if job.has_no_actor():
        return _refused(action)
    done = bulk.undo_bulk(action, by=job.actor(), job=job)
    return {**done, "url": action.get_absolute_url(), "label": str(_("See what was undone"))}


def _refused(action: "BulkAction") -> dict[str, object]:
    """A job that fails would keep the action under way for ever: no second attempt brings the role back."""
    from cohorts.actions import bulk

    bulk.refuse_bulk(action)
    return {"refused": 1, "url": action.get_absolute_url(), "label": str(_("See who may ask again"))}


# Not one transaction: each offer has its own, so that nobody's answer waits for the whole sweep.
@schedule("minutely", atomic=False)
def settle_offers(job: Job) -> dict[str, int]:
    """Expire what is due, then offer what is free."""
    from cohorts.actions import offers

    return {"expired": offers.expire_offers(), "offered": offers.offer_free_seats()}


@schedule("hourly", at="00:10")
def remind_of_offers(job: Job) -> dict[str, int]:
    from cohorts.actions import offers

    return {"reminded": offers.remind_of_offers()}


@schedule("daily", at="00:05")
def expire_supplements(job: Job) -> dict[str, int]:
    from cohorts.actions import supplements

    return {"expired": supplements.expire_supplements()}


@schedule("hourly", at="00:20")
def remind_of_drafts(job: Job) -> dict[str, int]:
    from cohorts.actions import drafts

    return {"reminded": drafts.remind_of_drafts()}


@schedule("hourly", at="00:40")
def remind_of_interviews(job: Job) -> dict[str, int]:
    from cohorts.actions import interviews

    struck = interviews.strike_needless_interviews()
    return {"struck": struck, "mails": interviews.remind_of_interviews()}


@schedule("daily", at="00:30")
def return_lapsed_licences(job: Job) -> dict[str, int]:
    from cohorts.actions import licences

    return {"returned": licences.return_lapsed_licences()}


@schedule("daily", at="09:10")
def remind_of_visits(job: Job) -> dict[str, int]:
    from cohorts.actions import visit_reminders

    return {"mails": visit_reminders.remind_of_visits() + visit_reminders.remind_of_reports()}


@schedule("daily", at="03:10")
def destroy_visit_names(job: Job) -> dict[str, int]:
    from cohorts.actions import visit_reminders

    return {"names": visit_reminders.destroy_names(), "contacts": visit_reminders.destroy_contacts()}


@schedule("daily", at="03:15")
def destroy_typed(job: Job) -> dict[str, int]:
    from cohorts.actions import drafts, typed

    return {"destroyed": typed.destroy_typed(), "drafts": drafts.destroy_drafts()}


@schedule("daily", at="03:20")
def tidy_uploads(job: Job) -> dict[str, int]:
    """What was sent in pieces and never taken by a form."""
    from portal.common import resumable

    return {"removed": resumable.tidy()}
