"""The ordinance of an office, the council's consent and the report to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actions import council as actions
from partners.forms.duties import CouncilActForm, OrdinanceForm
from partners.models import OrdinanceProfile, Organization
from partners.permissions import can_record_consent, can_report_to_council, can_set_ordinance
from partners.views.agreements import load
from partners.views.promises import save
from portal.accounts.roles import Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def ordinance_set(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(can_set_ordinance(request.user, found))
    profile = OrdinanceProfile.objects.filter(organization=found).first()
    form = OrdinanceForm(request.POST or None, profile=profile)
    if form.carries_out(lambda: actions.set_ordinance(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The rules of the ordinance were saved."))
        return redirect(found)
    context = {"form": form, "organization": found, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/ordinance_set.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_record_consent(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_record_consent(request.user, found))
    form = CouncilActForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        actions.record_consent(found, by=request.user, **values)

    return save(request, form, act, "partners/agreement_record_consent.html", found)


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_report_to_council(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_report_to_council(request.user, found))
    form = CouncilActForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        actions.report_to_council(found, by=request.user, **values)

    return save(request, form, act, "partners/agreement_report_to_council.html", found)
