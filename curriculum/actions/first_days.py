"""Who does not come in the first days: warned, and then the seat goes on."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.enrolment import end_enrolment
from cohorts.models import Enrolment
from cohorts.queries import registration_until
from cohorts.states import EnrolmentState
from curriculum import emails
from curriculum.first_days import Standing, standing
from curriculum.models import Attendance
from curriculum.queries import newcomers, with_first_days
from portal import notify
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


def standing_of(trainee: Enrolment) -> Standing:
    """Of a trainee from `with_first_days`, with the policy joined."""
    policy = trainee.cohort.policy
    needed, window = policy.confirm_days_needed, policy.confirm_days_window
    return standing(trainee.came, trainee.held, needed=needed, window=window)  # type: ignore[attr-defined]


def may_end(trainee: Enrolment) -> bool:
    """Nobody came on a day that was held, or the first days do not confirm the registration."""
    return (trainee.held > 0 and trainee.came == 0) or standing_of(trainee) == Standing.UNCONFIRMED  # type: ignore[attr-defined]


@transaction.atomic
def end_first_days(enrolment: Enrolment, *, by: User | None) -> Enrolment:
    """End the training of somebody who did not come (미입과), or too seldom in the first days; one mail.

    The last day is the last one attended. While seats are filled again, the next in line is offered the seat.
    """
    found = with_first_days(Enrolment.objects.filter(pk=enrolment.pk).select_related("cohort__policy", "person__user"))
    trainee = found.get()
    if not may_end(trainee):
        raise ActionRefused(
            _("The registers saved so far do not say that this trainee stays away: %(came)d of %(held)d days attended.")
            % {"came": trainee.came, "held": trainee.held}  # type: ignore[attr-defined]
        )
    last = last_attended(trainee)
    if trainee.came:  # type: ignore[attr-defined]
        to = EnrolmentState.WITHDRAWN if last <= registration_until(trainee.cohort) else EnrolmentState.DROPPED
    else:
        to, last = EnrolmentState.NO_SHOW, trainee.starts_on
    numbers = {"came": trainee.came, "held": trainee.held}  # type: ignore[attr-defined]
    reason = _("Attended %(came)d of the first %(held)d days.") % numbers
    ended = end_enrolment(trainee, to, on=last, by=by, reason=reason)
    notify.queue_many([emails.first_days_ended(trainee, by)])
    return ended


def last_attended(trainee: Enrolment) -> date:
    days = Attendance.objects.filter(enrolment=trainee, absent=False, day__registered_at__isnull=False)
    return days.order_by("-day__date").values_list("day__date", flat=True).first() or trainee.starts_on


@transaction.atomic
def warn_of_first_days(slot: datetime | None = None) -> int:
    """One mail to each trainee who may miss no more of the first days; how many asked for."""
    new = newcomers(Enrolment.objects.all(), timezone.localdate(slot))
    trainees = with_first_days(new).select_related("cohort__policy", "person__user").order_by("pk")
    warned = [trainee for trainee in trainees if standing_of(trainee) == Standing.LAST_CHANCE]
    return len(notify.queue_many(emails.first_days_warning(trainee) for trainee in warned))
