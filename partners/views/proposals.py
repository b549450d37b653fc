"""Agreements that companies propose: the list, one of them, proposing, and what becomes of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import proposals as actions
from partners.forms.proposals import ProposalFilter, ProposalForm
from partners.forms.register import ReasonForm
from partners.models import Proposal
from partners.permissions import can_decide_proposal, can_propose_agreement, can_withdraw_proposal
from partners.sheets import PROPOSALS
from partners.states import ProposalState
from partners.views.agreements import READERS
from portal.accounts.roles import Role
from portal.audit.history import history_of
from portal.common.forms import PortalForm, sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

SORTS = {
    "title": "title", "company": ("company__name", "-proposed_at"), "host": ("host__name", "-proposed_at"),
    "proposed": "proposed_at", "state": ("state", "-proposed_at"),
}  # fmt: skip
DECIDERS = (Role.ADMIN, Role.OFFICIAL)


@require_GET
@roles(*READERS)
def proposal_list(request: HttpRequest) -> HttpResponse:
    rows = Proposal.objects.visible_to(request.user).for_list()
    listing = SheetListing(request, rows, form=ProposalFilter, sorts=SORTS, default_sort="-proposed", sheet=PROPOSALS)
    return listing.render("partners/proposal_list.html", {"may_propose": can_propose_agreement(request.user)})


@require_http_methods(["GET", "POST"])
@roles(Role.MENTOR)
def proposal_make(request: HttpRequest) -> HttpResponse:
    """By a company, to an office whose officials work in the portal."""
    form = ProposalForm(sent(request))
    company = request.user.acting.organization
    if form.carries_out(
        lambda: actions.propose_agreement(
            by=request.user, company=company, commitments=form.rows.plans(), **form.cleaned_data
        )
    ):
        messages.success(request, _("The agreement was proposed. The office decides on it."))
        return redirect(form.result)
    context = {"form": form, "cancel_url": reverse("partners:proposal-list")}
    return render(request, "partners/proposal_form.html", context, status=form_status(form))


def load(request: HttpRequest, pk: int) -> Proposal:
    rows = Proposal.objects.visible_to(request.user).for_list().select_related("decided_by")
    return get_object_or_404(rows.prefetch_related("commitments"), pk=pk)


@require_GET
@roles(*READERS)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    return proposal_page(request, load(request, pk), ReasonForm())


def proposal_page(request: HttpRequest, found: Proposal, form: PortalForm) -> HttpResponse:
    waits = found.state == ProposalState.OPEN
    context = {
        "proposal": found,
        "may_decide": waits and can_decide_proposal(request.user, found),
        "may_withdraw": waits and can_withdraw_proposal(request.user, found),
        "events": history_of(found) if request.user.role != Role.MENTOR else None,
        "form": form,
    }
    return render(request, "partners/proposal.html", context, status=form_status(form))


@require_POST
@roles(*DECIDERS)
def proposal_accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_decide_proposal(request.user, found))
    done = _("The proposal is a draft in the register now. Complete it there.")
    return do(
        request,
        lambda: actions.accept_proposal(found, by=request.user),
        done,
        lambda made: made.agreement,
        refused_to=found,
    )


@require_POST
@roles(*DECIDERS)
def proposal_turn_down(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_decide_proposal(request.user, found))
    form = ReasonForm(request.POST)
    if form.carries_out(lambda: actions.turn_down_proposal(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The proposal was turned down. The company is told why."))
        return redirect(found)
    return proposal_page(request, found, form)


@require_POST
@roles(Role.MENTOR)
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_withdraw_proposal(request.user, found))
    done = _("The proposal was withdrawn.")
    return do(request, lambda: actions.withdraw_proposal(found, by=request.user), done, found)
