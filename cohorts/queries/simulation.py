"""The inputs of a simulated selection."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from cohorts.models import Application, SeatQuota
from cohorts.queries.pool import Pool
from cohorts.rules import Entry, Rules
from cohorts.simulation import Draft, Effect, Shift, draft, effects, sensitivity


class QuotaEffect(NamedTuple):
    """One quota of one track: how many of the group there are, have a seat, and what it changes."""

    effect: Effect
    there: int
    seated: int


class Simulated(NamedTuple):
    pool: Pool
    rules: Rules  # those tried
    now: Draft
    then: Draft
    shifts: list[Shift]
    effects: list[QuotaEffect]
    names: dict[str, str]  # of the groups
    gains: list[Application]
    losses: list[Application]


def simulate(pool: Pool, tried: Rules, quotas: Iterable[SeatQuota] | None = None) -> Simulated:
    """The applications in selection ranked by the cohort's own rules and by others; writes nothing, one query.

    `quotas` are tried with the other rules; None: the cohort's own.
    """
    others = pool.quotas if quotas is None else list(quotas)
    then_rules = replace(tried, quotas=pool.quotas_by_track(others))
    entries = pool.entries([*pool.quotas, *others])
    seats = {str(track): number for track, number in pool.seats.items()}
    now, then = draft(entries, pool.rules, seats), draft(entries, then_rules, seats)
    gains, losses = then.gains(now), now.gains(then)
    moved = pool.cohort.applications.filter(pk__in=gains | losses).select_related("person", "track")
    found = sorted(moved, key=lambda one: (one.track_id, then.ranks.get(one.pk, 0)))
    return Simulated(
        pool, then_rules, now, then,
        sensitivity(entries, then_rules, seats, then),
        [_effect(one, entries, then) for one in effects(entries, then_rules, seats, then)], pool.names(others),
        [one for one in found if one.pk in gains], [one for one in found if one.pk in losses],
    )  # fmt: skip


def _effect(effect: Effect, entries: Iterable[Entry], then: Draft) -> QuotaEffect:
    there = [one.id for one in entries if one.track == effect.track and effect.quota.group in one.groups]
    ranked = [pk for pk in there if pk in then.ranks]
    return QuotaEffect(effect, len(ranked), len(then.selected.intersection(ranked)))
