"""The unit periods of a course."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.common.dates import period_end

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
