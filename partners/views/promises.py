"""Parties and commitments of an agreement: one page each, usable on a phone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import promises as actions
from partners.forms.register import (
    CommitmentForm,
    CorrectedPartyForm,
    MeasureForm,
    PartyForm,
    TranscribedCommitmentForm,
    TranscribedPartyForm,
)
from partners.models import Agreement, Commitment, Party
from partners.permissions import can_amend_agreement
from partners.views.agreements import load
from portal.accounts.roles import Role
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.verbs import do

EDITORS = (Role.ADMIN, Role.OFFICIAL, Role.MENTOR)


def load_to_amend(request: HttpRequest, pk: int) -> Agreement:
    found = load(request, pk)
    require(can_amend_agreement(request.user, found))
    return found


def save(
    request: HttpRequest,
    form: PortalForm,
    act: Callable[[dict[str, Any]], Any],
    template: str,
    back: Agreement,
    done: str = "",
    **context: Any,
) -> HttpResponse:
    """Save a valid form by `act` and go back to the agreement; otherwise show the form."""
    if form.carries_out(lambda: act(form.cleaned_data)):
        messages.success(request, done or _("The changes were saved."))
        return redirect(back)
    context = {"form": form, "agreement": back, "cancel_url": back.get_absolute_url(), **context}
    return render(request, template, context, status=form_status(form))


# Parties -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def party_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    form = (PartyForm if found.is_editable else TranscribedPartyForm)(request.POST or None, agreement=found)
    return save(
        request, form, lambda values: actions.add_party(found, by=request.user, **values),
        "partners/party_form.html", found, _("The party was added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def party_amend(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    party = get_object_or_404(Party.objects.select_related("organization", "agreement"), pk=party_pk, agreement=found)
    form = (PartyForm if found.is_editable else CorrectedPartyForm)(request.POST or None, agreement=found, party=party)
    return save(
        request, form, lambda values: actions.amend_party(party, by=request.user, **values),
        "partners/party_form.html", found, party=party,
        may_remove=found.is_editable or bool(party.transcribed_from),
    )  # fmt: skip


@require_POST
@roles(*EDITORS)
def party_remove(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    party = get_object_or_404(Party.objects.select_related("organization", "agreement"), pk=party_pk, agreement=found)
    return do(request, lambda: actions.remove_party(party, by=request.user), _("The party was removed."), found)


# Commitments ---------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def commitment_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    form = (CommitmentForm if found.is_editable else TranscribedCommitmentForm)(request.POST or None, agreement=found)
    return save(
        request, form, lambda values: actions.add_commitment(found, by=request.user, **values),
        "partners/commitment_form.html", found, _("The commitment was added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def commitment_amend(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    commitment = get_object_or_404(Commitment.objects.select_related("agreement"), pk=commitment_pk, agreement=found)
    form: PortalForm
    correcting = not found.is_editable and actions.is_correctable(commitment)
    if found.is_editable:
        form = CommitmentForm(request.POST or None, agreement=found, commitment=commitment)
    elif correcting:
        form = TranscribedCommitmentForm(request.POST or None, agreement=found, commitment=commitment)
    else:
        form = MeasureForm(request.POST or None, commitment=commitment)
    return save(
        request, form, lambda values: actions.amend_commitment(commitment, by=request.user, **values),
        "partners/commitment_form.html", found, commitment=commitment, correcting=correcting,
    )  # fmt: skip


@require_POST
@roles(*EDITORS)
def commitment_remove(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    commitment = get_object_or_404(Commitment.objects.select_related("agreement"), pk=commitment_pk, agreement=found)
    done = _("The commitment was removed.")
    return do(request, lambda: actions.remove_commitment(commitment, by=request.user), done, found)
