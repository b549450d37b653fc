"""The rules are changed while an action waits for its lock: it goes by the new ones, not by those before the wait."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from cohorts.actions import contacts, enrolment, offers, selection
from cohorts.actions.applications import submit_application
from cohorts.actions.cohorts import edit_policy
from cohorts.actions.extensions import extend_deadline
from cohorts.actions.interviews import book_interview, cancel_interview
from cohorts.actions.supplements import ask_supplement
from cohorts.models import Cohort, CohortPolicy, Enrolment, Offer, Track
from cohorts.states import ApplicationState, CohortState, EnrolmentState
from placements.actions.placement import place_trainee
from placements.actions.projects import start_project
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from tests.cohorts.applying import fill
from tests.cohorts.interviewing import make_invited, make_panel, make_slot, selecting
from tests.factories import (
    make_application,
    make_cohort,
    make_enrolment,
    make_member,
    make_offer,
    make_project,
    make_scores,
    make_team,
    make_user,
    make_waitlist,
)
from tests.workers import until

pytestmark = pytest.mark.django_db(transaction=True)
A = ApplicationState


def somebody_waits() -> bool:
    """For this very transaction to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return cursor.fetchone() is not None


def changed_meanwhile(
    action: Callable[[], Any],
    cohort: Cohort,
    *,
    held: Any = None,
    change: Callable[[], Any] | None = None,
    **rules: Any,
) -> Any:
    """Run the action so that it waits: for a row that is held, or the cohort; the rules change before it goes on."""

    def run() -> Any:
        try:
            return action()
        except ActionRefused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            type(held or cohort).objects.select_for_update(no_key=True).get(pk=(held or cohort).pk)
            waiting = pool.submit(run)
            until(somebody_waits)
            change() if change else edit_policy(cohort, by=None, **rules)
        return waiting.result()


def hours_left(offer: Offer) -> int:
    return round((offer.deadline - timezone.now()) / timedelta(hours=1))


def test_a_release_gives_the_hours_of_now():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    make_scores(make_application(cohort=cohort))
    prepared = selection.prepare_selection(cohort, by=None)

    changed_meanwhile(partial(selection.release_selection, prepared, by=None), cohort, offer_hours=24)

    assert hours_left(Offer.objects.get()) == 24


def test_a_release_asks_for_four_eyes_as_soon_as_the_rules_do():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    edit_policy(cohort, by=None, four_eyes=False)
    alone = make_member(Role.OFFICIAL, cohort.host)
    make_scores(make_application(cohort=cohort))
    prepared = selection.prepare_selection(cohort, by=alone)

    refused = changed_meanwhile(partial(selection.release_selection, prepared, by=alone), cohort, four_eyes=True)

    assert isinstance(refused, ActionRefused)
    assert refused.field == "override"
    assert not Offer.objects.exists()


def test_a_seat_that_is_given_back_goes_on_by_the_rules_of_now():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    offer = make_offer(application=first)

    changed_meanwhile(partial(offers.decline_offer, offer, by=None), cohort, held=second, offer_hours=24)

    assert hours_left(Offer.objects.get(application=second)) == 24


def test_a_waitlist_that_has_ended_meanwhile_gets_no_seat():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    [waiting] = make_waitlist(cohort, A.WAITLISTED)
    yesterday = timezone.localdate() - timedelta(days=1)

    refused = changed_meanwhile(
        partial(offers.offer_place, waiting, by=None), cohort, held=cohort.tracks.get(), waitlist_until=yesterday
    )

    assert isinstance(refused, ActionRefused)


def test_an_offer_is_passed_over_after_as_many_calls_as_the_rules_ask_for_now():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    [offered] = make_waitlist(cohort, A.OFFERED)
    offer = make_offer(application=offered)
    edit_policy(cohort, by=None, contact_attempts=1)
    contacts.log_contact(offered, by=None, channel="call", result="no_answer", contacted_at=timezone.now())

    refused = changed_meanwhile(
        partial(contacts.pass_over, offer, by=None), cohort, held=cohort.tracks.get(), contact_attempts=3
    )

    assert isinstance(refused, ActionRefused)


def test_nobody_is_enrolled_without_the_agreement_that_is_asked_for_now():
    cohort = make_cohort(state=CohortState.SELECTING)
    edit_policy(cohort, by=None, needs_pledge=False, asks_double_benefit=False)
    make_application(cohort=cohort, state=A.ACCEPTED)
    Track.objects.filter(cohort=cohort).update(seats_taken=1)

    refused = changed_meanwhile(partial(enrolment.enrol, cohort, by=None), cohort, needs_pledge=True)

    assert isinstance(refused, ActionRefused)
    assert not Enrolment.objects.exists()


def test_a_training_ends_by_the_registration_window_of_now():
    last = timezone.localdate()
    cohort = make_cohort(state=CohortState.SELECTING, starts_on=last - timedelta(days=3))
    ends = make_enrolment(cohort=cohort)

    refused = changed_meanwhile(
        partial(enrolment.end_enrolment, ends, EnrolmentState.WITHDRAWN, on=last, by=None),
        cohort, held=ends, replacement_days=2,
    )  # fmt: skip

    assert isinstance(refused, ActionRefused)


def test_an_interview_is_moved_and_cancelled_until_the_hours_of_now():
    cohort = selecting()
    slot = make_slot(make_panel(cohort=cohort), starts_at=timezone.now() + timedelta(hours=30))
    applicant = make_invited(cohort)
    book_interview(applicant, slot, by=None)

    refused = changed_meanwhile(
        partial(cancel_interview, applicant, by=applicant.person.user), cohort,
        held=applicant, interview_change_hours=48,
    )  # fmt: skip

    assert isinstance(refused, ActionRefused)


def test_whoever_submits_is_judged_by_the_rules_of_now(client, sign_in):
    cohort, applicant = make_cohort(), make_user()
    sign_in(applicant)
    draft = fill(client, cohort)

    submitted = changed_meanwhile(
        partial(submit_application, draft, by=applicant), cohort, held=draft, age_min=60, age_max=70
    )

    assert submitted.state == A.INELIGIBLE


def test_more_time_that_is_given_meanwhile_counts():
    cohort = make_cohort(state=CohortState.SELECTING)
    application = make_application(cohort=cohort, state=A.SUBMITTED)

    def ask() -> Any:
        return ask_supplement(application, ["졸업증명서"], by=None, due_on=timezone.localdate() + timedelta(days=5))

    def more_time() -> None:
        until = timezone.now() + timedelta(hours=2)
        extend_deadline(cohort, by=None, email=application.person.email, until=until, reason="장애")

    refused = changed_meanwhile(ask, cohort, held=application, change=more_time)

    assert isinstance(refused, ActionRefused)


def test_a_project_begins_with_teams_as_large_as_is_asked_for_now():
    project = make_project()
    make_team(project=project, members=3)

    refused = changed_meanwhile(
        partial(start_project, project, by=None),
        project.cohort,
        held=project,
        change=partial(sizes, project, team_min=4),
    )

    assert isinstance(refused, ActionRefused)


def test_a_team_takes_as_many_as_it_may_now():
    project = make_project()
    team = make_team(project=project, members=3)
    trainee = make_enrolment(cohort=project.cohort)

    refused = changed_meanwhile(
        partial(place_trainee, trainee, team, reason="결원", by=None), project.cohort,
        change=partial(sizes, project, team_max=3),
    )  # fmt: skip

    assert isinstance(refused, ActionRefused)


def sizes(project, **rules) -> None:
    CohortPolicy.objects.filter(cohort=project.cohort).update(**rules)
