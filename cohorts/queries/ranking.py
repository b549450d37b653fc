"""What the scores of a cohort say: totals, ranks, and who would get a seat."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cohorts import ranking
from cohorts.models import (
    Application,
    Cohort,
    CohortPolicy,
    Decision,
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


@dataclass
class Ranking:
    """What the scores of a cohort say at the moment. `decisions` are unsaved, by track and rank."""

    tracks: list[Track]
    seats: dict[int, int]  # by track: those that the selection may give
    waiting: dict[int, int]  # by track: those that wait since an earlier selection
    decisions: list[Decision] = field(default_factory=list)
    unranked: list[Application] = field(default_factory=list)  # a score that counts, or the track, is missing
    scores: dict[int, ranking.Scores] = field(default_factory=dict)  # by application

    def rows(self) -> "InOrder":
        """The decisions for a list; `tied`: somebody else of the track has the same total."""
        same = Counter((one.application.track_id, one.total) for one in self.decisions)
        for one in self.decisions:
            one.tied = same[one.application.track_id, one.total] > 1  # type: ignore[attr-defined]
        return InOrder(self.decisions)


class InOrder(list[Decision]):
    """Rows that a list shows page by page as they are."""

    ordered = True


def weights_of(policy: CohortPolicy) -> ranking.Weights:
    return ranking.Weights(policy.weight_document, policy.weight_test, policy.weight_interview)


def stages_of(policy: CohortPolicy) -> list[Stage]:
    """The stages that count in this cohort."""
    return [stage for stage in Stage if getattr(policy, f"weight_{stage}")]


def mean_scores(cohort: Cohort) -> dict[int, ranking.Scores]:
    """The panel's mean by stage of each application in selection that has a score."""
    points: dict[int, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    scores = Score.objects.filter(application__cohort=cohort, application__state__in=IN_SELECTION)
    for application, stage, given in scores.order_by().values_list("application", "stage", "points"):
        points[application][stage].append(given)
    return {
        application: ranking.Scores(**{stage: ranking.panel_mean(given) for stage, given in stages.items()})
        for application, stages in points.items()
    }


def rank(cohort: Cohort) -> Ranking:
    """Rank the applications in selection by the cohort's policy; three queries.

    The seats are those neither taken nor offered nor waited for. Ranks go on after those of
    earlier selections, so that a line of waiting people is never jumped.
    """
    tracks = list(_with_line(cohort.tracks.all()))
    seats = {track.pk: max(track.seats_free - track.offered - track.waits, 0) for track in tracks}
    found = Ranking(list(tracks), seats, {track.pk: track.waits for track in tracks})
    _fill(found, cohort, {track.pk: track.last for track in tracks})
    return found


def _with_line(tracks: QuerySet[Track]) -> "QuerySet[Any]":
    """Of each track: the seats on offer, how many wait since an earlier selection, and the last rank given."""
    released = Decision.objects.filter(application__track=OuterRef("pk"), selection__released_at__isnull=False)
    earlier = released.order_by().values("application__track")
    waits = Count("pk", filter=Q(application__state=ApplicationState.WAITLISTED))
    return tracks.annotate(
        offered=Count("offers", filter=Q(offers__state=OfferState.LIVE)),
        waits=Coalesce(Subquery(earlier.annotate(waits=waits).values("waits")), 0),
        last=Coalesce(Subquery(earlier.annotate(last=Max("rank")).values("last")), 0),
    )


def _fill(found: Ranking, cohort: Cohort, last: dict[int, int]) -> None:
    weights, means = weights_of(cohort.policy), mean_scores(cohort)
    found.scores = means
    candidates, applications = [], {}
    tracks = {track.pk: track for track in found.tracks}
    for application in cohort.applications.in_selection().select_related("person").defer("motivation").order_by("pk"):
        scores = means.get(application.pk, ranking.Scores())
        total = ranking.weighted_total(scores, weights)
        if total is None or application.track_id is None or application.submitted_at is None:
            found.unranked.append(application)
            continue
        application.track = tracks[application.track_id]
        applications[application.pk] = application
        candidates.append(
            ranking.Candidate(application.pk, str(application.track_id), scores, total, application.submitted_at)
        )
    seats = {str(track): number for track, number in found.seats.items()}
    chosen = ranking.select(candidates, seats, minimum=cohort.policy.minimum_total)
    for track, before in ((track, last.get(track, 0)) for track in found.seats):
        mine = [candidate for candidate in chosen.rejected if candidate.track == str(track)]
        ordered = [
            *((Outcome.SELECTED, candidate) for candidate in chosen.selected[str(track)]),
            *((Outcome.WAITLISTED, candidate) for candidate in chosen.waitlisted[str(track)]),
            *((Outcome.REJECTED, candidate) for candidate in mine),
        ]
        for number, (outcome, candidate) in enumerate(ordered, start=before + 1):
            found.decisions.append(
                Decision(
                    application=applications[candidate.id],
                    host_id=cohort.host_id,
                    outcome=outcome,
                    rank=number,
                    total=candidate.total,
                    scores=as_strings(candidate.scores),
                )
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
    rows = [(one.application.track_id, one.outcome, one.total) for one in found.decisions]
    counts = Counter((track, outcome) for track, outcome, _total in rows)
    cut_off = {track: total for track, outcome, total in rows if outcome == Outcome.SELECTED}  # the last one stays
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
