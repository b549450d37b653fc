"""Papers of agreements, and the text they are made of."""

from tests.access import row
from tests.access.amendments import SEEN, amended, amending
from tests.access.partners import READ, WRITE, one

KEEPERS = "403 403 403 403 403"  # operator … trainee
TEXT = {"version": "0", "body": "# 목적\n{목적}"}


def made(w):
    return [w.agreement.pk, "docx"]


def text(w):
    return [w.city.pk, "agreement"]


TABLE = [
    row("partners:agreement-paper", arguments=one, **READ),
    row("partners:agreement-paper-file", arguments=made, **READ),
    row("partners:agreement-paper-keep", "POST", made, **WRITE),
    row("partners:amendment-paper", arguments=amended, **READ),
    row("partners:amendment-paper", arguments=amending, **SEEN),
    row("partners:amendment-paper-file", arguments=lambda w: [w.amended.pk, "docx"], **READ),
    row("partners:amendment-paper-keep", "POST", lambda w: [w.amended.pk, "docx"], **WRITE),
    row("partners:paper-template", arguments=text, own=f"200 200 {KEEPERS}", other=f"200 403 {KEEPERS}"),
    row("partners:paper-template", "POST", text, data=lambda w: TEXT,
        own=f"302 302 {KEEPERS}", other=f"302 403 {KEEPERS}"),
]  # fmt: skip
