"""Days of admission interviews cut into slots, and until when a slot can still be changed. No database."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
PANELLISTS_AT_LEAST = 3  # domain.md 1, scoring: interview by three panellists or more
MOST_SLOTS_A_DAY = 200


class Span(NamedTuple):
    starts_at: datetime
    ends_at: datetime


def slots_of_day(day: date, begins: time, ends: time, *, minutes: int, rest: int) -> list[Span]:
    """As many interviews of `minutes` as fit between two times of a Korean day, `rest` minutes between them.

    The last one ends by `ends`; no rest is needed after it.
    """
    start, close = (datetime.combine(day, at, tzinfo=KST) for at in (begins, ends))
    length, step = timedelta(minutes=minutes), timedelta(minutes=minutes + rest)
    found = []
    while start + length <= close:
        found.append(Span(start, start + length))
        start += step
    return found


def slots_of_days(
    first: date, last: date, begins: time, ends: time, *, minutes: int, rest: int, weekends: bool = False
) -> Iterator[Span]:
    """The slots of each day from `first` to `last`; Saturdays and Sundays only with `weekends`."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if weekends or day.weekday() < 5:
            yield from slots_of_day(day, begins, ends, minutes=minutes, rest=rest)


def change_until(starts_at: datetime, hours: int) -> datetime:
    """The first moment that is too late to choose, change or cancel a slot oneself."""
    return starts_at - timedelta(hours=hours)
