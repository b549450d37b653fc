"""Initiatives and alliances: the list, one of them with its agreements and where their commitments stand."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import initiatives as actions
from partners.forms.initiatives import InitiativeFilter, InitiativeForm, JoinForm
from partners.models import Agreement, CommitmentFigure, Initiative
from partners.permissions import can_amend_initiative, can_assign_to_initiative, can_register_initiative
from partners.sheets import INITIATIVES
from partners.states import PromiseState
from partners.views.agreements import READERS
from portal.accounts.roles import Role
from portal.audit.history import history_of
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

SORTS = {"name": "name", "lead": ("lead__name", "name"), "since": ("since", "name"), "agreements": "agreement_count"}
WRITERS = (Role.ADMIN, Role.OFFICIAL)
MOST = 200  # agreements shown on the page of one


@require_GET
@roles(*READERS)
def initiative_list(request: HttpRequest) -> HttpResponse:
    seen = Agreement.objects.visible_to(request.user).order_by().values("pk")
    rows = Initiative.objects.visible_to(request.user).select_related("lead")
    rows = rows.annotate(agreement_count=Count("agreements", filter=Q(agreements__in=seen), distinct=True))
    listing = SheetListing(request, rows, form=InitiativeFilter, sorts=SORTS, default_sort="name", sheet=INITIATIVES)
    context = {"may_register": can_register_initiative(request.user)}
    return listing.render("partners/initiative_list.html", context)


def load(request: HttpRequest, pk: int) -> Initiative:
    return get_object_or_404(Initiative.objects.visible_to(request.user).select_related("lead"), pk=pk)


@require_GET
@roles(*READERS)
def initiative(request: HttpRequest, pk: int) -> HttpResponse:
    return initiative_page(request, load(request, pk), JoinForm(user=request.user))


def initiative_page(request: HttpRequest, found: Initiative, form: PortalForm) -> HttpResponse:
    """What the reader may see of it: other cities' agreements are in no list and no number."""
    agreements = Agreement.objects.visible_to(request.user).filter(initiatives=found).select_related("host")
    shown = list(agreements.prefetch_related("programmes").order_by("signed_on", "pk")[:MOST])
    figures = CommitmentFigure.objects.visible_to(request.user).filter(agreement__initiatives=found).tally()
    address = f"{reverse('partners:commitment-list')}?initiative={found.pk}&state="
    context = {
        "initiative": found,
        "agreements": shown,
        "programmes": [one for agreement in shown for one in agreement.programmes.all()],
        "tiles": [(state, figures[state.value], f"{address}{state.value}") for state in PromiseState],
        "total": figures["total"],
        "as_of": figures["as_of"],
        "may_amend": can_amend_initiative(request.user, found),
        "may_assign": can_assign_to_initiative(request.user),
        "mine": {
            one.pk for one in shown if one.host_id == request.user.organization_id or request.user.role == Role.ADMIN
        },
        "events": history_of(found) if request.user.role in WRITERS else None,
        "form": form,
    }
    return render(request, "partners/initiative.html", context, status=form_status(form))


def save(request: HttpRequest, form: InitiativeForm, act: Any, **context: Any) -> HttpResponse:
    if form.carries_out(lambda: act(**form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect(form.result)
    return render(request, "partners/initiative_form.html", {"form": form, **context}, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*WRITERS)
def initiative_register(request: HttpRequest) -> HttpResponse:
    form = InitiativeForm(request.POST or None)
    cancel_url = reverse("partners:initiative-list")
    return save(
        request, form, lambda **values: actions.register_initiative(by=request.user, **values), cancel_url=cancel_url
    )


@require_http_methods(["GET", "POST"])
@roles(*WRITERS)
def initiative_amend(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_amend_initiative(request.user, found))
    form = InitiativeForm(request.POST or None, initiative=found)
    return save(
        request, form, lambda **values: actions.amend_initiative(found, by=request.user, **values),
        initiative=found, cancel_url=found.get_absolute_url(),
    )  # fmt: skip


@require_POST
@roles(*WRITERS)
def initiative_join(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the office's own agreements becomes part of it."""
    found = load(request, pk)
    form = JoinForm(request.POST, user=request.user)
    if form.carries_out(
        lambda: actions.join_initiative(form.cleaned_data["number"], by=request.user, initiative=found)
    ):
        messages.success(request, _("The agreement is part of the initiative."))
        return redirect(found)
    return initiative_page(request, found, form)


@require_POST
@roles(*WRITERS)
def initiative_leave(request: HttpRequest, pk: int, agreement_pk: int) -> HttpResponse:
    found = load(request, pk)
    kept = Agreement.objects.visible_to(request.user)
    if request.user.role != Role.ADMIN:
        kept = kept.filter(host=request.user.organization_id)
    agreement = get_object_or_404(kept, pk=agreement_pk)
    done = _("The agreement is no longer part of the initiative.")
    return do(request, lambda: actions.leave_initiative(agreement, by=request.user, initiative=found), done, found)
