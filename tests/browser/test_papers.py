"""The papers of an agreement as an official handles them, from the signed copy to the first amendment."""

import pytest

from partners.actions.promises import add_commitment, add_party
from partners.models import Agreement, AgreementDocument
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import make_agreement, make_company, make_member, make_organization
from tests.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def official(settings, tmp_path) -> User:
    settings.MFA_REQUIRED, settings.MEDIA_ROOT = False, tmp_path
    return make_member(Role.OFFICIAL, make_organization(name="대구광역시"), name="이정원")


@pytest.fixture
def agreement(official) -> Agreement:
    made = make_agreement(
        host=official.acting.organization, title="AI 스쿨 운영 업무협약", number="2026-001",
        purpose="지역 청년이 AI·IT 분야에 취업하도록 함께 교육한다.", area="인재 양성",
    )  # fmt: skip
    roles = {official.acting.organization: "행정과 예산의 지원", make_company(name="한빛소프트"): "교육과 멘토링"}
    for organization, role in roles.items():
        party = add_party(made, by=official, organization=organization, role=role, signatory="홍길동",
                          signatory_title="대표")  # fmt: skip
        add_commitment(made, by=official, party=party, what=f"{role} 실시", unit="명", quantity=100)
    return made


def attach(page, label: str, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.get_by_label(label).set_input_files(file)


def test_the_papers_of_an_agreement(page, live_server, client, official, agreement):
    sign_in(page, client, official, live_server.url)
    page.goto(agreement.get_absolute_url())
    page.get_by_label("문서 종류").select_option("signed")
    attach(page, "파일", "업무협약서 서명본.pdf", pdf(b"signed"))
    page.get_by_role("button", name="문서 올리기").click()
    page.get_by_label("문서 종류").select_option("scan")
    page.get_by_label("스캔한 서명본").select_option(label="업무협약서 서명본")
    attach(page, "파일", "원본 스캔.pdf", pdf(b"scan"))
    page.get_by_role("button", name="문서 올리기").click()
    page.get_by_text("“업무협약서 서명본”의 스캔본").wait_for()
    assert_accessible(page)
    look(page, "papers-agreement")

    page.get_by_role("link", name="업무협약서 서명본").first.click()
    page.get_by_role("link", name="새 판 추가").click()
    attach(page, "새 판의 파일", "업무협약서 서명본(정정).pdf", pdf(b"corrected"))
    page.get_by_role("button", name="새 판 추가").click()
    page.get_by_text("새 판을 추가했습니다").wait_for()
    assert AgreementDocument.objects.current().count() == 2
    assert_accessible(page)
    look(page, "papers-document")

    page.goto("/documents/?q=서명본")
    assert_accessible(page)
    look(page, "papers-list")
    page.get_by_role("link", name="파일 대조").click()
    attach(page, "파일", "받은 파일.pdf", pdf(b"signed"))
    page.get_by_role("button", name="대조").click()
    page.get_by_text("내용이 같습니다").wait_for()
    assert_accessible(page)
    look(page, "papers-compared")
