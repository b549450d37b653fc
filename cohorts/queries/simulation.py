"""The inputs of a simulated selection."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from cohorts.models import Application, Cohort, SeatQuota
from cohorts.queries.pool import Pool, pool_of
from cohorts.rules import Rules
from cohorts.simulation import Draft, Effect, Shift, draft, effects, sensitivity


class Simulated(NamedTuple):
    pool: Pool
    rules: Rules  # those tried
    now: Draft
    then: Draft
    shifts: list[Shift]
    effects: list[Effect]
    gains: list[Application]
    losses: list[Application]


def simulate(cohort: Cohort, tried: Rules, quotas: Iterable[SeatQuota] | None = None) -> Simulated:
    """The applications in selection ranked by the cohort's own rules and by others; writes nothing, four queries.

    `quotas` are tried with the other rules; None: the cohort's own.
    """
    pool = pool_of(cohort)
    others = pool.quotas if quotas is None else list(quotas)
    then_rules = replace(tried, quotas=pool.quotas_by_track(others))
    entries = pool.entries([*pool.quotas, *others])
    seats = {str(track): number for track, number in pool.seats.items()}
    now, then = draft(entries, pool.rules, seats), draft(entries, then_rules, seats)
    gains, losses = then.gains(now), now.gains(then)
    moved = cohort.applications.filter(pk__in=gains | losses).select_related("person", "track")
    found = sorted(moved, key=lambda one: (one.track_id, then.ranks.get(one.pk, 0)))
    return Simulated(
        pool, then_rules, now, then,
        sensitivity(entries, then_rules, seats, then),
        effects(entries, then_rules, seats, then),
        [one for one in found if one.pk in gains], [one for one in found if one.pk in losses],
    )  # fmt: skip
