"""A programme as a template: what a copy of it would hold, with the dates of a cohort moved to another first day.

The first day is the one chosen. Everything else keeps its weekday and its distance: it moves by the whole
weeks that come nearest. A working day that would fall on a holiday goes on to the next working day. A
cohort of whole months keeps its months, any other its number of days.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from cohorts.models import Cohort, CohortPolicy
from portal.common.dates import PUBLIC_HOLIDAYS, add_months, is_working_day, period_end, roll_forward

WEEK = 7
MOST_MONTHS = 120
PLANNED = ("apply_opens_at", "apply_closes_at", "starts_on", "ends_on")
IN_POLICY = ("age_reference_date", "waitlist_until")


@dataclass(frozen=True)
class Move:
    """One date of a cohort; `held_up` if a holiday pushed it on."""

    field: str
    was: date
    now: date
    held_up: bool = False


def whole_months(start: date, end: date) -> int | None:
    """How many months from `start` end on `end` (Civil Act 160); None if it is no whole number."""
    months = (end.year - start.year) * 12 + end.month - start.month
    near = range(max(months - 1, 1), min(months + 2, MOST_MONTHS))
    return next((number for number in near if period_end(start, number) == end), None)


def moved_end(start: date, end: date, first_day: date) -> date:
    """The last day of a course that begins on `first_day` instead."""
    months = whole_months(start, end)
    return period_end(first_day, months) if months else first_day + (end - start)


def weeks_between(start: date, first_day: date) -> timedelta:
    """The whole weeks that come nearest to the distance of two days; three and a half days are a week."""
    return timedelta(days=((first_day - start).days + WEEK // 2) // WEEK * WEEK)


def moves_of(cohort: Cohort, first_day: date, holidays: Container[date] = PUBLIC_HOLIDAYS) -> list[Move]:
    """Every date of a cohort and its policy, moved. Touches `cohort.policy`."""
    by = weeks_between(cohort.starts_on, first_day)
    opens, closes = timezone.localdate(cohort.apply_opens_at), timezone.localdate(cohort.closes_at_stated)
    moves = [_working_day("apply_opens_at", opens, by, holidays), _working_day("apply_closes_at", closes, by, holidays)]
    moves.append(Move("starts_on", cohort.starts_on, first_day))
    moves.append(Move("ends_on", cohort.ends_on, moved_end(cohort.starts_on, cohort.ends_on, first_day)))
    if counted := cohort.policy.age_reference_date:
        moves.append(Move("age_reference_date", counted, _same_day(counted, cohort.starts_on, first_day, by)))
    if valid := cohort.policy.waitlist_until:
        moves.append(_working_day("waitlist_until", valid, by, holidays))
    return moves


def _working_day(field: str, day: date, by: timedelta, holidays: Container[date]) -> Move:
    """A weekend or holiday that was chosen on purpose is not moved off the next one."""
    moved = day + by
    if not is_working_day(day, holidays):
        return Move(field, day, moved)
    now = roll_forward(moved, holidays)
    return Move(field, day, now, held_up=now != moved)


def _same_day(day: date, start: date, first_day: date, by: timedelta) -> date:
    """A reference date such as 1 January keeps its day of the year where the course moves by about whole years."""
    years = round((first_day - start).days / 365.25)
    about_years = abs((first_day - start).days - 365.25 * years) <= 2 * WEEK
    return add_months(day, 12 * years) if years and about_years else day + by


def planned(cohort: Cohort, moves: list[Move]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dates for `plan_cohort`: those of the plan, and those of the policy."""
    now = {move.field: move for move in moves}
    plan: dict[str, Any] = {name: now[name].now for name in ("starts_on", "ends_on")}
    for name in ("apply_opens_at", "apply_closes_at"):
        moment: datetime = getattr(cohort, name)
        plan[name] = moment + (now[name].now - now[name].was)
    return plan, {name: now[name].now for name in IN_POLICY if name in now}


def rules_of(policy: CohortPolicy, dates: Mapping[str, Any], *, same_host: bool) -> dict[str, Any]:
    """The policy of the copy; another host's residents are its own province's."""
    left_out = {"cohort", "frozen_at", *(() if same_host else ("region",))}
    return {f.name: getattr(policy, f.name) for f in policy._meta.fields if f.name not in left_out} | dict(dates)
