"""In which order candidates get the seats of a cohort (domain.md section 1: scoring, waitlist)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from cohorts.quotas import Quota, QuotaRule, choose
from portal.common.numbers import round_ratio

TRIMMED_FROM: Final = 5  # panellists
CENT: Final = Decimal("0.01")
FULL: Final = Decimal(100)  # points


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


@dataclass(frozen=True)
class BonusPolicy:
    """How confirmed bonus points count: their sum up to `limit` (None: all), past 100 only if `above_full`."""

    limit: Decimal | None = None
    above_full: bool = False

    def counted(self, points: Decimal, base: Decimal) -> Decimal:
        """What of `points` is added to a total of `base` (0-100): 8 points by a limit of 5 are 5; 98 + 5 are 100."""
        counted = points if self.limit is None else min(points, self.limit)
        return counted if self.above_full else min(counted, FULL - base)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`bonus`: what of `total` are bonus points; `failures`: minimum marks and vetoes, turned down whatever the total."""

    id: int
    track: str
    scores: Scores
    total: Decimal
    submitted_at: datetime
    bonus: Decimal = Decimal()
    groups: frozenset[str] = frozenset()
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """Who gets what. Seats are offered to the waitlist of a track in the order of its list."""

    selected: dict[str, list[Candidate]]  # by track, best first
    waitlisted: dict[str, list[Candidate]]  # by track, next in line first
    rejected: list[Candidate]  # below a minimum, or behind the end of a waitlist
    ranked: dict[str, list[Candidate]]  # by track: everybody by merit, those who fail last
    # By candidate, where it is not the place alone that decided: codes of cohorts.decision_reasons
    reasons: dict[int, tuple[str, ...]] = field(default_factory=dict)


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
    quotas: Mapping[str, Sequence[Quota]] | None = None,
) -> Selection:
    """Give the seats of each track to its best, as its quotas allow; the next ones wait, in order.

    `minimum` is the total without which nobody is selected or waits; a bonus lifts nobody over it, nor over
    what makes somebody fail. `waitlist` is the length of each track's waitlist, None for no end; `quotas`
    are by track (`cohorts.quotas`). Raises KeyError for a candidate of a track that has no entry in the seats.
    """
    selected: dict[str, list[Candidate]] = {track: [] for track in seats_by_track}
    found = Selection(selected, {track: [] for track in seats_by_track}, [], {})
    able: dict[str, list[Candidate]] = {track: [] for track in seats_by_track}
    failing: dict[str, list[Candidate]] = {track: [] for track in seats_by_track}
    for candidate in sorted(candidates, key=lambda candidate: ranking_key(candidate, tie_order)):
        failures = candidate.failures
        if candidate.total - candidate.bonus < minimum:
            failures = (*failures, "minimum_total")
        if failures:
            found.reasons[candidate.id] = failures
            found.rejected.append(candidate)
        (failing if failures else able)[candidate.track].append(candidate)
    for track, seats in seats_by_track.items():
        found.ranked[track] = able[track] + failing[track]
        _give(found, track, able[track], seats, (quotas or {}).get(track, ()), waitlist)
    return found


def _give(
    found: Selection, track: str, able: list[Candidate], seats: int, quotas: Sequence[Quota], waitlist: int | None
) -> None:
    chosen = choose(able, seats, quotas)
    for candidate in able:
        if candidate.id in chosen:
            found.selected[track].append(candidate)
        elif waitlist is None or len(found.waitlisted[track]) < waitlist:
            found.waitlisted[track].append(candidate)
        else:
            found.rejected.append(candidate)
    if not quotas:
        return
    full = _full(found.selected[track], quotas)
    kept = {quota.group for quota in quotas if quota.rule == QuotaRule.AT_LEAST}
    for place, candidate in enumerate(able, start=1):
        if place > seats and candidate.id in chosen:
            by = tuple(f"kept_for:{group}" for group in sorted(candidate.groups & kept))
            found.reasons[candidate.id] = by or ("moved_up",)
        elif place <= seats and candidate.id not in chosen:
            by = tuple(f"limit:{group}" for group in sorted(candidate.groups & full))
            found.reasons[candidate.id] = by or ("behind_kept_seats",)


def _full(selected: Iterable[Candidate], quotas: Iterable[Quota]) -> set[str]:
    """The groups that have all they may have."""
    seated = Counter(group for one in selected for group in one.groups)
    return {quota.group for quota in quotas if quota.rule == QuotaRule.AT_MOST and seated[quota.group] >= quota.seats}
