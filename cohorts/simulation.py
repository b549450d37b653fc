"""What a selection would be with other weights: who gains a seat, who loses one, and how much hangs on a few points."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations
from typing import Final

from cohorts.quotas import Quota
from cohorts.ranking import Weights
from cohorts.rules import Entry, Rules, candidate, select_by

STEP: Final = 5  # points of weight


@dataclass(frozen=True)
class Draft:
    """A selection that is written nowhere."""

    selected: frozenset[int]
    ranks: dict[int, int]  # within the track
    totals: dict[int, Decimal]
    unranked: frozenset[int]  # a score that counts is missing
    reasons: dict[int, tuple[str, ...]]  # `cohorts.ranking.Selection.reasons`

    def gains(self, before: "Draft") -> frozenset[int]:
        """Who has a seat here and had none before."""
        return self.selected - before.selected

    def seats_changed(self, before: "Draft") -> int:
        return len(self.gains(before))


def draft(entries: Iterable[Entry], rules: Rules, seats: Mapping[str, int]) -> Draft:
    """Rank by `rules` as a selection would; writes nothing."""
    candidates, unranked = [], set()
    for entry in entries:
        if one := candidate(entry, rules):
            candidates.append(one)
        else:
            unranked.add(entry.id)
    found = select_by(rules, candidates, seats)
    ranks = {one.id: rank for track in seats for rank, one in enumerate(found.ranked[track], start=1)}
    selected = frozenset(one.id for chosen in found.selected.values() for one in chosen)
    return Draft(selected, ranks, {one.id: one.total for one in candidates}, frozenset(unranked), found.reasons)


@dataclass(frozen=True)
class Shift:
    """`STEP` points of weight moved from one stage to another, and the seats that change hands for it."""

    up: str
    down: str
    seats_changed: int


def sensitivity(entries: Sequence[Entry], rules: Rules, seats: Mapping[str, int], now: Draft) -> list[Shift]:
    """Each way to move `STEP` points between two stages; one that would take a weight below 0 is left out.

    `now` is the draft by `rules` themselves, beside which each is held.
    """
    parts = vars(rules.weights)
    found = []
    for up, down in permutations(parts, 2):
        if parts[down] < STEP:
            continue
        moved = Weights(**(parts | {up: parts[up] + STEP, down: parts[down] - STEP}))
        changed = draft(entries, replace(rules, weights=moved), seats).seats_changed(now)
        found.append(Shift(up, down, changed))
    return found


@dataclass(frozen=True)
class Effect:
    """What one quota does: the seats that change hands without it."""

    track: str
    quota: Quota
    seats_changed: int


def effects(entries: Sequence[Entry], rules: Rules, seats: Mapping[str, int], now: Draft) -> list[Effect]:
    """Each quota taken away alone, beside the draft by all of them."""
    found = []
    for track, quotas in rules.quotas.items():
        here = [entry for entry in entries if entry.track == track]
        for quota in quotas:
            left = {track: tuple(other for other in quotas if other is not quota)}
            without = draft(here, replace(rules, quotas=left), {track: seats[track]})
            found.append(Effect(track, quota, len(without.selected - now.selected)))
    return found
