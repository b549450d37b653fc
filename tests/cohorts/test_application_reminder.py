"""The reminder of a draft before the deadline: once, and only to whom it helps."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.drafts import remind_of_drafts
from cohorts.models import Application
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_person, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """Written yesterday; 20 hours are left."""
    cohort = make_cohort(apply_closes_at=timezone.now() + timedelta(hours=20))
    user = make_user()
    person = make_person(host=cohort.host, user=user, email=user.email)
    made = make_application(cohort=cohort, person=person, state="draft")
    Application.objects.filter(pk=made.pk).update(updated_at=timezone.now() - timedelta(days=1))
    return made


def test_a_forgotten_draft_is_reminded_of_once(draft):
    drain(schedules=True)
    remind_of_drafts()

    mail = Mail.objects.get(template="cohorts/application_draft")
    assert mail.address == draft.person.email
    assert f"/apply/{draft.cohort_id}/" in mail.body


@pytest.mark.parametrize("hours", [-1, 25, 200])
def test_not_long_before_and_not_after_the_deadline(draft, hours):
    with time_machine.travel(draft.cohort.apply_closes_at - timedelta(hours=hours), tick=False):
        assert remind_of_drafts() == 0


@pytest.mark.parametrize("state", ["submitted", "ineligible"])
def test_what_was_submitted_needs_no_reminder(draft, state):
    Application.objects.filter(pk=draft.pk).update(state=state, receipt_number="T-1", submitted_at=timezone.now())

    assert remind_of_drafts() == 0


def test_who_is_writing_just_now_is_left_in_peace(draft):
    Application.objects.filter(pk=draft.pk).update(updated_at=timezone.now())

    assert remind_of_drafts() == 0


def test_a_draft_is_the_next_thing_to_do_until_the_deadline(draft, sign_in):
    [todo] = sign_in(draft.person.user).get("/").context["todos"]
    assert todo.url == reverse("cohorts:apply", args=[draft.cohort_id])

    with time_machine.travel(draft.cohort.apply_closes_at, tick=False):
        assert sign_in(draft.person.user).get("/").context["todos"] == []
