"""A cohort's stored policy as `curriculum.attendance` and `curriculum.timetable` take it."""

from datetime import time
from fractions import Fraction

from cohorts.models import CohortPolicy
from curriculum.attendance import AttendancePolicy
from curriculum.timetable import TeachingDay


def attendance_policy(policy: CohortPolicy) -> AttendancePolicy:
    return AttendancePolicy(
        day_starts=policy.day_starts,
        day_ends=policy.day_ends,
        break_starts=policy.break_starts,
        break_ends=policy.break_ends,
        grace_minutes=policy.grace_minutes,
        absent_below=Fraction(policy.absent_below_percent, 100),
        events_per_absence=policy.events_per_absence,
        compound_counts_twice=policy.compound_counts_twice,
        minimum_rate=policy.minimum_rate,
    )


def teaching_day(policy: CohortPolicy) -> TeachingDay:
    """The whole hours between the first and the last minute, without the break."""
    rest = minutes(policy.break_starts, policy.break_ends)
    return TeachingDay(
        hours=(minutes(policy.day_starts, policy.day_ends) - rest) // 60,
        starts=policy.day_starts,
        break_starts=policy.break_starts,
        break_minutes=rest,
    )


def minutes(start: time, end: time) -> int:
    return (end.hour - start.hour) * 60 + end.minute - start.minute
