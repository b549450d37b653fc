"""The same person in many windows at once: one draft, one application, one receipt, one mail."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cohorts.actions.questions import draft_form, publish_form
from cohorts.models import Answer, Application, Consent, Person
from portal.audit.models import AuditEvent
from portal.notify.models import Mail
from tests.cohorts.applying import ABOUT, CONSENTS, fill, step_url
from tests.cohorts.asking import ask
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
        fresh = (
            Application.objects.select_related("cohort__policy", "person__user")
            .with_deadline()
            .with_typed()
            .get(pk=found.pk)
        )
        gate.wait(10)
        return fresh

    monkeypatch.setattr(actions, "_lock", unlocked)

    def one() -> None:
        try:
            actions.submit_application(application, by=user)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert AuditEvent.objects.filter(verb="application.submitted").count() == 4


# The same draft in many windows ------------------------------------------------------------


def test_twenty_windows_answer_one_question_and_one_answer_is_kept(client):
    """Each window has loaded the page before anybody saved: one of them wins, the others are told."""
    user, cohort = make_user(), make_cohort()
    form = draft_form(cohort, by=None)
    question = ask(form)
    publish_form(form, by=None)
    client.force_login(user)
    fill(client, cohort)
    url, name = step_url(cohort, "questions-1"), f"q{question.pk}"
    told = [{name: f"창 {number}", "tab": f"tab{number}", "seen": ""} for number in range(TIMES)]

    answers = together(user, [(url, data) for data in told])

    kept = Answer.objects.get()
    assert sorted(answer.status_code for answer in answers) == [302] + [422] * (TIMES - 1)
    winner = next(answer for answer in answers if answer.status_code == 302)
    assert kept.value == winner.wsgi_request.POST[name]


def test_a_window_that_saves_while_another_submits_loses_nothing(client):
    """The answer counts, before the submission or after it; never is it half in."""
    user, cohort = make_user(), make_cohort()
    form = draft_form(cohort, by=None)
    question = ask(form, required=False)
    publish_form(form, by=None)
    client.force_login(user)
    application = fill(client, cohort)
    save = (step_url(cohort, "questions-1"), {f"q{question.pk}": "마지막 답"})
    submit = (reverse("cohorts:apply-check", args=[cohort.pk]), {"submission_key": str(application.submission_key)})

    answers = together(user, [save, submit] * 5)

    application.refresh_from_db()
    assert {answer.status_code for answer in answers} == {302}
    assert (application.state, application.answers.get().value) == ("submitted", "마지막 답")
    assert Mail.objects.filter(template="cohorts/application_received").count() == 1


def together(user, posts_of) -> list:
    """The answers to posts that leave together."""
    ready, answers = threading.Barrier(len(posts_of)), []

    def one(url, data) -> None:
        client = Client()
        client.force_login(user)
        ready.wait()
        try:
            answers.append(client.post(url, data))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=args) for args in posts_of]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
