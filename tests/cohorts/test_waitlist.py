"""Any order of applying, offering and answering keeps the promises of seats and of the line."""

import os
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cohorts.actions import offers as actions
from cohorts.actions.contacts import log_contact, pass_over
from cohorts.actions.moves import _move
from cohorts.models import Application, Decision, Offer, Selection, Track
from cohorts.queries import failed_contacts
from cohorts.states import HOLDS_A_SEAT, LIVE, ApplicationState, CohortState, ContactResult, OfferState, Outcome
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_cohort, make_person

A = ApplicationState
PICK = st.integers(0, 30)


class Seats(RuleBasedStateMachine):
    """Rows 1-3 of the promise table: no seat too many, a fair line, one application each."""

    @initialize(seats=st.integers(1, 3), waiting=st.integers(0, 5))
    def open(self, seats, waiting):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": seats}, policy={"contact_attempts": 2})
        self.minute = timezone.now() - timedelta(hours=8)
        self.track = self.cohort.tracks.get()
        self.selection = Selection.objects.create(cohort=self.cohort, host=self.cohort.host, released_at=timezone.now())
        self.ranks = 0
        self.people = [make_person(host=self.cohort.host) for _ in range(8)]
        for person in self.people[:waiting]:
            self.wait(person)

    def teardown(self):
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def wait(self, person):
        """Applied, and put at the end of the line by a released selection."""
        submitted = {"submitted_at": timezone.now() - timedelta(days=20)}
        application = make_application(cohort=self.cohort, person=person, state=A.WAITLISTED, **submitted)
        self.ranks += 1
        Decision.objects.create(
            selection=self.selection, host=self.cohort.host, application=application,
            outcome=Outcome.WAITLISTED, rank=self.ranks, total=50,
        )  # fmt: skip

    def try_to(self, action, *args):
        try:
            with transaction.atomic():
                return action(*args, by=None)
        except ActionRefused:
            return None

    def chosen(self, rows, pick):
        rows = list(rows.order_by("pk"))
        return rows[pick % len(rows)] if rows else None

    @rule(pick=PICK)
    def apply(self, pick):
        person = self.people[pick % len(self.people)]
        if not Application.objects.filter(cohort=self.cohort, person=person, state__in=LIVE).exists():
            self.wait(person)

    @rule(pick=PICK)
    def withdraw_from_the_line(self, pick):
        if application := self.chosen(self.track.applications.filter(state=A.WAITLISTED), pick):
            with transaction.atomic():
                _move(application, A.WITHDRAWN, by=None)

    @rule(pick=PICK)
    def offer_by_hand(self, pick):
        if application := self.chosen(self.track.applications.all(), pick):
            self.try_to(actions.offer_place, application)

    @rule(pick=PICK)
    def accept(self, pick):
        if offer := self.chosen(Offer.objects.all(), pick):
            self.try_to(actions.accept_offer, offer)

    @rule(pick=PICK)
    def decline(self, pick):
        if offer := self.chosen(Offer.objects.all(), pick):
            self.try_to(actions.decline_offer, offer)

    @rule(pick=PICK)
    def give_back(self, pick):
        if application := self.chosen(self.track.applications.all(), pick):
            self.try_to(actions.withdraw_acceptance, application)

    @rule(pick=PICK)
    def expire(self, pick):
        if offer := self.chosen(Offer.objects.live(), pick):
            Offer.objects.filter(pk=offer.pk).update(offered_at=timezone.now() - timedelta(days=9))
            Offer.objects.filter(pk=offer.pk).update(deadline=timezone.now() - timedelta(seconds=1))
            actions.expire_offers()

    @rule(pick=PICK, result=st.sampled_from(ContactResult.values))
    def call(self, pick, result):
        if application := self.chosen(self.track.applications.all(), pick):
            self.minute += timedelta(minutes=1)
            told = {"channel": "call", "result": result, "contacted_at": self.minute}
            Offer.objects.filter(application=application).update(offered_at=timezone.now() - timedelta(days=9))
            self.try_to(partial(log_contact, **told), application)

    @rule(pick=PICK)
    def pass_over(self, pick):
        """Only a live offer, and only after as many failures as the policy names."""
        if offer := self.chosen(Offer.objects.all(), pick):
            failed, was = failed_contacts(offer), offer.state
            done = self.try_to(pass_over, offer)
            assert bool(done) == (was == OfferState.LIVE and failed >= 2)

    @rule()
    def promote(self):
        actions.offer_next(self.track)

    @rule(more=st.integers(1, 2))
    def resize(self, more):
        Track.objects.filter(pk=self.track.pk).update(capacity=self.track.capacity + more)

    @invariant()
    def no_seat_too_many(self):
        if not hasattr(self, "track"):
            return
        self.track.refresh_from_db()
        seated = self.track.applications.filter(state__in=HOLDS_A_SEAT).count()
        assert seated == self.track.seats_taken
        assert seated + Offer.objects.live().filter(track=self.track).count() <= self.track.capacity

    @invariant()
    def one_offer_and_one_application_each(self):
        if not hasattr(self, "track"):
            return
        held = Offer.objects.filter(track=self.track, state__in=[OfferState.LIVE, OfferState.ACCEPTED])
        live = held.filter(state=OfferState.LIVE).values_list("application", flat=True)
        offered = self.track.applications.filter(state=A.OFFERED).values_list("pk", flat=True)
        assert sorted(live) == sorted(offered)
        applied = Application.objects.filter(cohort=self.cohort, state__in=LIVE).values_list("person", flat=True)
        assert len(applied) == len(set(applied))

    @invariant()
    def nobody_was_jumped(self):
        """Whoever waits stands behind everybody who has ever been offered a seat."""
        if not hasattr(self, "track"):
            return
        ranked = dict(Decision.objects.filter(selection=self.selection).values_list("application", "rank"))
        waiting = [ranked[pk] for pk in self.track.applications.filter(state=A.WAITLISTED).values_list("pk", flat=True)]
        offered = [ranked[pk] for pk in Offer.objects.filter(track=self.track).values_list("application", flat=True)]
        assert max(offered, default=0) < min(waiting, default=10_000)


def run(examples, steps):
    run_state_machine_as_test(
        Seats,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.django_db
def test_no_sequence_breaks_the_promises_of_the_waitlist():
    run(examples=8, steps=12)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_long_sequence_breaks_the_promises_of_the_waitlist():
    """A quarter of an hour of a core; SEQUENCES=200 runs a tenth of it."""
    run(examples=int(os.environ.get("SEQUENCES", "2000")), steps=50)
