"""How allauth sends its mail and keeps its secrets here."""

import base64
import hashlib
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from portal import notify
from portal.accounts.models import User

VALID = timedelta(hours=1)  # older links and codes help nobody; one asks for a new one
LINKS = ("activate_url", "password_reset_url", "signup_url")


class AccountAdapter(DefaultAccountAdapter):
    """Queues allauth's mails, in our words: a page neither waits for a mail server nor tells by
    its time whether an account exists."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2]
        user = context.get("user") or getattr(allauth_context.request, "user", None)
        known = user if isinstance(user, User) else User.objects.filter(email=email.lower()).first()
        language = known.language if known else (get_language() or settings.LANGUAGE_CODE)
        links = {key: site_link(context[key]) for key in LINKS if context.get(key)}
        notify.queue(
            key=f"account:{name}:{uuid.uuid4()}",
            to=notify.Recipient(email, language, user_id=known.pk if known else None, name=known.name if known else ""),
            template=f"accounts/{name}",
            context={**context, **links, "email": email},
            host=None,
            by=None,
            expires_at=timezone.now() + VALID,
            once=True,
            secret=True,
        )


def site_link(url: str) -> str:
    """The same address on SITE_URL: the Host header of a request decides nothing in a mail."""
    parts = urlsplit(url)
    return settings.SITE_URL + parts.path + (f"?{parts.query}" if parts.query else "")


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticators encrypted by a key derived from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    """Writes with SECRET_KEY, reads what SECRET_KEY_FALLBACKS wrote."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    """A key for this purpose alone. SECRET_KEY is random already, so one round of hashing does."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"portal.mfa:" + key.encode()).digest())
