"""Seats that are free, and who waits for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from cohorts.models import (
    Application,
    Cohort,
    Offer,
    SeatQuota,
    Track,
)
from cohorts.queries.pool import quota_rows
from cohorts.states import (
    FILLS_SEATS,
    ApplicationState,
    OfferState,
)
from portal.common.prepared import Prepared, Slot


def seats_open(tracks: Sequence[Track]) -> dict[int, int]:
    """Seats neither taken nor offered, by the pk of the track; one query. True only under the tracks' locks."""
    offered = dict(
        Offer.objects.live().filter(track__in=tracks).order_by().values_list("track").annotate(number=Count("pk"))
    )
    return {track.pk: track.seats_free - offered.get(track.pk, 0) for track in tracks}


def open_seats_and_quotas(track: Track) -> tuple[int, list[SeatQuota]]:
    """The seats of a track neither taken nor offered, and the quotas of its cohort; one query, under its lock."""
    live = Count("offers", filter=Q(offers__state=OfferState.LIVE))
    row = Track.objects.annotate(live=live, seat_quotas=quota_rows()).values_list("live", "seat_quotas")
    offered, quotas = row.get(pk=track.pk)
    return track.seats_free - offered, [SeatQuota(**one) for one in quotas]


def registration_until(cohort: Cohort) -> date:
    """The last day of withdrawing (수강철회) and of filling seats again (충원): domain.md 1, waitlist."""
    return cohort.starts_on + timedelta(days=cohort.policy.replacement_days)


def waitlist_valid_until(cohort: Cohort) -> date:
    """The last day on which a seat goes to the next in line: as the policy says, never after the replacements."""
    last = registration_until(cohort)
    return min(cohort.policy.waitlist_until or last, last)


def waitlist_is_valid(cohort: Cohort) -> bool:
    return cohort.state in FILLS_SEATS and timezone.localdate() <= waitlist_valid_until(cohort)


def waitlist_place(application: Application) -> int:
    """How many wait before this application in its track, and one."""
    mine = Application.objects.with_rank().values_list("rank", flat=True).get(pk=application.pk)
    waiting = Application.objects.waitlisted().filter(track=application.track_id)
    if mine is not None:
        waiting = waiting.filter(Q(rank__lt=mine) | Q(rank=mine, pk__lt=application.pk))
    return waiting.count() + 1


def tracks_with_seats_to_offer() -> list[Track]:
    """Tracks in which a seat is free, somebody waits and the waitlist is valid."""
    waiting = Application.objects.filter(track=OuterRef("pk"), state=ApplicationState.WAITLISTED)
    live = Count("offers", filter=Q(offers__state=OfferState.LIVE))
    tracks = (
        Track.objects.filter(Exists(waiting), cohort__state__in=FILLS_SEATS)
        .annotate(live=live)
        .filter(capacity__gt=F("seats_taken") + F("live"))
        .select_related("cohort__policy")
        .order_by("pk")
    )
    return [track for track in tracks if waitlist_is_valid(track.cohort)]


def _track_seats() -> QuerySet[Track]:
    waiting = Application.objects.waitlisted().filter(track=OuterRef("pk"))
    return Track.objects.filter(cohort=Slot("cohort")).annotate(
        live=Count("offers", filter=Q(offers__state=OfferState.LIVE), distinct=True),
        waiting=Count("applications", filter=Q(applications__state=ApplicationState.WAITLISTED), distinct=True),
        next_pk=Subquery(waiting.values("pk")[:1]),
        next_number=Subquery(waiting.values("receipt_number")[:1]),
        free=F("capacity") - F("seats_taken") - F("live"),
        seat_quotas=quota_rows(),
    )


_kept_seats = Prepared(_track_seats())


def track_seats(cohort: Cohort) -> list[Any]:
    """The tracks of a cohort with `live` offers, the number `waiting`, who is `next_pk` and `next_number`, and quotas."""
    return _kept_seats(cohort=cohort.pk)
