"""The results of a coding test: received, judged row by row, looked at, applied as a whole or not at all."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.exam import Candidate, ExamRow, judge_rows, looks_like_exam
from cohorts.models import Application, Cohort, ExamImport, ExamLine, Score
from cohorts.states import HAS_ENDED, IN_SELECTION, RECEIVED, Stage
from portal import audit, jobs
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User


@transaction.atomic
def receive_exam(cohort: Cohort, upload: "UploadedFile[Any]", *, by: "User | None", out_of: int = 100) -> ExamImport:
    """Keep a file of results and have it read; `upload` has passed `portal.common.uploads.accept_table`.

    Refuses where the test does not count, or is judged by a rubric.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    _require_taken(cohort)
    exam = ExamImport.from_upload(upload, cohort=cohort, host_id=cohort.host_id, uploaded_by=by, out_of=out_of)
    exam.save()
    after = {"sha256": exam.sha256, "size": exam.size, "out_of": out_of}
    audit.record(exam, "exam.received", by=by, after=after)
    jobs.enqueue("read_exam", key=exam.job_key, payload={"exam": exam.pk}, by=by, host=exam.host_id)
    return exam


def read_exam(exam: ExamImport) -> ExamImport:
    """Judge every row; a file that cannot be read says so with what to do."""
    exam.read(
        looks_like_exam,
        lambda table: [_line(exam, row) for row in judge_rows(table, candidates_of(exam.cohort), exam.out_of)],
    )
    return exam


def candidates_of(cohort: Cohort) -> list[Candidate]:
    """Everything the cohort has received, with the points on record; one query."""
    scores = Score.objects.filter(application=OuterRef("pk"), stage=Stage.TEST)
    imported = scores.filter(reviewer=None).values("points")[:1]
    rows = Application.objects.filter(cohort=cohort, state__in=RECEIVED).annotate(
        imported=Subquery(imported), by_reviewers=Exists(scores.exclude(reviewer=None))
    )
    shown = (
        "pk",
        "receipt_number",
        "person__email",
        "person__name",
        "person__birth_date",
        "state",
        "imported",
        "by_reviewers",
    )
    return [
        Candidate(pk, receipt or "", email, name, born, state in IN_SELECTION, imported, by_reviewers)
        for pk, receipt, email, name, born, state, imported, by_reviewers in rows.order_by("pk").values_list(*shown)
    ]


@transaction.atomic
def confirm_exam(exam: ExamImport, *, by: "User") -> ExamImport:
    """Say yes to a preview; a job applies it. The second of two who confirm is told so."""
    exam = exam.locked(ExamImport.State.PREVIEW)
    exam.begin_to_apply()
    audit.record(exam, "exam.confirmed", by=by, after=exam.counts)
    jobs.enqueue("apply_exam", key=exam.job_key, payload={"exam": exam.pk}, by=by, host=exam.host_id)
    return exam


@transaction.atomic
def discard_exam(exam: ExamImport, *, by: "User") -> ExamImport:
    """Put a preview aside; its rows are deleted."""
    exam = exam.locked(ExamImport.State.PREVIEW, ExamImport.State.UNREADABLE)
    exam.put_aside()
    audit.record(exam, "exam.discarded", by=by)
    return exam


@transaction.atomic
def give_back_exam(exam: ExamImport) -> ExamImport:
    """Refuse to apply it for somebody who has lost the role; a colleague may confirm it again."""
    exam = exam.locked(ExamImport.State.APPLYING)
    exam.give_back()
    audit.record(exam, "exam.refused", by=None)
    return exam


@transaction.atomic
def apply_exam(exam: ExamImport, *, by: "User | None") -> dict[str, int]:
    """Write down every ready row, all or nothing; returns how many are new and changed.

    What is new is worked out again under the locks. Refuses, with nothing written, when a selection has been prepared
    or a row has become wrong since the preview.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=exam.cohort_id)
    exam = exam.locked(ExamImport.State.APPLYING)
    _require_taken(cohort)
    lines: list[Any] = list(
        exam.lines.filter(outcome=ExamLine.Outcome.OK).select_related("application").order_by("number")
    )
    ids = [line.application_id for line in lines]
    # A selection waits for them, and they for it.
    list(Application.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    if cohort.selections.filter(released_at=None).exists():
        raise ActionRefused(_("The scores are locked: a selection has been prepared from them."))
    known = {one.id: one for one in candidates_of(cohort)}
    for line in lines:
        one = known[line.application_id]
        if not one.in_selection or one.by_reviewers:
            raise ActionRefused(
                _("Row %(row)d has changed since the preview. Send the file again.") % {"row": line.number}
            )
        line.before = one.imported
        line.change = "new" if one.imported is None else "same" if one.imported == line.points else "changed"
    done = _write(exam, lines, by=by)
    exam.end_applied()
    audit.record(exam, "exam.applied", by=by, after=done)
    return done


def _write(exam: ExamImport, lines: list[Any], *, by: "User | None") -> dict[str, int]:
    new = [line for line in lines if line.change == ExamLine.Change.NEW]
    changed = {line.application_id: line for line in lines if line.change == ExamLine.Change.CHANGED}
    Score.objects.bulk_create(
        [
            Score(
                application_id=line.application_id,
                host_id=exam.host_id,
                stage=Stage.TEST,
                exam=exam,
                points=line.points,
            )
            for line in new
        ],
        batch_size=2000,
    )
    stored = list(Score.objects.filter(application__in=changed, stage=Stage.TEST, reviewer=None))
    for score in stored:
        score.points, score.exam, score.scored_at = changed[score.application_id].points, exam, timezone.now()
    Score.objects.bulk_update(stored, ["points", "exam", "scored_at"], batch_size=500)
    AuditEvent.objects.bulk_create(
        (
            audit.event(
                line.application, "application.scored", by=by,
                before={} if line.before is None else {"test": str(line.before)}, after={"test": str(line.points)},
            )
            for line in (*new, *changed.values())
        ),
        batch_size=2000,
    )  # fmt: skip
    ExamLine.objects.bulk_update(lines, ["before", "change"], batch_size=2000)
    return {"new": len(new), "changed": len(changed)}


def _require_taken(cohort: Cohort) -> None:
    if cohort.state in HAS_ENDED or cohort.has_started:
        raise ActionRefused(_("The selection of this cohort is over."))
    if not cohort.policy.weight_test:
        raise ActionRefused(_("The coding test does not count in this cohort. Give it a weight in the rules first."))
    if cohort.criteria.filter(stage=Stage.TEST).exists():
        raise ActionRefused(_("The coding test has a rubric, so reviewers mark it. Remove the rubric first."))


def _line(exam: ExamImport, row: ExamRow) -> ExamLine:
    return ExamLine(
        exam=exam, host_id=exam.host_id, number=row.number, outcome=row.outcome, reason=row.reason, change=row.change,
        shown=row.shown, application_id=row.application, points=row.points, before=row.before,
    )  # fmt: skip
