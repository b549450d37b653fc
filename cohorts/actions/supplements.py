"""Asking an applicant for documents after the deadline, and what comes of it (보완 요청)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.models import Application, ApplicationFile, Supplement, SupplementItem
from cohorts.states import SUPPLEMENT_TRANSITIONS, TAKES_SUPPLEMENTS, SupplementState
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User

MOST_DOCUMENTS = 5
MOST_DAYS = 60


@transaction.atomic
def ask_supplement(
    application: Application, documents: Sequence[str], *, by: "User | None", due_on: date, message: str = ""
) -> Supplement:
    """Ask for named documents until the end of `due_on`; the applicant is told by mail.

    Refuses while the applicant can still change the application, beside another open request, and a day that is
    past or more than 60 days away.
    """
    application = _lock(application)
    if application.deadline.is_open:
        raise ActionRefused(_("The applicant can still change the application. Ask after the deadline."))
    if application.state not in TAKES_SUPPLEMENTS:
        sentence = _("Nothing is asked for any more: the application is in the state “%(state)s”.")
        raise ActionRefused(sentence % {"state": application.get_state_display()})
    if application.supplements.waiting().exists():
        raise ActionRefused(_("Documents are asked for already. Wait for them, or cancel that request first."))
    if not 1 <= len(documents) <= MOST_DOCUMENTS or len(set(documents)) < len(documents):
        raise ActionRefused(_("Name 1 to %(most)d different documents.") % {"most": MOST_DOCUMENTS}, "documents")
    today = timezone.localdate()
    if not today <= due_on <= today + timedelta(days=MOST_DAYS):
        raise ActionRefused(
            _("Choose a day from today on, at most %(days)d days away.") % {"days": MOST_DAYS}, "due_on"
        )
    supplement = Supplement.objects.create(
        application=application, host_id=application.host_id, due_on=due_on, message=message, asked_by=by
    )
    SupplementItem.objects.bulk_create(
        SupplementItem(supplement=supplement, host_id=supplement.host_id, position=position, name=name)
        for position, name in enumerate(documents, start=1)
    )
    audit.record(application, "application.documents_asked", by=by, after={"documents": ", ".join(documents)})
    mail = emails.about_supplement(supplement, "documents_asked", by=by, documents=list(documents), message=message)
    notify.queue_many([mail])
    return supplement


@transaction.atomic
def answer_supplement(supplement: Supplement, files: Mapping[int, "UploadedFile[Any]"], *, by: "User") -> Supplement:
    """Keep the files by the pk of their item; with the last one the request is answered.

    `files` have passed `portal.common.uploads.accept`. Refuses after the day that was set, and a second file for one
    document.
    """
    supplement = _lock_request(supplement)
    _require_open(supplement)
    if timezone.localdate() > supplement.due_on:
        raise ActionRefused(_("The day for these documents is over. Ask the office."))
    application, items = supplement.application, {item.pk: item for item in supplement.items.all()}
    for pk, upload in files.items():
        if pk not in items or items[pk].file_id:
            raise ActionRefused(_("This document is not asked for, or it was sent already."))
        file = ApplicationFile.from_upload(
            upload, application=application, host_id=application.host_id,
            kind=ApplicationFile.Kind.OTHER, uploaded_by=by,
        )  # fmt: skip
        file.save()
        items[pk].file = file
        items[pk].save(update_fields=["file"])
        audit.record(application, "application.file_attached", by=by, after={"file": file.pk, "sha256": file.sha256})
    if all(item.file_id for item in items.values()):
        _end(supplement, SupplementState.ANSWERED)
        audit.record(application, "application.documents_sent", by=by, after={"documents": _names(items.values())})
    return supplement


@transaction.atomic
def cancel_supplement(supplement: Supplement, *, by: "User | None", reason: str = "") -> Supplement:
    """The documents are not needed any more; what has come stays, and the applicant is told by mail.

    Whoever has not been told of the request yet, since a bulk action can still be undone, is not told of either.
    """
    supplement = _lock_request(supplement)
    _require_open(supplement)
    _end(supplement, SupplementState.CANCELLED)
    audit.record(supplement.application, "application.documents_cancelled", by=by, reason=reason)
    asked = emails.about_supplement(supplement, "documents_asked", by=by).key
    if not notify.cancel_unsent([asked], by=by, reason=_("The documents are not needed any more.")):
        notify.queue_many([emails.about_supplement(supplement, "documents_cancelled", by=by, reason=reason)])
    return supplement


@transaction.atomic
def check_supplement(supplement: Supplement, *, by: "User") -> Supplement:
    """Somebody of the office has looked at what came, or at what did not come. A second time changes nothing."""
    supplement = _lock_request(supplement)
    if supplement.checked_at:
        return supplement
    if not supplement.is_to_check:
        raise ActionRefused(_("There is nothing to check yet."))
    supplement.checked_at, supplement.checked_by = timezone.now(), by
    supplement.save(update_fields=["checked_at", "checked_by"])
    audit.record(supplement.application, "application.documents_checked", by=by)
    return supplement


def expire_supplements() -> int:
    """End what is overdue since midnight; each in a transaction of its own."""
    due = Supplement.objects.waiting().filter(due_on__lt=timezone.localdate()).order_by("pk")
    return sum(_expire(one) for one in due)


@transaction.atomic
def _expire(supplement: Supplement) -> bool:
    supplement = _lock_request(supplement)
    if SupplementState.EXPIRED not in SUPPLEMENT_TRANSITIONS[supplement.state]:
        return False
    _end(supplement, SupplementState.EXPIRED)
    audit.record(supplement.application, "application.documents_overdue", by=None)
    return True


def _end(supplement: Supplement, to: SupplementState) -> None:
    """The only writer of `Supplement.state`."""
    supplement.state, supplement.ended_at = to, timezone.now()
    supplement.save(update_fields=["state", "ended_at"])


def _require_open(supplement: Supplement) -> None:
    if supplement.state != SupplementState.REQUESTED:
        sentence = _("This request is in the state “%(state)s”.")
        raise ActionRefused(sentence % {"state": supplement.get_state_display()})


def _lock(application: Application) -> Application:
    """The deadline is read once the lock is held: joined to it, it would be as it was before the wait."""
    Application.objects.select_for_update(no_key=True).only("pk").get(pk=application.pk)
    return Application.objects.with_deadline().select_related("cohort", "person__user").get(pk=application.pk)


def _lock_request(supplement: Supplement) -> Supplement:
    """Under the lock of its application."""
    application = _lock(supplement.application)
    found = Supplement.objects.select_for_update(no_key=True).get(pk=supplement.pk)
    found.application = application
    return found


def _names(items: Any) -> str:
    return ", ".join(item.name for item in items)
