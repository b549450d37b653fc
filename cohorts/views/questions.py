"""The application form of a cohort, as the office sets it up."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import questions as rules
from cohorts.actions import questions as actions
from cohorts.forms.question_setup import QuestionForm
from cohorts.forms.questions import QuestionsForm
from cohorts.models import ApplicationForm, Cohort, Question, QuestionKind
from cohorts.permissions import can_edit_form
from cohorts.queries.forms import versions_of
from cohorts.states import WINDOW_OPEN
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.verbs import do

SEES = (Role.ADMIN, *HOST_STAFF)


def _form(request: HttpRequest, pk: int) -> ApplicationForm:
    found = ApplicationForm.objects.visible_to(request.user).select_related("cohort")
    return get_object_or_404(found, pk=pk)


def _question(request: HttpRequest, pk: int) -> Question:
    forms = ApplicationForm.objects.visible_to(request.user)
    return get_object_or_404(Question.objects.filter(form__in=forms).select_related("form__cohort"), pk=pk)


@require_GET
@roles(*SEES)
def application_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft, or the version in use; and all versions."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    versions = versions_of(cohort)
    shown = versions[0] if versions else None
    questions = list(shown.questions.select_related("asked_if")) if shown else []
    may = can_edit_form(request.user, cohort) and cohort.state in WINDOW_OPEN
    context = {
        "cohort": cohort,
        "form": shown,
        "pages": [(page.questions[0].said("page"), page.questions) for page in rules.pages(questions)],
        "versions": versions,
        "may_edit": may and shown is not None and shown.is_draft,
        "may_draft": may and (shown is None or not shown.is_draft),
        "may_copy": can_edit_form(request.user, cohort) and cohort.state in WINDOW_OPEN,
        "kinds": QuestionKind.choices,
        "in_use": next((one for one in versions if not one.is_draft), None),
    }
    return render(request, "cohorts/application_form.html", context)


@require_POST
@roles(*HOST_STAFF)
def form_draft(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    require(can_edit_form(request.user, cohort))
    done = _("A draft is open. Applicants see nothing of it before you publish it.")
    back = reverse("cohorts:application-form", args=[cohort.pk])
    return do(request, lambda: actions.draft_form(cohort, by=request.user), done, back)


@require_POST
@roles(*HOST_STAFF)
def form_discard(request: HttpRequest, pk: int) -> HttpResponse:
    form = _form(request, pk)
    require(can_edit_form(request.user, form.cohort))
    done = _("The draft was discarded.")
    return do(request, lambda: actions.discard_form(form, by=request.user), done, form.get_absolute_url())


@require_POST
@roles(*HOST_STAFF)
def form_publish(request: HttpRequest, pk: int) -> HttpResponse:
    form = _form(request, pk)
    require(can_edit_form(request.user, form.cohort))
    done = _("The form is published. Whoever begins from now on is asked these questions.")
    return do(request, lambda: actions.publish_form(form, by=request.user), done, form)


@require_GET
@roles(*SEES)
def form_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Every page as an applicant sees it on a telephone, in both languages side by side."""
    form = _form(request, pk)
    questions = list(form.questions.select_related("asked_if"))
    pages = []
    for page in rules.pages(questions):
        both = []
        for language in ("ko", "en"):
            with translation.override(language):
                # Made now, in this language: its labels and choices are words already.
                fields = QuestionsForm(questions=page.questions, auto_id=f"{language}_%s")
                both.append((language, page.questions[0].said("page"), str(fields)))
        pages.append((both, [one for one in page.questions if one.asked_if_id]))
    return render(request, "cohorts/form_preview.html", {"form": form, "cohort": form.cohort, "pages": pages})


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def question_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A new question of the kind in the address, such as ?kind=choice."""
    owner = _form(request, pk)
    require(can_edit_form(request.user, owner.cohort))
    kind = request.GET.get("kind", "")
    if kind not in QuestionKind.values:
        raise Http404
    earlier = list(owner.questions.all())
    usual = (
        {"page": earlier[-1].page, "page_en": earlier[-1].page_en}
        if earlier
        else {"page": "추가 질문", "page_en": "More questions"}
    )
    form = QuestionForm(sent(request), kind=kind, earlier=earlier, initial=usual)
    if form.carries_out(lambda: actions.ask_question(owner, by=request.user, **form.asks())):
        messages.success(request, _("The question was added at the end."))
        return redirect(owner)
    return _question_page(request, owner, form, _("New question"))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def question_edit(request: HttpRequest, pk: int) -> HttpResponse:
    question = _question(request, pk)
    require(can_edit_form(request.user, question.form.cohort))
    earlier = question.form.questions.filter(position__lt=question.position)
    form = QuestionForm(sent(request), kind=question.kind, earlier=earlier, question=question)
    if form.carries_out(lambda: actions.edit_question(question, by=request.user, **form.asks())):
        messages.success(request, _("The question was saved."))
        return redirect(question.form)
    return _question_page(request, question.form, form, question.label)


def _question_page(request: HttpRequest, owner: ApplicationForm, form: QuestionForm, title: str) -> HttpResponse:
    context = {"form": form, "owner": owner, "cohort": owner.cohort, "title": title}
    return render(request, "cohorts/question_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def question_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down: `way` of the button that was pressed."""
    question = _question(request, pk)
    require(can_edit_form(request.user, question.form.cohort))
    up, done = request.POST.get("way") == "up", _("The question was moved.")
    return do(request, lambda: actions.move_question(question, by=request.user, up=up), done, question.form)


@require_POST
@roles(*HOST_STAFF)
def question_remove(request: HttpRequest, pk: int) -> HttpResponse:
    question = _question(request, pk)
    require(can_edit_form(request.user, question.form.cohort))
    done = _("The question was removed.")
    return do(request, lambda: actions.remove_question(question, by=request.user), done, question.form)
