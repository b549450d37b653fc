"""Asking for a report, making its file, taking it, and destroying it."""

import hashlib
import io
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import IO

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from partners.actions.views import office_of
from portal import audit, jobs
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused
from portal.reports.applications import write_applications
from portal.reports.models import Export, export_expiry
from portal.reports.permissions import can_export_register, can_request_export, can_unmask
from portal.reports.queries import outcomes, snapshot
from portal.reports.register import selection, write_register
from portal.reports.workbook import write_report

REASON_LETTERS = 10  # at least, blanks not counted (trust.md section 3)
TOLD_EVERY = 50  # rows; a job is told of its progress no more often


@transaction.atomic
def request_export(cohort: Cohort, *, as_of: date, reason: str, unmasked: bool, by: User) -> Export:
    """Ask for the placement report of a cohort as a file; a job makes it, and it is kept for 24 hours.

    Refused without a reason that says something, for a day to come, and with names where the role has no right
    to them.
    """
    reason = _reason(reason)
    if as_of > timezone.localdate():
        raise ActionRefused(_("This day has not come yet. Choose today or an earlier day."), "as_of")
    if as_of < cohort.starts_on:
        raise ActionRefused(_("The course had not begun on this day. Choose a later day."), "as_of")
    if unmasked and not can_unmask(by, cohort):
        raise ActionRefused(_("Your role may not have the names. Ask for the report with masked names."), "unmasked")
    export = Export.objects.create(
        kind=Export.Kind.PLACEMENT,
        host_id=cohort.host_id,
        cohort=cohort,
        as_of=as_of,
        reason=reason,
        unmasked=unmasked,
        requested_by=by,
    )
    _enqueue(export, "make_placement_report", by=by)
    after = {"cohort": cohort.pk, "as_of": as_of.isoformat(), "unmasked": unmasked}
    audit.record(export, "export.requested", by=by, after=after, reason=reason)
    return export


@transaction.atomic
def request_applications(cohort: Cohort, *, reason: str, unmasked: bool, by: User) -> Export:
    """Ask for the applications of a cohort with their answers; as `request_export`, as they are when it is made."""
    reason = _reason(reason)
    if unmasked and not can_unmask(by, cohort):
        raise ActionRefused(_("Your role may not have the names. Ask for the report with masked names."), "unmasked")
    export = Export.objects.create(
        kind=Export.Kind.APPLICATIONS, host_id=cohort.host_id, cohort=cohort, as_of=timezone.localdate(), reason=reason,
        unmasked=unmasked, requested_by=by,
    )  # fmt: skip
    _enqueue(export, "make_applications_file", by=by)
    after = {"cohort": cohort.pk, "unmasked": unmasked}
    audit.record(export, "export.requested", by=by, after=after, reason=reason)
    return export


@transaction.atomic
def request_register(*, query: str, format: str, reason: str, by: User) -> Export:  # as the field
    """Ask for the register as an address shows it, as a file; what `by` may see is asked when it is made."""
    reason = _reason(reason)
    export = Export.objects.create(
        kind=Export.Kind.REGISTER,
        host_id=office_of(by),
        format=format,
        query=query,
        as_of=timezone.localdate(),
        reason=reason,
        requested_by=by,
    )
    _enqueue(export, "make_register_file", by=by)
    audit.record(export, "export.requested", by=by, after={"format": format}, reason=reason)
    return export


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len("".join(reason.split())) < REASON_LETTERS:
        raise ActionRefused(_("Say in at least 10 letters what the report is for."), "reason")
    return reason


def _enqueue(export: Export, kind: str, *, by: User) -> None:
    key = f"{kind.removeprefix('make_').replace('_', '-')}:{export.pk}"
    export.job = jobs.enqueue(kind, key=key, payload={"export": export.pk}, by=by, host=export.host_id)
    export.save(update_fields=["job"])


def make_report(export: Export, *, by: User, told: Callable[[int, int], None] = lambda done, total: None) -> Export:
    """Read the cohort as of one moment, write the file, and keep it with its hash.

    Not one transaction: the reading needs its own isolation. Made again after a crash, it replaces what was
    half done; a file that is there stays.
    """
    with tempfile.TemporaryFile() as made:
        with snapshot():
            cohort = Cohort.objects.select_related("programme", "policy").get(exports=export)
            total = cohort.enrolments.counted().count()
            if not can_request_export(by, cohort) or (export.unmasked and not can_unmask(by, cohort)):
                raise ActionRefused(_("Whoever asked for this may not have it any more."))
            people, _figures = write_report(
                made,
                cohort,
                export.as_of,
                outcomes(cohort, export.as_of),
                unmasked=export.unmasked,
                notes=[origin(export, by)],
                told=lambda done: told(done, total) if done % TOLD_EVERY == 0 or done == total else None,
            )
        return _keep_file(export, made, rows=people, by=by)


def make_applications_file(
    export: Export, *, by: User, told: Callable[[int, int], None] = lambda done, total: None
) -> Export:
    """Read the applications as of one moment, and keep the file with its hash."""
    with tempfile.TemporaryFile() as made:
        with snapshot():
            cohort = Cohort.objects.get(exports=export)
            if not can_request_export(by, cohort) or (export.unmasked and not can_unmask(by, cohort)):
                raise ActionRefused(_("Whoever asked for this may not have it any more."))
            total = cohort.applications.received().count()
            rows = write_applications(
                made, export, cohort, notes=[origin(export, by)],
                told=lambda done: told(done, total) if done % TOLD_EVERY == 0 or done == total else None,
            )  # fmt: skip
        return _keep_file(export, made, rows=rows, by=by)


def make_register_file(
    export: Export, *, by: User, told: Callable[[int, int], None] = lambda done, total: None
) -> Export:
    """Read the register as of one moment, as `by` may see it now, and keep the file with its hash."""
    with tempfile.TemporaryFile() as made:
        with snapshot():
            if not can_export_register(by) or by.organization_id != export.host_id:
                raise ActionRefused(_("Whoever asked for this may not have it any more."))
            total = selection(export.query, by)[2].count()
            rows = write_register(
                made, export, by=by, notes=[origin(export, by)],
                told=lambda done: told(done, total) if done % TOLD_EVERY == 0 or done == total else None,
            )  # fmt: skip
        return _keep_file(export, made, rows=rows, by=by)


def _keep_file(export: Export, made: IO[bytes], *, rows: int, by: User) -> Export:
    size = made.seek(0, io.SEEK_END)
    made.seek(0)
    digest = hashlib.file_digest(made, "sha256").hexdigest()  # type: ignore[arg-type]  # a file it is
    made.seek(0)
    return _keep(export, made_file=File(made), people=rows, size=size, sha256=digest, by=by)


@transaction.atomic
def _keep(export: Export, *, made_file: "File[bytes]", people: int, size: int, sha256: str, by: User) -> Export:
    export = Export.objects.select_for_update().get(pk=export.pk)
    if export.sha256:
        return export
    export.rows, export.size, export.sha256, export.expires_at = people, size, sha256, export_expiry()
    export.file.save("report", made_file, save=False)
    export.save(update_fields=["rows", "size", "sha256", "expires_at", "file"])
    audit.record(export, "export.made", by=by, after={"rows": people, "sha256": sha256})
    return export


def origin(export: Export, by: User) -> str:
    """Who asked, when and what for: printed in the file itself, so that a copy says whose it is."""
    return _("Made for %(who)s on %(when)s. Reason: %(reason)s") % {
        "who": by,
        "when": date_format(timezone.localtime(export.requested_at), "DATETIME_FORMAT"),
        "reason": export.reason,
    }


@transaction.atomic
def take_export(export: Export, *, by: User) -> Export:
    """Write down that `by` takes the file, with the number of people in it; refused once its time has passed."""
    export = Export.objects.select_for_update(of=("self",)).select_related("job", "cohort", "host").get(pk=export.pk)
    if export.state != Export.State.READY or not export.file:
        raise ActionRefused(_("This file cannot be downloaded any more. Ask for it again."))
    export.downloads += 1
    export.save(update_fields=["downloads"])
    audit.saw(by, "export.downloaded", host_id=export.host_id, people=export.rows, reason=export.reason)
    audit.record(export, "export.downloaded", by=by, after={"downloads": export.downloads}, reason=export.reason)
    return export


@transaction.atomic
def destroy_exports(now: datetime, *, by: User | None) -> int:
    """Destroy the files whose time has passed; their rows stay, as the record of what was made. Returns how many."""
    due = list(Export.objects.to_destroy(now).select_for_update(of=("self",), skip_locked=True))
    for export in due:
        storage, name = export.file.storage, export.file.name
        export.file = ""
        export.save(update_fields=["file"])
        audit.record(export, "export.destroyed", by=by, before={"sha256": export.sha256})
        transaction.on_commit(partial(storage.delete, str(name)))
    return len(due)
