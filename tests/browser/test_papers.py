"""The papers of an agreement as an official handles them, from the signed copy to the first amendment."""

import pathlib
from datetime import date

import pytest
from django.utils import timezone

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
        party = add_party(made, by=official, transcribed_from="제2조", organization=organization, role=role, signatory="홍길동",
                          signatory_title="대표")  # fmt: skip
        add_commitment(
            made, by=official, transcribed_from="제2조", party=party, what=f"{role} 실시", unit="명", quantity=100
        )
    return made


def attach(page, label: str, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.get_by_label(label).set_input_files(file)


def test_the_papers_of_an_agreement(page, live_server, client, official, agreement):
    sign_in(page, client, official, live_server.url)
    page.goto(agreement.get_absolute_url())
    page.locator("summary", has_text="문서 추가").click()
    page.get_by_label("문서 종류").select_option("signed")
    attach(page, "파일", "업무협약서 서명본.pdf", pdf(b"signed"))
    page.get_by_role("button", name="문서 올리기").click()
    page.get_by_role("link", name="업무협약서 서명본").first.wait_for()
    page.locator("summary", has_text="문서 추가").click()
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


def test_papers_are_produced_and_the_agreement_is_amended(page, live_server, client, official, agreement):
    sign_in(page, client, official, live_server.url)
    page.goto(agreement.get_absolute_url())
    page.get_by_role("link", name="협약서 만들기").click()
    look(page, "papers-preview")
    assert_accessible(page)
    for extension, beginning in (("HWPX", b"PK"), ("PDF", b"%PDF"), ("DOCX", b"PK")):
        with page.expect_download() as started:
            page.get_by_role("link", name=f"내려받기 ({extension})").click()
        made = pathlib.Path(started.value.path())
        assert made.read_bytes().startswith(beginning)
        assert started.value.suggested_filename == f"AI 스쿨 운영 업무협약서.{extension.lower()}"
    page.get_by_role("button", name="협약서안으로 등록 (PDF)").click()
    page.get_by_text("협약서안으로 문서에 등록했습니다").wait_for()

    page.goto(agreement.get_absolute_url())
    page.get_by_role("link", name="협약 변경").click()
    page.get_by_role("link", name="협약 변경 준비").click()
    page.get_by_label("변경 사유").fill("두 번째 기수를 함께 운영하기로 함")
    page.get_by_label("종료일").fill("2030-12-31")
    assert_accessible(page)
    page.get_by_role("button", name="변경 준비").click()
    page.get_by_role("link", name="변경 (교육과 멘토링 실시)").click()
    page.get_by_label("목표 수량").fill("120")
    page.get_by_role("button", name="저장").click()
    assert_accessible(page)
    look(page, "papers-amendment")
    page.get_by_role("link", name="변경협약서 만들기").click()
    page.get_by_text("제1차 변경협약서").first.wait_for()
    look(page, "papers-amendment-paper")
    page.go_back()
    page.get_by_label("합의일").fill(str(timezone.localdate()))
    attach(page, "또는 여기에 첨부", "제1차 변경협약서.pdf", pdf(b"amended"))
    page.get_by_role("button", name="효력 발생").click()
    page.get_by_text("변경이 효력을 얻어").wait_for()
    page.goto(f"{agreement.get_absolute_url()}amendments/")
    page.get_by_text("교육과 멘토링 실시 120명").wait_for()
    assert_accessible(page)
    look(page, "papers-amendments")
    agreement.refresh_from_db()
    assert agreement.valid_until == date(2030, 12, 31)
