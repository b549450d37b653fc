"""What a selection would be with other weights: who gains a seat, who loses one, and how much hangs on a few points."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import permutations
from typing import Final

from cohorts.ranking import Candidate, Scores, Weights, select, weighted_total

STEP: Final = 5  # points of weight


@dataclass(frozen=True)
class Entry:
    """One application as it is ranked; `track` names the seats it runs for."""

    id: int
    track: str
    scores: Scores
    submitted_at: datetime
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A selection that is written nowhere."""

    selected: frozenset[int]
    ranks: dict[int, int]  # within the track
    totals: dict[int, Decimal]
    unranked: frozenset[int]  # a score that counts is missing

    def gains(self, before: "Draft") -> frozenset[int]:
        """Who has a seat here and had none before."""
        return self.selected - before.selected

    def seats_changed(self, before: "Draft") -> int:
        return len(self.gains(before))


def draft(
    entries: Iterable[Entry], weights: Weights, seats: Mapping[str, int], *, minimum: Decimal = Decimal()
) -> Draft:
    """Rank by `weights` as `cohorts.ranking` does; writes nothing."""
    candidates, unranked = [], set()
    for one in entries:
        total = weighted_total(one.scores, weights)
        if total is None:
            unranked.add(one.id)
        else:
            candidates.append(Candidate(one.id, one.track, one.scores, total, one.submitted_at, one.failures))
    found = select(candidates, seats, minimum=minimum)
    ranks: dict[int, int] = {}
    for track in seats:
        below = [one for one in found.rejected if one.track == track]
        ordered = [*found.selected[track], *found.waitlisted[track], *below]
        ranks |= {one.id: rank for rank, one in enumerate(ordered, start=1)}
    selected = frozenset(one.id for chosen in found.selected.values() for one in chosen)
    return Draft(selected, ranks, {one.id: one.total for one in candidates}, frozenset(unranked))


@dataclass(frozen=True)
class Shift:
    """`STEP` points of weight moved from one stage to another, and the seats that change hands for it."""

    up: str
    down: str
    seats_changed: int


def sensitivity(
    entries: Sequence[Entry], weights: Weights, seats: Mapping[str, int], now: Draft, *, minimum: Decimal = Decimal()
) -> list[Shift]:
    """Each way to move `STEP` points between two stages; one that would take a weight below 0 is left out.

    `now` is the draft by `weights` themselves, beside which each is held.
    """
    parts = {"document": weights.document, "test": weights.test, "interview": weights.interview}
    found = []
    for up, down in permutations(parts, 2):
        if parts[down] < STEP:
            continue
        moved = Weights(**(parts | {up: parts[up] + STEP, down: parts[down] - STEP}))
        found.append(Shift(up, down, draft(entries, moved, seats, minimum=minimum).seats_changed(now)))
    return found
