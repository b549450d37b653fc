"""Organizations: the list, one of them, and its form."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.actions.organizations import amend_organization, register_organization
from partners.forms.register import OrganizationFilter, OrganizationForm
from partners.models import Agreement, OrdinanceProfile, Organization
from partners.permissions import can_amend_organization, can_register_organization, can_set_ordinance
from partners.sheets import ORGANIZATIONS
from portal.accounts.models import Membership
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.prepared import Slot, per_role
from portal.common.sheets import SheetListing

NEWEST = 20  # agreements shown on an organization's page
SORTS = {"name": "name", "kind": ("kind", "name"), "region": ("region", "name"), "agreements": "agreement_count"}


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def organization_list(request: HttpRequest) -> HttpResponse:
    rows = Organization.objects.visible_to(request.user).for_list(request.user)
    listing = SheetListing(
        request, rows, form=OrganizationFilter, sorts=SORTS, default_sort="name", sheet=ORGANIZATIONS
    )
    return listing.render("partners/organization_list.html", {"may_register": can_register_organization(request.user)})


@per_role
def newest_agreements(reader: Any) -> QuerySet[Agreement]:
    seen = Agreement.objects.visible_to(reader).filter(parties__organization=Slot("party"))
    return seen.for_list()[:NEWEST]


@per_role
def members_of(reader: Any) -> QuerySet[Membership]:
    return Membership.objects.visible_to(reader).live().filter(organization=Slot("of")).for_list()


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Organization.objects.visible_to(request.user).select_related("parent"), pk=pk)
    context = {
        "organization": found,
        "agreements": newest_agreements(request.user, party=found.pk),
        "agreements_url": f"{reverse('partners:agreement-list')}?{urlencode({'q': found.name})}",
        "members": members_of(request.user, of=found.pk),
        "project_count": found.projects.filter(pk__in=visible_projects(request, found)).count(),
        "ordinance": OrdinanceProfile.objects.filter(organization=found).first(),
        "may_set_ordinance": can_set_ordinance(request.user, found),
        "may_amend": can_amend_organization(request.user, found),
    }
    return render(request, "partners/organization.html", context)


def visible_projects(request: HttpRequest, found: Organization) -> object:
    """The company's projects that one may see; their model knows which, from above."""
    return found.projects.model.objects.visible_to(request.user).values("pk")


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def organization_register(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None, user=request.user)
    if form.carries_out(lambda: register_organization(by=request.user, **form.cleaned_data)):
        messages.success(request, _("The organization was registered."))
        return redirect(form.result)
    context = {"form": form, "cancel_url": reverse("partners:organization-list")}
    return render(request, "partners/organization_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def organization_amend(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(can_amend_organization(request.user, found))
    form = OrganizationForm(request.POST or None, user=request.user, organization=found)
    if form.carries_out(lambda: amend_organization(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect(found)
    context = {"form": form, "organization": found, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/organization_form.html", context, status=form_status(form))
