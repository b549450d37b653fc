"""What an ordinance asks of agreements: rules, council, checks."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners.models import ComplianceCheck, Delivery
from tests.access import row
from tests.files import pdf

KEEPERS = "403 403 403 403 403"  # operator … trainee
PAGE = {"own": f"200 200 {KEEPERS}", "other": f"200 404 {KEEPERS}"}
VERB = {"own": f"302 302 {KEEPERS}", "other": f"302 404 {KEEPERS}"}
RULES = {"name": "조례", "applies_from": "2026-01-01", "consent_rule": "none"}
ACT = {"made_on": str(timezone.localdate()), "session": "제312회 임시회"}


def one(w):
    return [w.agreement.pk]


def extend(w):
    """Checks of the city's agreement: to be filled in, to be reviewed, with a follow-up."""
    today = timezone.localdate()

    def check(months, **fields):
        until = today - timedelta(days=30 * months)
        return ComplianceCheck.objects.create(
            agreement=w.agreement, host=w.city, covers_until=until, due_on=today, **fields
        )

    w.check_open, w.check_filled = check(1), check(2, state="filled")
    w.check_reviewed = check(3, state="reviewed", follow_up="보완", follow_up_due_on=today)
    w.delivery = Delivery.from_upload(
        SimpleUploadedFile("증빙.pdf", pdf()), agreement=w.agreement, host=w.city,
        commitment=w.commitment, amount=10, delivered_on=today,
    )  # fmt: skip
    w.delivery.save()


def promise(w):
    return [w.agreement.pk, w.commitment.pk]


def delivery(w):
    return [*promise(w), w.delivery.pk]


def to_fill(w):
    line = w.commitment.pk
    return {f"state_{line}": "on_track", "findings": "이상 없음"}


SEEN = {"own": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403"}
# Nobody is in charge of the agreement: its officials fill in.
FILL = {"own": f"200 200 {KEEPERS}", "other": "200 404 404 403 403 403 403"}
READ = {
    "own": "200 200 200 403 403 200 403",
    "same": "200 200 200 403 403 404 403",
    "other": "200 404 404 403 403 404 403",
}
FILLS = {"own": f"302 302 {KEEPERS}", "other": "302 404 404 403 403 403 403"}

TABLE = [
    row("partners:ordinance-set", arguments=lambda w: [w.city.pk],
        own=f"200 200 {KEEPERS}", other=f"200 403 {KEEPERS}"),
    row("partners:ordinance-set", "POST", lambda w: [w.city.pk], data=lambda w: RULES,
        own=f"302 302 {KEEPERS}", other=f"302 403 {KEEPERS}"),
    row("partners:agreement-record-consent", arguments=one, **PAGE),
    row("partners:agreement-record-consent", "POST", lambda w: [w.draft.pk], data=lambda w: ACT, **VERB),
    row("partners:agreement-report-to-council", arguments=one, **PAGE),
    row("partners:agreement-report-to-council", "POST", one, data=lambda w: ACT, **VERB),
    row("partners:check-list", own="200 200 200 403 403 403 403"),
    row("partners:check", arguments=lambda w: [w.check_open.pk], **SEEN),
    row("partners:check-fill", arguments=lambda w: [w.check_open.pk], **FILL),
    row("partners:check-fill", "POST", lambda w: [w.check_open.pk], data=to_fill, **FILLS),
    row("partners:check-review", "POST", lambda w: [w.check_filled.pk], **VERB),
    row("partners:check-return", "POST", lambda w: [w.check_filled.pk], data=lambda w: {"reason": "수치"}, **VERB),
    row("partners:check-finish-follow-up", "POST", lambda w: [w.check_reviewed.pk], **FILLS),
    row("partners:delivery-list", arguments=promise, **READ),
    row("partners:delivery-evidence", arguments=delivery, **READ),
    row("partners:delivery-enter", "POST", promise,
        own=f"422 422 {KEEPERS}", other=f"422 404 {KEEPERS}"),
    row("partners:delivery-withdraw", "POST", delivery, data=lambda w: {"reason": "중복"}, **VERB),
]  # fmt: skip
