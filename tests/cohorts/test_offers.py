"""Offers of seats: answers, deadlines, and who is next."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from cohorts.actions import offers as actions
from cohorts.models import Track
from cohorts.states import ApplicationState, CohortState, OfferState
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_offer, make_user, make_waitlist
from tests.workers import drain

pytestmark = pytest.mark.django_db
A = ApplicationState


def selecting(seats=2, **fields):
    return make_cohort(state=CohortState.SELECTING, tracks={"일반": seats}, **fields)


def states(applications):
    for application in applications:
        application.refresh_from_db()
    return [str(application.state) for application in applications]


def test_accepting_takes_the_seat_and_confirms_it_by_mail():
    offer, user = make_offer(), make_user()

    application = actions.accept_offer(offer, by=user)

    drain()
    offer.refresh_from_db()
    assert (application.state, offer.state) == (A.ACCEPTED, OfferState.ACCEPTED)
    assert offer.answered_at
    assert Track.objects.get(pk=offer.track_id).seats_taken == 1
    assert [sent.to for sent in mail.outbox] == [[application.person.email]]
    assert AuditEvent.objects.get(verb="application.accepted").actor == user


def test_declining_passes_the_seat_to_the_next_in_line_at_once():
    cohort = selecting(seats=1)
    first, second, third = make_waitlist(cohort, A.OFFERED, A.WAITLISTED, A.WAITLISTED)
    offer = make_offer(application=first)

    actions.decline_offer(offer, by=None, reason="취업")

    assert states([first, second, third]) == ["declined", "offered", "waitlisted"]
    assert second.offers.get().deadline > timezone.now() + timedelta(hours=71)
    assert Mail.objects.get(template="cohorts/place_offered").person_id == second.person_id


def test_the_order_of_the_waitlist_is_rank_and_not_age():
    cohort = selecting(seats=1)
    older = make_application(cohort=cohort, state=A.SUBMITTED)
    offered, best = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)

    actions.decline_offer(make_offer(application=offered), by=None)

    assert states([older, best]) == ["submitted", "offered"]


def test_a_full_track_refuses_with_the_place_on_the_waitlist():
    cohort = selecting(seats=1)
    first, _second, late = make_waitlist(cohort, A.OFFERED, A.WAITLISTED, A.OFFERED)
    actions.accept_offer(make_offer(application=first), by=None)
    offer = make_offer(application=late)

    with pytest.raises(ActionRefused, match="2"):
        actions.accept_offer(offer, by=None)

    offer.refresh_from_db()
    assert (offer.state, states([late])) == (OfferState.LIVE, ["offered"])


def test_the_deadline_itself_is_too_late():
    offer = make_offer()

    with time_machine.travel(offer.deadline, tick=False), pytest.raises(ActionRefused):
        actions.accept_offer(offer, by=None)

    with time_machine.travel(offer.deadline - timedelta(seconds=1), tick=False):
        assert actions.accept_offer(offer, by=None).state == A.ACCEPTED


@pytest.mark.parametrize("state", [s for s in OfferState if s != OfferState.LIVE])
@pytest.mark.parametrize("action", [actions.accept_offer, actions.decline_offer, actions.expire_offer])
def test_an_answered_offer_stays_as_it_is(action, state):
    offer = make_offer(state=state)

    with time_machine.travel(offer.deadline + timedelta(days=1)), pytest.raises(ActionRefused):
        action(offer, by=None)

    offer.refresh_from_db()
    assert (offer.state, offer.application.state) == (state, A.OFFERED)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("state", A)
def test_only_an_accepted_seat_is_given_back(state):
    application = make_application(cohort=selecting(), state=state, receipt_number="T-1", submitted_at=timezone.now())
    Track.objects.filter(pk=application.track_id).update(seats_taken=1)

    if state == A.ACCEPTED:
        assert actions.withdraw_acceptance(application, by=None).state == A.WITHDRAWN
    else:
        with pytest.raises(ActionRefused):
            actions.withdraw_acceptance(application, by=None)

    assert Track.objects.get().seats_taken == (0 if state == A.ACCEPTED else 1)
    assert AuditEvent.objects.count() == (1 if state == A.ACCEPTED else 0)


def test_a_seat_given_back_goes_to_the_next():
    cohort = selecting(seats=1)
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    actions.accept_offer(make_offer(application=first), by=None)

    actions.withdraw_acceptance(first, by=None)

    assert states([first, second]) == ["withdrawn", "offered"]


@pytest.mark.parametrize("state", A)
def test_a_seat_is_offered_by_hand_only_to_somebody_who_waits(state):
    cohort = selecting()
    [application] = make_waitlist(cohort, A.WAITLISTED)
    type(application).objects.filter(pk=application.pk).update(state=state)

    if state == A.WAITLISTED:
        assert actions.offer_place(application, by=None).application == application
    else:
        with pytest.raises(ActionRefused):
            actions.offer_place(application, by=None)
        assert not application.offers.exists()


def test_nobody_jumps_the_line_by_hand():
    first, second = make_waitlist(selecting(), A.WAITLISTED, A.WAITLISTED)

    with pytest.raises(ActionRefused, match=first.receipt_number):
        actions.offer_place(second, by=None)

    assert states([first, second]) == ["waitlisted", "waitlisted"]


def test_a_live_offer_holds_its_seat_against_an_offer_by_hand():
    cohort = selecting(seats=1)
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    make_offer(application=first)

    with pytest.raises(ActionRefused):
        actions.offer_place(second, by=None)


def test_expired_offers_pass_their_seats_on_in_one_sweep():
    cohort = selecting(seats=2)
    first, second, third, fourth, fifth = make_waitlist(cohort, A.OFFERED, A.OFFERED, *[A.WAITLISTED] * 3)
    make_offer(application=first)
    make_offer(application=second, deadline=timezone.now() + timedelta(days=9))

    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert actions.expire_offers() == 1
        assert actions.expire_offers() == 0

    assert states([first, second, third, fourth, fifth]) == [
        "expired",
        "offered",
        "offered",
        "waitlisted",
        "waitlisted",
    ]


def test_an_offer_does_not_expire_early():
    offer = make_offer()

    with pytest.raises(ActionRefused):
        actions.expire_offer(offer)


def test_more_seats_are_found_by_the_sweep():
    cohort = selecting(seats=1)
    first, second, third = make_waitlist(cohort, A.OFFERED, A.WAITLISTED, A.WAITLISTED)
    make_offer(application=first)
    assert actions.offer_free_seats() == 0
    Track.objects.update(capacity=2)

    assert actions.offer_free_seats() == 1
    assert states([second, third]) == ["offered", "waitlisted"]


@pytest.mark.parametrize("days", [0, 1])
def test_after_its_last_day_the_waitlist_is_closed(days):
    until = timezone.localdate() + timedelta(days=10)
    cohort = selecting(seats=1, policy={"waitlist_until": until})
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    offer = make_offer(application=first, deadline=timezone.now() + timedelta(days=30))

    with time_machine.travel(timezone.now() + timedelta(days=10 + days)):
        actions.decline_offer(offer, by=None)

    assert states([second]) == ["offered" if days == 0 else "waitlisted"]


def test_the_reminder_comes_once_a_day_before_the_deadline():
    offer = make_offer()
    make_offer(deadline=timezone.now() + timedelta(hours=20))  # had less than a day from the beginning

    with time_machine.travel(offer.deadline - timedelta(hours=25)):
        assert actions.remind_of_offers() == 0
    with time_machine.travel(offer.deadline - timedelta(hours=23)):
        assert [actions.remind_of_offers(), actions.remind_of_offers()] == [1, 0]

    assert Mail.objects.get().person_id == offer.application.person_id
    assert AuditEvent.objects.get().verb == "offer.reminded"


def test_who_has_answered_is_not_reminded():
    offer = make_offer()
    actions.accept_offer(offer, by=None)

    with time_machine.travel(offer.deadline - timedelta(hours=23)):
        assert actions.remind_of_offers() == 0


def test_promoting_a_hundred_takes_no_more_queries_than_one(django_assert_max_num_queries):
    cohort = selecting(seats=50)
    make_waitlist(cohort, *[A.WAITLISTED] * 50)

    with django_assert_max_num_queries(12):
        assert len(actions.offer_next(cohort.tracks.get())) == 50
