"""Two hands at once: an answer and a pass-over, a seat taken away and an enrolment, two who confirm one action."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cohorts.actions import bulk
from cohorts.actions.contacts import log_contact, pass_over
from cohorts.actions.enrolment import enrol
from cohorts.actions.offers import accept_offer
from cohorts.actions.pledges import cancel_seat
from cohorts.bulk import BulkVerb
from cohorts.models import Application, Enrolment, Offer
from cohorts.states import HOLDS_A_PLACE, ApplicationState, CohortState
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs.models import Job
from tests.factories import make_application, make_cohort, make_offer, make_waitlist
from tests.parallel import in_parallel
from tests.workers import drain

pytestmark = pytest.mark.django_db(transaction=True)
A = ApplicationState
ROUNDS = 8


def places(cohort):
    return cohort.applications.filter(state__in=HOLDS_A_PLACE).count()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_answer_and_a_pass_over_have_one_outcome(_round):
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1}, policy={"contact_attempts": 1})
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    offer = make_offer(application=first)
    Offer.objects.update(offered_at=timezone.now() - timedelta(hours=5))
    Application.objects.update(submitted_at=timezone.now() - timedelta(days=5))
    moment = timezone.now() - timedelta(hours=1)
    log_contact(first, by=None, channel="call", result="no_answer", contacted_at=moment)

    results = in_parallel([lambda: accept_offer(offer, by=None), lambda: pass_over(offer, by=None)])

    assert sum(isinstance(result, ActionRefused) for result in results) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) in ((A.ACCEPTED, A.WAITLISTED), (A.EXPIRED, A.OFFERED))
    assert places(cohort) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_seat_is_taken_away_or_enrolled_never_both(_round):
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    first, _second = make_waitlist(cohort, A.ACCEPTED, A.WAITLISTED)
    cohort.tracks.update(seats_taken=1)

    in_parallel([lambda: enrol(cohort, by=None), lambda: cancel_seat(first, by=None, reason="불참")])

    first.refresh_from_db()
    assert Enrolment.objects.count() == (first.state == A.ENROLLED)
    assert places(cohort) == 1
    assert cohort.tracks.get().seats_taken == (first.state == A.ENROLLED)


def test_two_who_confirm_and_two_who_undo_do_it_once():
    cohort = make_cohort(state=CohortState.SELECTING)
    make_application(cohort=cohort)
    made = bulk.prepare_bulk(cohort, Application.objects.all(), verb=BulkVerb.TURN_DOWN, by=None, reason="서류 미비")

    in_parallel([lambda: bulk.confirm_bulk(made, by=None)] * 4)
    assert Job.objects.filter(kind="run_bulk").count() == 1
    drain()
    in_parallel([lambda: bulk.ask_undo_bulk(made, by=None)] * 4)
    drain()

    assert AuditEvent.objects.filter(verb="application.rejected").count() == 1
    assert AuditEvent.objects.filter(verb="application.undone").count() == 1
