"""Mail and secrets of accounts."""

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from cryptography.fernet import InvalidToken
from django.core import mail
from django.urls import reverse

from portal.notify.models import Mail
from tests.factories import PASSWORD, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


def sign_up(client, email):
    form = {"email": email, "password1": PASSWORD}
    return client.post(reverse("account_signup"), form, headers={"host": "other.example"})


def test_signing_up_queues_one_mail_whose_link_leads_to_this_portal(client, settings):
    settings.SITE_URL = "https://portal.example"
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]

    sign_up(client, "new@example.kr")

    assert mail.outbox == []
    drain()
    assert len(mail.outbox) == 1
    assert re.search(r"https://portal\.example/accounts/confirm-email/\S+", mail.outbox[0].body)
    assert "other.example" not in mail.outbox[0].body


def test_account_mail_goes_at_most_once_and_leaves_no_text(client, settings):
    settings.ALLOWED_HOSTS = ["other.example"]
    settings.DEMO = False
    sign_up(client, "new@example.kr")

    drain()

    row = Mail.objects.get()
    assert (row.once, row.secret, row.body, row.host) == (True, True, "", None)


@pytest.mark.parametrize("known", [True, False])
def test_a_password_reset_answers_alike_whether_the_account_exists(client, known):
    if known:
        make_user(email="who@example.kr", password=PASSWORD)

    response = client.post(reverse("account_reset_password"), {"email": "who@example.kr"})

    drain()
    assert (response.status_code, response["Location"]) == (302, reverse("account_reset_password_done"))
    assert [sent.to for sent in mail.outbox] == [["who@example.kr"]]


NAMES = [
    "email_confirmation", "email_confirmation_signup", "account_already_exists", "unknown_account",
    "password_reset_key", "password_changed", "password_set", "password_reset", "email_changed",
    "email_confirm", "email_deleted", "totp_activated", "totp_deactivated", "recovery_codes_generated",
    "webauthn_added", "webauthn_removed", "account_connected", "account_disconnected",
]  # fmt: skip


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_mail_of_allauth_has_our_words(rf, name, language):
    user = make_user(language=language)

    get_adapter().send_mail(f"account/email/{name}", user.email, {"user": user, "activate_url": "http://x/y/"})

    row = Mail.objects.get()
    assert (row.language, row.user) == (language, user)
    assert bool(re.search("[가-힣]", row.subject)) == (language == "ko")


def test_an_authenticator_secret_is_kept_encrypted():
    secret = get_mfa_adapter().encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in secret
    assert get_mfa_adapter().decrypt(secret) == "JBSWY3DPEHPK3PXP"


def test_a_new_secret_key_reads_what_the_old_one_wrote(settings):
    secret = get_mfa_adapter().encrypt("JBSWY3DPEHPK3PXP")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "k" * 60
    with pytest.raises(InvalidToken):
        get_mfa_adapter().decrypt(secret)

    settings.SECRET_KEY_FALLBACKS = [old]

    assert get_mfa_adapter().decrypt(secret) == "JBSWY3DPEHPK3PXP"
