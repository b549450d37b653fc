"""Programmes: the list, one of them, writing and editing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cohorts.actions import programmes as actions
from cohorts.forms.programmes import ProgrammeFilter, ProgrammeForm
from cohorts.models import Cohort, Programme
from cohorts.models.pathway import is_pathway
from cohorts.permissions import can_copy_programme, can_edit_programme, can_plan_cohort, can_register_programme
from cohorts.views import pathway
from partners.models import Agreement
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing

READERS = (Role.ADMIN, *HOST_STAFF)
SORTS = {"name": "name", "kind": ("kind", "name"), "host": ("host__name", "name"), "cohorts": "cohort_count"}


@require_GET
@roles(*READERS)
def programme_list(request: HttpRequest) -> HttpResponse:
    rows = Programme.objects.visible_to(request.user).for_list()
    listing = Listing(request, rows, form=ProgrammeFilter, sorts=SORTS, default_sort="name")
    return listing.render("cohorts/programme_list.html", {"may_register": can_register_programme(request.user)})


@require_GET
@roles(*READERS)
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    cohorts = Cohort.objects.visible_to(request.user).filter(programme=found).for_list()
    agreement = Agreement.objects.visible_to(request.user).filter(pk=found.agreement_id).first()
    context = {
        "programme": found,
        "cohorts": list(cohorts),  # the newest first
        "agreement": agreement,
        "may_edit": can_edit_programme(request.user, found),
        "may_copy": can_copy_programme(request.user, found),
        "may_plan": can_plan_cohort(request.user, found),
        "tabs": pathway.tabs(found, "cohorts:programme") if is_pathway(found) else None,
    }
    return render(request, "cohorts/programme.html", context)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def programme_register(request: HttpRequest) -> HttpResponse:
    form = ProgrammeForm(request.POST or None, user=request.user)
    if form.carries_out(
        lambda: actions.register_programme(host=request.user.acting.organization, by=request.user, **form.values())
    ):
        messages.success(request, _("The programme was registered. Now plan its first cohort."))
        return redirect(form.result)
    context = {"form": form, "cancel_url": reverse("cohorts:programme-list")}
    return render(request, "cohorts/programme_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def programme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_edit_programme(request.user, found))
    form = ProgrammeForm(request.POST or None, user=request.user, programme=found)
    if form.carries_out(lambda: actions.edit_programme(found, by=request.user, **form.values())):
        messages.success(request, _("The changes were saved."))
        return redirect(found)
    context = {"form": form, "programme": found, "cancel_url": found.get_absolute_url()}
    return render(request, "cohorts/programme_form.html", context, status=form_status(form))


def load(request: HttpRequest, pk: int) -> Programme:
    rows = Programme.objects.visible_to(request.user).select_related("host", "agreement")
    return get_object_or_404(rows.prefetch_related("stages"), pk=pk)
