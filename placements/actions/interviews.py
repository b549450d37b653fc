"""Job interviews: recorded by the company's mentor or the host's office, taken back with a reason."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Enrolment
from partners.actions.figures import refresh_figures
from partners.models import Organization
from placements.models import JobInterview
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


@transaction.atomic
def record_interview(
    enrolment: Enrolment, *, by: User | None, company: Organization, held_on: date, kind: str, outcome: str
) -> JobInterview:
    """That `company` met this trainee for a job. It counts towards what the company promised at once."""
    if held_on > timezone.localdate():
        raise ActionRefused(_("This day lies in the future."), "held_on")
    if held_on < enrolment.starts_on:
        raise ActionRefused(_("The interview cannot be before the first day of the course."), "held_on")
    try:
        with transaction.atomic():
            interview = JobInterview.objects.create(
                enrolment=enrolment, host_id=enrolment.host_id, company=company, held_on=held_on, kind=kind,
                outcome=outcome, recorded_by=by,
            )  # fmt: skip
    except IntegrityError:
        raise ActionRefused(_("This interview is recorded already."), "held_on") from None
    after = {"company": company.pk, "held_on": held_on.isoformat(), "kind": kind, "outcome": outcome}
    audit.record(interview, "interview.recorded", by=by, after=after)
    refresh_figures(enrolment.cohort.programme.agreement_id)
    return interview


@transaction.atomic
def settle_interview(interview: JobInterview, *, by: User | None, outcome: str) -> JobInterview:
    """What came of it."""
    interview = _locked(interview)
    if outcome != interview.outcome:
        was, interview.outcome = interview.outcome, outcome
        interview.save(update_fields=["outcome"])
        audit.record(interview, "interview.settled", by=by, before={"outcome": was}, after={"outcome": outcome})
    return interview


@transaction.atomic
def withdraw_interview(interview: JobInterview, *, by: User | None, reason: str) -> JobInterview:
    """A wrong entry counts no more; it stays in the list with its reason."""
    interview = _locked(interview)
    interview.withdrawn_at, interview.withdrawn_by, interview.withdrawal_reason = timezone.now(), by, reason
    interview.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    audit.record(interview, "interview.withdrawn", by=by, reason=reason)
    refresh_figures(interview.enrolment.cohort.programme.agreement_id)
    return interview


def _locked(interview: JobInterview) -> JobInterview:
    rows = JobInterview.objects.select_for_update(of=("self",)).select_related("enrolment__cohort__programme")
    interview = rows.get(pk=interview.pk)
    if interview.withdrawn_at:
        raise ActionRefused(_("This entry has been withdrawn already."))
    return interview
