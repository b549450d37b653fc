"""What is delivered of a commitment that no live record counts: entered with evidence, withdrawn with a reason."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.figures import refresh_figures
from partners.models import Agreement, Commitment, Delivery
from partners.states import BY_HAND, SIGNED_ONCE, Measure
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


@transaction.atomic
def enter_delivery(
    commitment: Commitment,
    *,
    by: User | None,
    amount: int,
    delivered_on: date,
    evidence: "UploadedFile[Any]",
    note: str = "",
) -> Delivery:
    """`evidence`: a paper that `portal.common.uploads` has accepted; the same one counts once.

    `amount` is in the unit of the commitment; money is in won, and says in `note` what it was paid for.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=commitment.agreement_id)
    if commitment.measure not in BY_HAND:
        raise ActionRefused(_("Live records count towards this commitment; nothing is entered by hand."))
    if agreement.state not in SIGNED_ONCE:
        raise ActionRefused(_("The agreement has not been signed, so nothing can be delivered yet."))
    if commitment.measure == Measure.MONEY and not note.strip():
        raise ActionRefused(_("Say what the money was paid for."), "note")
    if delivered_on > timezone.localdate():
        raise ActionRefused(_("This day lies in the future."), "delivered_on")
    delivery = Delivery.from_upload(
        evidence, agreement=agreement, host_id=agreement.host_id, commitment=commitment,
        amount=amount, delivered_on=delivered_on, note=note, uploaded_by=by,
    )  # fmt: skip
    if commitment.deliveries.filter(sha256=delivery.sha256, withdrawn_at=None).exists():
        raise ActionRefused(_("This very file is the evidence of another entry already."), "evidence")
    delivery.save()
    refresh_figures(agreement.pk)
    after = {"delivery": delivery.pk, "commitment": commitment.pk, "amount": amount}
    audit.record(agreement, "agreement.delivery_entered", by=by, after=after)
    return delivery


@transaction.atomic
def withdraw_delivery(delivery: Delivery, *, by: User | None, reason: str) -> Delivery:
    """A wrong entry counts no more; it stays on the page with its reason."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=delivery.pk)
    if delivery.withdrawn_at:
        raise ActionRefused(_("This entry has been withdrawn already."))
    delivery.withdrawn_at, delivery.withdrawn_by, delivery.withdrawal_reason = timezone.now(), by, reason
    delivery.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    refresh_figures(delivery.agreement_id)
    before = {"delivery": delivery.pk, "commitment": delivery.commitment_id, "amount": delivery.amount}
    audit.record(delivery.agreement, "agreement.delivery_withdrawn", by=by, before=before, reason=reason)
    return delivery
