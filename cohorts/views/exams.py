"""Taking in the results of a coding test: send the file, look at each row, confirm."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from cohorts.actions import exams as actions
from cohorts.exam import COLUMNS, explain
from cohorts.forms.exams import ExamForm, ExamLineFilter
from cohorts.models import Cohort, ExamImport, ExamLine
from cohorts.permissions import can_import_exam
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do
from portal.jobs.models import Job

SHOWN = ("receipt", "name", "email", "points")  # of a row, as typed
WAITS = "job-progress"  # the part of a page that asks how far a job is


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def exam_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The files of results of a cohort, and the form to send one more."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    require(can_import_exam(request.user, cohort))
    form = ExamForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file, out_of = form.cleaned_data["file"], form.cleaned_data["out_of"]
        try:
            return redirect(actions.receive_exam(cohort, file, by=request.user, out_of=out_of))
        except ActionRefused as refusal:
            form.refuse(refusal)
    exams = ExamImport.objects.visible_to(request.user).filter(cohort=cohort).select_related("uploaded_by")[:50]
    context = {"cohort": cohort, "form": form, "exams": exams, "cancel_url": cohort.get_absolute_url()}
    return render(request, "cohorts/exam_list.html", context, status=form_status(form))


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def exam(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of each row; while a job works on it, how far it is."""
    found = ExamImport.objects.visible_to(request.user).select_related("cohort", "host", "uploaded_by")
    exam = get_object_or_404(found, pk=pk)
    if exam.is_at_work or exam.state == ExamImport.State.UNREADABLE:
        waiting = {"exam": exam, "job": Job.objects.filter(key=exam.job_key).first()}
        return render(request, "cohorts/exam_wait.html", waiting, partial="exam-progress")
    if request.htmx.target == WAITS:  # type: ignore[attr-defined]  # django-htmx sets it
        return HttpResponseClientRefresh()
    listing = Listing(
        request,
        exam.lines.select_related("application"),
        form=ExamLineFilter,
        sorts={"number": "number", "outcome": ("outcome", "number"), "change": ("change", "number")},
        default_sort="number",
        page_size=50,
    )
    for line in listing.page.object_list:
        line.sentence = explain(line.reason)
        line.cells = [line.shown.get(name, "") for name in SHOWN]
    audit.saw(request.user, "application.listed", host_id=exam.host_id, people=len(listing))
    may_take = can_import_exam(request.user, exam.cohort)
    context: dict[str, Any] = {
        "exam": exam,
        "may_take": may_take,
        "may_decide": may_take and exam.state == ExamImport.State.PREVIEW,
        "columns": [_("File: %(column)s") % {"column": COLUMNS[name][0]} for name in SHOWN],
        "tiles": _tiles(exam),
    }
    return listing.render("cohorts/exam.html", context)


def _tiles(exam: ExamImport) -> list[dict[str, Any]]:
    """Each number leads to exactly its rows."""
    changes, outcomes = ExamLine.Change, ExamLine.Outcome
    kinds: list[tuple[str, Any]] = [("change", one) for one in (changes.NEW, changes.CHANGED, changes.SAME)]
    kinds += [("outcome", one) for one in (outcomes.ABSENT, outcomes.UNKNOWN, outcomes.DUPLICATE, outcomes.ERROR)]
    return [
        {"label": kind.label, "value": exam.counts.get(kind, 0), "url": f"?{name}={kind}",
         "tone": "bad" if kind in (outcomes.UNKNOWN, outcomes.ERROR) and exam.counts.get(kind) else ""}
        for name, kind in kinds
    ]  # fmt: skip


@require_POST
@roles(*HOST_STAFF)
def exam_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    exam = _load(request, pk)
    done = _("The results are being taken in.")
    return do(request, lambda: actions.confirm_exam(exam, by=request.user), done, exam)


@require_POST
@roles(*HOST_STAFF)
def exam_discard(request: HttpRequest, pk: int) -> HttpResponse:
    exam = _load(request, pk)
    done = _("The results were put aside. Nothing of them was taken in.")
    return do(request, lambda: actions.discard_exam(exam, by=request.user), done, exam)


def _load(request: HttpRequest, pk: int) -> ExamImport:
    exam = get_object_or_404(ExamImport.objects.visible_to(request.user).select_related("cohort"), pk=pk)
    require(can_import_exam(request.user, exam.cohort))
    return exam
