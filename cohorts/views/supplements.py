"""Documents asked for after the deadline: the office asks and checks, the applicant sends."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import supplements as actions
from cohorts.forms.supplements import AnswerForm, AskForm, CancelForm, SupplementFilter
from cohorts.models import Application, Cohort, Supplement
from cohorts.permissions import can_answer_supplement, can_ask_supplement
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common import resumable
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def supplement_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What a cohort's applicants were asked for, and what came."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    listing = Listing(
        request,
        Supplement.objects.visible_to(request.user).filter(application__cohort=cohort).for_list(),
        form=SupplementFilter,
        sorts={"due": "due_on", "asked": "asked_at", "name": "application__person__name", "state": ("state", "due_on")},
        default_sort="-asked",
    )
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    return listing.render("cohorts/supplement_list.html", {"cohort": cohort})


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def supplement_ask(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Application.objects.visible_to(request.user).select_related("person", "cohort")
    application = get_object_or_404(visible, pk=pk)
    require(can_ask_supplement(request.user, application))
    form = AskForm(sent(request))
    if form.carries_out(lambda: actions.ask_supplement(application, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The applicant is asked by mail."))
        return redirect(application)
    context = {"form": form, "application": application, "cancel_url": application.get_absolute_url()}
    return render(request, "cohorts/supplement_ask.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(Role.TRAINEE)
def supplement(request: HttpRequest, pk: int) -> HttpResponse:
    """What one is asked for; only that can be sent."""
    found = _load(request, pk)
    require(can_answer_supplement(request.user, found))
    items = list(found.items.select_related("file"))
    sent = request.method == "POST"
    data, files = (request.POST, resumable.files_of(request)) if sent else (None, None)
    form = AnswerForm(data, files, items=items)
    if form.carries_out(lambda: actions.answer_supplement(found, form.uploads(), by=request.user)):
        resumable.forget(request.user, request)
        whole = _("All documents have arrived. Thank you.")
        part = _("The documents have arrived. Others are still to come.")
        messages.success(request, whole if form.result.ended_at else part)
        return redirect(found)
    context = {
        "form": form, "resumable": found.is_open, "supplement": found, "items": items, "application": found.application,
        "cancel_url": found.application.get_absolute_url(),
    }  # fmt: skip
    return render(request, "cohorts/supplement.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def supplement_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = _load(request, pk)
    require(can_ask_supplement(request.user, found.application))
    form = CancelForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect(found.application)
    done = _("The request is cancelled, and the applicant is told by mail.")
    return do(
        request, lambda: actions.cancel_supplement(found, by=request.user, **form.cleaned_data), done, found.application
    )


@require_POST
@roles(*HOST_STAFF)
def supplement_check(request: HttpRequest, pk: int) -> HttpResponse:
    found = _load(request, pk)
    require(can_ask_supplement(request.user, found.application))
    back = reverse("cohorts:supplement-list", args=[found.application.cohort_id])
    return do(request, lambda: actions.check_supplement(found, by=request.user), _("It is noted as checked."), back)


def _load(request: HttpRequest, pk: int) -> Supplement:
    visible = Supplement.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("application__cohort", "application__person"), pk=pk)
