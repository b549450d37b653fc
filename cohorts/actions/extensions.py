"""More time to apply, for one person, with a reason and an end."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.models import Application, Cohort, Extension
from cohorts.states import TAKES_APPLICATIONS, TAKES_LATE
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def extend_deadline(
    cohort: Cohort,
    *,
    by: "User | None",
    email: str,
    until: datetime,
    reason: str,
    application: Application | None = None,
) -> Extension:
    """Let one person apply, or change what was submitted, until later than everybody else; a mail tells them.

    `until` is the first instant that is too late. The person is who has, or will have, an account with this
    address; of an application, its person. Refuses once a selection was prepared.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).select_related("host").get(pk=cohort.pk)
    _refuse(cohort, until)
    if application:
        application = _fresh(application)
    if not reason.strip():
        raise ActionRefused(_("Say why this person gets more time."), "reason")
    extension = Extension.objects.create(
        cohort=cohort, host_id=cohort.host_id, application=application, until=until, reason=reason, granted_by=by,
        email=(application.person.email if application else email).lower(),
    )  # fmt: skip
    after = {"until": until.isoformat(), "application": application.pk if application else None}
    audit.record(extension, "extension.granted", by=by, after=after, reason=reason)
    notify.queue_many([emails.deadline_extended(extension, by=by)])
    return extension


def _fresh(application: Application) -> Application:
    """Locked, so that it is not deleted before the extension names it."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    found = rows.filter(pk=application.pk).first()
    if found is None:
        raise ActionRefused(_("This draft was deleted. Give the time to the person's e-mail address instead."))
    return found


def lock_time(rows: "QuerySet[Any, Any]") -> list[int]:
    """Lock the cohorts of these rows, by pk: nobody is given more time there until the transaction ends.

    Read the rows only then, and of these cohorts: before, somebody may just be given more.
    """
    mine = Cohort.objects.filter(pk__in=rows.order_by().values("cohort"))
    return list(mine.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _refuse(cohort: Cohort, until: datetime) -> None:
    if cohort.state not in TAKES_LATE:
        raise ActionRefused(_("This cohort takes no applications, so nobody can be given more time."))
    if cohort.selections.exists():
        raise ActionRefused(_("A selection has been prepared already: who applied now would not be in it."))
    if until <= timezone.now():
        raise ActionRefused(_("This time is over already."), "until")
    if cohort.state in TAKES_APPLICATIONS and until <= cohort.apply_closes_at:
        raise ActionRefused(_("Everybody has at least as much time. Choose a later end."), "until")
    if timezone.localdate(until) > cohort.starts_on:
        raise ActionRefused(_("The training has begun by then. Choose an earlier end."), "until")


@transaction.atomic
def end_extension(extension: Extension, *, by: "User | None") -> Extension:
    """Take it back; what was submitted in its time stays in time. Taken back again, it changes nothing."""
    extension = Extension.objects.select_for_update(of=("self",), no_key=True).get(pk=extension.pk)
    if extension.ended_at is None:
        extension.ended_at = timezone.now()
        extension.save(update_fields=["ended_at"])
        audit.record(extension, "extension.ended", by=by)
    return extension


def refuse_while_extended(cohort: Cohort) -> None:
    """Nothing is selected while somebody still may apply. Lock the cohort."""
    waiting = cohort.extensions.in_force().filter(until__gt=timezone.now()).order_by("-until").first()
    if waiting:
        last = timezone.localtime(waiting.until)
        raise ActionRefused(
            _("Somebody may still apply, until before %(last)s. Wait, or take the extension back.")
            % {"last": date_format(last, "DATETIME_FORMAT")}
        )
