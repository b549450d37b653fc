"""The days of a course: its unit periods and its training days."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from portal.common.dates import PUBLIC_HOLIDAYS, period_end, working_days

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class UnitPeriod:
    """단위기간: the month for which attendance is settled and allowances are paid. Both days are included."""

    number: int
    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def unit_periods(start: date, end: date) -> list[UnitPeriod]:
    """The unit periods of a course: each one month from its first day (S1 art. 2), the last one cut at `end`.

    They are neither calendar months nor 30 days, and every boundary is counted from `start` itself, so that
    a short month does not shift the ones after it (Civil Act 160).
    """
    units: list[UnitPeriod] = []
    begins = start
    while begins <= end:
        ends = min(period_end(start, len(units) + 1), end)
        units.append(UnitPeriod(len(units) + 1, begins, ends))
        begins = ends + _DAY
    return units


def training_days(start: date, weeks: int, holidays: Container[date] = PUBLIC_HOLIDAYS) -> list[date]:
    """The working days of so many weeks from `start`: a holiday shortens the course, it does not move its end."""
    return working_days(start, start + timedelta(weeks=weeks) - _DAY, holidays)
