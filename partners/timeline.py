"""The picture of a register: a bar for each agreement on one scale of time, and how many are in force each month.

Pure: places on the scale are percentages of its width, so the drawing fits a screen and a telephone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from partners.states import LIVE, AgreementState
from portal.common.dates import add_months

AROUND = 5  # years before and after today, unless all are asked for
MOST_YEARS = 60
_DAY = timedelta(days=1)

# How a bar looks, with the word for it: by its pattern too, not by its colour alone.
LOOKS: dict[str, str | Promise] = {
    "unsigned": pgettext_lazy("timeline", "Not signed yet"),
    "live": pgettext_lazy("timeline", "Signed or in force"),
    "ended": pgettext_lazy("timeline", "Ended"),
}


def look_of(state: str) -> str:
    if state == AgreementState.DRAFT:
        return "unsigned"
    return "live" if state in LIVE else "ended"


@dataclass(frozen=True)
class Year:
    year: int
    at: float


@dataclass(frozen=True)
class Bar:
    """From `x` over `width` percent; `before` and `after`: it goes on beyond the scale there, or has no end."""

    x: float
    width: float
    look: str
    before: bool
    after: bool


@dataclass(frozen=True)
class Scale:
    """Whole years, the first and the last day included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Where the morning of a day lies, in percent; what is outside lies at the edge."""
        return round(min(100.0, max(0.0, 100 * (day - self.first).days / self.days)), 2)

    @property
    def years(self) -> list[Year]:
        """The lines of the grid; of many years every second, fifth or tenth."""
        count = self.last.year - self.first.year + 1
        step = next(step for step in (1, 2, 5, 10) if count <= 12 * step or step == 10)
        return [Year(y, self.at(date(y, 1, 1))) for y in range(self.first.year, self.last.year + 1) if y % step == 0]

    @property
    def months(self) -> list[date]:
        count = (self.last.year - self.first.year + 1) * 12
        return [add_months(self.first, n) for n in range(count)]

    def bar(self, begins: date | None, ends: date | None, state: str) -> Bar | None:
        """None where the first day is not known, or nothing of it lies on the scale."""
        if begins is None or begins > self.last or (ends is not None and ends < self.first):
            return None
        x, end = self.at(begins), self.at(ends + _DAY) if ends else 100.0
        width = max(0.4, round(end - x, 2))
        return Bar(x, width, look_of(state), begins < self.first, ends is None or ends > self.last)


def scale_of(first: date | None, last: date | None, today: date, *, whole: bool) -> Scale:
    """Whole years around `first` and `last`; at most five before and after today, unless the whole is asked for."""
    low, high = (first or today).year, max((last or today).year, (first or today).year)
    low, high = min(low, today.year), max(high, today.year)
    most = MOST_YEARS // 2 if whole else AROUND
    return Scale(date(max(low, today.year - most), 1, 1), date(min(high, today.year + most), 12, 31))


@dataclass(frozen=True)
class Edge:
    """So many agreements that begin in a month, or end in it; the month by its first day."""

    month: date
    count: int
    ends: bool = False


@dataclass(frozen=True)
class Band:
    """How many agreements are in force in each month of a scale, as a filled line 100 high."""

    months: list[tuple[date, int]]
    top: int = field(default=1)

    @property
    def path(self) -> str:
        steps = "".join(f"V{round(100 - 100 * n / self.top, 1)}h1" for _month, n in self.months)
        return f"M0 100{steps}V100Z"

    def in_month(self, day: date) -> int:
        return dict(self.months).get(day.replace(day=1), 0)


def band_of(edges: Iterable[Edge], scale: Scale) -> Band:
    """An agreement counts in each month from that of its first day to that of its last, both included."""
    months = scale.months
    change = [0] * (len(months) + 1)
    for edge in edges:
        at = _months_from(scale.first, edge.month) + edge.ends
        change[min(len(months), max(0, at))] += -edge.count if edge.ends else edge.count
    numbers = list(accumulate(change[:-1]))
    return Band(list(zip(months, numbers, strict=True)), max(1, *numbers))


def _months_from(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month
