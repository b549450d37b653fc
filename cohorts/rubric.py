"""What a rubric (평가표) says of one candidate: the sum, the minimum marks, the veto (domain.md section 1).

A blank is no mark: without all its marks a rubric has no sum. Minimum marks hold for the panel's mean, without
rounding; the veto for the very reviewers: a majority that rates the same criterion low fails the candidate (S11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WHOLE: Final = 100  # points of a stage


@dataclass(frozen=True, slots=True)
class Element:
    """One criterion. `minimum`: a panel's mean below it fails; `low_below`: a mark below it counts as low."""

    id: int
    most: int
    minimum: int | None = None
    low_below: int | None = None


def total(elements: Sequence[Element], marks: Mapping[int, int]) -> int | None:
    """The sum of one reviewer's marks by criterion; None while one is blank.

    Raises ValueError for a mark below 0 or above what its criterion gives.
    """
    given = [(one, marks[one.id]) for one in elements if one.id in marks]
    for one, points in given:
        if not 0 <= points <= one.most:
            raise ValueError(f"Criterion {one.id} gives 0 to {one.most} points, not {points}.")
    return sum(points for _one, points in given) if len(given) == len(elements) and elements else None


def is_below_minimum(element: Element, panel: Sequence[int]) -> bool:
    return bool(panel) and element.minimum is not None and sum(panel) < element.minimum * len(panel)


def is_vetoed(element: Element, panel: Sequence[int]) -> bool:
    """More than half of the panel rate it low; half of them do not suffice."""
    if element.low_below is None:
        return False
    low = sum(points < element.low_below for points in panel)
    return 2 * low > len(panel)


def failures(element: Element, panel: Sequence[int]) -> list[str]:
    """Codes of why this criterion alone fails the candidate; see `cohorts.decision_reasons`."""
    found = []
    if is_below_minimum(element, panel):
        found.append(f"below:{element.id}")
    if is_vetoed(element, panel):
        found.append(f"veto:{element.id}")
    return found
