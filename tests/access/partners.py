"""Organizations, agreements, members and invitations."""

from datetime import timedelta

from django.utils import timezone

from partners.models import RegisterView
from tests.access import row

KEEPERS = "403 403 403 403 403"  # operator … trainee


def one(w):
    return [w.agreement.pk]


def party(w):
    return [w.agreement.pk, w.party.pk]


def promise(w):
    return [w.agreement.pk, w.commitment.pk]


def invitation(w):
    return [w.invitation.pk]


ORGANIZATION = {"kind": "company", "name": "새 회사"}
SIGNED = {"signed_on": str(timezone.localdate() - timedelta(days=3))}
VERB = {"own": f"302 302 {KEEPERS}", "other": f"302 404 {KEEPERS}"}
# The company that is a party may look, and amend a draft; another company may not know of it.
EDIT = {
    "own": "200 200 403 403 403 403 403",
    "same": "200 200 403 403 403 404 403",
    "other": "200 404 403 403 403 404 403",
}
WRITE = {
    "own": "302 302 403 403 403 403 403",
    "same": "302 302 403 403 403 404 403",
    "other": "302 404 403 403 403 404 403",
}
DRAFT = {
    "own": "200 200 403 403 403 200 403",
    "same": "200 200 403 403 403 404 403",
    "other": "200 404 403 403 403 404 403",
}
READ = {
    "own": "200 200 200 403 403 200 403",
    "same": "200 200 200 403 403 404 403",
    "other": "200 404 404 403 403 404 403",
}
MANAGE = {"own": "302 302 302 403 403 403 403", "other": "302 404 404 403 403 403 403"}

# A view that an official of the city shares: the office uses it, its officials amend it.
VIEW_AMEND = {
    "own": "404 200 403 403 403 404 403",
    "other": "404 404 404 403 403 404 403",
}
VIEW_USE = {
    "own": "404 302 302 403 403 404 403",
    "other": "404 404 404 403 403 404 403",
}


def extend(w):
    w.view = RegisterView.objects.create(owner=w.own["official"], host=w.city, name="올해", query="", shared=True)


TABLE = [
    row("partners:organization-list", own="200 200 200 403 403 403 403"),
    row("partners:organization", arguments=lambda w: [w.company.pk], own="200 200 200 403 403 403 403"),
    row("partners:organization-register", own="200 200 403 403 403 403 403"),
    row("partners:organization-register", "POST", own="302 302 403 403 403 403 403", data=lambda w: ORGANIZATION),
    row("partners:organization-amend", arguments=lambda w: [w.company.pk], own="200 200 403 403 403 403 403"),
    row("partners:organization-amend", "POST", lambda w: [w.company.pk], own="302 302 403 403 403 403 403",
        data=lambda w: ORGANIZATION),
    row("partners:organization-amend", arguments=lambda w: [w.city.pk], own="200 200 403 403 403 403 403",
        other="200 403 403 403 403 403 403"),
    row("partners:agreement-list", own="200 200 200 403 403 200 403"),
    row("partners:register-columns", own="200 200 200 403 403 200 403"),
    row("partners:agreement-timeline", own="200 200 200 403 403 200 403"),
    row("partners:view-list", own="200 200 200 403 403 200 403"),
    row("partners:view-save", own="200 200 200 403 403 200 403"),
    row("partners:view-save", "POST", own="302 302 302 403 403 302 403", data=lambda w: {"name": "올해 협약"}),
    row("partners:view-amend", arguments=lambda w: [w.view.pk], **VIEW_AMEND),
    row("partners:view-amend", "POST", lambda w: [w.view.pk], data=lambda w: {"name": "새 이름", "shared": "on"},
        **{relation: codes.replace("200", "302") for relation, codes in VIEW_AMEND.items()}),
    row("partners:view-delete", "POST", lambda w: [w.view.pk],
        **{relation: codes.replace("200", "302") for relation, codes in VIEW_AMEND.items()}),
    row("partners:view-make-default", "POST", lambda w: [w.view.pk], **VIEW_USE),
    row("partners:view-stop-default", "POST", lambda w: [w.view.pk], **VIEW_USE),
    row("partners:register-print", own="200 200 200 403 403 200 403"),
    row("partners:agreement-register", own="200 200 403 403 403 403 403"),
    row("partners:agreement-register", "POST", own="422 302 403 403 403 403 403",
        data=lambda w: {"title": "협약", "kind": "mou"}),
    row("partners:agreement", arguments=one, **READ),
    row("partners:agreement-history", arguments=one, own="200 200 200 403 403 403 403",
        other="200 404 404 403 403 403 403"),
    row("partners:agreement-amend", arguments=one, **EDIT),
    row("partners:agreement-amend", arguments=lambda w: [w.draft.pk], **DRAFT),
    row("partners:agreement-amend", "POST", one, **{
        relation: codes.replace("302", "422") for relation, codes in WRITE.items()}, data=lambda w: {"number": "x" * 99}),
    row("partners:agreement-sign", "POST", lambda w: [w.draft.pk], **VERB, data=lambda w: SIGNED),
    row("partners:agreement-bring-into-force", "POST", one, **VERB),
    row("partners:agreement-fulfil", "POST", one, **VERB),
    row("partners:agreement-terminate", "POST", one, **VERB, data=lambda w: {"reason": "사업 중단"}),
    row("partners:agreement-renew", "POST", one, **VERB),
    row("partners:party-add", arguments=one, **EDIT),
    row("partners:party-add", "POST", one, **WRITE, data=lambda w: {"organization": w.city.pk, "transcribed_from": "제1조"}),
    row("partners:party-amend", arguments=party, **EDIT),
    row("partners:party-amend", "POST", party, **WRITE, data=lambda w: {"role": "운영", "correction": "오기"}),
    row("partners:party-remove", "POST", party, **WRITE),
    row("partners:commitment-add", arguments=one, **EDIT),
    row("partners:commitment-add", "POST", one, **WRITE, data=lambda w: {
        "party": w.party.pk, "what": "특강", "unit": "회", "measure": "none", "transcribed_from": "제3조"}),
    row("partners:commitment-amend", arguments=promise, **EDIT),
    row("partners:commitment-amend", "POST", promise, **WRITE,
        data=lambda w: {"party": w.party.pk, "what": "특강", "unit": "회", "measure": "none"}),
    row("partners:commitment-remove", "POST", promise, **WRITE),
    row("partners:member-list", own="200 200 200 403 403 403 403"),
    row("partners:member-end", arguments=lambda w: [w.colleague.pk], own="200 200 200 403 403 403 403",
        other="200 404 404 403 403 403 403"),
    row("partners:member-end", "POST", lambda w: [w.colleague.pk], **MANAGE),
    row("partners:member-end", "POST", lambda w: [w.own["official"].user.acting.pk],
        own="302 403 403 403 403 403 403", same="302 302 403 403 403 403 403", other="302 404 404 403 403 403 403"),
    row("partners:invitation-list", own="200 200 200 403 403 403 403"),
    row("partners:invitation-send", own="200 200 200 403 403 403 403"),
    row("partners:invitation-send", "POST", own="422 422 422 403 403 403 403", data=lambda w: {"email": "x"}),
    row("partners:invitation-resend", "POST", invitation, **MANAGE),
    row("partners:invitation-revoke", "POST", invitation, **MANAGE),
    # It is for an address that nobody of the cast has.
    row("partners:invitation-accept", arguments=lambda w: [w.token], own="403 403 403 403 403 403 403", anonymous=200),
    row("partners:invitation-accept", "POST", lambda w: [w.token], own="403 403 403 403 403 403 403", anonymous=422),
]  # fmt: skip
