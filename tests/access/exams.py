"""Results of coding tests: only the staff of the host that runs the cohort."""

from django.core.files.base import ContentFile

from cohorts.models import ExamImport
from tests.access import row


def extend(w):
    """Results waiting for a decision."""
    w.exam = ExamImport.objects.create(
        host=w.city, cohort=w.cohort, name="결과.csv", size=1, sha256="0" * 64, state=ExamImport.State.PREVIEW,
        file=ContentFile(b"x", name="r.csv"), counts={"new": 1},
    )  # fmt: skip


STAFF = {"own": "403 200 200 403 403 403 403", "other": "403 404 404 403 403 403 403"}
SEEN = {"own": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403"}
POST = {relation: statuses.replace("200", "302") for relation, statuses in STAFF.items()}
WRONG = {relation: statuses.replace("200", "422") for relation, statuses in STAFF.items()}

TABLE = [
    row("cohorts:exam-list", "GET", lambda w: [w.cohort.pk], **STAFF),
    row("cohorts:exam-list", "POST", lambda w: [w.cohort.pk], **WRONG, data=lambda w: {"out_of": "x"}),
    row("cohorts:exam", "GET", lambda w: [w.exam.pk], **SEEN),
    row("cohorts:exam-confirm", "POST", lambda w: [w.exam.pk], **POST),
    row("cohorts:exam-discard", "POST", lambda w: [w.exam.pk], **POST),
]
