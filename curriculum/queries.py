"""Attendance added up: by trainee, by day, by module. One query each, however many trainees."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, Func, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from cohorts.models import Cohort, Enrolment, Programme
from cohorts.states import IN_TRAINING, CohortState
from curriculum.attendance import AttendancePolicy, Expulsion, Summary, allowance, count, near_expulsion
from curriculum.calendar import UnitPeriod, unit_periods
from curriculum.models import Attendance, Lesson, Module, TrainingDay
from curriculum.policy import attendance_policy
from portal.accounts.models import User
from portal.common.counting import counted_per
from portal.common.prepared import TODAY, Among, Prepared, Slot, per_role

DAYS_SHOWN = 200  # of a trainee's page


def held_days() -> Q:
    """Days of the trainee's own time in the course whose register is saved."""
    own = Q(cohort__days__date__gte=F("starts_on")) & (Q(ended_on=None) | Q(cohort__days__date__lte=F("ended_on")))
    return Q(cohort__days__registered_at__isnull=False) & own


def attendance_of(cohort: Cohort, unit: UnitPeriod | None = None) -> dict[int, Summary]:
    """The attendance so far of everybody in a cohort, or in one unit of it; by enrolment.

    A held day without a row is an absence: nobody is present by being forgotten.
    """
    policy = attendance_policy(cohort.policy)
    of_unit = Q(cohort__days__date__range=(unit.start, unit.end)) if unit else Q()
    trainees = Enrolment.objects.filter(cohort=cohort)
    held = dict(
        trainees.annotate(held=Count("cohort__days", filter=held_days() & of_unit)).values_list("pk", "held").order_by()
    )
    # Who has left keeps the rows of later days, say for a job found out afterwards; they do not count.
    own = Q(enrolment__ended_on=None) | Q(day__date__lte=F("enrolment__ended_on"))
    own &= Q(day__date__gte=F("enrolment__starts_on"), day__registered_at__isnull=False)
    kept = Attendance.objects.filter(own, enrolment__cohort=cohort)
    if unit:
        kept = kept.filter(day__date__range=(unit.start, unit.end))
    sums = {
        row["enrolment"]: row
        for row in kept.values("enrolment")
        .annotate(rows=Count("pk"), missed=Count("pk", filter=Q(absent=True)), times=Coalesce(Sum("events"), 0))
        .order_by()
    }
    nothing = {"rows": 0, "missed": 0, "times": 0}
    found = {}
    for pk, scheduled in held.items():
        row = sums.get(pk, nothing)
        found[pk] = count(scheduled, row["missed"] + scheduled - row["rows"], row["times"], policy)
    return found


@dataclass(frozen=True)
class Progress:
    """Where a trainee stands, in one unit or over the course."""

    label: str
    so_far: Summary
    total_days: int
    allowance: int | None  # days that may still be missed; None: the minimum is out of reach
    expulsion: Expulsion | None

    @property
    def rate(self) -> Decimal | None:
        return self.so_far.rate


_days_between = Prepared(
    TrainingDay.objects.filter(cohort=Slot("cohort"), date__range=(Slot("first"), Slot("last"))).values_list(
        "pk", "date", "registered_at"
    )
)
_attendances = Prepared(
    Attendance.objects.filter(enrolment=Slot("enrolment")).order_by().values_list("day", "absent", "events")
)


def progress_of(enrolment: Enrolment) -> tuple[Progress, list[Progress]]:
    """The course and each of its unit periods so far, from the days themselves.

    "Can I still reach 80 %?" is `allowance`, for the course and for each unit.
    """
    cohort = enrolment.cohort
    policy = attendance_policy(cohort.policy)
    until = enrolment.ended_on or cohort.ends_on
    days = _days_between(cohort=cohort.pk, first=enrolment.starts_on, last=until)
    rows = {day: (absent, events) for day, absent, events in _attendances(enrolment=enrolment.pk)}

    def summary(chosen: Sequence[tuple[int, date, Any]]) -> Summary:
        held = [pk for pk, _day, registered in chosen if registered]
        kept = [rows[pk] for pk in held if pk in rows]
        missed = sum(absent for absent, _events in kept) + len(held) - len(kept)
        return count(len(held), missed, sum(events for _absent, events in kept), policy)

    def progress(label: str, chosen: Sequence[tuple[int, date, Any]], unit: int | None = None) -> Progress:
        so_far, total = summary(chosen), len(chosen)
        expulsion = near_expulsion(so_far, total, policy, unit=unit)
        return Progress(label, so_far, total, allowance(so_far, total, policy), expulsion)

    units = unit_periods(cohort.starts_on, cohort.ends_on)
    by_unit = [
        progress(f"{unit.number}", [day for day in days if day[1] in unit], unit.number)
        for unit in units
        if unit.start <= until
    ]
    return progress("course", days), by_unit


def _is(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False)


_days_kept = Prepared(
    Attendance.objects.filter(enrolment=Slot("enrolment"))
    .order_by("-day__date")
    .annotate(excused=_is(~Q(excuse="")), counts=_is(Q(events__gt=0)), out=_is(~Q(outings=[])))
    .values_list("day__date", "check_in", "check_out", "excused", "absent", "counts", "late", "left_early", "out")[
        :DAYS_SHOWN
    ]
)


def days_kept(enrolment: Enrolment) -> list[Any]:
    """The newest days on record: date, check-in, check-out, and whether excused, absent, with events that count,
    late, gone early, out; one query.
    """
    return _days_kept(enrolment=enrolment.pk)


def expulsions_of(enrolment: Enrolment, course: Progress, units: Iterable[Progress]) -> list[Expulsion]:
    """Of somebody in training: the course first, then the units."""
    return [one.expulsion for one in (course, *units) if one.expulsion] if enrolment.is_active else []


def near_expulsions(
    held: Mapping[int, int],
    missed: Mapping[int, int],
    events: Mapping[int, int],
    planned: Mapping[int, int],
    policy: AttendancePolicy,
) -> tuple[Expulsion, ...]:
    """The same from numbers by unit, each of one's own days; every scope is counted for itself (S1 art. 34)."""
    course = count(sum(held.values()), sum(missed.values()), sum(events.values()), policy)
    found = [near_expulsion(course, sum(planned.values()), policy)]
    for unit in sorted(held):
        so_far = count(held[unit], missed.get(unit, 0), events.get(unit, 0), policy)
        if so_far.missed:
            found.append(near_expulsion(so_far, planned[unit], policy, unit=unit))
    return tuple(one for one in found if one)


def unit_of(units: Iterable[UnitPeriod], day: date) -> int:
    """The number of the unit a day lies in; 0, which is too short to expel, outside of the course."""
    for unit in units:
        if unit.start <= day <= unit.end:
            return unit.number
    return 0


@dataclass(frozen=True)
class Row:
    """A trainee's line of the sheet: a mark for each held day, empty where none is kept."""

    trainee: Enrolment
    summary: Summary
    marks: list[str]
    expulsions: tuple[Expulsion, ...]


def sheet_of(cohort: Cohort, trainees: QuerySet[Enrolment]) -> tuple[list[date], list[Row]]:
    """The held days and everybody's line: two queries beside the trainees, added up here as `attendance_of` does."""
    policy = attendance_policy(cohort.policy)
    units = unit_periods(cohort.starts_on, cohort.ends_on)
    planned = [(day, unit_of(units, day.date)) for day in cohort.days.all()]
    days = [(day.pk, day.date, unit) for day, unit in planned if day.registered_at]

    @cache
    def own_days(start: date, until: date) -> Counter[int]:
        return Counter(unit for day, unit in planned if start <= day.date <= until)

    kept: dict[int, dict[int, Any]] = defaultdict(dict)
    fields = ("enrolment", "day", "absent", "excuse", "late", "left_early", "events")
    for enrolment, day, *judged in Attendance.objects.filter(day__cohort=cohort).values_list(*fields):
        kept[enrolment][day] = judged
    rows = []
    for trainee in trainees:
        until, mine = trainee.ended_on or cohort.ends_on, kept[trainee.pk]
        own = [(unit, mine.get(pk)) for pk, day, unit in days if trainee.starts_on <= day <= until]
        missed = Counter(unit for unit, judged in own if judged is None or judged[0])
        events: Counter[int] = Counter()
        for unit, judged in own:
            if judged and judged[4]:
                events[unit] += judged[4]
        marks = [mark(*mine[pk]) if pk in mine else "" for pk, _day, _unit in days]
        summary = count(len(own), missed.total(), events.total(), policy)
        held = Counter(unit for unit, _judged in own)
        near = near_expulsions(held, missed, events, own_days(trainee.starts_on, until), policy)
        rows.append(Row(trainee, summary, marks, near))
    return [day for _pk, day, _unit in days], rows


@cache  # a sheet asks for thousands, of some twenty kinds
def mark(absent: bool, excuse: str, late: bool, left_early: bool, events: int) -> str:
    """One sign for a day: × absent, ○ excused, △ late, ▽ early, ◇ both or out; · present."""
    if absent:
        return "×"
    if excuse:
        return "○"
    if not events:
        return "·"
    if events > 1 or not (late or left_early):
        return "◇"
    return "△" if late else "▽"


@dataclass(frozen=True)
class Risk:
    """A trainee whose remaining absences are few, until the minimum rate is missed or until they expel."""

    enrolment: Enrolment
    summary: Summary
    left: int | None
    expulsions: tuple[Expulsion, ...]

    @property
    def reached(self) -> bool:
        """Whether the number that expels is reached, in a unit or over the course."""
        return any(one.reached for one in self.expulsions)

    @property
    def order(self) -> tuple[bool, bool, int, int]:
        """Who has reached expulsion comes first, then who can no longer complete."""
        return not self.reached, self.left is not None, self.left or 0, self.enrolment.number


def risks_of(cohort: Cohort, rows: Iterable[Row], within: int = 3) -> list[Risk]:
    """Those in training with few absences left, from the lines of the sheet."""
    policy: AttendancePolicy = attendance_policy(cohort.policy)
    total = cohort.days.count()
    found = []
    for row in rows:
        if not row.trainee.is_active:
            continue
        left = allowance(row.summary, total, policy)
        if left is None or left <= within or row.expulsions:
            found.append(Risk(row.trainee, row.summary, left, row.expulsions))
    return sorted(found, key=lambda risk: risk.order)


_days_of = Prepared(
    TrainingDay.objects.filter(Among(F("cohort"), Slot("cohorts")))
    .order_by()
    .values_list("pk", "cohort", "date", "registered_at")
)
_in_training = Prepared(
    Enrolment.objects.filter(Among(F("cohort"), Slot("cohorts")))
    .active()
    .values_list("pk", "cohort", "starts_on", "ended_on")
)
_enrolments = Prepared(Enrolment.objects.filter(Among(F("pk"), Slot("keys"))).select_related("person", "cohort"))


def near_limit(cohorts: Sequence[Cohort], within: int = 3) -> list[Risk]:
    """Who is near the limit in these cohorts, with their policies; four queries, however many trainees."""
    keys = [cohort.pk for cohort in cohorts]
    ends = {cohort.pk: cohort.ends_on for cohort in cohorts}
    units = {cohort.pk: unit_periods(cohort.starts_on, cohort.ends_on) for cohort in cohorts}
    days = defaultdict(list)  # of each cohort: day, unit, whether it is held
    held_days = []  # with the unit of each
    for pk, cohort, day, registered in _days_of(cohorts=keys):
        unit = unit_of(units[cohort], day)
        days[cohort].append((day, unit, registered is not None))
        if registered:
            held_days.append((pk, unit))
    policies = {cohort.pk: attendance_policy(cohort.policy) for cohort in cohorts}
    limits = {pk: most_absences(len(days[pk]), policy) for pk, policy in policies.items()}

    @cache
    def own_days(cohort: int, start: date, until: date) -> tuple[Counter[int], Counter[int]]:
        own = [(unit, held) for day, unit, held in days[cohort] if start <= day <= until]
        return Counter(unit for unit, _held in own), Counter(unit for unit, held in own if held)

    kept = _kept_by_unit(held_days)
    found: dict[int, tuple[Summary, int | None, tuple[Expulsion, ...]]] = {}
    for pk, cohort, starts_on, ended_on in _in_training(cohorts=keys):
        planned, held = own_days(cohort, starts_on, ended_on or ends[cohort])
        missed, events = dict(held), dict[int, int]()
        for unit, rows, absences, times in kept[pk]:
            missed[unit] = missed.get(unit, 0) + absences - rows
            events[unit] = times
        policy = policies[cohort]
        summary = count(sum(held.values()), sum(missed.values()), sum(events.values()), policy)
        near = near_expulsions(held, missed, events, planned, policy)
        left = limits[cohort] - summary.missed
        if left <= within or near:
            to_come = len(days[cohort]) - summary.scheduled
            found[pk] = summary, min(left, to_come) if left >= 0 else None, near
    risks = [Risk(enrolment, *found[enrolment.pk]) for enrolment in (_enrolments(keys=[*found]) if found else ())]
    return sorted(risks, key=lambda risk: risk.order)


# At the place of a day among `days`, which are sorted: an index answers, and no day is joined.
_place = Func(F("day_id"), Slot("days"), function="width_bucket", output_field=models.IntegerField())
_unit = Func(Slot("units"), _place, template="(%(expressions)s]", arg_joiner=")[", output_field=models.IntegerField())
_sums = Prepared(
    Attendance.objects.filter(Among(F("day"), Slot("days")))
    .order_by()
    .annotate(unit=_unit)
    .values("enrolment", "unit")
    .annotate(rows=Count("pk"), missed=Count("pk", filter=Q(absent=True)), times=Coalesce(Sum("events"), 0))
    .values_list("enrolment", "unit", "rows", "missed", "times")
)


def _kept_by_unit(days: Sequence[tuple[int, int]]) -> dict[int, list[tuple[int, int, int, int]]]:
    """By enrolment, for each unit: its number, the lines kept in it, those of an absence, and the events.

    `days`: the key and the unit of each.
    """
    found: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    if days:
        keys, units = zip(*sorted(days), strict=True)
        for enrolment, *numbers in _sums(days=list(keys), units=list(units)):
            found[enrolment].append(tuple(numbers))
    return found


def most_absences(days: int, policy: AttendancePolicy) -> int:
    """How many of so many days may be missed at the most; -1 if there are none."""

    def too_many(missed: int) -> bool:
        rate = count(days, missed, 0, policy).rate
        return rate is None or rate < policy.minimum_rate

    return bisect_left(range(days + 1), True, key=too_many) - 1


@per_role
def todays_lessons(reader: User) -> QuerySet[Lesson]:
    """One query."""
    days = TrainingDay.objects.visible_to(reader).filter(date=TODAY)
    return Lesson.objects.filter(day__in=days).select_related("module", "day__cohort").order_by("day", "position")


def module_progress(cohort: Cohort, today: date | None = None) -> list[dict[str, Any]]:
    """Hours taught and planned of each module, in the order of the timetable."""
    today = today or timezone.localdate()
    lessons = Lesson.objects.filter(day__cohort=cohort)
    rows = lessons.values("module__code", "module__title").annotate(
        planned=Sum("hours"), taught=Coalesce(Sum("hours", filter=Q(day__date__lte=today)), 0)
    )
    return [dict(row) for row in rows.order_by("module__code")]


def with_hours(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Programmes with the number of their modules and the sum of their hours."""
    modules = Module.objects.filter(programme=OuterRef("pk")).order_by().values("programme")
    return programmes.annotate(
        module_count=counted_per(Module.objects.all(), "programme"),
        hours=Coalesce(Subquery(modules.annotate(n=Sum("hours")).values("n")), 0),
    )


# The first days ------------------------------------------------------------------------


FIRST_DAYS_LIE_WITHIN = timedelta(days=60)
NEW = timedelta(days=30)


def with_first_days(trainees: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """With `came` and `held`: of the first days of one's own that the policy looks at, those attended and those held.

    Somebody who joins later has first days of their own. Excused counts as attended (S1 art. 34).
    """
    held = TrainingDay.objects.filter(registered_at__isnull=False).order_by().values("cohort")
    so_far = held.filter(
        cohort=OuterRef("day__cohort"), date__range=(OuterRef("enrolment__starts_on"), OuterRef("day__date"))
    )
    attended = (
        Attendance.objects.filter(
            enrolment=OuterRef("pk"),
            absent=False,
            day__registered_at__isnull=False,
            day__date__gte=OuterRef("starts_on"),
            day__date__lt=OuterRef("starts_on") + FIRST_DAYS_LIE_WITHIN,
        )
        .annotate(place=Subquery(so_far.annotate(n=Count("pk")).values("n")))
        .filter(place__lte=OuterRef("cohort__policy__confirm_days_window"))
    )
    own = held.filter(cohort=OuterRef("cohort"), date__gte=OuterRef("starts_on")).annotate(n=Count("pk")).values("n")
    return trainees.annotate(
        came=Coalesce(Subquery(attended.order_by().values("enrolment").annotate(n=Count("pk")).values("n")), 0),
        held=Least(
            Coalesce(Subquery(own), 0), F("cohort__policy__confirm_days_window"), output_field=models.IntegerField()
        ),
    )


def newcomers(trainees: QuerySet[Enrolment], today: date | None = None) -> QuerySet[Enrolment]:
    """Those in training who began within a month."""
    begun = (today or TODAY) - NEW
    return trainees.filter(state__in=IN_TRAINING, cohort__state=CohortState.RUNNING, starts_on__gte=begun)


def unconfirmed(trainees: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """After `with_first_days`: those whom the first days do not confirm (`first_days.standing`, in SQL)."""
    window, needed = F("cohort__policy__confirm_days_window"), F("cohort__policy__confirm_days_needed")
    return trainees.filter(came__lt=needed - window + F("held"))
