"""Attendance by the rules of S1 art. 34-36 (domain.md section 2), every number of which is the cohort's policy.

A day is handled as a whole number with one bit for each minute, so that "present, but not in the break and
not outside" is `training & present & ~outside`, and overlaps are never taken off twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property, reduce
from operator import or_

from portal.common.numbers import percent, round_half_up

NEAR_EXPULSION = 2  # this many absences before it, expulsion is said to be near


@dataclass(frozen=True)
class AttendancePolicy:
    """What a cohort counts as attended. The defaults are S1's; a cohort's own values freeze when it starts."""

    day_starts: time = time(9)
    day_ends: time = time(18)
    break_starts: time = time(12)
    break_ends: time = time(13)
    grace_minutes: int = 10  # this late, or this early, is still in time
    absent_below: Fraction = Fraction(1, 2)  # of the scheduled minutes
    events_per_absence: int = 3
    pooled: bool = True  # late, early and out are counted together (S20), not each for itself (S19)
    compound_counts_twice: bool = True  # late and early on one day are two events
    minimum_rate: Decimal = Decimal("80.0")
    expel_unit_days_from: int = 14  # shorter units expel nobody
    expel_unit_share: Fraction = Fraction(1, 2)
    expel_course_share: Fraction = Fraction(1, 5)

    @cached_property
    def training(self) -> int:
        """The minutes of a day that are taught, one bit each."""
        return _span(self.day_starts, self.day_ends) & ~_span(self.break_starts, self.break_ends)

    @property
    def scheduled_minutes(self) -> int:
        return self.training.bit_count()


STANDARD = AttendancePolicy()


@dataclass(frozen=True)
class DayRecord:
    """What is known of one trainee on one scheduled day. Seconds are dropped: the terminals show minutes."""

    check_in: time | None = None
    check_out: time | None = None
    outings: tuple[tuple[time, time], ...] = ()  # left at, back at
    excused: bool = False  # 출석인정: an approved reason covers the whole day


@dataclass(frozen=True)
class DayJudgement:
    attended_minutes: int
    absent: bool = False
    late: bool = False
    left_early: bool = False
    outings: int = 0
    events: int = 0  # how many times late, early or out count


@dataclass(frozen=True)
class Summary:
    """The scheduled days of a unit or of the course so far."""

    scheduled: int
    absences: int  # days missed
    events: int  # lates, early leaves and outings of the other days
    converted: int  # absences that the events amount to

    @property
    def missed(self) -> int:
        """The absences that count."""
        return self.absences + self.converted

    @property
    def rate(self) -> Decimal | None:
        """The attendance rate in percent, one decimal, a half up (S1 art. 36); None without a scheduled day."""
        return percent(max(self.scheduled - self.missed, 0), self.scheduled)


def judge_day(record: DayRecord, policy: AttendancePolicy = STANDARD) -> DayJudgement:
    """Judge one scheduled day (S1 art. 34).

    - Without check-in and check-out the day is an absence, and so it is with fewer than half of its minutes;
      exactly half is not. The break is not taught and never counts.
    - More than the grace after the start is late, before the end an early leave.
    - An outing counts however short, unless it cost no taught minute. Each one is an event.
    - A day of absence has no events besides. An excused day counts as attended from start to end.
    """
    if record.excused:
        return DayJudgement(policy.scheduled_minutes)
    if record.check_in is None or record.check_out is None:
        return DayJudgement(0, absent=True)
    present = policy.training & _span(record.check_in, record.check_out)
    outside = [present & _span(left, back) for left, back in record.outings]
    attended = (present & ~reduce(or_, outside, 0)).bit_count()
    if attended < policy.absent_below * policy.scheduled_minutes:
        return DayJudgement(attended, absent=True)
    late = _minute(record.check_in) > _minute(policy.day_starts) + policy.grace_minutes
    left_early = _minute(record.check_out) < _minute(policy.day_ends) - policy.grace_minutes
    outings = sum(1 for minutes in outside if minutes)
    events = late + left_early + outings
    if not policy.compound_counts_twice:
        events = min(events, 1)
    return DayJudgement(attended, late=late, left_early=left_early, outings=outings, events=events)


def count(scheduled: int, absences: int, events: int, policy: AttendancePolicy = STANDARD) -> Summary:
    """The summary of days that are added up already. `events` are those of days that are not absences, pooled;
    a policy that does not pool needs the days themselves, see `summarise`."""
    return Summary(scheduled, absences, events, events // policy.events_per_absence)


def rate(scheduled: int, absences: int, events: int, policy: AttendancePolicy = STANDARD) -> Decimal | None:
    """The attendance rate of days that are added up already, see `Summary.rate`."""
    return count(scheduled, absences, events, policy).rate


def summarise(days: Iterable[DayRecord], policy: AttendancePolicy = STANDARD) -> Summary:
    """The attendance over these scheduled days: of a unit, or of the course. A day without any record still
    belongs here, as an empty `DayRecord`; a day before somebody joined does not."""
    judged = [judge_day(day, policy) for day in days]
    absences, events = sum(day.absent for day in judged), sum(day.events for day in judged)
    if policy.pooled:
        return count(len(judged), absences, events, policy)
    kinds = [sum(day.late for day in judged), sum(day.left_early for day in judged), sum(day.outings for day in judged)]
    return Summary(len(judged), absences, events, sum(times // policy.events_per_absence for times in kinds))


def allowance(so_far: Summary, total_days: int, policy: AttendancePolicy = STANDARD) -> int | None:
    """How many of the days still to come a trainee may miss and reach the minimum rate at the end.

    `total_days` are the scheduled days of the whole unit or course. None: the minimum is out of reach even
    without another absence. Expulsion may come first, see below.
    """
    for further in range(total_days - so_far.scheduled, -1, -1):
        at_the_end = replace(so_far, scheduled=total_days, absences=so_far.absences + further).rate
        if at_the_end is not None and at_the_end >= policy.minimum_rate:
            return further
    return None


def unit_expulsion_at(scheduled_days: int, policy: AttendancePolicy = STANDARD) -> int | None:
    """The number of absences in a unit that expels (S1 art. 35 a): 11 of 21. None: the unit is too short."""
    if scheduled_days < policy.expel_unit_days_from:
        return None
    return _share(policy.expel_unit_share, scheduled_days)


def course_expulsion_at(scheduled_days: int, policy: AttendancePolicy = STANDARD) -> int:
    """The number of absences over the course that expels (S1 art. 35 b): 26 of 123.

    The gap is meant: with 25 of 123 nobody is expelled, yet at 79.7 % nobody completes.
    """
    return _share(policy.expel_course_share, scheduled_days) + 1


@cache
def _share(share: Fraction, days: int) -> int:
    return int(round_half_up(share * days, 0))


@dataclass(frozen=True)
class Expulsion:
    """How near a trainee is to the number of absences that expels. A flag: to expel is a person's decision."""

    missed: int
    at: int
    unit: int | None = None  # its number; None: over the course

    @property
    def reached(self) -> bool:
        return self.missed >= self.at


def near_expulsion(
    so_far: Summary, total_days: int, policy: AttendancePolicy = STANDARD, *, unit: int | None = None
) -> Expulsion | None:
    """The flag of who has reached the number that expels, or may still reach it with one or two absences more.

    `total_days` are the scheduled days of the whole unit or course. None: nothing is to be said.
    """
    at = course_expulsion_at(total_days, policy) if unit is None else unit_expulsion_at(total_days, policy)
    if at is None or not so_far.missed:
        return None
    near = at - so_far.missed <= min(NEAR_EXPULSION, max(total_days - so_far.scheduled, 0))
    return Expulsion(so_far.missed, at, unit) if near else None


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _span(start: time, end: time) -> int:
    """The minutes from `start` until before `end`, one bit each; none if they are the wrong way round."""
    first, last = _minute(start), _minute(end)
    return (1 << last) - (1 << first) if first < last else 0
