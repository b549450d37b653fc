"""What is delivered of one commitment: the entries with their evidence."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.actions import deliveries as actions
from partners.forms.duties import DeliveryForm, PaymentForm
from partners.forms.register import ReasonForm
from partners.measures import promise_of
from partners.models import Agreement, Commitment, Delivery
from partners.permissions import can_enter_delivery
from partners.states import BY_HAND, SIGNED_ONCE, Measure
from partners.views.agreements import READERS
from portal.accounts.roles import Role
from portal.common.downloads import send_file
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


def commitment_of(found: Agreement, pk: int) -> Commitment:
    rows = Commitment.objects.select_related("party__organization", "agreement", "figure")
    return get_object_or_404(rows, pk=pk, agreement=found)


def load(request: HttpRequest, pk: int) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user).select_related("host"), pk=pk)


def form_of(commitment: Commitment) -> type[DeliveryForm]:
    return PaymentForm if commitment.measure == Measure.MONEY else DeliveryForm


@require_GET
@roles(*READERS)
def delivery_list(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load(request, pk)
    return list_page(request, found, commitment_of(found, commitment_pk))


def list_page(request: HttpRequest, found: Agreement, commitment: Commitment, **forms: PortalForm) -> HttpResponse:
    by_hand = commitment.measure in BY_HAND
    entering = found.state in SIGNED_ONCE and by_hand
    rows: list[Any] = list(commitment.deliveries.select_related("uploaded_by")) if by_hand else []
    for row in rows:
        row.dialog = f"withdraw-{row.pk}"
        row.reason_form = ReasonForm(auto_id=f"withdraw_{row.pk}_%s")
    context = {
        "agreement": found,
        "commitment": commitment,
        "promise": promise_of(request.user, commitment),
        "by_hand": by_hand,
        "deliveries": rows,
        "may_enter": entering and can_enter_delivery(request.user, found),
        "form": form_of(commitment)(),
        **forms,
    }
    return render(request, "partners/delivery_list.html", context, status=form_status(*forms.values()))


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def delivery_enter(request: HttpRequest, pk: int, commitment_pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_enter_delivery(request.user, found))
    commitment = commitment_of(found, commitment_pk)
    form = form_of(commitment)(request.POST, request.FILES)
    if form.carries_out(lambda: actions.enter_delivery(commitment, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The delivery was entered."))
        return redirect("partners:delivery-list", pk, commitment_pk)
    return list_page(request, found, commitment, form=form)


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def delivery_withdraw(request: HttpRequest, pk: int, commitment_pk: int, delivery_pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_enter_delivery(request.user, found))
    commitment = commitment_of(found, commitment_pk)
    delivery = get_object_or_404(Delivery, pk=delivery_pk, commitment=commitment)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            raise ActionRefused(_("Say why the entry is withdrawn."))
        actions.withdraw_delivery(delivery, by=request.user, **form.cleaned_data)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The entry was withdrawn."))
    return redirect("partners:delivery-list", pk, commitment_pk)


@require_GET
@roles(*READERS)
def delivery_evidence(request: HttpRequest, pk: int, commitment_pk: int, delivery_pk: int) -> HttpResponseBase:
    found = load(request, pk)
    return send_file(get_object_or_404(Delivery, pk=delivery_pk, commitment=commitment_pk, agreement=found))
