"""The link in a mail that leads back to a draft."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cohorts.resuming import token_of
from portal.notify.models import Mail
from tests.cohorts.applying import CONSENTS, fill, send, step_url, submit
from tests.factories import make_cohort, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def applicant(sign_in):
    user = make_user(email="hong@example.kr")
    sign_in(user)
    return user


def test_the_link_leads_through_the_sign_in_to_the_draft(client, applicant):
    cohort = make_cohort()
    fill(client, cohort)
    for _time in range(2):
        client.post(reverse("cohorts:apply-link", args=[cohort.pk]))
    mail = Mail.objects.get(template="cohorts/application_link")
    path = next(word for word in mail.body.split() if "/apply/resume/" in word).partition("/apply/")[2]
    entrance = reverse("cohorts:apply", args=[cohort.pk])

    client.logout()
    opened = client.get(f"/apply/{path}")
    assert opened.url == entrance
    assert client.get(opened.url).url == f"{reverse('account_login')}?next={entrance}"  # it signs nobody in
    client.force_login(applicant)
    assert client.get(f"/apply/{path}", follow=True).redirect_chain[-1][0] == reverse(
        "cohorts:apply-check", args=[cohort.pk]
    )
    assert (mail.address, mail.secret) == ("hong@example.kr", True)


def test_it_opens_nothing_for_another_account_nor_when_it_is_old_or_false(client, applicant, sign_in):
    cohort = make_cohort()
    fill(client, cohort)
    token = token_of(cohort.pk, applicant.pk)
    url = reverse("cohorts:apply-resume", args=[token])

    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert client.get(url).status_code == 410
    assert client.get(reverse("cohorts:apply-resume", args=[f"{token}x"])).status_code == 410
    sign_in(make_user())
    assert client.get(url).status_code == 403


def test_before_the_first_page_is_sent_it_leads_to_what_was_typed(client, applicant):
    cohort = make_cohort()
    send(client, cohort, "consents", CONSENTS)
    client.post(reverse("cohorts:apply-save", args=[cohort.pk, "about"]), {"name": "홍길"})
    assert reverse("cohorts:apply-link", args=[cohort.pk]) in client.get(step_url(cohort, "about")).content.decode()

    client.post(reverse("cohorts:apply-link", args=[cohort.pk]))

    mail = Mail.objects.get(template="cohorts/application_link")
    path = next(word for word in mail.body.split() if "/apply/resume/" in word).partition("/apply/")[2]
    opened = client.get(f"/apply/{path}", follow=True)
    assert opened.redirect_chain[-1][0] == step_url(cohort, "about")
    assert opened.context["form"]["name"].value() == "홍길"


def test_no_link_for_what_is_submitted_or_never_begun(client, applicant):
    cohort = make_cohort()
    assert client.post(reverse("cohorts:apply-link", args=[cohort.pk])).status_code == 404
    submit(client, fill(client, cohort))

    client.post(reverse("cohorts:apply-link", args=[cohort.pk]))

    assert not Mail.objects.filter(template="cohorts/application_link").exists()
    assert client.get(step_url(cohort, "motivation")).status_code == 200
