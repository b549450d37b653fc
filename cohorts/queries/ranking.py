"""What the scores of a cohort say: totals, ranks, and who would get a seat."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cohorts import ranking, rubric
from cohorts.models import (
    Application,
    Cohort,
    CohortPolicy,
    Criterion,
    CriterionPoints,
    Decision,
    Person,
    Score,
    Selection,
    Track,
)
from cohorts.states import (
    IN_SELECTION,
    ApplicationState,
    OfferState,
    Outcome,
    Stage,
)

CAN_FAIL = ~Q(minimum=None) | ~Q(low_below=None)  # of criteria


class Ranked(NamedTuple):
    """What would be decided on one application."""

    application_id: int
    track_id: int
    outcome: Outcome
    rank: int
    total: Decimal
    scores: ranking.Scores
    reasons: tuple[str, ...] = ()


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
    tracks: list[Track]
    seats: dict[int, int]  # by track: those that the selection may give
    waiting: dict[int, int]  # by track: those that wait since an earlier selection
    ranked: list[Ranked] = field(default_factory=list)
    unranked: list[Unranked] = field(default_factory=list)
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
            scores=as_strings(one.scores),
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


def weights_of(policy: CohortPolicy) -> ranking.Weights:
    return ranking.Weights(policy.weight_document, policy.weight_test, policy.weight_interview)


def stages_of(policy: CohortPolicy) -> list[Stage]:
    """The stages that count in this cohort."""
    return [stage for stage in Stage if getattr(policy, f"weight_{stage}")]


def mean_scores(cohort: Cohort) -> dict[int, ranking.Scores]:
    """The panel's mean by stage of each application in selection that has a score."""
    scores = Score.objects.filter(application__cohort=cohort, application__state__in=IN_SELECTION).order_by()
    panels = {str(stage): ArrayAgg("points", filter=Q(stage=stage)) for stage in Stage}
    return {
        application: ranking.Scores(
            **{stage: ranking.panel_mean(given) for stage, given in zip(panels, by_stage, strict=True) if given}
        )
        for application, *by_stage in scores.values_list("application").annotate(**panels)
    }


def rubric_can_fail() -> Exists:
    """Of tracks: a criterion of the cohort has a minimum mark or a veto, so that its marks are to be read."""
    return Exists(Criterion.objects.filter(CAN_FAIL, cohort=OuterRef("cohort")))


def failures_of(cohort: Cohort, means: Mapping[int, ranking.Scores], *, marks: bool) -> dict[int, tuple[str, ...]]:
    """Who fails whatever the total, and why: minimum marks of stages and of criteria, vetoes.

    `marks`: a criterion can fail somebody (`rubric_can_fail`); one query then, otherwise none. A stage that does not
    count fails nobody.
    """
    policy = cohort.policy
    found: dict[int, list[str]] = defaultdict(list)
    stages = stages_of(policy)
    for stage in stages:
        if (minimum := getattr(policy, f"minimum_{stage}")) is not None:
            for pk, scores in means.items():
                points = getattr(scores, stage)
                if points is not None and points < minimum:
                    found[pk].append(f"minimum_{stage}")
    for pk, *element, panel in _panels(cohort, stages) if marks else []:
        found[pk] += rubric.failures(rubric.Element(*element), panel)
    return {pk: tuple(codes) for pk, codes in found.items() if codes}


def _panels(cohort: Cohort, stages: Sequence[Stage]) -> "QuerySet[Any, Any]":
    """The marks of each panel for each criterion that can fail somebody."""
    criteria = Criterion.objects.filter(CAN_FAIL, cohort=cohort, stage__in=stages)
    marks = CriterionPoints.objects.filter(criterion__in=criteria, score__application__state__in=IN_SELECTION)
    of_criterion = ("criterion", "criterion__most", "criterion__minimum", "criterion__low_below")
    rows = marks.order_by("criterion__stage", "criterion__position").values_list("score__application", *of_criterion)
    return rows.annotate(panel=ArrayAgg("points"))


def rank(cohort: Cohort) -> Ranking:
    """Rank the applications in selection by the cohort's policy; three queries, one more for a rubric that can fail.

    The seats are those neither taken nor offered nor waited for. Ranks go on after those of
    earlier selections, so that a line of waiting people is never jumped.
    """
    tracks = list(_with_line(cohort.tracks.all()))
    seats = {track.pk: max(track.seats_free - track.offered - track.waits, 0) for track in tracks}
    waiting = {track.pk: track.waits for track in tracks}
    found = Ranking(cohort, list(tracks), seats, waiting, scores=mean_scores(cohort))
    _fill(found, {track.pk: track.last for track in tracks}, marks=any(track.can_fail for track in tracks))
    return found


def _with_line(tracks: QuerySet[Track]) -> "QuerySet[Any]":
    """Of each track: the seats on offer, how many wait since an earlier selection, and the last rank given."""
    released = Decision.objects.filter(application__track=OuterRef("pk"), selection__released_at__isnull=False)
    earlier = released.order_by().values("application__track")
    waits = Count("pk", filter=Q(application__state=ApplicationState.WAITLISTED))
    return tracks.annotate(
        can_fail=rubric_can_fail(),
        offered=Count("offers", filter=Q(offers__state=OfferState.LIVE)),
        waits=Coalesce(Subquery(earlier.annotate(waits=waits).values("waits")), 0),
        last=Coalesce(Subquery(earlier.annotate(last=Max("rank")).values("last")), 0),
    )


def _fill(found: Ranking, last: dict[int, int], *, marks: bool) -> None:
    """Of ten thousand applications only what decides is read, as plain values."""
    weights, nothing = weights_of(found.cohort.policy), ranking.Scores()
    failed, minimum = failures_of(found.cohort, found.scores, marks=marks), found.cohort.policy.minimum_total
    candidates = []
    applied = found.cohort.applications.in_selection().order_by("pk")
    shown = ("pk", "receipt_number", "person__name", "track", "submitted_at")
    for pk, receipt, name, track, submitted_at in applied.values_list(*shown):
        scores = found.scores.get(pk, nothing)
        total = ranking.weighted_total(scores, weights)
        if total is None or track is None or submitted_at is None:
            missing = [("unscored", total is None), ("no_track", track is None)]
            reasons = tuple(code for code, lacks in missing if lacks)
            found.unranked.append(Unranked(pk, receipt, track, reasons))
        else:
            found.people[pk] = receipt, name
            candidates.append(ranking.Candidate(pk, str(track), scores, total, submitted_at, failed.get(pk, ())))
    seats = {str(track): number for track, number in found.seats.items()}
    chosen = ranking.select(candidates, seats, minimum=minimum)
    for track in found.seats:
        ordered = [
            *((Outcome.SELECTED, candidate) for candidate in chosen.selected[str(track)]),
            *((Outcome.WAITLISTED, candidate) for candidate in chosen.waitlisted[str(track)]),
            *((Outcome.REJECTED, candidate) for candidate in chosen.rejected if candidate.track == str(track)),
        ]
        found.ranked += (
            Ranked(
                candidate.id,
                track,
                outcome,
                number,
                candidate.total,
                candidate.scores,
                (*candidate.failures, *(["minimum_total"] if candidate.total < minimum else [])),
            )
            for number, (outcome, candidate) in enumerate(ordered, start=last.get(track, 0) + 1)
        )


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
