"""Jobs that follow the course: reported, proved, verified; and who is left out of the rate."""

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.enrolment import end_enrolment
from cohorts.models import Enrolment
from cohorts.states import ENROLMENT_TRANSITIONS, EnrolmentState
from placements import emails
from placements.models import Employment, EmploymentEvidence, OutcomeExclusion
from placements.states import JOB_TRANSITIONS, JobState
from portal import audit, notify
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

FIELDS = (
    "kind", "company", "business_number", "in_region", "work", "contract", "hired_on", "insured_on", "left_on", "note",
)  # fmt: skip
MOST_EVIDENCE = 10


@transaction.atomic
def report_employment(enrolment: Enrolment, *, by: User | None, **fields: Any) -> Employment:
    """Report a job, or the beginning of one's own business. It counts once it is verified."""
    fields = _checked(fields)
    try:
        with transaction.atomic():
            job = Employment.objects.create(enrolment=enrolment, host_id=enrolment.host_id, **fields)
    except IntegrityError:
        raise _reported_already() from None
    audit.record(job, "employment.reported", by=by, after=_facts(job))
    return job


@transaction.atomic
def edit_employment(job: Employment, *, by: User | None, **fields: Any) -> Employment:
    """Correct a report that nobody has verified."""
    job = _locked(job)
    if job.state == JobState.VERIFIED:
        raise ActionRefused(_("This job is verified and is kept as it is."))
    before = _facts(job)
    for name, value in _checked(fields).items():
        setattr(job, name, value)
    try:
        with transaction.atomic():
            job.save(update_fields=list(fields))
    except IntegrityError:
        raise _reported_already() from None
    audit.record(job, "employment.edited", by=by, before=before, after=_facts(job))
    return job


@transaction.atomic
def leave_employment(job: Employment, *, left_on: date, by: User | None) -> Employment:
    """Write down the last day with this employer; the retention rate counts by it."""
    job = _locked(job)
    if left_on < job.hired_on:
        raise ActionRefused(_("The last day cannot be before the first."), "left_on")
    if left_on > timezone.localdate():
        raise ActionRefused(_("This day has not come yet."), "left_on")
    before, job.left_on = job.left_on, left_on
    job.save(update_fields=["left_on"])
    audit.record(
        job, "employment.left", by=by,
        before={"left_on": before.isoformat() if before else None}, after={"left_on": left_on.isoformat()},
    )  # fmt: skip
    return job


@transaction.atomic
def add_evidence(job: Employment, *, upload: "UploadedFile[Any]", by: User | None) -> EmploymentEvidence:
    """Keep a paper that `portal.common.uploads` has accepted."""
    job = _locked(job)
    paper = EmploymentEvidence.from_upload(upload, employment=job, host_id=job.host_id, uploaded_by=by)
    if job.evidence.filter(sha256=paper.sha256).exists():
        raise ActionRefused(_("This very file is attached already."), "file")
    if job.evidence.count() >= MOST_EVIDENCE:
        raise ActionRefused(_("This job has %(most)s files already.") % {"most": MOST_EVIDENCE}, "file")
    paper.save()
    audit.record(job, "employment.evidence_added", by=by, after={"evidence": paper.pk})
    return paper


@transaction.atomic
def verify_employment(job: Employment, *, verification: str, on: date, by: User | None) -> Employment:
    """Found to be true, by which paper and on which day: from now on it may count (S1 art. 40)."""
    if on > timezone.localdate():
        raise ActionRefused(_("This day has not come yet."), "verified_on")
    return _move(
        job, JobState.VERIFIED, by=by, verification=verification, verified_on=on, verified_by=by
    )  # fmt: skip


@transaction.atomic
def reject_employment(job: Employment, *, reason: str, by: User | None) -> Employment:
    """Not recognised; the trainee is told why, and may correct it and add evidence."""
    job = _move(job, JobState.REJECTED, by=by, reason=reason)
    notify.queue_many([emails.employment_rejected(job, reason=reason, by=by)])
    return job


@transaction.atomic
def end_for_employment(job: Employment, *, by: User | None) -> Enrolment:
    """End the course of somebody with a verified job before completion (조기취업, S1 art. 38).

    The last day of the course is the one before the job began.
    """
    job = _locked(job)
    if job.state != JobState.VERIFIED:
        raise ActionRefused(_("Verify the job first."))
    if job.hired_on > timezone.localdate():
        raise ActionRefused(_("The job has not begun yet."))
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=job.enrolment_id)
    if EnrolmentState.EARLY_EMPLOYED not in ENROLMENT_TRANSITIONS[enrolment.state]:
        raise ActionRefused(_("This trainee is no longer in training."))
    if job.hired_on > enrolment.cohort.ends_on:
        raise ActionRefused(_("The job began after the course; that is no early employment."))
    last_day = max(enrolment.starts_on, job.hired_on - timedelta(days=1))
    enrolment = end_enrolment(
        enrolment, EnrolmentState.EARLY_EMPLOYED, on=last_day, by=by, reason=_("Early employment")
    )
    enrolment.team_places.filter(left_on=None).update(left_on=timezone.localdate())
    return enrolment


@transaction.atomic
def exclude_outcome(enrolment: Enrolment, *, reason: str, since: date, by: User | None) -> OutcomeExclusion:
    """Leave somebody out of the employment rate (산정제외), with the reason and since when."""
    if since > timezone.localdate():
        raise ActionRefused(_("This day has not come yet."), "since")
    try:
        with transaction.atomic():
            row = OutcomeExclusion.objects.create(
                enrolment=enrolment, host_id=enrolment.host_id, reason=reason, since=since, recorded_by=by
            )
    except IntegrityError:
        raise ActionRefused(_("This trainee is left out of the rate already.")) from None
    audit.record(
        enrolment, "outcome.excluded", by=by, after={"exclusion": reason, "since": since.isoformat()}
    )  # fmt: skip
    return row


@transaction.atomic
def include_outcome(enrolment: Enrolment, *, by: User | None) -> Enrolment:
    """Undo an exclusion."""
    row = OutcomeExclusion.objects.select_for_update(of=("self",)).filter(enrolment=enrolment).first()
    if row is None:
        raise ActionRefused(_("This trainee is not left out of the rate."))
    audit.record(
        enrolment, "outcome.included", by=by, before={"exclusion": row.reason, "since": row.since.isoformat()}
    )  # fmt: skip
    row.delete()
    return enrolment


# What they share -----------------------------------------------------------------------


def _locked(job: Employment) -> Employment:
    rows = Employment.objects.select_for_update(of=("self",)).select_related("enrolment__cohort", "enrolment__person")
    return rows.get(pk=job.pk)


def _move(job: Employment, to: JobState, *, by: User | None, reason: str = "", **fields: Any) -> Employment:
    """The only writer of Employment.state. Call inside a transaction."""
    job = _locked(job)
    if by is not None and job.enrolment.person.user_id == by.pk:
        raise ActionRefused(_("Nobody decides about a job of one's own."))
    was = job.state
    if to not in JOB_TRANSITIONS[was]:
        raise ActionRefused(
            _("This is no longer possible: the job is in the state “%(state)s”.") % {"state": job.get_state_display()}
        )
    if fields.get("verified_on") and fields["verified_on"] < job.hired_on:
        raise ActionRefused(_("It cannot have been verified before the job began."), "verified_on")
    job.state = to
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *fields])
    after = {"state": to, **({"verification": job.verification} if to == JobState.VERIFIED else {})}
    audit.record(job, f"employment.{to}", by=by, before={"state": was}, after=after, reason=reason)
    return job


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - {*FIELDS}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    left = fields.get("left_on")
    if left and left < fields["hired_on"]:
        raise ActionRefused(_("The last day cannot be before the first."), "left_on")
    return fields


def _facts(job: Employment) -> dict[str, Any]:
    return {"kind": job.kind, "hired_on": job.hired_on.isoformat(), "in_region": job.in_region}


def _reported_already() -> ActionRefused:
    return ActionRefused(_("This job is reported already: the same company and the same first day."), "company")
