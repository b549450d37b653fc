"""The papers of Daegu's agreement: the draft, the signed copy and its scan, an amendment and the next one."""

from datetime import date

import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners.actions.agreements import amend_agreement
from partners.actions.amendments import (
    bring_amendment_into_effect,
    propose_amendment,
    propose_commitment,
    propose_party,
)
from partners.actions.documents import add_document
from partners.actions.papers import file_paper
from partners.models import Agreement, Amendment
from partners.papers.content import Paper
from partners.papers.formats import make
from partners.papers.making import agreement_paper, amendment_paper, default_body
from partners.papers.pdf import settings_of
from portal.accounts.models import User
from portal.common.dates import add_months
from portal.common.uploads import accept


def draft(agreement: Agreement, *, by: User) -> None:
    """What is to be signed, as the office's word processor opens it."""
    amend_agreement(
        agreement, by=by, version=agreement.version, area="인재 양성",
        purpose="지역 청년이 인공지능·정보기술 분야의 현장에서 일할 수 있도록 협약기관이 힘을 모아 AI 스쿨을 운영한다.",
    )  # fmt: skip
    file_paper(agreement, by=by, paper=paper_of(agreement), extension="hwpx")


def signed(agreement: Agreement, *, by: User) -> None:
    """The signed copy, and the original as the scanner saw it."""
    paper = paper_of(agreement)
    copy = add_document(
        agreement, by=by, kind="signed", title="업무협약서 서명본",
        upload=accept(SimpleUploadedFile("업무협약서(서명본).pdf", make(paper, "pdf"))),
    )  # fmt: skip
    add_document(
        agreement, by=by, kind="scan", title="업무협약서 원본 스캔", scan_of=copy,
        upload=accept(SimpleUploadedFile("업무협약서(원본).png", scanned(paper))),
    )  # fmt: skip


def amended(agreement: Agreement, *, by: User, until: date) -> None:
    """Extended by the parties, with the paper that says so."""
    amendment = propose_amendment(
        agreement, by=by, version=agreement.version, reason="두 번째 기수를 함께 운영하기로 함", valid_until=until
    )
    amendment.agreed_on = timezone.localdate()
    content = make(amendment_paper(loaded(amendment), default_body("amendment")), "pdf")
    bring_amendment_into_effect(
        amendment, by=by, agreed_on=timezone.localdate(),
        upload=accept(SimpleUploadedFile("제1차 변경협약서.pdf", content)),
    )  # fmt: skip


def amending(agreement: Agreement, *, by: User) -> None:
    """The next one is being prepared: more seats, one more month."""
    amendment = propose_amendment(
        agreement, by=by, version=agreement.version, reason="교육생 증원",
        valid_until=add_months(agreement.valid_until or timezone.localdate(), 1),
    )  # fmt: skip
    commitment = agreement.commitments.order_by("pk")[0]
    propose_commitment(
        amendment, by=by, commitment=commitment, party=commitment.party, what=commitment.what, unit=commitment.unit,
        quantity=(commitment.quantity or 100) + 20, due_on=commitment.due_on,
    )  # fmt: skip
    party = commitment.party
    propose_party(
        amendment, by=by, organization=party.organization, party=party,
        **party.signed_as | {"role": f"{party.role} 및 강사 지원" if party.role else "교육과 강사 지원"},
    )  # fmt: skip


def paper_of(agreement: Agreement) -> Paper:
    found = Agreement.objects.for_detail().get(pk=agreement.pk)
    return agreement_paper(found, default_body("agreement"))


def loaded(amendment: Amendment) -> Amendment:
    found = Amendment.objects.for_list().get(pk=amendment.pk)
    found.agreed_on = amendment.agreed_on
    return found


def scanned(paper: Paper) -> bytes:
    """Its first page as a picture."""
    pages = typst.compile(**settings_of(paper), format="png", ppi=100)
    return pages[0] if isinstance(pages, list) else pages
