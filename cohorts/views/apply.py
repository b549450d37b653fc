"""Applying: one topic per page, saved as one goes, submitted once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import applications as actions
from cohorts.actions.consents import give_consents
from cohorts.consents import Asked, asked_of, lacks_consent
from cohorts.forms.apply import (
    AboutForm,
    ConsentForm,
    FileForm,
    MotivationForm,
    SituationForm,
    StepForm,
    SubmitForm,
)
from cohorts.models import Application, ApplicationFile, Cohort, Person
from cohorts.permissions import can_edit_application
from cohorts.states import OPEN_TO_CHANGE, ApplicationState
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


@dataclass(frozen=True)
class Step:
    slug: str
    label: str | Promise
    form: type[StepForm]


STEPS = {
    step.slug: step
    for step in (
        Step("consents", gettext_lazy("Consents"), ConsentForm),
        Step("about", gettext_lazy("About you"), AboutForm),
        Step("situation", gettext_lazy("Your situation"), SituationForm),
        Step("motivation", gettext_lazy("Motivation"), MotivationForm),
        Step("files", gettext_lazy("Files"), FileForm),
    )
}
ORDER = list(STEPS)
BEFORE_THE_DRAFT = ("consents", "about")  # a draft begins with the first answers, and those with the consent


def _cohort(pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.public().for_detail(), pk=pk)


def _mine(request: HttpRequest, cohort: Cohort) -> Application | None:
    """One's own application here that counts, draft or submitted."""
    mine = Application.objects.visible_to(request.user).live().filter(cohort=cohort)
    return mine.select_related("person", "track", "cohort").first()


def _step_url(cohort: Cohort, slug: str) -> str:
    return reverse("cohorts:apply-step", args=[cohort.pk, slug])


def _closed(request: HttpRequest, cohort: Cohort, application: Application | None, status: int = 200) -> HttpResponse:
    context = {"cohort": cohort, "application": application}
    return render(request, "cohorts/apply_closed.html", context, status=status)


@require_GET
@roles(Role.TRAINEE)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The way in: begin, go on where one stopped, or see what was submitted."""
    cohort = _cohort(pk)
    application = _mine(request, cohort)
    if application and application.state != ApplicationState.DRAFT:
        return redirect(application)
    if not cohort.is_open:
        return _closed(request, cohort, application)
    if application is None:
        return redirect(_step_url(cohort, ORDER[0]))
    left = actions.missing(application)
    return redirect(_step_url(cohort, left[0]) if left else reverse("cohorts:apply-check", args=[cohort.pk]))


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def apply_step(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One page of the form. A mistake or the deadline takes nothing away that was typed."""
    if slug not in STEPS:
        raise Http404
    cohort, step = _cohort(pk), STEPS[slug]
    application = _mine(request, cohort)
    if application is None and not _may_begin_with(request, cohort, slug):
        return redirect("cohorts:apply", cohort.pk)
    if request.method == "GET" and not cohort.is_open:
        return _closed(request, cohort, application)
    if application and application.state not in OPEN_TO_CHANGE:
        return redirect(application)
    form = _form(request, cohort, application, step)
    if form.is_valid():
        try:
            saved = _save(request, cohort, application, form)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            return redirect(_after(request, cohort, saved, slug))
    return _step_page(request, cohort, application, step, form)


def _may_begin_with(request: HttpRequest, cohort: Cohort, slug: str) -> bool:
    """Consent first, then the first answers. What is sent too early the action refuses, and the page keeps it."""
    if slug == "about" and request.method == "GET":
        return not lacks_consent(_asked(request, cohort, None))
    return slug in BEFORE_THE_DRAFT


def _asked(request: HttpRequest, cohort: Cohort, application: Application | None) -> Asked:
    person = application.person if application else _record(request, cohort)
    return asked_of(person, request.user, cohort.host_id)


def _record(request: HttpRequest, cohort: Cohort) -> Person | None:
    """What the host knows of the account already."""
    return request.user.persons.filter(host=cohort.host_id).first()


def _form(request: HttpRequest, cohort: Cohort, application: Application | None, step: Step) -> StepForm:
    options: dict[str, Any] = {"cohort": cohort}
    if step.form is ConsentForm:
        options["asked"] = _asked(request, cohort, application)
    elif application:
        options["initial"] = actions.answers_of(application)
    elif known := _known(request, cohort):
        options["initial"] = known
    sent = request.method == "POST"
    return step.form(request.POST if sent else None, request.FILES if sent else None, **options)


def _known(request: HttpRequest, cohort: Cohort) -> dict[str, Any]:
    """So that nobody types it twice."""
    if person := _record(request, cohort):
        return {name: getattr(person, name) for name in actions.PERSON}
    return {"name": request.user.name}


def _save(request: HttpRequest, cohort: Cohort, application: Application | None, form: StepForm) -> Application | None:
    user, told = request.user, form.cleaned_data
    if isinstance(form, ConsentForm):
        give_consents(cohort.host, form.ticked(), by=user)
    elif application is None:
        return actions.start_application(cohort, by=user, **told)
    elif isinstance(form, FileForm):
        actions.attach_file(application, told["file"], kind=told["kind"], by=user)
    else:
        return actions.save_answers(application, by=user, **told)
    return application


def _after(request: HttpRequest, cohort: Cohort, application: Application | None, slug: str) -> str:
    """Back to where one came from; otherwise the next page."""
    if slug == "files":
        return request.get_full_path()
    if application and application.state != ApplicationState.DRAFT:
        messages.success(request, _("The change was saved."))
        return application.get_absolute_url()
    after = ORDER[ORDER.index(slug) + 1 :]
    if request.GET.get("back") == "check" or not after:
        return reverse("cohorts:apply-check", args=[cohort.pk])
    return _step_url(cohort, after[0])


def _step_page(
    request: HttpRequest, cohort: Cohort, application: Application | None, step: Step, form: StepForm
) -> HttpResponse:
    at = ORDER.index(step.slug)
    back = request.GET.get("back") == "check"
    submitted = application is not None and application.state != ApplicationState.DRAFT
    check = reverse("cohorts:apply-check", args=[cohort.pk])
    following = check if back or at + 1 == len(ORDER) else _step_url(cohort, ORDER[at + 1])
    context = {
        "cohort": cohort,
        "application": application,
        "step": step,
        "form": form,
        "steps": [*(one.label for one in STEPS.values()), _("Check")],
        "now": at + 1,
        "submitted": submitted,
        "files": application.files.all() if application and step.slug == "files" else [],
        "most_files": actions.MOST_FILES,
        "next_url": application.get_absolute_url() if application and submitted else following,
        "before_url": check if back else _step_url(cohort, ORDER[at - 1]) if at else "",
    }
    return render(request, f"cohorts/apply_{step.slug}.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def apply_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at all answers; the POST hands them in. Sent again, it leads to the same receipt."""
    cohort = _cohort(pk)
    application = _mine(request, cohort)
    if application is None:
        return redirect("cohorts:apply", cohort.pk)
    if application.state != ApplicationState.DRAFT:
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
    if not cohort.is_open:
        return _closed(request, cohort, application, status=422 if refused else 200)
    context = check_context(application) | {
        "refused": refused,
        "steps": [*(one.label for one in STEPS.values()), _("Check")],
        "now": len(STEPS) + 1,
    }
    return render(request, "cohorts/apply_check.html", context, status=422 if refused else 200)


def check_context(application: Application) -> dict[str, Any]:
    """Every answer with the page that changes it."""
    person, cohort = application.person, application.cohort
    asked = asked_of(person, None, application.host_id)
    left = actions.missing(application, asked)

    def page(slug: str) -> str:
        return f"{_step_url(cohort, slug)}?back=check"

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
    files = [(file.get_kind_display(), file.name) for file in application.files.all()]
    parts = (("consents", consents), ("about", about), ("situation", situation),
             ("motivation", [(_("Motivation"), application.motivation)]),
             ("files", files or [(_("Files"), _("None"))]))  # fmt: skip
    return {
        "cohort": cohort,
        "application": application,
        "parts": [
            {
                "title": STEPS[slug].label,
                "slug": slug,
                "url": page(slug),
                "missing": slug in left,
                "rows": [(label, value, page(slug), _("Change")) for label, value in rows],
            }
            for slug, rows in parts
        ],
        "complete": not left,
    }


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
    mine = Application.objects.visible_to(request.user).received().for_detail()
    application = get_object_or_404(mine, pk=pk)
    context = {"application": application, "cohort": application.cohort, "reasons": application.reasons}
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
    return redirect("cohorts:apply-step", file.application.cohort_id, "files")


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
