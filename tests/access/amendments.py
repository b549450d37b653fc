"""Amendments of agreements: prepared by the keeper's office, seen by the parties once in effect."""

from django.utils import timezone

from partners.models import Amendment
from tests import factories as make
from tests.access import row
from tests.access.partners import READ, one

KEEPERS = "403 403 403 403 403"  # operator … trainee
PAGE = {"own": f"200 200 {KEEPERS}", "other": f"200 404 {KEEPERS}"}
VERB = {"own": f"302 302 {KEEPERS}", "other": f"302 404 {KEEPERS}"}
SEEN = {"own": "200 200 200 403 403 404 403", "other": "200 404 404 403 403 404 403"}
TODAY = str(timezone.localdate())


def extend(w):
    """One in effect and one being prepared, of the city's agreement; its parties see the first alone."""
    w.amended = Amendment.objects.create(
        agreement=w.agreement, host=w.city, number=1, state="effective", reason="증액",
        changes={"purpose": ["", "교육을 함께한다"]}, agreed_on=timezone.localdate(),
    )  # fmt: skip
    w.amending = Amendment.objects.create(
        agreement=w.agreement, host=w.city, number=2, reason="연장", changes={"purpose": ["", "취업을 돕는다"]}
    )
    w.line = w.amending.lines.create(host=w.city, change="add", party=w.party, what="특강", unit="회", quantity=2)
    w.newcomer = make.make_company()
    w.joining = w.amending.parties.create(host=w.city, organization=make.make_company(), role="장비 제공")
    w.unamended = make.make_agreement(host=w.city)


def amended(w):
    return [w.amended.pk]


def amending(w):
    return [w.amending.pk]


def promise(w):
    return [w.amending.pk, w.commitment.pk]


def amended_party(w):
    return [w.amending.pk, w.party.pk]


TEXT = {"title": "협약", "kind": "mou", "reason": "연장", "version": 1}
PROMISE = {"party": 0, "what": "교육", "unit": "명", "quantity": 7}

TABLE = [
    row("partners:amendment-register", own="200 200 200 403 403 200 403"),
    row("partners:amendment-list", arguments=one, **READ),
    row("partners:amendment", arguments=amended, **READ),
    row("partners:amendment", arguments=amending, **SEEN),
    row("partners:amendment-propose", arguments=lambda w: [w.unamended.pk], **PAGE),
    row("partners:amendment-propose", "POST", lambda w: [w.unamended.pk], data=lambda w: TEXT, **VERB),
    row("partners:amendment-revise", arguments=amending, **PAGE),
    row("partners:amendment-revise", "POST", amending, data=lambda w: TEXT, **VERB),
    row("partners:amendment-bring-into-effect", "POST", amending, data=lambda w: {"agreed_on": TODAY}, **VERB),
    row("partners:amendment-drop", "POST", amending, data=lambda w: {"reason": "합의 못 함"}, **VERB),
    row("partners:amendment-report", "POST", amended, data=lambda w: {"made_on": TODAY, "session": "제1회"}, **VERB),
    row("partners:amended-party-add", arguments=amending, **PAGE),
    row("partners:amended-party-add", "POST", amending, data=lambda w: {"organization": w.newcomer.pk}, **VERB),
    row("partners:amended-party-change", arguments=amended_party, **PAGE),
    row("partners:amended-party-change", "POST", amended_party, data=lambda w: {"signatory": "이새로"}, **VERB),
    row("partners:amended-party-drop", "POST", lambda w: [w.amending.pk, w.joining.pk], **VERB),
    row("partners:amended-commitment-add", arguments=amending, **PAGE),
    row("partners:amended-commitment-add", "POST", amending, data=lambda w: PROMISE | {"party": w.party.pk}, **VERB),
    row("partners:amended-commitment-change", arguments=promise, **PAGE),
    row("partners:amended-commitment-change", "POST", promise, data=lambda w: PROMISE, **VERB),
    row("partners:amended-commitment-remove", "POST", promise, **VERB),
    row("partners:amended-commitment-drop", "POST", lambda w: [w.amending.pk, w.line.pk], **VERB),
]  # fmt: skip
