"""Seats: offered in the order of the waitlist, answered by their applicants, never more than there are.

The row of the track is the lock that guards its seats. Whatever takes or frees one locks it
first (FOR NO KEY UPDATE), then the application. Order of locks: cohort, track, application.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts import emails, queries
from cohorts.actions.moves import _move, _move_all
from cohorts.models import Application, Cohort, Offer, SeatQuota, Track
from cohorts.models.application import ApplicationQuerySet
from cohorts.models.selection import OfferQuerySet
from cohorts.states import ApplicationState, OfferState
from portal import audit, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


# Answers -----------------------------------------------------------------------------------


@transaction.atomic
def accept_offer(offer: Offer, *, by: "User | None") -> Application:
    """Take the seat. Refuses after the deadline, a second answer, and when every seat is taken."""
    track = _lock_track(offer.track_id)
    offer = _lock_answerable(offer)
    if track.seats_taken >= track.capacity:
        raise ActionRefused(
            _("All seats of %(track)s are taken. Your place on the waitlist is number %(place)d.")
            % {"track": track.name, "place": queries.waitlist_place(offer.application)}
        )
    application = _move(offer.application, ApplicationState.ACCEPTED, by=by)
    _close(offer, OfferState.ACCEPTED)
    Track.objects.filter(pk=track.pk).update(seats_taken=F("seats_taken") + 1)
    notify.queue_many([emails.about_offer(offer, "offer_accepted", by=by, starts_on=application.cohort.starts_on)])
    return application


@transaction.atomic
def decline_offer(offer: Offer, *, by: "User | None", reason: str = "") -> Application:
    """Give the seat back (입과포기); it goes to the next in line at once."""
    track = _lock_track(offer.track_id)
    offer = _lock_answerable(offer)
    application = _move(offer.application, ApplicationState.DECLINED, by=by, reason=reason)
    _close(offer, OfferState.DECLINED)
    _promote(track)
    return application


@transaction.atomic
def withdraw_acceptance(application: Application, *, by: "User | None", reason: str = "") -> Application:
    """Give an accepted seat back before the training begins; it goes to the next in line."""
    track = _lock_track(application.track_id)
    fresh = Application.objects.get(pk=application.pk)
    if fresh.state != ApplicationState.ACCEPTED:
        raise ActionRefused(_("Only an accepted seat can be given back."))
    fresh = _move(fresh, ApplicationState.WITHDRAWN, by=by, reason=reason)
    _free_seat(track)
    _promote(track)
    return fresh


@transaction.atomic
def expire_offer(offer: Offer, *, by: "User | None" = None) -> Application:
    """No answer until the deadline counts as declined (domain.md 1, waitlist); the next in line is offered the seat."""
    track = _lock_track(offer.track_id)
    offer = _lock_live(offer)
    if timezone.now() < offer.deadline:
        raise ActionRefused(_("There is still time to answer this offer."))
    application = _move(offer.application, ApplicationState.EXPIRED, by=by)
    _close(offer, OfferState.EXPIRED)
    notify.queue_many([emails.about_offer(offer, "offer_expired", by=by)])
    _promote(track)
    return application


def expire_offers(now: datetime | None = None) -> int:
    """Expire what is due, each offer in its own transaction, so that no answer waits for the others."""
    expired = 0
    for offer in Offer.objects.expiry_due(now or timezone.now()).order_by("track_id", "deadline", "pk"):
        try:
            expire_offer(offer, by=None)
        except ActionRefused:  # answered in this very moment
            continue
        expired += 1
    return expired


# Offers ------------------------------------------------------------------------------------


@transaction.atomic
def offer_place(application: Application, *, by: "User | None") -> Offer:
    """Offer a free seat by hand: only to the next in line, only while the waitlist is valid."""
    track = _lock_track(application.track_id)
    fresh = Application.objects.get(pk=application.pk)
    if fresh.state != ApplicationState.WAITLISTED:
        raise ActionRefused(_("A seat can be offered only to somebody on the waitlist."))
    if not queries.waitlist_is_valid(_cohort_of(track)):
        raise ActionRefused(_("The waitlist of this cohort is no longer valid."))
    free, quotas = queries.open_seats_and_quotas(track)
    if free < 1:
        raise ActionRefused(_("All seats of %(track)s are taken or offered.") % {"track": track.name})
    following = _next(track, 1, quotas).first()
    if following != fresh:
        sentence = (
            _("Seats are offered in the order of the waitlist and by the quotas: the next is %(number)s.")
            if quotas
            else _("Seats are offered in the order of the waitlist: the next is %(number)s.")
        )
        raise ActionRefused(sentence % {"number": following or _("nobody, by the quotas")})
    return _promote(track, at_most=1, by=by)[0]


@transaction.atomic
def offer_next(track: Track, *, by: "User | None" = None) -> list[Offer]:
    """Offer every free seat of a track to the next in line, in strict order."""
    return _promote(_lock_track(track.pk), by=by)


def offer_free_seats() -> int:
    """Offer the free seats of all tracks that have somebody waiting; the number offered.

    A seat that somebody gives back goes on at once. This finds those that appear otherwise: more seats in a track.
    """
    return sum(len(offer_next(track)) for track in queries.tracks_with_seats_to_offer())


@transaction.atomic
def remind_of_offers(now: datetime | None = None) -> int:
    """One mail a day before the deadline to everybody who has not answered; the number of mails."""
    now = now or timezone.now()
    due = Offer.objects.reminder_due(now).select_for_update(of=("self",), no_key=True, skip_locked=True)
    offers = list(_with_mail(due).order_by("pk"))
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(reminded_at=now)
    AuditEvent.objects.bulk_create(audit.event(offer, "offer.reminded", by=None) for offer in offers)
    notify.queue_many(
        emails.about_offer(offer, "offer_reminder", by=None, expires_at=offer.deadline) for offer in offers
    )
    return len(offers)


def _make_offers(applications: Sequence[Application]) -> list[Offer]:
    """Offers for applications of one cohort that the caller has moved under the track's lock; one query."""
    if not applications:
        return []
    deadline = answer_until(applications[0].cohort)
    return Offer.objects.bulk_create(
        Offer(application=application, track=application.track, host_id=application.host_id, deadline=deadline)
        for application in applications
    )


def answer_until(cohort: Cohort) -> datetime:
    """From now, the hours that the cohort's policy gives; a full minute."""
    return (timezone.now() + timedelta(hours=cohort.policy.offer_hours)).replace(second=0, microsecond=0)


# Under the lock ----------------------------------------------------------------------------


def _lock_track(pk: int | None) -> Track:
    """The lock of a track's seats; its cohort is read later (`_cohort_of`)."""
    if pk is None:
        raise ActionRefused(_("This application names no track."))
    return Track.objects.select_for_update(no_key=True).get(pk=pk)


def _cohort_of(track: Track) -> Cohort:
    """With its policy. Read it once the locks are held: joined to one, both would be as they were before the wait."""
    return Cohort.objects.select_related("policy").get(pk=track.cohort_id)


def _lock_live(offer: Offer) -> Offer:
    offer = _with_mail(Offer.objects.select_for_update(of=("self",), no_key=True)).get(pk=offer.pk)
    if offer.state != OfferState.LIVE:
        raise ActionRefused(_("This offer has been settled already: %(state)s.") % {"state": offer.get_state_display()})
    return offer


def _lock_answerable(offer: Offer) -> Offer:
    offer = _lock_live(offer)
    if timezone.now() >= offer.deadline:
        raise ActionRefused(
            _("The time to answer ended on %(deadline)s.")
            % {"deadline": date_format(timezone.localtime(offer.deadline), "DATETIME_FORMAT")}
        )
    return offer


def _with_mail(offers: OfferQuerySet) -> OfferQuerySet:
    return offers.select_related("track", "application__cohort", "application__person__user")


def _close(offer: Offer, state: OfferState) -> None:
    offer.state, offer.answered_at = state, timezone.now()
    offer.save(update_fields=["state", "answered_at"])


def _free_seat(track: Track) -> None:
    Track.objects.filter(pk=track.pk).update(seats_taken=F("seats_taken") - 1)
    track.seats_taken -= 1


def _next(track: Track, seats: int, quotas: list[SeatQuota]) -> ApplicationQuerySet:
    """Those who wait, in the order in which seats are offered; where quotas hold, those whose turn it is."""
    waiting: ApplicationQuerySet = track.applications.waitlisted()
    turn = queries.next_by_quota([track], {track.pk: seats}, quotas)
    return waiting.filter(pk__in=turn[track.pk]) if track.pk in turn else waiting


def _promote(track: Track, *, at_most: int | None = None, by: "User | None" = None) -> list[Offer]:
    """Offer free seats of a locked track to the next in line."""
    free, quotas = queries.open_seats_and_quotas(track)
    if free < 1:
        return []
    number = min(free, at_most or free)
    waiting = _next(track, number, quotas).select_for_update(of=("self",), no_key=True)
    chosen = list(waiting.select_related("person__user")[:number])
    if not chosen or not queries.waitlist_is_valid(cohort := _cohort_of(track)):
        return []
    for application in chosen:
        application.track, application.cohort = track, cohort
    ahead = set(track.applications.waitlisted().values_list("pk", flat=True)[:number]) if quotas else set()
    events = _move_all({ApplicationState.OFFERED: chosen}, by=by)
    for event in events:
        if quotas and event.object_id not in ahead:
            event.reason = _("By the quotas of the track, before others on the waitlist.")
    AuditEvent.objects.bulk_create(events)
    offers = _make_offers(chosen)
    notify.queue_many(emails.about_offer(offer, "place_offered", by=by) for offer in offers)
    return offers
