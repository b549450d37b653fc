"""Amendments of an agreement: all of them with before and after, one of them, and what is done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import amendments as actions
from partners.actions.agreements import ChangedMeanwhile
from partners.forms.amendments import (
    AmendedCommitmentForm,
    AmendedPartyForm,
    AmendmentFilter,
    AmendmentForm,
    EffectForm,
    ReportForm,
)
from partners.forms.register import ReasonForm
from partners.models import Agreement, Amendment, Commitment, Party
from partners.permissions import can_propose_amendment, can_settle_amendment
from partners.queries import amendment_changes, consent_asked_for
from partners.sheets import AMENDMENTS
from partners.states import LIVE, AmendmentState, CommitmentChange
from partners.views.agreements import READERS, load, show_both, tabs
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

KEEPERS = (Role.ADMIN, Role.OFFICIAL)
SORTS = {
    "agreement": ("agreement__title", "number"), "agreed": ("agreed_on", "made_at"), "state": ("state", "made_at"),
    "made": "made_at", "report": ("report_due_on", "made_at"),
}  # fmt: skip


@require_GET
@roles(*READERS)
def amendment_register(request: HttpRequest) -> HttpResponse:
    """The amendments of all agreements one may see, with what each changes."""
    rows = Amendment.objects.visible_to(request.user).for_list().select_related("agreement__in_charge")
    listing = SheetListing(
        request, rows, form=AmendmentFilter, form_options={"user": request.user}, sorts=SORTS, default_sort="-made",
        sheet=AMENDMENTS,
    )  # fmt: skip
    for row in listing:
        row.changes_in_words = amendment_changes(row)
    return listing.render("partners/amendment_register.html", {"staff": request.user.role != Role.MENTOR})


@require_GET
@roles(*READERS)
def amendment_list(request: HttpRequest, pk: int) -> HttpResponse:
    """제1차, 제2차 … of one agreement, the newest first."""
    found = get_object_or_404(Agreement.objects.visible_to(request.user).select_related("host"), pk=pk)
    rows = list(Amendment.objects.visible_to(request.user).filter(agreement=found).for_list())
    drafts = [row for row in rows if row.is_draft]
    context = {
        "agreement": found,
        "rows": [(row, amendment_changes(row)) for row in rows],
        "may_propose": found.state in LIVE and not drafts and can_propose_amendment(request.user, found),
        "tabs": tabs(request, found, "partners:amendment-list"),
    }
    return render(request, "partners/amendment_list.html", context)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def amendment_propose(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_propose_amendment(request.user, found))
    form = AmendmentForm(request.POST or None, agreement=found)
    if form.is_valid():
        version = form.cleaned_data.get("version") or 0
        try:
            made = actions.propose_amendment(found, by=request.user, version=version, **form.values())
        except ChangedMeanwhile as refusal:
            show_both(request, form, refusal)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The amendment is prepared. Add what it changes of the commitments."))
            return redirect(made)
    context = {"form": form, "agreement": found, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/amendment_form.html", context, status=form_status(form))


# One -----------------------------------------------------------------------------------


def load_amendment(request: HttpRequest, pk: int) -> Amendment:
    return get_object_or_404(Amendment.objects.visible_to(request.user).for_list(), pk=pk)


def load_to_settle(request: HttpRequest, pk: int) -> Amendment:
    found = load_amendment(request, pk)
    require(can_settle_amendment(request.user, found))
    return found


@require_GET
@roles(*READERS)
def amendment(request: HttpRequest, pk: int) -> HttpResponse:
    return amendment_page(request, load_amendment(request, pk))


def amendment_page(request: HttpRequest, found: Amendment, **forms: PortalForm) -> HttpResponse:
    """The page, with the forms that were sent with mistakes; they stand open."""
    settles = can_settle_amendment(request.user, found)
    preparing = settles and found.is_draft and found.agreement.state in LIVE
    asks = preparing and consent_asked_for(found)
    given = {
        "effect_form": EffectForm(amendment=found, asks_consent=asks, auto_id="effect_%s") if preparing else None,
        "drop_form": ReasonForm(auto_id="drop_%s"),
        "report_form": ReportForm(auto_id="report_%s"),
    } | forms
    context = {
        "amendment": found,
        "agreement": found.agreement,
        "changes": amendment_changes(found),
        "parties": parties(found) if preparing else [],
        "moved": preparing and actions.moved_meanwhile(found),
        "preparing": preparing,
        "asks_consent": asks,
        "promised": promised(found) if preparing else [],
        "may_report": settles and found.state == AmendmentState.EFFECTIVE and not found.reported_on,
        **given,
    }
    return render(request, "partners/amendment.html", context, status=form_status(*forms.values()))


def parties(found: Amendment) -> list[tuple[Any, Any]]:
    """Each party with what the amendment does with it, if anything; then those that join by it."""
    changes = list(found.parties.all())
    touched = {change.party_id: change for change in changes if change.party_id}
    there = found.agreement.parties.select_related("organization")
    return [(one, touched.get(one.pk)) for one in there] + [(one, one) for one in changes if one.party_id is None]


def promised(found: Amendment) -> list[tuple[Any, Any]]:
    """Each commitment with what the amendment does with it, if anything; then those that it adds."""
    lines = list(found.lines.all())
    touched = {line.commitment_id: line for line in lines if line.commitment_id}
    commitments = found.agreement.commitments.select_related("party__organization")
    return [(one, touched.get(one.pk)) for one in commitments] + [
        (line, line) for line in lines if line.change == CommitmentChange.ADD
    ]


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def amendment_revise(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    form = AmendmentForm(request.POST or None, agreement=actions.proposed(found), amendment=found)
    if form.is_valid():
        version = form.cleaned_data.get("version") or 0
        try:
            actions.revise_amendment(found, by=request.user, version=version, **form.values())
        except ChangedMeanwhile as refusal:
            show_both(request, form, refusal)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect(found)
    context = {"form": form, "agreement": found.agreement, "amendment": found, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/amendment_form.html", context, status=form_status(form))


def answer(
    request: HttpRequest, found: Amendment, form: PortalForm, act: Callable[..., Any], name: str, done: str
) -> HttpResponse:
    """Act on a valid form and go back to the amendment; otherwise show it with its mistakes."""
    if form.carries_out(lambda: act(found, by=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect(found)
    return amendment_page(request, load_amendment(request, found.pk), **{name: form})


@require_POST
@roles(*KEEPERS)
def amendment_bring_into_effect(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    form = EffectForm(
        request.POST, request.FILES, amendment=found, asks_consent=consent_asked_for(found), auto_id="effect_%s"
    )
    done = _("The amendment is in effect, and the agreement says what it changed.")
    return answer(request, found, form, actions.bring_amendment_into_effect, "effect_form", done)


@require_POST
@roles(*KEEPERS)
def amendment_drop(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    form = ReasonForm(request.POST, auto_id="drop_%s")
    return answer(request, found, form, actions.drop_amendment, "drop_form", _("The amendment was dropped."))


@require_POST
@roles(*KEEPERS)
def amendment_report(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    form = ReportForm(request.POST, auto_id="report_%s")
    done = _("The report to the council was recorded.")
    return answer(request, found, form, actions.report_amendment, "report_form", done)


# Parties -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def amended_party_add(request: HttpRequest, pk: int) -> HttpResponse:
    return party_form(request, load_to_settle(request, pk), None)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def amended_party_change(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    rows = Party.objects.select_related("organization")
    return party_form(request, found, get_object_or_404(rows, pk=party_pk, agreement=found.agreement_id))


def party_form(request: HttpRequest, found: Amendment, party: Party | None) -> HttpResponse:
    form = AmendedPartyForm(request.POST or None, agreement=found.agreement, party=party)
    if form.carries_out(lambda: actions.propose_party(found, by=request.user, party=party, **form.values())):
        messages.success(request, _("The changes were saved."))
        return redirect(found)
    context = {"form": form, "amendment": found, "party": party, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/amended_party_form.html", context, status=form_status(form))


@require_POST
@roles(*KEEPERS)
def amended_party_drop(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    change = get_object_or_404(found.parties, pk=change_pk)
    done = _("The amendment leaves this party as it is.")
    return do(request, lambda: actions.drop_party(change, by=request.user), done, found)


# Commitments ---------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def amended_commitment_add(request: HttpRequest, pk: int) -> HttpResponse:
    return commitment_form(request, load_to_settle(request, pk), None)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def amended_commitment_change(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    return commitment_form(request, found, commitment_of(found, commitment_pk))


def commitment_of(found: Amendment, pk: int) -> Commitment:
    rows = Commitment.objects.select_related("party__organization")
    return get_object_or_404(rows, pk=pk, agreement=found.agreement_id)


def commitment_form(request: HttpRequest, found: Amendment, commitment: Commitment | None) -> HttpResponse:
    form = AmendedCommitmentForm(request.POST or None, agreement=found.agreement, commitment=commitment)
    if form.carries_out(
        lambda: actions.propose_commitment(found, by=request.user, commitment=commitment, **form.values())
    ):
        messages.success(request, _("The changes were saved."))
        return redirect(found)
    context = {"form": form, "amendment": found, "commitment": commitment, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/amended_commitment_form.html", context, status=form_status(form))


@require_POST
@roles(*KEEPERS)
def amended_commitment_remove(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    commitment = commitment_of(found, commitment_pk)
    done = _("The amendment takes this commitment away.")
    return do(request, lambda: actions.propose_removal(found, by=request.user, commitment=commitment), done, found)


@require_POST
@roles(*KEEPERS)
def amended_commitment_drop(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    found = load_to_settle(request, pk)
    line = get_object_or_404(found.lines, pk=line_pk)
    done = _("The amendment leaves this commitment as it is.")
    return do(request, lambda: actions.drop_line(line, by=request.user), done, found)
