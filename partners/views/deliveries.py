"""What is delivered of one commitment: the entries with their evidence."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.actions import deliveries as actions
from partners.forms.duties import DeliveryFilter, DeliveryForm, PaymentForm
from partners.forms.register import ReasonForm
from partners.measures import promise_of
from partners.models import Agreement, Commitment, Delivery
from partners.permissions import can_enter_delivery
from partners.sheets import DELIVERED, deliveries
from partners.states import BY_HAND, SIGNED_ONCE, Measure
from partners.views.agreements import READERS
from portal.accounts.roles import Role
from portal.common.downloads import send_file
from portal.common.guards import require, roles
from portal.common.htmx import form_status
from portal.common.listing import FilterForm
from portal.common.sheets import SheetListing

SORTS = {
    "day": ("delivered_on", "pk"),
    "amount": ("amount", "delivered_on"),
    "evidence": ("name", "delivered_on"),
    "note": ("note", "delivered_on"),
}


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


def list_page(
    request: HttpRequest,
    found: Agreement,
    commitment: Commitment,
    form: DeliveryForm | None = None,
    withdrawing: tuple[int, ReasonForm] | None = None,
) -> HttpResponse:
    """What was delivered. With mistakes were sent: `form`, an entry; `withdrawing`, why which one is withdrawn.

    The entry to be withdrawn then stands alone in the list, on whatever page it was.
    """
    by_hand = commitment.measure in BY_HAND
    promise = promise_of(request.user, commitment)
    rows = commitment.deliveries.select_related("uploaded_by")
    if withdrawing:
        rows = rows.filter(pk=withdrawing[0])
    listing = SheetListing(
        request, rows, form=DeliveryFilter if by_hand else FilterForm,
        sorts=SORTS, default_sort="-day", at=reverse("partners:delivery-list", args=[found.pk, commitment.pk]),
        sheet=deliveries(commitment), about=f"{found} · {commitment.party} · {commitment.what}",
    )  # fmt: skip
    for row in listing.page:
        row.dialog = f"withdraw-{row.pk}"
        row.reason_form = withdrawing[1] if withdrawing else ReasonForm(auto_id=f"withdraw_{row.pk}_%s")
    context = {
        "agreement": found,
        "commitment": commitment,
        "promise": promise,
        "by_hand": by_hand,
        "labels": DELIVERED[commitment.measure == Measure.MONEY],
        "may_enter": by_hand and found.state in SIGNED_ONCE and can_enter_delivery(request.user, found),
        "form": form or form_of(commitment)(),
    }
    response = listing.render("partners/delivery_list.html", context)
    response.status_code = form_status(*filter(None, [form, withdrawing and withdrawing[1]]))
    return response


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
    form = ReasonForm(request.POST, auto_id=f"withdraw_{delivery_pk}_%s")
    if form.carries_out(lambda: actions.withdraw_delivery(delivery, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The entry was withdrawn."))
    elif not delivery.withdrawn_at:
        return list_page(request, found, commitment, withdrawing=(delivery_pk, form))
    else:  # its button is gone
        messages.error(request, _("This entry has been withdrawn already."))
    return redirect("partners:delivery-list", pk, commitment_pk)


@require_GET
@roles(*READERS)
def delivery_evidence(request: HttpRequest, pk: int, commitment_pk: int, delivery_pk: int) -> HttpResponseBase:
    found = load(request, pk)
    return send_file(get_object_or_404(Delivery, pk=delivery_pk, commitment=commitment_pk, agreement=found))
