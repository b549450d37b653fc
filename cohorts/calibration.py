"""How scores would stand beside each other if all reviewers were equally strict. Raw points are never altered.

The model is additive: points of reviewer j for application i = a_i + b_j + error. The leniency b is the least-squares
estimate over all pairs that exist (Raymond and Viswesvaran 1993, "Least squares models to correct for rater effects in
performance assessment", Journal of Educational Measurement 30(3)); the adjusted score of an application is the mean of
its points, each less the leniency of who gave it.

Reviewers can be compared only where a chain of applications in common leads from one to the other. So each connected
group has its own zero: over its scores the leniencies add up to 0, and the adjusted mean of all scores is the raw one.
Nothing is shrunk towards 0: then a constant added to one reviewer changes no difference between adjusted scores of a
group, however few scores there are. Adjusted scores are not cut at 0 and 100, which would change the order.

Worked out in whole numbers and fractions: the same scores give the same result, to the last digit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm, sqrt

from portal.common.numbers import round_ratio

PLACES = 2
HUNDRED = 10**PLACES
Panel = Mapping[int, int]  # points in hundredths, by reviewer


@dataclass(frozen=True)
class Calibration:
    adjusted: dict[int, Fraction]  # by application
    leniency: dict[int, Fraction]  # by reviewer: above 0 gives more than the others
    group: dict[int, int]  # by reviewer, counted from 1: only within one can be compared


class Spread:
    """What the scores of one application or one reviewer are like; each figure is worked out when it is asked for."""

    def __init__(self, points: Sequence[Decimal]) -> None:
        """Raises ValueError for no points."""
        if not points:
            raise ValueError("Without a score there is no spread.")
        self.points, self.number = points, len(points)

    @cached_property
    def mean(self) -> Decimal:
        return round_ratio(sum(map(hundredths, self.points)), self.number * HUNDRED, PLACES)

    @cached_property
    def range(self) -> Decimal:
        """The highest less the lowest."""
        return max(self.points) - min(self.points)

    @cached_property
    def deviation(self) -> Decimal:
        """The standard deviation of these very scores."""
        whole = [hundredths(one) for one in self.points]
        squares = self.number * sum(one * one for one in whole) - sum(whole) ** 2
        return Decimal(f"{sqrt(squares) / (self.number * HUNDRED):.{PLACES}f}")


def hundredths(points: Decimal) -> int:
    return int(points.scaleb(PLACES))


def calibrate(scores: Iterable[tuple[int, int, Decimal]]) -> Calibration:
    """Of (application, reviewer, points), each pair once; points have at most two decimals."""
    panels: dict[int, dict[int, int]] = defaultdict(dict)  # in hundredths
    for application, reviewer, points in scores:
        panels[application][reviewer] = hundredths(points)
    group = _groups(panels)
    by_group: dict[int, list[Panel]] = defaultdict(list)
    for panel in panels.values():
        by_group[group[next(iter(panel))]].append(panel)
    leniency: dict[int, Fraction] = {}
    for its in by_group.values():
        leniency |= _leniency(its)
    # One denominator for all, so that ten thousand means are whole numbers until the end
    common = lcm(*(one.denominator for one in leniency.values()))
    whole = {who: int(one * common) for who, one in leniency.items()}
    adjusted = {
        application: Fraction(
            sum(panel.values()) * common - sum(whole[who] for who in panel), len(panel) * common * HUNDRED
        )
        for application, panel in panels.items()
    }
    return Calibration(adjusted, {who: one / HUNDRED for who, one in leniency.items()}, group)


def _groups(panels: Mapping[int, Panel]) -> dict[int, int]:
    """Which reviewers are connected by applications in common; numbered in the order of the lowest member."""
    above: dict[int, int] = {}

    def top(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for panel in panels.values():
        first, *others = panel
        above.setdefault(first, first)
        for other in others:
            above.setdefault(other, other)
            above[max(top(first), top(other))] = min(top(first), top(other))
    tops = sorted({top(one) for one in above})
    return {one: tops.index(top(one)) + 1 for one in above}


def _leniency(panels: Sequence[Panel]) -> dict[int, Fraction]:
    """Of one group, in hundredths: the normal equations after the applications' own level is taken out, and the sum
    over all scores set to 0.
    """
    members = sorted({who for panel in panels for who in panel})
    place, size = {who: at for at, who in enumerate(members)}, len(members)
    rows = [[0] * (size + 1) for _who in members]
    given = [0] * (size + 1)
    scale = lcm(*{len(panel) for panel in panels})
    for panel in panels:
        share = scale // len(panel)
        level = share * sum(panel.values())
        for who, points in panel.items():
            mine = rows[place[who]]
            given[place[who]] += 1
            mine[place[who]] += scale
            mine[size] += scale * points - level
            for other in panel:
                mine[place[other]] -= share
    # The equations of a connected group say one thing twice; the last one makes way for the zero of the group.
    rows[-1] = given
    return dict(zip(members, _solve(rows), strict=True))


def _solve(rows: list[list[int]]) -> list[Fraction]:
    """Bareiss: elimination in whole numbers, exact; the system has one solution."""
    size, before = len(rows), 1
    for at in range(size):
        pivot = next(row for row in range(at, size) if rows[row][at])
        if pivot != at:
            rows[at], rows[pivot] = rows[pivot], [-value for value in rows[at]]
        mine, factor = rows[at], rows[at][at]
        for other in range(size):
            if other != at:
                times = rows[other][at]
                rows[other] = [
                    (factor * value - times * own) // before for value, own in zip(rows[other], mine, strict=True)
                ]
        before = factor
    return [Fraction(row[size], row[at]) for at, row in enumerate(rows)]
