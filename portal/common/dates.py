"""Korean dates: public holidays, working days, months and ages.

Functions that skip holidays take any `holidays` that answers `day in holidays`. Without one they use the
public holidays as the law has them today. What must not change later, such as the days of a running
cohort, passes its own stored table.
"""

import calendar
from collections.abc import Container, Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import holidays as published
from django.utils.translation import gettext_noop

KST: Final = ZoneInfo("Asia/Seoul")
_DAY = timedelta(days=1)
_SATURDAY = 5
MARCH = 3
# Django's Korean writes even the short names in full (목요일), offices write 2026. 11. 26.(목): ours come before its.
SHORT_WEEKDAYS: Final = (
    gettext_noop("Mon"), gettext_noop("Tue"), gettext_noop("Wed"), gettext_noop("Thu"),
    gettext_noop("Fri"), gettext_noop("Sat"), gettext_noop("Sun"),
)  # fmt: skip


@cache
def public_holidays(year: int) -> Mapping[date, str]:
    """The public holidays of a year with their Korean names, substitute days (대체공휴일) included."""
    return MappingProxyType(dict(sorted(published.country_holidays("KR", years=year, language="ko").items())))


class _PublicHolidays(Container[date]):
    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in public_holidays(day.year)


PUBLIC_HOLIDAYS: Final = _PublicHolidays()


def is_working_day(day: date, holidays: Container[date] = PUBLIC_HOLIDAYS) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_days(start: date, end: date, holidays: Container[date] = PUBLIC_HOLIDAYS) -> list[date]:
    """The working days from `start` to `end`, both included."""
    days = (start + n * _DAY for n in range((end - start).days + 1))
    return [day for day in days if is_working_day(day, holidays)]


def roll_forward(day: date, holidays: Container[date] = PUBLIC_HOLIDAYS) -> date:
    """`day` itself, or the next working day: a time limit never ends on a holiday (Civil Act 161)."""
    while not is_working_day(day, holidays):
        day += _DAY
    return day


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month; the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period_end(start: date, months: int) -> date:
    """The last day of a period of whole months that begins on `start` (Civil Act 160).

    It is the day before the same day of the last month: 13 April and one month end on 12 May. Where that
    month has no such day, it is the last of the month: 31 August and one month end on 30 September.
    """
    same_day = add_months(start, months)
    return same_day if same_day.day < start.day else same_day - _DAY


def years_old(born: date, on: date) -> int:
    """Full years (만 나이). Who was born on 29 February turns a year older on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def school_year(day: date) -> int:
    """The Korean school year (학년도) of a day: it begins on 1 March and is called by the year of that day."""
    return day.year if day.month >= MARCH else day.year - 1


def school_year_begins(year: int) -> date:
    """The first day of a school year; the last one of the year before is 28 or 29 February."""
    return date(year, MARCH, 1)
