"""The timetable of a cohort, made from its programme's modules around the holidays."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from curriculum.models import Attendance, Holiday, Lesson, TrainingDay
from curriculum.policy import teaching_day
from curriculum.timetable import Module as Planned
from curriculum.timetable import Timetable, plan
from portal import audit
from portal.accounts.models import User
from portal.common.dates import PUBLIC_HOLIDAYS, working_days
from portal.common.exceptions import ActionRefused


class HolidaysOf:
    """The statutory holidays and those a host, or everybody, has added."""

    def __init__(self, host_id: int) -> None:
        added = Holiday.objects.filter(Q(host=host_id) | Q(host=None))
        self.added = set(added.values_list("date", flat=True))

    def __contains__(self, day: object) -> bool:
        return day in self.added or day in PUBLIC_HOLIDAYS


def draft_timetable(cohort: Cohort) -> Timetable:
    """What `plan_timetable` would write: to look at, nothing is saved."""
    modules = cohort.programme.modules.prefetch_related("after")
    planned = [Planned(m.code, m.hours, tuple(other.code for other in m.after.all())) for m in modules]
    if not planned:
        raise ActionRefused(_("This programme has no modules yet. Add them first."))
    days = working_days(cohort.starts_on, cohort.ends_on, HolidaysOf(cohort.host_id))
    if not days:
        raise ActionRefused(_("There is no working day between the first and the last day of this cohort."))
    return plan(planned, days, teaching_day(cohort.policy))


@transaction.atomic
def plan_timetable(cohort: Cohort, *, by: User | None) -> Timetable:
    """Write the training days and lessons of a cohort, instead of any planned before.

    Refused once attendance is on record: the days of a rate must not change silently.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if Attendance.objects.filter(day__cohort=cohort).exists():
        raise ActionRefused(_("Attendance is already on record, so the training days stay as they are."))
    timetable = draft_timetable(cohort)
    cohort.days.all().delete()
    dates: list[date] = sorted({slot.day for slot in timetable.slots} | set(timetable.days_free))
    made = TrainingDay.objects.bulk_create([TrainingDay(cohort=cohort, host_id=cohort.host_id, date=d) for d in dates])
    day_of = {day.date: day for day in made}
    module_of = dict(cohort.programme.modules.values_list("code", "pk"))
    positions: dict[date, int] = {}
    lessons = []
    for slot in timetable.slots:
        positions[slot.day] = position = positions.get(slot.day, 0) + 1
        lessons.append(
            Lesson(day=day_of[slot.day], module_id=module_of[slot.module_code], position=position, hours=slot.hours)
        )
    Lesson.objects.bulk_create(lessons)
    audit.record(cohort, "timetable.planned", by=by, after={"days": len(dates), "hours": sum(s.hours for s in lessons)})
    return timetable
