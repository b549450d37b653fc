"""Whose turn it is on a waitlist where quotas hold: a kept seat that becomes free goes on to its group."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cohorts.models import Decision, SeatQuota, Track
from cohorts.quotas import Quota, QuotaRule, choose
from cohorts.states import HOLDS_A_PLACE, ApplicationState

IN_LINE = (*HOLDS_A_PLACE, ApplicationState.WAITLISTED)


class Waiting(NamedTuple):
    id: int
    groups: frozenset[str]


def next_by_quota(
    tracks: Iterable[Track], seats: Mapping[int, int], quotas: list[SeatQuota] | None = None
) -> dict[int, list[int]]:
    """By track: the applications whose turn it is for so many free seats, the better rank first.

    Only of tracks that have quotas; elsewhere the waitlist itself is the order. What those with a place have of a
    quota counts as given. `quotas`: those of the cohorts, if they are read already. Two queries, one without quotas.
    """
    tracks = list(tracks)
    if quotas is None:
        quotas = list(SeatQuota.objects.filter(cohort__in={track.cohort_id for track in tracks}))
    limited = [track for track in tracks if any(_holds(quota, track) for quota in quotas)]
    if not limited:
        return {}
    held: dict[int, Counter[str]] = defaultdict(Counter)
    waiting: dict[int, list[Waiting]] = defaultdict(list)
    decided = Decision.objects.filter(
        selection__released_at__isnull=False, application__track__in=limited, application__state__in=IN_LINE
    )
    shown = ("application__track", "application", "application__state", "facts")
    for track, pk, state, facts in decided.order_by("rank", "application").values_list(*shown):
        groups = frozenset(facts.get("groups", ()))
        if state == ApplicationState.WAITLISTED:
            waiting[track].append(Waiting(pk, groups))
        else:
            held[track].update(groups)
    return {track.pk: _turn(track, quotas, held[track.pk], waiting[track.pk], seats[track.pk]) for track in limited}


def _holds(quota: SeatQuota, track: Track) -> bool:
    return quota.cohort_id == track.cohort_id and quota.track_id in (None, track.pk)


def _turn(
    track: Track, quotas: Iterable[SeatQuota], held: Counter[str], waiting: list[Waiting], seats: int
) -> list[int]:
    left = [
        Quota(quota.group, QuotaRule(quota.rule), max(quota.seats_of(track.capacity) - held[quota.group], 0))
        for quota in quotas
        if _holds(quota, track)
    ]
    chosen = choose(waiting, seats, left)
    return [one.id for one in waiting if one.id in chosen]
