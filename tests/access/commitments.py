"""Commitments, what they add up to, and the initiatives they are part of."""

from partners.models import Initiative, Proposal
from tests.access import row

READ = "200 200 200 403 403 200 403"
WRITE = "200 200 403 403 403 403 403"


def extend(w):
    w.initiative = Initiative.objects.create(name="미래 AI 일자리 동맹", lead=w.city)
    w.agreement.initiatives.add(w.initiative)
    w.proposal = Proposal.objects.create(
        host=w.city, company=w.company, title="현장 실습 협약", purpose="함께 가르친다."
    )


def one(w):
    return [w.initiative.pk]


def joined(w):
    return [w.initiative.pk, w.agreement.pk]


def proposed(w):
    return [w.proposal.pk]


INITIATIVE = {"name": "새 계획", "purpose": ""}
SEEN = {"own": READ, "same": READ[:-7] + "404 403"}
LEFT = {"own": "302 302 403 403 403 403 403", "other": "302 404 403 403 403 403 403"}
AMENDED = {"own": "200 200 403 403 403 403 403", "other": "200 403 403 403 403 403 403"}
MENTOR = "403 403 403 403 403 200 403"
DECIDED = {"own": "302 302 403 403 403 403 403", "other": "302 404 403 403 403 403 403"}
TABLE = [
    row("partners:commitment-list", own=READ),
    *(row("partners:roll-up", arguments=lambda w, by=by: [by], own=READ)
      for by in ("party", "agreement", "initiative", "host")),
    row("partners:initiative-list", own=READ),
    row("partners:initiative-register", own=WRITE),
    row("partners:initiative-register", "POST", own=WRITE.replace("200", "302"),
        data=lambda w: INITIATIVE | {"lead": w.city.pk}),
    row("partners:initiative", arguments=one, **SEEN),
    row("partners:initiative-amend", arguments=one, **AMENDED),
    row("partners:initiative-amend", "POST", one, data=lambda w: INITIATIVE | {"lead": w.city.pk},
        **{relation: codes.replace("200", "302") for relation, codes in AMENDED.items()}),
    row("partners:initiative-join", "POST", one, own=WRITE.replace("200", "422"), data=lambda w: {"number": "없음-1"}),
    row("partners:initiative-leave", "POST", joined, **LEFT),
    row("partners:proposal-list", own=READ),
    row("partners:proposal", arguments=proposed, own=READ, same=READ[:-7] + "404 403",
        other="200 404 404 403 403 404 403"),
    row("partners:proposal-make", own=MENTOR),
    row("partners:proposal-make", "POST", own=MENTOR.replace("200", "422"), data=lambda w: {"title": "협약"}),
    row("partners:proposal-accept", "POST", proposed, **DECIDED),
    row("partners:proposal-turn-down", "POST", proposed, data=lambda w: {"reason": "예산이 없습니다."}, **DECIDED),
    row("partners:proposal-withdraw", "POST", proposed, own=MENTOR.replace("200", "302"),
        same=MENTOR.replace("200", "404")),
    row("placements:my-company", own=MENTOR),
    row("placements:company", arguments=lambda w: [w.company.pk], own=READ, same=READ[:-7] + "404 403",
        other="200 404 404 403 403 404 403"),
]  # fmt: skip
