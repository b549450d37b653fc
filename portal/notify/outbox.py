"""Renders mail, keeps it as rows beside the jobs that send it, and takes it back."""

import hashlib
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import gettext as _

from portal import jobs
from portal.audit.models import AuditEvent
from portal.jobs.actions import cancel_jobs
from portal.jobs.states import LIVE
from portal.notify import Message, Recipient
from portal.notify.models import Mail

if TYPE_CHECKING:
    from portal.accounts.models import User

LONGEST_SUBJECT = 200


def recipient(to: "User | Recipient") -> Recipient:
    """The address of an account, or what was given; ValueError for what is no address."""
    found = to if isinstance(to, Recipient) else Recipient(to.email, to.language, user_id=to.pk, name=to.name)
    try:
        validate_email(found.address)  # refuses line breaks too
    except ValidationError:
        raise ValueError("This is no e-mail address.") from None
    return found


def render(template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text. Plain text: nothing is escaped, and a subject of two lines is refused."""
    with translation.override(language):
        everywhere = {"site_url": settings.SITE_URL, "site_name": _("AI School Portal")}
        source = Engine.get_default().get_template(f"emails/{template}.txt")
        text = source.render(Context({**everywhere, **context}, autoescape=False)).strip()
    subject, _line, body = text.partition("\n")
    if (body and not body.startswith("\n")) or any(unicodedata.category(sign) == "Cc" for sign in subject):
        raise ValueError(f"The subject of {template} has a line break or control sign in it.")
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1] + "…"
    return subject, body.strip() + "\n"


def message_id(key: str) -> str:
    """The same for every attempt, so that a receiving server can drop a second copy."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


def queue(message: Message) -> Mail:
    return Mail.objects.select_related("job").get(pk=queue_many([message])[0].pk)


def queue_many(messages: Iterable[Message]) -> list[Mail]:
    once = list({message.key: message for message in messages}.values())
    mails = [_mail(message) for message in once]
    with transaction.atomic(savepoint=False):
        waiting = jobs.enqueue_many(_job(message) for message in once)
        for mail, job in zip(mails, waiting, strict=True):
            mail.job = job
        # As in jobs.queue: changes nothing, but returns the ids of rows that were there.
        Mail.objects.bulk_create(mails, update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    return mails


def _mail(message: Message) -> Mail:
    to = recipient(message.to)
    subject, body = render(message.template, to.language, {"recipient_name": to.name, **message.context})
    host = message.host
    return Mail(
        key=message.key,
        host_id=host if isinstance(host, int) or host is None else host.pk,
        address=to.address,
        language=to.language,
        user_id=to.user_id,
        person_id=to.person_id,
        template=message.template,
        subject=subject,
        body=body,
        message_id=message_id(message.key),
        once=message.once,
        secret=message.secret,
    )


def _job(message: Message) -> Any:
    return jobs.new(
        "send_mail_once" if message.once else "send_mail",
        key=f"mail:{message.key}",
        payload={},
        by=message.by,
        host=message.host,
        run_at=message.run_at,
        expires_at=message.expires_at,
    )


def hold(keys: Iterable[str]) -> list[Mail]:
    locked = Mail.objects.select_related("job").select_for_update(of=("job",)).filter(key__in=list(keys))
    return list(locked.order_by("job"))


def stop(mails: Iterable[Mail], *, by: "User | None", reason: str) -> list[AuditEvent]:
    waiting = [mail.job for mail in mails if mail.sent_at is None and mail.job.state in LIVE]
    return cancel_jobs(waiting, by=by, reason=reason)


@transaction.atomic
def cancel_unsent(keys: Iterable[str], *, by: "User | None", reason: str) -> int:
    return len(AuditEvent.objects.bulk_create(stop(hold(keys), by=by, reason=reason)))
