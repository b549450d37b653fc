"""Taking attendance: the register of one day, saved as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import CohortPolicy, Enrolment
from curriculum.attendance import AttendancePolicy, DayRecord, judge_day
from curriculum.models import Attendance, TrainingDay
from curriculum.policy import attendance_policy
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

SAVED = ("check_in", "check_out", "outings", "excuse", "note")
JUDGED = ("attended_minutes", "absent", "late", "left_early", "events")


@dataclass(frozen=True)
class Entry:
    """What the register says of one trainee on one day."""

    enrolment_id: int
    check_in: time | None = None
    check_out: time | None = None
    outings: tuple[tuple[time, time], ...] = ()
    excuse: str = ""
    note: str = ""


@transaction.atomic
def save_register(day: TrainingDay, entries: Iterable[Entry], *, by: User | None) -> int:
    """Save the entries of a day in one upsert and judge each by the cohort's policy; returns how many.

    Refused for a day that has not come, and for anybody who was not in training on it. A trainee
    without an entry keeps what was saved before.
    """
    if day.date > timezone.localdate():
        raise ActionRefused(_("This day has not come yet. Take its attendance on the day itself."))
    entries = list(entries)
    day = TrainingDay.objects.select_for_update(no_key=True).get(pk=day.pk)
    here = set(in_training_on(day).values_list("pk", flat=True))
    if {entry.enrolment_id for entry in entries} - here:
        raise ActionRefused(_("Somebody in this register is not in training on this day. Open the register anew."))
    policy = attendance_policy(CohortPolicy.objects.get(cohort=day.cohort_id))
    rows = [_row(day, entry, policy) for entry in entries]
    Attendance.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["day", "enrolment"], update_fields=[*SAVED, *JUDGED]
    )
    day.registered_at, day.registered_by = timezone.now(), by
    day.save(update_fields=["registered_at", "registered_by"])
    absent, events = sum(row.absent for row in rows), sum(row.events for row in rows)
    audit.record(day, "register.saved", by=by, after={"entries": len(rows), "absent": absent, "events": events})
    return len(rows)


def _row(day: TrainingDay, entry: Entry, policy: AttendancePolicy) -> Attendance:
    """An entry and what it counts for."""
    judged = judge_day(DayRecord(entry.check_in, entry.check_out, entry.outings, excused=bool(entry.excuse)), policy)
    return Attendance(
        host_id=day.host_id,
        day=day,
        enrolment_id=entry.enrolment_id,
        check_in=entry.check_in,
        check_out=entry.check_out,
        outings=[[left.strftime("%H:%M"), back.strftime("%H:%M")] for left, back in entry.outings],
        excuse=entry.excuse,
        note=entry.note,
        **{name: getattr(judged, name) for name in JUDGED},
    )


def in_training_on(day: TrainingDay):  # type: ignore[no-untyped-def]  # an EnrolmentQuerySet
    """Those whose course had begun, and not ended, on the day."""
    there = Enrolment.objects.filter(cohort=day.cohort_id, starts_on__lte=day.date)
    return there.filter(Q(ended_on=None) | Q(ended_on__gte=day.date)).counted()
