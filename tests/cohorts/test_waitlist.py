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

from cohorts.actions import bulk
from cohorts.actions import offers as actions
from cohorts.actions.contacts import log_contact, pass_over
from cohorts.actions.enrolment import end_enrolment, enrol
from cohorts.actions.moves import _move
from cohorts.actions.pledges import cancel_seat
from cohorts.bulk import BulkVerb
from cohorts.models import Application, BulkAction, Cohort, Decision, Offer, Selection, Track
from cohorts.queries import failed_contacts
from cohorts.states import (
    HOLDS_A_SEAT,
    LEAVES_BY_HAND,
    LIVE,
    ApplicationState,
    CohortState,
    ContactResult,
    EnrolmentState,
    OfferState,
    Outcome,
)
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_cohort, make_offer, make_person, make_waitlist

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
        """Refused or done; where the time of replacements is over, nothing is offered."""
        offers = Offer.objects.count()
        try:
            with transaction.atomic():
                done = action(*args, by=None)
        except ActionRefused:
            done = None
        self.cohort = Cohort.objects.select_related("policy").get(pk=self.cohort.pk)
        over = timezone.localdate() > self.cohort.starts_on + timedelta(days=self.cohort.policy.replacement_days)
        assert not over or Offer.objects.count() == offers
        return done

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
            self.try_to(lambda *, by: actions.expire_offers())

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

    @rule(pick=PICK)
    def withdraw_in_bulk(self, pick):
        """As an official for somebody who waits; it can be undone."""
        if one := self.chosen(self.track.applications.filter(state=A.WAITLISTED), pick):
            chosen = Application.objects.filter(pk=one.pk)
            made = bulk.prepare_bulk(self.cohort, chosen, verb=BulkVerb.WITHDRAW, by=None, reason="요청")
            bulk.confirm_bulk(made, by=None)
            bulk.run_bulk(made, by=None)

    @rule(pick=PICK)
    def undo(self, pick):
        if made := self.chosen(BulkAction.objects.all(), pick):
            if self.try_to(bulk.ask_undo_bulk, made):
                bulk.undo_bulk(made, by=None)

    @rule(pick=PICK)
    def cancel(self, pick):
        if one := self.chosen(self.track.applications.filter(state=A.ACCEPTED), pick):
            self.try_to(partial(cancel_seat, reason="불참"), one)

    @rule()
    def promote(self):
        self.try_to(actions.offer_next, self.track)

    @rule(days=st.integers(-12, 3))
    def days_pass(self, days):
        """The first day is to come, or was so many days ago."""
        self.cohort.starts_on = timezone.localdate() + timedelta(days=days)
        self.cohort.save(update_fields=["starts_on"])

    @rule()
    def enrol(self):
        self.try_to(enrol, self.cohort)

    @rule(pick=PICK, to=st.sampled_from(LEAVES_BY_HAND), late=st.booleans())
    def end(self, pick, to, late):
        """Did not come, withdrew, or left later."""
        if one := self.chosen(self.cohort.enrolments.active(), pick):
            on = max(timezone.localdate(), one.starts_on) if late else one.starts_on
            self.try_to(partial(end_enrolment, to=to, on=on), one)

    @rule(more=st.integers(1, 2))
    def resize(self, more):
        Track.objects.filter(pk=self.track.pk).update(capacity=self.track.capacity + more)

    @invariant()
    def no_seat_too_many(self):
        if not hasattr(self, "track"):
            return
        self.track.refresh_from_db()
        freed = AuditEvent.objects.filter(object_type="cohorts.enrolment", after__seat_freed=True).count()
        seated = self.track.applications.filter(state__in=HOLDS_A_SEAT).count() - freed
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


@pytest.mark.django_db
def test_six_decline_and_two_do_not_come_make_eight_offers_to_the_waitlist():
    """The example of domain.md 1: capacity 100; the waitlist is offered exactly eight seats, in its order."""
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 100}, starts_on=timezone.localdate())
    chosen = make_waitlist(cohort, *[A.OFFERED] * 100, *[A.WAITLISTED] * 12)
    first = [make_offer(application=application) for application in chosen[:100]]
    for offer in first[:6]:
        actions.decline_offer(offer, by=None)
    for offer in Offer.objects.live():
        actions.accept_offer(offer, by=None)
    enrol(cohort, by=None)

    for absent in cohort.enrolments.order_by("pk")[:2]:
        end_enrolment(absent, EnrolmentState.NO_SHOW, on=absent.starts_on, by=None)

    later = Offer.objects.exclude(pk__in=[offer.pk for offer in first]).order_by("pk")
    assert list(later.values_list("application", flat=True)) == [application.pk for application in chosen[100:108]]
    assert cohort.tracks.get().seats_taken + Offer.objects.live().count() == 100
