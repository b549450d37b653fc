"""In which order candidates get the seats of a cohort (domain.md section 1: scoring, waitlist)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from portal.common.numbers import round_ratio

TRIMMED_FROM: Final = 5  # panellists
CENT: Final = Decimal("0.01")


class Tie(StrEnum):
    """What decides between equal totals."""

    INTERVIEW = "interview"
    TEST = "test"
    DOCUMENT = "document"
    SUBMITTED_AT = "submitted_at"


TIE_ORDER: Final = (Tie.INTERVIEW, Tie.TEST, Tie.DOCUMENT, Tie.SUBMITTED_AT)


@dataclass(frozen=True)
class Weights:
    """What each score counts, in percent of the total. A stage that a cohort does not hold counts 0."""

    document: int = 30
    test: int = 30
    interview: int = 40

    def __post_init__(self) -> None:
        if min(self.document, self.test, self.interview) < 0 or self.document + self.test + self.interview != 100:
            raise ValueError("The weights must add up to 100, none of them below 0.")


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one candidate, 0-100 each; None = not scored, which is not the same as 0."""

    document: Decimal | None = None
    test: Decimal | None = None
    interview: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    track: str
    scores: Scores
    total: Decimal
    submitted_at: datetime
    failures: tuple[str, ...] = ()  # minimum marks and vetoes: turned down whatever the total


@dataclass(frozen=True)
class Selection:
    """Who gets what. Seats are offered to the waitlist of a track in the order of its list."""

    selected: dict[str, list[Candidate]]  # by track, best first
    waitlisted: dict[str, list[Candidate]]  # by track, next in line first
    rejected: list[Candidate]  # failed, below the minimum, or behind the end of a waitlist


def panel_mean(scores: Sequence[Decimal | int], trimmed_from: int = TRIMMED_FROM) -> Decimal:
    """The mean of a panel to two decimals. A panel of five or more loses one highest and one lowest score.

    Raises ValueError for an empty panel.
    """
    if not scores:
        raise ValueError("A panel without a score has no mean.")
    if len(scores) == 1:
        return _to_two_decimals(Decimal(scores[0]))
    counted = sorted(scores)[1:-1] if len(scores) >= max(trimmed_from, 3) else scores
    part, whole = sum(counted, Decimal()).as_integer_ratio()
    return round_ratio(part, whole * len(counted), 2)


def weighted_total(scores: Scores, weights: Weights) -> Decimal | None:
    """The total to two decimals, a half up: 82, 70 and 90 by 30/30/40 are 81.60.

    None while a score that counts is missing; such a candidate cannot be ranked yet.
    """
    parts = [
        (scores.document, weights.document),
        (scores.test, weights.test),
        (scores.interview, weights.interview),
    ]
    total = Decimal()
    for score, weight in parts:
        if weight and score is None:
            return None
        total += (score or 0) * weight
    return _to_two_decimals(total.scaleb(-2))


def _to_two_decimals(value: Decimal) -> Decimal:
    """A half up; for a number of few decimals exact, and quicker than by way of whole numbers."""
    return value.quantize(CENT, ROUND_HALF_UP)


def ranking_key(candidate: Candidate, tie_order: Sequence[Tie] = TIE_ORDER) -> tuple[Decimal | datetime | int, ...]:
    """The selection policy as one sort key, smallest first; no two candidates have the same."""
    ties: dict[Tie, Decimal | datetime] = {
        Tie.INTERVIEW: -(candidate.scores.interview or Decimal()),  # who did better in person
        Tie.TEST: -(candidate.scores.test or Decimal()),  # who did better in the test
        Tie.DOCUMENT: -(candidate.scores.document or Decimal()),  # who wrote the better papers
        Tie.SUBMITTED_AT: candidate.submitted_at,  # who came first
    }
    return (
        -candidate.total,  # the higher total
        *(ties[tie] for tie in tie_order),  # then what the cohort has announced
        candidate.id,  # then the older record, so that no draw is needed
    )


def select(
    candidates: Iterable[Candidate],
    seats_by_track: Mapping[str, int],
    *,
    minimum: Decimal = Decimal(),
    waitlist: int | None = None,
    tie_order: Sequence[Tie] = TIE_ORDER,
) -> Selection:
    """Give the seats of each track to its best; the next ones wait, in order.

    `minimum` is the total without which nobody is selected or waits; nor does who has failed; `waitlist` the length of each track's
    waitlist, None for no end. Raises KeyError for a candidate of a track that has no entry in the seats.
    """
    found = Selection({track: [] for track in seats_by_track}, {track: [] for track in seats_by_track}, [])
    for candidate in sorted(candidates, key=lambda candidate: ranking_key(candidate, tie_order)):
        selected, waitlisted = found.selected[candidate.track], found.waitlisted[candidate.track]
        if candidate.failures or candidate.total < minimum:
            found.rejected.append(candidate)
        elif len(selected) < seats_by_track[candidate.track]:
            selected.append(candidate)
        elif waitlist is None or len(waitlisted) < waitlist:
            waitlisted.append(candidate)
        else:
            found.rejected.append(candidate)
    return found
