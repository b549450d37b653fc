"""The result of an application with its reasons, for its own person and for the office; and objections to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cohorts import permissions as may
from cohorts import queries
from cohorts.actions import objections as actions
from cohorts.forms.objections import AnswerForm, ObjectionForm
from cohorts.models import Application, Objection
from cohorts.queries.results import result_of
from cohorts.states import ApplicationState
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


@require_GET
@roles(Role.ADMIN, *HOST_STAFF, Role.TRAINEE)
def application_result(request: HttpRequest, pk: int) -> HttpResponse:
    """After the release: scores, bonus, total, rank and the reasons; nothing of anybody else."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(may.can_see_result(request.user, application))
    own = may.is_applicant(request.user, application)
    found = result_of(application)
    if not own:
        audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    waits = application.state == ApplicationState.WAITLISTED
    context = {
        "application": application,
        "cohort": application.cohort,
        "result": found,
        "own": own,
        "objections": Objection.objects.visible_to(request.user).filter(application=application),
        "may_answer": found is not None and may.can_answer_objection(request.user, application),
        "place": queries.waitlist_place(application) if waits else None,
        "quotas": found is not None and str(application.track_id) in found.rules.quotas,
        "shows_cut_off": not own or application.cohort.policy.shows_cut_off,
    }
    return render(request, "cohorts/application_result.html", context)


# Objections ----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def objection_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down an objection that arrived by letter, telephone or at the counter."""
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(may.can_answer_objection(request.user, application))
    form = ObjectionForm(sent(request))
    if form.carries_out(lambda: actions.record_objection(application, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The objection was recorded. It waits for its answer."))
        return redirect("cohorts:application-result", application.pk)
    return _objection_page(request, application, form, None)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def objection_answer(request: HttpRequest, pk: int) -> HttpResponse:
    objections = Objection.objects.visible_to(request.user).select_related("application__person", "application__cohort")
    objection = get_object_or_404(objections, pk=pk)
    require(may.can_answer_objection(request.user, objection.application))
    form = AnswerForm(sent(request))
    if form.carries_out(lambda: actions.answer_objection(objection, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The answer was sent to the applicant."))
        return redirect("cohorts:application-result", objection.application_id)
    return _objection_page(request, objection.application, form, objection)


def _objection_page(
    request: HttpRequest, application: Application, form: ObjectionForm | AnswerForm, objection: Objection | None
) -> HttpResponse:
    audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    context = {
        "form": form,
        "application": application,
        "objection": objection,
        "cancel_url": reverse("cohorts:application-result", args=[application.pk]),
    }
    return render(request, "cohorts/objection_form.html", context, status=form_status(form))
