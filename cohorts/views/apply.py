"""Applying: one topic per page, saved as one goes, submitted once."""

from collections.abc import Container
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import applications as actions
from cohorts.consents import Asked, asked_of, lacks_consent
from cohorts.forms.apply import SubmitForm
from cohorts.models import Application, ApplicationFile
from cohorts.permissions import can_edit_application
from cohorts.queries.answers import OwnAnswers, own_answers
from cohorts.queries.applying import receipts
from cohorts.resuming import begun_by
from cohorts.states import OPEN_TO_CHANGE
from cohorts.views.applying import FILES, USUAL, Applying, Step, at_the_form, step_url
from portal.accounts.roles import Role
from portal.common import resumable
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.uploads import UploadField
from portal.common.verbs import do

Part = tuple[str, Any, list[tuple[Any, Any]]]  # slug, title, rows
BEFORE_THE_DRAFT = ("consents", "about")  # a draft begins with the first answers, and those with the consent


def _closed(request: HttpRequest, here: Applying, status: int = 200) -> HttpResponse:
    context = {"cohort": here.cohort, "application": here.application, "deadline": here.deadline}
    return render(request, "cohorts/apply_closed.html", context, status=status)


@require_GET
@roles(Role.TRAINEE)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The way in: begin, go on where one stopped, or see what was submitted."""
    here = at_the_form(request, pk)
    if here.application and here.is_submitted:
        return redirect(here.application)
    if not here.deadline.is_open:
        return _closed(request, here)
    if here.application is None:
        return redirect(here.step_url("about" if here.typed else USUAL[0].slug))
    left = actions.missing(here.application, own=here.own, typed=here.typed)
    return redirect(here.step_url(left[0]) if left else here.check_url)


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def apply_step(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One page of the form. A mistake or the deadline takes nothing away that was typed."""
    here = at_the_form(request, pk)
    step = _step(here, slug)
    if step is None:
        return redirect(here.check_url)
    if here.application is None and not _may_begin_with(request, here, slug):
        return redirect("cohorts:apply", pk)
    if request.method == "GET" and not here.deadline.is_open:
        return _closed(request, here)
    if here.application and here.application.state not in OPEN_TO_CHANGE:
        return redirect(here.application)
    form = here.form(step, request)
    if not form.is_bound:
        return _step_page(request, here, step, form)
    if step == FILES and "go" in request.POST and not form.files:
        return redirect(here.application if here.is_submitted else _after(request, here, slug))
    try:
        if form.is_valid():
            here.save(step, form, here.tab_of(step, request))
            resumable.forget(request.user, request)
            return redirect(_after(request, here, slug))
        if here.keeps(step):
            here.keep(step, form, here.tab_of(step, request))
    except ActionRefused as refusal:
        form.refuse(refusal)
        if here.application:
            here.application.refresh_from_db(fields=["tabs"])
    return _step_page(request, here, step, form)


def _step(here: Applying, slug: str) -> Step | None:
    """The page, None for one that no answer calls for any more, 404 for one that never was."""
    if slug not in here.steps and slug not in {page.slug for page in here.own.all_pages}:
        raise Http404
    return here.steps.get(slug)


def _may_begin_with(request: HttpRequest, here: Applying, slug: str) -> bool:
    """Consent first, then the first answers. What is sent too early the action refuses, and the page keeps it."""
    if slug == "about" and request.method == "GET":
        return not lacks_consent(here.asked_consents)
    return slug in BEFORE_THE_DRAFT


def _after(request: HttpRequest, here: Applying, slug: str) -> str:
    """Back to where one came from; otherwise the next page. Files are attached one after the other."""
    if slug == FILES.slug and "go" not in request.POST:
        return request.get_full_path()
    if here.application and here.is_submitted:
        if left := here.own.missing_pages:
            messages.warning(request, _("The change was saved. It calls for one more answer: give it here."))
            return here.step_url(left[0])
        messages.success(request, _("The change was saved."))
        return here.application.get_absolute_url()
    if request.GET.get("back") == "check":
        return here.check_url
    return here.after(slug)


def _step_page(request: HttpRequest, here: Applying, step: Step, form: PortalForm) -> HttpResponse:
    application = here.application
    context = {
        "cohort": here.cohort,
        "application": application,
        "deadline": here.deadline,
        "step": step,
        "form": form,
        "steps": here.labels,
        "now": list(here.steps).index(step.slug) + 1,
        "submitted": here.is_submitted,
        "resumable": form.is_multipart(),
        "waiting": step.slug in here.typed and not form.is_bound,
        "files": application.files.filter(question=None) if application and step == FILES else [],
        "own_files": [here.own.files[one.pk] for one in step.questions if one.pk in here.own.files],
        "most_files": actions.MOST_FILES,
        "bonus_url": reverse("cohorts:application-bonus", args=[application.pk])
        if application and step == FILES and here.cohort.bonus_rules.exists()
        else "",
        "leave_url": application.get_absolute_url() if application else "",
        "before_url": here.check_url if request.GET.get("back") == "check" else here.before(step.slug),
        "save_url": reverse("cohorts:apply-save", args=[here.cohort.pk, step.slug]) if here.keeps(step) else "",
        **here.marks(step, request),
    }
    return render(request, step.template, context, status=form_status(form))


@require_POST
@roles(Role.TRAINEE)
def apply_save(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Keep what is typed so far, mistakes too; answers with one line that says so."""
    here = at_the_form(request, pk)
    step = _step(here, slug)
    if step is None or not here.keeps(step):
        raise Http404
    form = here.form(step, request)
    form.is_valid()
    field = request.headers.get("HX-Trigger-Name") or ""
    if isinstance(form.fields.get(field), UploadField):
        return HttpResponse(status=204)  # a file is kept when its page is sent
    context: dict[str, Any] = {"wrong": form.errors.get(field, [""])[0]}
    try:
        here.keep(step, form, here.tab_of(step, request))
    except ActionRefused as refusal:
        context["wrong"] = str(refusal)
    else:
        context["kept"] = field in here.typed.get(slug, {})
    return render(request, "cohorts/_apply_saved.html", context | {"at": timezone.localtime()})


@require_POST
@roles(Role.TRAINEE)
def apply_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail oneself the way back, for another device or another day."""
    here = at_the_form(request, pk)
    if here.application is None and lacks_consent(here.asked_consents):
        raise Http404
    done = _("The link was sent to %(email)s.") % {"email": request.user.email}
    back = reverse("cohorts:apply", args=[pk])
    return do(request, lambda: actions.send_application_link(here.cohort, by=request.user), done, back)


@require_GET
@login_not_required
def apply_resume(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. It names a form and signs nobody in."""
    begun = begun_by(token)
    if begun is None:
        return render(request, "cohorts/apply_resume.html", {"stranger": False}, status=410)
    cohort, account = begun
    if request.user.is_authenticated and account != request.user.pk:
        return render(request, "cohorts/apply_resume.html", {"stranger": True}, status=403)
    return redirect("cohorts:apply", cohort)  # asks for the sign-in


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def apply_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at all answers; the POST hands them in. Sent again, it leads to the same receipt."""
    here = at_the_form(request, pk)
    application = here.application
    if application is None:
        return redirect("cohorts:apply", pk)
    if here.is_submitted:
        return redirect("cohorts:apply-receipt", application.pk)
    refused = ""
    if request.method == "POST":
        form = SubmitForm(request.POST)
        # A page of another, deleted draft hands nothing in.
        if form.is_valid() and form.cleaned_data["submission_key"] == application.submission_key:
            try:
                actions.submit_application(application, by=request.user)
            except ActionRefused as refusal:
                refused = str(refusal)
            else:
                return redirect("cohorts:apply-receipt", application.pk)
        else:
            refused = _("This page was out of date. Check your answers and submit again.")
    if not here.deadline.is_open:
        return _closed(request, here, status=422 if refused else 200)
    steps = here.labels
    context = check_context(application, here.own, here.typed) | {
        "refused": refused,
        "deadline": here.deadline,
        "steps": steps,
        "now": len(steps),
    }
    return render(request, "cohorts/apply_check.html", context, status=422 if refused else 200)


def check_context(application: Application, own: OwnAnswers, typed: Container[str] = ()) -> dict[str, Any]:
    """Every answer with the page that changes it; `typed` are those where something waits for its button."""
    cohort, asked = application.cohort, asked_of(application.person, None, application.host_id)
    left = actions.missing(application, asked, own, typed)

    def page(slug: str) -> str:
        return f"{step_url(cohort, slug)}?back=check"

    return {
        "cohort": cohort,
        "application": application,
        "parts": [
            {
                "title": title,
                "slug": slug,
                "url": page(slug),
                "missing": slug in left,
                "typed": slug in typed,
                "rows": [(label, value, page(slug), _("Change")) for label, value in rows],
            }
            for slug, title, rows in parts_of(application, own, asked)
        ],
        "complete": not left,
    }


def parts_of(application: Application, own: OwnAnswers, asked: Asked) -> list[Part]:
    """The pages of the form with the answers, as the check shows them."""
    person = application.person
    about = [(_("Name"), person.name), (_("Date of birth"), person.birth_date), (_("Mobile telephone"), person.mobile)]
    about += [(_("E-mail address"), person.email), (_("Address"), application.address)]
    situation = [
        (_("Education"), application.get_education_display()),
        (_("Major"), application.major),
        (_("Present situation"), application.get_employment_display()),
        (_("Track"), application.track),
        *double_benefit_rows(application),
    ]
    consents = [(text.get_kind_display(), _("Agreed") if given else _("Not agreed")) for text, given in asked]
    files = [(file.get_kind_display(), file.name) for file in application.files.filter(question=None)]
    usual = {step.slug: step.label for step in (*USUAL, FILES)}
    return [
        ("consents", usual["consents"], consents),
        ("about", usual["about"], about),
        ("situation", usual["situation"], situation),
        ("motivation", usual["motivation"], [(_("Motivation"), application.motivation)]),
        *own_parts(own),
        ("files", usual["files"], files or [(_("Files"), _("None"))]),
    ]


def own_parts(own: OwnAnswers) -> list[Part]:
    """The pages of own questions with the answers, as the check shows them."""
    found: list[Part] = []
    for page in own.pages:
        rows = [(str(one), file.name if file else said) for one, said, file in own.rows(page.questions)]
        found.append((page.slug, own.titles[page.slug], rows))
    return found


def double_benefit_rows(application: Application) -> list[tuple[Any, Any]]:
    """What was said of other training, if it was asked."""
    if application.other_training is None:
        return []
    said = application.other_training_name if application.other_training else _("No")
    return [(_("Other training paid by the state or a city, at present"), said)]


@require_GET
@roles(Role.TRAINEE)
def apply_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt: its number, and what happens next."""
    found = receipts(application=pk, account=request.user.pk)
    if not found:
        raise Http404
    application = found[0]
    context = {
        "application": application,
        "cohort": application.cohort,
        "deadline": application.deadline,
        "reasons": application.reasons,
    }
    return render(request, "cohorts/apply_receipt.html", context)


@require_POST
@roles(Role.TRAINEE)
def apply_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Application.objects.visible_to(request.user)
    files = ApplicationFile.objects.filter(application__in=mine).select_related("application__person")
    file = get_object_or_404(files, pk=pk)
    require(can_edit_application(request.user, file.application))
    try:
        actions.remove_file(file, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” was removed.") % {"name": file.name})
    pages = {one.pk: page.slug for page in own_answers(file.application).all_pages for one in page.questions}
    return redirect("cohorts:apply-step", file.application.cohort_id, pages.get(file.question_id, FILES.slug))


@require_POST
@roles(Role.TRAINEE)
def apply_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's draft."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    try:
        actions.discard_draft(application, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(application)
    messages.success(request, _("The draft was deleted."))
    return redirect("cohorts:my-application-list")
