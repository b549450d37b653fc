"""The end of a course: who has completed it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Enrolment
from cohorts.models.pathway import is_pathway
from cohorts.states import EnrolmentState
from curriculum.queries import attendance_of
from portal import audit
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused


@transaction.atomic
def complete_course(cohort: Cohort, *, by: User | None) -> dict[str, int]:
    """Give every trainee the outcome of the course (S1 art. 38): 수료 at the policy's rate or above, else 미수료.

    Returns how many of each. Refused before the last training day and while a register is missing,
    since a rate of fewer days than were held would be wrong for ever.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if is_pathway(cohort.programme):
        raise ActionRefused(_("Who is on a pathway completes it with the class of its last year."))
    if timezone.localdate() < cohort.ends_on:
        raise ActionRefused(_("The course is not over yet. Its last day is %(day)s.") % {"day": cohort.ends_on})
    if missing := cohort.days.filter(registered_at=None).count():
        raise ActionRefused(_("The registers of %(count)s days are not saved yet.") % {"count": missing})
    trainees = list(Enrolment.objects.select_for_update().filter(cohort=cohort).active())
    rates = attendance_of(cohort)
    for trainee in trainees:
        rate = rates[trainee.pk].rate
        passed = rate is not None and rate >= cohort.policy.minimum_rate
        trainee.state = EnrolmentState.COMPLETED if passed else EnrolmentState.NOT_COMPLETED
        trainee.ended_on = cohort.ends_on
    Enrolment.objects.bulk_update(trainees, ["state", "ended_on"])
    AuditEvent.objects.bulk_create(
        audit.event(
            trainee,
            f"enrolment.{trainee.state}",
            by=by,
            before={"state": EnrolmentState.ACTIVE},
            after={"state": trainee.state, "rate": str(rates[trainee.pk].rate)},
        )
        for trainee in trainees
    )
    counts = {state: sum(t.state == state for t in trainees) for state in ("completed", "not_completed")}
    audit.record(cohort, "course.completed", by=by, after=counts)
    return counts
