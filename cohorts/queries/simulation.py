"""The inputs of a simulated selection."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from cohorts import ranking
from cohorts.models import Application, Cohort, Track
from cohorts.queries.ranking import failures_of, mean_scores, rubric_can_fail, weights_of
from cohorts.queries.seats import seats_open
from cohorts.simulation import Draft, Entry, Shift, draft, sensitivity


class Simulated(NamedTuple):
    now: Draft
    then: Draft
    shifts: list[Shift]
    tracks: Sequence[Track]
    seats: dict[str, int]
    gains: list[Application]
    losses: list[Application]


def simulate(cohort: Cohort, weights: ranking.Weights, minimum: Decimal) -> Simulated:
    """The applications in selection ranked by the cohort's own weights and by others; writes nothing, five queries, one more for a rubric that can fail."""
    means = mean_scores(cohort)
    tracks = list(cohort.tracks.annotate(can_fail=rubric_can_fail()))
    failed = failures_of(cohort, means, marks=any(track.can_fail for track in tracks))
    rows = cohort.applications.in_selection().filter(track__isnull=False)
    entries = [
        Entry(pk, str(track), means.get(pk, ranking.Scores()), at, failed.get(pk, ()))
        for pk, track, at in rows.order_by("pk").values_list("pk", "track", "submitted_at")
        if at is not None
    ]
    seats = {str(pk): max(number, 0) for pk, number in seats_open(tracks).items()}
    now = draft(entries, weights_of(cohort.policy), seats, minimum=cohort.policy.minimum_total)
    then = draft(entries, weights, seats, minimum=minimum)
    shifts = sensitivity(entries, weights, seats, then, minimum=minimum)
    gains, losses = then.gains(now), now.gains(then)
    moved = cohort.applications.filter(pk__in=gains | losses).select_related("person", "track")
    found = sorted(moved, key=lambda one: (one.track_id, then.ranks.get(one.pk, 0)))
    return Simulated(
        now, then, shifts, tracks, seats,
        [one for one in found if one.pk in gains], [one for one in found if one.pk in losses],
    )  # fmt: skip
