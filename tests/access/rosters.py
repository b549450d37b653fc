"""Rosters: only the staff of the host that runs the cohort."""

from django.core.files.base import ContentFile

from cohorts.models import RosterImport
from tests.access import row


def extend(w):
    """A roster waiting for a decision."""
    w.roster = RosterImport.objects.create(
        host=w.city, cohort=w.cohort, name="명단.csv", size=1, sha256="0" * 64, state=RosterImport.State.PREVIEW,
        file=ContentFile(b"x", name="r.csv"), counts={"new": 1},
    )  # fmt: skip


STAFF = {"own": "403 200 200 403 403 403 403", "other": "403 404 404 403 403 403 403"}
POST = {"own": "403 302 302 403 403 403 403", "other": "403 404 404 403 403 403 403"}

TABLE = [
    row("cohorts:roster-list", "GET", lambda w: [w.cohort.pk], **STAFF),
    row(
        "cohorts:roster-list", "POST", lambda w: [w.cohort.pk], **{k: v.replace("200", "422") for k, v in STAFF.items()}
    ),
    row(
        "cohorts:roster",
        "GET",
        lambda w: [w.roster.pk],
        own="200 200 200 403 403 403 403",
        other="200 404 404 403 403 403 403",
    ),
    row("cohorts:roster-confirm", "POST", lambda w: [w.roster.pk], **POST),
    row("cohorts:roster-discard", "POST", lambda w: [w.roster.pk], **POST),
    row("cohorts:roster-left-out", "GET", lambda w: [w.roster.pk], **STAFF),
    row("cohorts:roster-invite", "POST", lambda w: [w.roster.pk], **POST),
]
