"""What the home pages are made of: numbers that lead to exactly the records they count."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, Q, QuerySet, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import Application, Cohort, Enrolment
from cohorts.states import IN_TRAINING, RECEIVED, CohortState
from curriculum.models import Attendance, TrainingDay
from portal.accounts.models import User
from portal.common.counting import counted_per
from portal.common.prepared import Prepared, Slot, per_role
from portal.common.todos import where

IN_PROGRESS = (CohortState.PLANNED, CohortState.RECRUITING, CohortState.SELECTING, CohortState.RUNNING)
DAYS_SHOWN = 14
COHORTS_SHOWN = 8
OPEN_SHOWN = 6


@dataclass(frozen=True)
class Tile:
    label: str
    value: Any
    url: str = ""
    unit: str = ""
    note: str = ""
    tone: str = ""


@per_role
def _in_progress(reader: User) -> QuerySet[Cohort]:
    days = TrainingDay.objects.all()
    found = (
        Cohort.objects.visible_to(reader)
        .filter(state__in=IN_PROGRESS)
        .with_seats()
        .annotate(
            received=counted_per(Application.objects.filter(state__in=RECEIVED), "cohort"),
            in_training=counted_per(Enrolment.objects.filter(state__in=IN_TRAINING), "cohort"),
            days_planned=counted_per(days, "cohort"),
            days_held=counted_per(days.filter(registered_at__isnull=False), "cohort"),
        )
        .select_related("host")
        .order_by("starts_on", "pk")
    )
    return found[:COHORTS_SHOWN]


def cohorts_in_progress(user: User) -> list[Any]:
    """The cohorts that are planned or under way, each with how far it is; one query."""
    rows: list[Any] = _in_progress(user)
    for row in rows:
        row.url = where("cohorts:cohort", row.pk)  # for the template
    return rows


@dataclass(frozen=True)
class Chart:
    heading: str
    title: str
    unit: str
    rows: list[tuple[str, int]]
    finding: str


@per_role
def _received_by_day(reader: User) -> QuerySet[Any, Any]:
    """In steps of 24 hours, which a Korean day always has: half the time it takes to work each date out."""
    begin = Slot("begin")
    day = Func(Value(timedelta(days=1)), F("submitted_at"), begin, function="date_bin", output_field=DateTimeField())
    received = Application.objects.visible_to(reader).filter(submitted_at__gte=begin)
    return received.order_by().values_list(day).annotate(n=Count("pk"))


def applications_per_day(user: User, today: date | None = None) -> Chart | None:
    """The applications of the last two weeks, day by day in Korean time; one query. None where none came."""
    today = today or timezone.localdate()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    begin = timezone.make_aware(datetime.combine(first, time.min))  # an instant, for which there is an index
    by_day = {timezone.localdate(moment): number for moment, number in _received_by_day(user, begin=begin)}
    days = [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
    rows = [(date_format(day, "MONTH_DAY_FORMAT"), by_day.get(day, 0)) for day in days]
    whole = sum(number for _day, number in rows)
    if not whole:
        return None
    best, most = max(rows, key=lambda row: row[1])
    told = {"whole": f"{whole:,}", "most": f"{most:,}", "day": best}
    finding = _("%(whole)s applications came in two weeks, the most (%(most)s) on %(day)s.") % told
    return Chart(_("Applications of two weeks"), _("Applications per day"), _("applications"), rows, finding)


@per_role
def _absences(reader: User) -> QuerySet[Any, Any]:
    kept = Attendance.objects.filter(day__in=TrainingDay.objects.visible_to(reader), day__registered_at__isnull=False)
    by_day = kept.order_by().values("day__date").annotate(people=Count("pk"), away=Count("pk", filter=Q(absent=True)))
    return by_day.order_by("-day__date")[:10]


def absences_per_day(user: User) -> Chart | None:
    """How many were absent on the last ten days on record; one query. None where no register is saved."""
    days = _absences(user)[::-1]
    if not days:
        return None
    rows = [(date_format(day["day__date"], "MONTH_DAY_FORMAT"), day["away"]) for day in days]
    away, people = sum(day["away"] for day in days), sum(day["people"] for day in days)
    told = {"people": f"{people:,}", "away": f"{away:,}"}
    finding = _("Of %(people)s attendances on these days %(away)s were missed.") % told
    return Chart(_("Absences of the last ten days"), _("Absences per day"), _("people"), rows, finding)


_open = Prepared(
    Cohort.objects.taking_applications()
    .select_related("programme", "host")
    .annotate(last_minute=F("apply_closes_at") - timedelta(minutes=1))
    .order_by("apply_closes_at", "pk")[:OPEN_SHOWN]
)


def open_cohorts(most: int = OPEN_SHOWN) -> list[Any]:
    """The courses that take applications now, the nearest deadline first; one query."""
    rows: list[Any] = _open()[:most]
    today = timezone.localdate()
    for row in rows:
        row.url = where("cohorts:notice", row.pk)  # for the template
        row.days_left = (timezone.localdate(row.last_minute) - today).days
    return rows
