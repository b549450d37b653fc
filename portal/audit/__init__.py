"""The record of what was done and what was seen: `audit.record(…)`, `audit.saw(…)`."""

from typing import TYPE_CHECKING, Any

from portal.audit.context import remote_address

if TYPE_CHECKING:
    from django.db.models import Model

    from portal.accounts.models import User
    from portal.audit.models import AuditEvent


def event(
    thing: "Model",
    verb: str,
    *,
    by: "User | None",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> "AuditEvent":
    """An unsaved event, for actions on many rows: bulk_create them in the same transaction."""
    from portal.audit.models import AuditEvent

    return AuditEvent(
        verb=verb,
        object_type=thing._meta.label_lower,
        object_id=thing.pk,
        host_id=host_of(thing),
        actor=by,
        role=by.role if by else "",
        before=before or {},
        after=after or {},
        reason=reason,
    )


def record(
    thing: "Model",
    verb: str,
    *,
    by: "User | None",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> "AuditEvent":
    """Write down what was done to `thing`; call it inside the action's transaction.

    `verb` is `<noun>.<past participle>`: `application.offered`. `before` and `after` hold
    states, dates and ids: never names, addresses or numbers of people.
    """
    written = event(thing, verb, by=by, before=before, after=after, reason=reason)
    written.save()
    return written


def saw(
    user: "User",
    action: str,
    *,
    host_id: int | None,
    subject_id: int | None = None,
    people: int = 1,
    reason: str = "",
) -> None:
    """Write down that `user` has seen the data of one person, or of `people` persons."""
    from portal.audit.models import AccessRecord

    AccessRecord.objects.create(
        actor=user,
        role=user.role,
        host_id=host_id,
        address=remote_address.get(),
        action=action,
        subject_id=subject_id,
        people=people,
        reason=reason,
    )


def host_of(thing: "Model") -> int | None:
    """The host that answers for a thing: its own column, or itself for an organization."""
    if thing._meta.label_lower == "partners.organization":
        return thing.pk
    if thing._meta.label_lower == "accounts.membership":
        return thing.invited_by_host_id or thing.organization_id  # type: ignore[attr-defined]
    return getattr(thing, "host_id", None)
