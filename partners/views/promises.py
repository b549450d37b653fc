"""Parties, commitments and documents of an agreement: one page each, usable on a phone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import promises as actions
from partners.forms.register import CommitmentForm, DocumentForm, PartyForm
from partners.models import Agreement, AgreementDocument, Commitment, Party
from partners.permissions import can_amend_agreement
from partners.views.agreements import READERS, agreement_page, load
from portal.accounts.roles import Role
from portal.common.downloads import send_file
from portal.common.exceptions import ActionRefused
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
    **context: Any,
) -> HttpResponse:
    """Save a valid form by `act` and go back to the agreement; otherwise show the form."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect(back)
    context = {"form": form, "agreement": back, "cancel_url": back.get_absolute_url(), **context}
    return render(request, template, context, status=form_status(form))


# Parties -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def party_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    form = PartyForm(request.POST or None, agreement=found)
    return save(
        request, form, lambda values: actions.add_party(found, by=request.user, **values),
        "partners/party_form.html", found,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def party_amend(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    party = get_object_or_404(Party.objects.select_related("organization", "agreement"), pk=party_pk, agreement=found)
    form = PartyForm(request.POST or None, agreement=found, party=party)
    return save(
        request, form, lambda values: actions.amend_party(party, by=request.user, **values),
        "partners/party_form.html", found, party=party,
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
    form = CommitmentForm(request.POST or None, agreement=found)
    return save(
        request, form, lambda values: actions.add_commitment(found, by=request.user, **values),
        "partners/commitment_form.html", found,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@roles(*EDITORS)
def commitment_amend(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    commitment = get_object_or_404(Commitment.objects.select_related("agreement"), pk=commitment_pk, agreement=found)
    form = CommitmentForm(request.POST or None, agreement=found, commitment=commitment)
    return save(
        request, form, lambda values: actions.amend_commitment(commitment, by=request.user, **values),
        "partners/commitment_form.html", found, commitment=commitment,
    )  # fmt: skip


@require_POST
@roles(*EDITORS)
def commitment_remove(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    commitment = get_object_or_404(Commitment.objects.select_related("agreement"), pk=commitment_pk, agreement=found)
    done = _("The commitment was removed.")
    return do(request, lambda: actions.remove_commitment(commitment, by=request.user), done, found)


# Documents -----------------------------------------------------------------------------


@require_POST
@roles(*EDITORS)
def document_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_amend(request, pk)
    form = DocumentForm(request.POST, request.FILES, auto_id="document_%s")
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.add_document(found, by=request.user, upload=values["file"], kind=values["kind"])
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The document was added."))
            return redirect(found)
    return agreement_page(request, found, document_form=form)


@require_GET
@roles(*READERS)
def document(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    found = load(request, pk)
    return send_file(get_object_or_404(AgreementDocument, pk=document_pk, agreement=found))
