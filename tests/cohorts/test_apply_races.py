"""The same person in many windows at once: one draft, one application, one receipt, one mail."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cohorts.models import Application, Consent, Person
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.cohorts.applying import ABOUT, CONSENTS, fill, step_url
from tests.factories import make_cohort, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


def posts(user, url, data, times=TIMES) -> list:
    """The answers to `times` posts that leave together, each from a window of its own."""
    ready, answers = threading.Barrier(times), []

    def one() -> None:
        client = Client()
        client.force_login(user)
        ready.wait()
        try:
            answers.append(client.post(url, data))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_twenty_submissions_at_once_are_one(client):
    user, cohort = make_user(), make_cohort()
    client.force_login(user)
    application = fill(client, cohort)

    url = reverse("cohorts:apply-check", args=[cohort.pk])
    answers = posts(user, url, {"submission_key": str(application.submission_key)})

    receipt = reverse("cohorts:apply-receipt", args=[application.pk])
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, receipt)] * TIMES
    assert Application.objects.get().state == "submitted"
    assert Mail.objects.filter(template="cohorts/application_received").count() == 1


def test_twenty_first_pages_at_once_make_one_draft(client):
    user, cohort = make_user(), make_cohort()
    posts(user, step_url(cohort, "consents"), CONSENTS)

    answers = posts(user, step_url(cohort, "about"), ABOUT)

    assert {answer.status_code for answer in answers} == {302}
    assert (Application.objects.count(), Person.objects.count(), Consent.objects.count()) == (1, 1, 1)


def test_without_the_lock_of_the_row_twenty_submissions_are_more(client, monkeypatch):
    """The twin: what the lock keeps out does happen without it."""
    from cohorts.actions import applications as actions

    user, cohort = make_user(), make_cohort()
    client.force_login(user)
    application = fill(client, cohort)
    gate = threading.Barrier(4)

    def unlocked(found):
        fresh = Application.objects.select_related("cohort", "person__user").get(pk=found.pk)
        gate.wait(10)
        return fresh

    monkeypatch.setattr(actions, "_lock", unlocked)
    refusals = []

    def one() -> None:
        try:
            actions.submit_application(application, by=user)
        except ActionRefused as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refusals) == 3  # instead of the receipt
