"""What an ordinance asks of agreements: rules, council, checks."""

from django.utils import timezone

from tests.access import row

KEEPERS = "403 403 403 403 403"  # operator … trainee
PAGE = {"own": f"200 200 {KEEPERS}", "other": f"200 404 {KEEPERS}"}
VERB = {"own": f"302 302 {KEEPERS}", "other": f"302 404 {KEEPERS}"}
RULES = {"name": "조례", "applies_from": "2026-01-01", "consent_rule": "none"}
ACT = {"made_on": str(timezone.localdate()), "session": "제312회 임시회"}


def one(w):
    return [w.agreement.pk]


TABLE = [
    row("partners:ordinance-set", arguments=lambda w: [w.city.pk],
        own=f"200 200 {KEEPERS}", other=f"200 403 {KEEPERS}"),
    row("partners:ordinance-set", "POST", lambda w: [w.city.pk], data=lambda w: RULES,
        own=f"302 302 {KEEPERS}", other=f"302 403 {KEEPERS}"),
    row("partners:agreement-record-consent", arguments=one, **PAGE),
    row("partners:agreement-record-consent", "POST", lambda w: [w.draft.pk], data=lambda w: ACT, **VERB),
    row("partners:agreement-report-to-council", arguments=one, **PAGE),
    row("partners:agreement-report-to-council", "POST", one, data=lambda w: ACT, **VERB),
]  # fmt: skip
