"""Objections to a result: recorded by the office, answered once, with a mail."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import objections as actions
from cohorts.actions.selection import prepare_selection, release_selection
from cohorts.models import Objection
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_member, make_person, make_scores, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def official(settings):
    settings.MFA_REQUIRED = False
    return make_member(Role.OFFICIAL)


@pytest.fixture
def application(official):
    cohort = make_cohort(host=official.acting.organization, state=CohortState.SELECTING)
    made = make_application(cohort=cohort, person=make_person(host=cohort.host, user=make_user()))
    make_scores(made)
    return made


@pytest.fixture
def decided(application):
    release_selection(prepare_selection(application.cohort, by=None), by=None)
    return application


def received(application, official, **fields):
    values = {"received_on": timezone.localdate(), "what": "면접 점수를 확인해 주십시오."} | fields
    return actions.record_objection(application, by=official, **values)


def test_there_is_nothing_to_object_to_before_the_release(application, official):
    with pytest.raises(ActionRefused):
        received(application, official)


def test_it_arrives_between_the_release_and_today_and_one_at_a_time(decided, official):
    for days in (-1, 1):
        with pytest.raises(ActionRefused) as refusal:
            received(decided, official, received_on=timezone.localdate() + timedelta(days=days))
        assert refusal.value.field == "received_on"
    received(decided, official)
    with pytest.raises(ActionRefused):
        received(decided, official)


def test_it_is_answered_once_with_words_and_a_mail(decided, official):
    objection = received(decided, official)
    with pytest.raises(ActionRefused):
        actions.answer_objection(objection, by=official, result="dismissed", answer=" ")

    actions.answer_objection(objection, by=official, result="dismissed", answer="채점표를 다시 확인했으나 같습니다.")

    mail = Mail.objects.get(template="cohorts/objection_answered")
    assert "같습니다" in mail.body
    assert "기각" in mail.body
    with pytest.raises(ActionRefused):
        actions.answer_objection(objection, by=official, result="upheld", answer="다시")
    verbs = AuditEvent.objects.filter(verb__contains="objection").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["application.objection_received", "application.objection_answered"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.update(answer="")


def test_through_the_pages_and_read_by_the_applicant(client, decided, official):
    client.force_login(official)
    there = reverse("cohorts:objection-record", args=[decided.pk])
    assert client.post(there, {"what": ""}).status_code == 422
    client.post(there, {"received_on": timezone.localdate().isoformat(), "what": "순위가 이상합니다."})
    objection = Objection.objects.get()
    answer = reverse("cohorts:objection-answer", args=[objection.pk])
    assert answer in client.get(reverse("cohorts:application-result", args=[decided.pk])).content.decode()
    assert client.post(answer, {"result": "upheld"}).status_code == 422
    client.post(answer, {"result": "upheld", "answer": "정정하여 다시 심의합니다."})

    client.force_login(decided.person.user)
    body = client.get(reverse("cohorts:application-result", args=[decided.pk])).content.decode()
    assert "정정하여 다시 심의합니다." in body
