"""An agreement, or an amendment of one, as a paper: the template of its host filled in, unknown values left blank."""

import pathlib
from collections.abc import Iterable
from datetime import date

from django.utils import translation

from partners.models import Agreement, Amendment, Commitment, PaperTemplate, Party
from partners.papers.content import (
    BLANK,
    Line,
    Paper,
    Signature,
    Table,
    Values,
    korean_day,
    numbered,
    written,
)
from partners.queries import amendment_changes
from partners.states import AgreementKind, PaperKind

KIND_WORDS = {AgreementKind.MOU: "업무협약", AgreementKind.MOA: "협약", AgreementKind.LOI: "협력 의향 협약"}
NO_BURDEN = "이 협약의 이행에 드는 비용은 협약기관이 각자 맡은 역할에 따라 부담하며, 별도의 재정 부담은 없다."
BINDING = "이 협약은 서명한 날부터 효력이 생기며, 협약기관은 이를 성실히 이행하여야 한다."
NOT_BINDING = (
    "이 협약은 협약기관의 협력 의사를 확인하는 것으로, 비밀유지와 개인정보에 관한 조항을 제외하고는 "
    "법적 구속력을 갖지 아니한다."
)
# What a template may name, by the kind of paper.
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    PaperKind.AGREEMENT: (
        "협약명", "협약종류", "협약기관", "목적", "당사자", "협력분야", "역할분담", "비용", "시작일", "종료일", "자동연장",
        "효력", "체결일", "부수",
    ),
    PaperKind.AMENDMENT: ("협약명", "협약기관", "체결일", "변경사유", "변경내용", "합의일", "차수", "부수"),
}  # fmt: skip


def template_of(host_id: int, kind: str) -> tuple[str, int]:
    """The text of the host's newest template and its version; 0 is the one that comes with the portal."""
    newest = PaperTemplate.objects.filter(host=host_id, kind=kind).first()
    return (newest.body, newest.version) if newest else (default_body(kind), 0)


def default_body(kind: str) -> str:
    return pathlib.Path(__file__).with_name(f"{kind}.txt").read_text("utf-8")


def agreement_paper(agreement: Agreement, body: str) -> Paper:
    """업무협약서. Reads the parties and commitments that `for_detail` brought along."""
    parties = list(agreement.parties.all())
    promises = list(agreement.commitments.all())
    preamble, articles, closing = written(body, _agreement_values(agreement, parties, promises))
    return Paper(
        title=paper_title(agreement),
        preamble=preamble,
        articles=articles,
        closing=closing,
        day=korean_day(agreement.signed_day),
        signatures=_signatures(parties),
        annex=_promises_table(promises) if promises else None,
        author=agreement.host.name,
    )


def amendment_paper(amendment: Amendment, body: str) -> Paper:
    """제○차 변경협약서, with the table of before and after."""
    agreement = amendment.agreement
    parties = _signing(amendment)
    with translation.override("ko"):
        changes = [[one.label, one.before or "–", one.after or "–"] for one in amendment_changes(amendment)]
    values: Values = {
        "협약명": agreement.title,
        "협약기관": _joined(parties),
        "체결일": korean_day(agreement.signed_day),
        "변경사유": amendment.reason,
        "변경내용": numbered([f"{label}: {old} → {new}" for label, old, new in changes]) or [Line(BLANK, 1)],
        "합의일": korean_day(amendment.agreed_on),
        "차수": str(amendment.number),
        "부수": str(len(parties)),
    }
    preamble, articles, closing = written(body, values)
    return Paper(
        title=f"{agreement.title} 제{amendment.number}차 변경협약서",
        preamble=preamble,
        articles=articles,
        closing=closing,
        day=korean_day(amendment.agreed_on),
        signatures=_signatures(parties),
        annex=Table("[붙임] 변경 전·후 대비표", ["항목", "변경 전", "변경 후"], [3, 6, 6], changes)
        if changes
        else None,
        author=agreement.host.name,
    )


def _signing(amendment: Amendment) -> list[Party]:
    """The parties as the amendment has them: who signs it is who signs from now on."""
    parties = {party.organization_id: party for party in amendment.agreement.parties.select_related("organization")}
    if amendment.is_draft:
        for change in amendment.parties.all():
            party = parties.setdefault(change.organization_id, Party(organization=change.organization))
            for name in Party.SIGNED_AS:
                setattr(party, name, getattr(change, name))
    return list(parties.values())


def paper_title(agreement: Agreement) -> str:
    """“AI 스쿨 업무협약” is signed as “AI 스쿨 업무협약서”."""
    if agreement.title.endswith("협약서"):
        return agreement.title
    if agreement.title.endswith("협약"):
        return f"{agreement.title}서"
    return f"{agreement.title} {KIND_WORDS[AgreementKind(agreement.kind)]}서"


def _agreement_values(agreement: Agreement, parties: list[Party], promises: list[Commitment]) -> Values:
    first, last = agreement.valid_from or agreement.signed_day, agreement.valid_until
    return {
        "협약명": agreement.title,
        "협약종류": KIND_WORDS[AgreementKind(agreement.kind)],
        "협약기관": _joined(parties),
        "목적": agreement.purpose or BLANK,
        "당사자": numbered([_with_role(party) for party in parties]) or [Line(BLANK, 1)],
        "협력분야": numbered([agreement.area or BLANK]),
        "역할분담": _roles(parties, promises) or [Line(BLANK, 1)],
        "비용": _costs(agreement),
        "시작일": korean_day(first),
        "종료일": korean_day(last),
        "자동연장": _extension(agreement),
        "효력": BINDING if agreement.binding else NOT_BINDING,
        "체결일": korean_day(agreement.signed_day),
        "부수": str(len(parties)) if parties else BLANK,
    }


def _joined(parties: Iterable[Party]) -> str:
    return ", ".join(party.organization.name for party in parties) or BLANK


def _with_role(party: Party) -> str:
    return f"{party.organization.name}: {party.role or BLANK}"


def _roles(parties: list[Party], promises: list[Commitment]) -> list[Line]:
    """1. 대구광역시: 행정 지원, and beneath it 가. 교육생 모집 100명 (2026. 12. 31.까지)."""
    lines = []
    for line, party in zip(numbered([_with_role(party) for party in parties]), parties, strict=True):
        own = [_promise(one.what, one.quantity, one.unit, one.due_on) for one in promises if one.party_id == party.pk]
        lines += [line, *numbered(own, level=2)]
    return lines


def _promise(what: str, quantity: int | None, unit: str, due_on: date | None) -> str:
    amount = f" {quantity:,}{unit}" if quantity else ""
    return f"{what}{amount}" + (f" ({korean_day(due_on)}까지)" if due_on else "")


def _costs(agreement: Agreement) -> str:
    if not agreement.has_burden:
        return NO_BURDEN
    amount = f"금 {agreement.burden_amount:,}원" if agreement.burden_amount is not None else f"금 {BLANK}원"
    return f"이 협약의 이행에 드는 비용은 {amount}으로 한다(재원: {agreement.burden_source or BLANK})."


def _extension(agreement: Agreement) -> str:
    if not agreement.renewal_months:
        return "유효기간의 연장은 협약기관이 서면으로 합의하여 정한다."
    when = (
        f"유효기간이 끝나기 {agreement.notice_days}일 전까지" if agreement.notice_days else "유효기간이 끝나기 전까지"
    )
    return (
        f"협약기관이 {when} 서면으로 달리 알리지 아니하면 이 협약은 {agreement.renewal_months}개월씩 자동으로 연장된다."
    )


def _signatures(parties: Iterable[Party]) -> list[Signature]:
    return [Signature(party.organization.name, party.signatory_title, party.signatory) for party in parties]


def _promises_table(promises: list[Commitment]) -> Table:
    rows = [
        [
            str(number), one.party.organization.name, one.what,
            f"{one.quantity:,}{one.unit}" if one.quantity else "–",
            korean_day(one.due_on) if one.due_on else "–",
        ]
        for number, one in enumerate(promises, start=1)
    ]  # fmt: skip
    return Table("[붙임] 이행과제", ["연번", "협약기관", "이행과제", "목표", "기한"], [2, 5, 8, 3, 4], rows)
