"""The papers of agreements."""

from tests.access import row
from tests.access.partners import READ, VERB, WRITE, one

KEEPERS = "403 403 403 403 403"  # operator … trainee
PAGE = {"own": f"200 200 {KEEPERS}", "other": f"200 404 {KEEPERS}"}
LOOK = "200 200 200 403 403 200 403"
DIGEST = {"sha256": "0" * 64}


def paper(w):
    return [w.agreement.pk, w.document.pk]


TABLE = [
    row("partners:document-list", own=LOOK),
    row("partners:document-verify", own=LOOK),
    row("partners:document-verify", "POST", own=LOOK, data=lambda w: DIGEST),
    row("partners:document-add", "POST", one, **{
        relation: codes.replace("302", "422") for relation, codes in WRITE.items()}),
    row("partners:document", arguments=paper, **READ),
    row("partners:document-file", arguments=paper, **READ),
    row("partners:document-replace", arguments=paper, **PAGE),
    row("partners:document-replace", "POST", paper, **{
        relation: codes.replace("302", "422") for relation, codes in VERB.items()}, data=lambda w: {"file": ""}),
    row("partners:document-describe", arguments=paper, **PAGE),
    row("partners:document-describe", "POST", paper, **VERB, data=lambda w: {"title": "원본", "kind": "annex"}),
    row("partners:document-withdraw", "POST", paper, **VERB, data=lambda w: {"reason": "다른 협약의 문서"}),
]  # fmt: skip
