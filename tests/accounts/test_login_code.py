"""Signing in by a code from the mail: once, for ten minutes, and never past a second factor."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import Role
from portal.notify.models import Mail
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db
REQUEST, CONFIRM = "account_request_login_code", "account_confirm_login_code"


def verified(user):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def code_for(client, user, **query):
    client.post(reverse(REQUEST, query=query or None), {"email": user.email})
    mail = Mail.objects.get(template="accounts/login_code")
    assert mail.secret
    return re.search(r"^([A-Z0-9-]{6,})$", mail.body, re.MULTILINE)[1]


def test_a_code_signs_in_and_leads_on_to_the_page_that_was_asked_for(client):
    user = verified(make_user(email="hong@example.kr"))
    wanted = reverse("cohorts:my-application-list")
    code = code_for(client, user, next=wanted)

    answer = client.post(reverse(CONFIRM), {"code": code, "next": wanted})

    assert answer.url == wanted
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_old_or_guessed_code_opens_nothing(client):
    user = verified(make_user(email="hong@example.kr"))
    code = code_for(client, user)

    for _time in range(3):
        client.post(reverse(CONFIRM), {"code": "AAAAAA"})
    client.post(reverse(CONFIRM), {"code": code})
    assert "_auth_user_id" not in client.session

    Mail.objects.all().delete()
    code = code_for(client, user)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        client.post(reverse(CONFIRM), {"code": code})
    assert "_auth_user_id" not in client.session


def test_staff_are_asked_for_their_second_factor_all_the_same(client, settings):
    settings.MFA_REQUIRED = True
    official = verified(make_member(Role.OFFICIAL))
    TOTP.activate(official, generate_totp_secret())

    answer = client.post(reverse(CONFIRM), {"code": code_for(client, official)})

    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session


def test_an_address_without_an_account_is_not_told_apart(client):
    answer = client.post(reverse(REQUEST), {"email": "nobody@example.kr"})

    assert answer.url == reverse(CONFIRM)
    assert not Mail.objects.filter(template="accounts/login_code").exists()


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password", REQUEST])
def test_a_mistake_on_a_page_of_the_entrance_is_said_there(client, name):
    answer = client.post(
        reverse(name), {"email": "no address", "login": "no address", "password": "", "password1": "x"}
    )

    assert answer.status_code in (200, 422)
    assert answer.context["form"].errors
