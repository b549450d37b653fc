"""Who is reminded that a check-out is missing."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cohorts.models import CohortStaff
from curriculum import emails
from curriculum.models import Attendance, TrainingDay
from portal import notify
from portal.accounts.roles import Role


@transaction.atomic
def remind_of_missing_check_outs(slot: datetime | None = None) -> int:
    """One mail to each trainee who came on the day of `slot` and is not recorded as gone, and one to each
    instructor of the cohort; how many asked for. A mail's key names the day, so it is sent once.
    """
    on = timezone.localdate(slot)
    open_rows = Attendance.objects.filter(day__date=on, check_in__isnull=False, check_out=None)
    rows = open_rows.select_related("day", "enrolment__person__user").order_by("enrolment__number")
    counts: dict[TrainingDay, int] = defaultdict(int)
    messages = []
    for row in rows.filter(excuse=""):
        counts[row.day] += 1
        messages.append(emails.check_out_missing(row))
    instructors = CohortStaff.objects.filter(
        cohort__in=[day.cohort_id for day in counts],
        membership__role=Role.INSTRUCTOR,
        membership__ended_at=None,
        membership__user__is_active=True,
    ).select_related("membership__user")
    for assignment in instructors:
        for day, count in counts.items():
            if day.cohort_id == assignment.cohort_id:
                messages.append(emails.check_outs_missing(day, count, assignment.membership.user))
    return len(notify.queue_many(messages))
