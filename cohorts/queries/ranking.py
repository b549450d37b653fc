"""What the scores of a cohort say: totals, ranks, and who would get a seat."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Min

from cohorts import ranking, rules
from cohorts.models import (
    Application,
    Cohort,
    Decision,
    Person,
    Selection,
    Track,
)
from cohorts.queries.pool import Pool, pool_of
from cohorts.rules import Entry, Rules, facts_of
from cohorts.states import Outcome, Stage


class Ranked(NamedTuple):
    """What would be decided on one application."""

    application_id: int
    track_id: int
    outcome: Outcome
    rank: int
    candidate: ranking.Candidate
    reasons: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        return self.candidate.total


class Unranked(NamedTuple):
    """An application that lacks a score that counts, or its track."""

    pk: int
    receipt_number: str | None
    track_id: int | None
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.receipt_number or f"#{self.pk}"


@dataclass
class Ranking:
    """What the scores of a cohort say at the moment. `ranked` is by track and rank."""

    cohort: Cohort
    tracks: list[Any]  # Track, with what the pool adds
    seats: dict[int, int]  # by track: those that the selection may give
    waiting: dict[int, int]  # by track: those that wait since an earlier selection
    rules: Rules
    names: dict[str, str]  # of the groups that quotas name, by code
    ranked: list[Ranked] = field(default_factory=list)
    unranked: list[Unranked] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)  # of those ranked, by application
    scores: dict[int, ranking.Scores] = field(default_factory=dict)  # by application
    people: dict[int, tuple[str | None, str]] = field(default_factory=dict)  # receipt number and name, the same

    def decisions(self) -> list[Decision]:
        """All of them, unsaved."""
        return [self._decision(one) for one in self.ranked]

    def rows(self) -> "InOrder":
        """The decisions for a list; `tied`: somebody else of the track has the same total."""
        return InOrder(self)

    def _decision(self, one: Ranked) -> Decision:
        return Decision(
            application_id=one.application_id,
            host_id=self.cohort.host_id,
            outcome=one.outcome,
            rank=one.rank,
            total=one.total,
            bonus=one.candidate.bonus,
            scores=as_strings(one.candidate.scores),
            facts=facts_of(self.entries[one.application_id]),
            reasons=list(one.reasons),
        )


class InOrder(Sequence[Decision]):
    """Unsaved decisions that a list shows page by page; of their applications only what it shows is there."""

    ordered = True

    def __init__(self, found: Ranking) -> None:
        self.found = found
        self.same = Counter((one.track_id, one.total) for one in found.ranked)

    def __len__(self) -> int:
        return len(self.found.ranked)

    def __getitem__(self, wanted: Any) -> Any:
        ranked = self.found.ranked[wanted]
        return [self._row(one) for one in ranked] if isinstance(wanted, slice) else self._row(ranked)

    def _row(self, one: Ranked) -> Decision:
        receipt, name = self.found.people[one.application_id]
        [track] = [track for track in self.found.tracks if track.pk == one.track_id]
        row = self.found._decision(one)
        row.application = Application(
            pk=one.application_id, receipt_number=receipt, person=Person(name=name), track=track
        )
        row.tied = self.same[one.track_id, one.total] > 1  # type: ignore[attr-defined]
        return row


def rank(cohort: Cohort) -> Ranking:
    """Rank the applications in selection by the cohort's rules; three queries.

    The seats are those neither taken nor offered nor waited for. Ranks go on after those of
    earlier selections, so that a line of waiting people is never jumped.
    """
    pool = pool_of(cohort)
    waiting = {track.pk: track.waits for track in pool.tracks}
    found = Ranking(cohort, pool.tracks, pool.seats, waiting, pool.rules, pool.names(pool.quotas), scores=pool.scores)
    _fill(found, pool)
    return found


def _fill(found: Ranking, pool: Pool) -> None:
    candidates, nothing = {}, ranking.Scores()
    for entry in pool.entries(pool.quotas):
        if one := rules.candidate(entry, found.rules):
            candidates[entry.id] = one
            found.entries[entry.id] = entry
    for applied in pool.applied:
        found.people[applied.pk] = applied.receipt_number, applied.name
        if applied.pk not in candidates:
            unscored = ranking.weighted_total(found.scores.get(applied.pk, nothing), found.rules.weights) is None
            missing = [("unscored", unscored), ("no_track", applied.track_id is None)]
            reasons = tuple(code for code, lacks in missing if lacks)
            found.unranked.append(Unranked(applied.pk, applied.receipt_number, applied.track_id, reasons))
    seats = {str(track): number for track, number in found.seats.items()}
    chosen = rules.select_by(found.rules, candidates.values(), seats)
    outcomes = outcomes_of(chosen)
    for track in pool.tracks:
        found.ranked += (
            Ranked(one.id, track.pk, outcomes[one.id], number, one, chosen.reasons.get(one.id, ()))
            for number, one in enumerate(chosen.ranked[str(track.pk)], start=track.last + 1)
        )


def outcomes_of(chosen: ranking.Selection) -> dict[int, Outcome]:
    found = {one.id: Outcome.REJECTED for one in chosen.rejected}
    found |= {one.id: Outcome.SELECTED for here in chosen.selected.values() for one in here}
    return found | {one.id: Outcome.WAITLISTED for here in chosen.waitlisted.values() for one in here}


@dataclass(frozen=True)
class TrackNumbers:
    """What a selection says of one track."""

    track: Track
    seats: int
    selected: int
    waitlisted: int
    rejected: int
    cut_off: Decimal | None  # the lowest total that gets a seat


def preview_numbers(found: Ranking) -> list[TrackNumbers]:
    counts: Counter[tuple[int | None, str]] = Counter((one.track_id, one.outcome) for one in found.ranked)
    cut_off: dict[int | None, Decimal | None] = {  # the last one stays
        one.track_id: one.total for one in found.ranked if one.outcome == Outcome.SELECTED
    }
    return [_track_numbers(track, found.seats[track.pk], counts, cut_off) for track in found.tracks]


def decision_numbers(selection: Selection) -> list[TrackNumbers]:
    """As prepared; two queries."""
    by = selection.decisions.order_by().values_list("application__track", "outcome").annotate(Count("pk"), Min("total"))
    rows = list(by)
    counts = Counter({(track, outcome): number for track, outcome, number, _least in rows})
    cut_off = {track: least for track, outcome, _number, least in rows if outcome == Outcome.SELECTED}
    seats = {int(track): number for track, number in selection.inputs["seats"].items()}
    tracks = Track.objects.filter(cohort=selection.cohort_id)
    return [_track_numbers(track, seats.get(track.pk, 0), counts, cut_off) for track in tracks]


def _track_numbers(
    track: Track, seats: int, counts: Counter[tuple[int | None, str]], cut_off: dict[int | None, Decimal | None]
) -> TrackNumbers:
    numbers = {str(outcome): counts[track.pk, outcome] for outcome in Outcome}
    return TrackNumbers(track, seats, cut_off=cut_off.get(track.pk), **numbers)


def as_strings(scores: ranking.Scores) -> dict[str, str]:
    """As a decision keeps them: {"document": "82.00", …} without what is missing."""
    return {str(stage): str(points) for stage in Stage if (points := getattr(scores, stage)) is not None}
