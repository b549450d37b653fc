"""Many answers in the same moment: seats are never oversold, and each offer has one outcome."""

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from cohorts.actions import offers as actions
from cohorts.models import Application, Offer, Person, Track
from cohorts.states import HOLDS_A_SEAT, ApplicationState, CohortState, OfferState
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_cohort, make_offer, make_waitlist
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def rush(offers: int, seats: int) -> tuple[Track, list[object]]:
    """A track with more offers than seats, as no action would make it, all accepted in the same moment."""
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": seats})
    track = cohort.tracks.get()
    people = Person.objects.bulk_create(
        Person(
            host=cohort.host, name="홍길동", birth_date="1998-03-15", mobile="010-0000-0000", email=f"r{n}@example.kr"
        )
        for n in range(offers)
    )
    now = timezone.now()
    applications = Application.objects.bulk_create(
        Application(
            cohort=cohort, host=cohort.host, person=person, track=track, state=ApplicationState.OFFERED,
            receipt_number=f"R-{cohort.pk}-{person.pk}", submitted_at=now,
        )
        for person in people
    )  # fmt: skip
    made = Offer.objects.bulk_create(
        Offer(application=one, track=track, host=cohort.host, deadline=now + timedelta(days=3)) for one in applications
    )
    results = in_parallel([lambda offer=offer: actions.accept_offer(offer, by=None) for offer in made])
    track.refresh_from_db()
    return track, results


def seated(track: Track) -> int:
    return track.applications.filter(state__in=HOLDS_A_SEAT).count()


def assert_exact(offers: int, seats: int) -> None:
    track, results = rush(offers, seats)

    refused = [result for result in results if isinstance(result, ActionRefused)]
    assert (seated(track), track.seats_taken, len(refused)) == (seats, seats, offers - seats)
    assert Offer.objects.filter(track=track, state=OfferState.ACCEPTED).count() == seats
    assert AuditEvent.objects.filter(verb="application.accepted").count() == seats


def test_a_rush_fills_exactly_the_seats_there_are():
    assert_exact(offers=60, seats=30)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(20))
def test_200_accepts_for_100_seats_fill_exactly_100(run):
    assert_exact(offers=200, seats=100)


@contextmanager
def without_the_constraint():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cohorts_track DROP CONSTRAINT seats_never_oversold")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cohorts_track SET seats_taken = 0")
            cursor.execute(
                "ALTER TABLE cohorts_track ADD CONSTRAINT seats_never_oversold CHECK (seats_taken <= capacity)"
            )


@pytest.fixture
def _unlocked(monkeypatch):
    """The twin: the same code, but the track is read without being locked."""
    unlocked = Track.objects.select_related("cohort__policy")
    monkeypatch.setattr(actions, "_lock_track", lambda pk: unlocked.get(pk=pk))


@pytest.mark.usefixtures("_unlocked")
def test_without_the_lock_the_constraint_still_stands():
    track, results = rush(offers=60, seats=30)

    assert (seated(track), track.seats_taken) == (30, 30)
    assert any(isinstance(result, IntegrityError) for result in results)


@pytest.mark.usefixtures("_unlocked")
def test_the_twin_without_the_lock_oversells():
    with without_the_constraint():
        track, _results = rush(offers=60, seats=30)

        assert seated(track) > 30


def race(rival: Callable[[Offer], object], accept: Callable[[Offer], object], *, within: timedelta) -> str:
    """Two answers to one offer in the same moment, so long before its deadline; the state its application ends in."""
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    first, second = make_waitlist(cohort, ApplicationState.OFFERED, ApplicationState.WAITLISTED)
    offer = make_offer(application=first)

    def soon() -> None:
        offer.deadline = timezone.now() + within
        offer.save(update_fields=["deadline"])

    results = in_parallel([lambda: accept(offer), lambda: rival(offer)], first=soon)
    for thing in (first, second, offer):
        thing.refresh_from_db()

    assert len([result for result in results if isinstance(result, ActionRefused)]) == 1
    assert AuditEvent.objects.filter(object_id=first.pk, verb__startswith="application.").count() == 1
    expected = {
        "accepted": ("accepted", "waitlisted", 1),
        "declined": ("declined", "offered", 0),
        "expired": ("expired", "offered", 0),
    }
    assert (offer.state, second.state, Track.objects.get(cohort=cohort).seats_taken) == expected[first.state]
    return first.state


def accept_now(offer: Offer) -> Application:
    return actions.accept_offer(offer, by=None)


def accept_at_the_last_moment(offer: Offer) -> Application:
    """Anywhere from thirty milliseconds before the deadline to two after it: a busy machine is slow to begin."""
    early = random.uniform(-0.002, 0.030)
    time.sleep(max((offer.deadline - timezone.now()).total_seconds() - early, 0))
    return actions.accept_offer(offer, by=None)


def expire_from_the_first_moment(offer: Offer) -> Application:
    time.sleep(max((offer.deadline - timezone.now()).total_seconds(), 0))
    return actions.expire_offer(offer, by=None)


def test_an_offer_accepted_and_declined_at_once_has_one_outcome():
    for _run in range(5):
        race(lambda offer: actions.decline_offer(offer, by=None), accept_now, within=timedelta(hours=1))


def test_an_offer_accepted_while_it_expires_has_one_outcome():
    for _run in range(5):
        race(expire_from_the_first_moment, accept_at_the_last_moment, within=timedelta(milliseconds=40))


@pytest.mark.slow
def test_500_accepts_while_the_offer_expires_have_one_outcome_each():
    won = Counter(
        race(expire_from_the_first_moment, accept_at_the_last_moment, within=timedelta(milliseconds=40))
        for _run in range(500)
    )

    print(won)  # noqa: T201  # the figures of the proof
    assert won.total() == 500
    assert won["accepted"] > 0 < won["expired"], "one side always won: this was no race"
