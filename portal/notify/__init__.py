"""Outgoing mail: `notify.queue(…)` inside the transaction that has something to say.

A template is `templates/emails/<app>/<name>.txt`: its first line is the subject, the second
is empty, the rest the text. It is rendered when it is queued, in the language of its reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from portal.accounts.models import User
    from portal.audit.models import AuditEvent
    from portal.notify.models import Mail


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to who may have no account. `person_id` is a `cohorts.Person`."""

    address: str
    language: str = "ko"
    person_id: int | None = None
    user_id: int | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What `queue` takes.

    key: (rule, person or address, slot); the same key is sent once, however often it is queued.
    template: `cohorts/place_offered` for `templates/emails/cohorts/place_offered.txt`. Beside
        `context` it has `recipient_name`, `site_url` and `site_name`.
    by: who caused it; None for a rule. host: whose staff may see it under outgoing mail.
    run_at, expires_at: not sent before the one, nor after the other.
    once: a code or a key, sent at most once: after a crash it is `unknown`, not repeated.
    secret: its text is never shown to staff and is emptied when it has been sent.
    """

    key: str
    to: "User | Recipient"
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    host: "Model | int | None"
    by: "User | None"
    run_at: datetime | None = None
    expires_at: datetime | None = None
    once: bool = False
    secret: bool = False


def queue(**message: Any) -> "Mail":
    """Queue one mail; takes the fields of `Message`, returns the row (the first one of its key).

    ValueError for an address that is none, and for a subject with a line break in it.
    """
    from portal.notify import outbox

    return outbox.queue(Message(**message))


def queue_many(messages: Iterable[Message]) -> "list[Mail]":
    """Queue any number of mails in two queries; one row per distinct key, in the order given.

    Of a mail that was queued before, only `pk` and `key` can be trusted.
    """
    from portal.notify import outbox

    return outbox.queue_many(messages)


def cancel_unsent(keys: Iterable[str], *, by: "User | None", reason: str) -> int:
    """Undo: stop those of these mails that have not gone yet; the number stopped."""
    from portal.notify import outbox

    return outbox.cancel_unsent(keys, by=by, reason=reason)


def hold(keys: Iterable[str]) -> "list[Mail]":
    """These mails, with their jobs locked: none of them sets out until the transaction has ended; one query.

    `has_gone` says of each whether it was too late.
    """
    from portal.notify import outbox

    return outbox.hold(keys)


def stop(mails: "Iterable[Mail]", *, by: "User | None", reason: str) -> "list[AuditEvent]":
    """Stop mails that `hold` has locked, in one query; their audit events unsaved, to be written with the caller's."""
    from portal.notify import outbox

    return outbox.stop(mails, by=by, reason=reason)
