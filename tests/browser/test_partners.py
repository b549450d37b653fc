"""The screens of organizations, agreements and people, looked at by everybody's eyes."""

import pathlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from partners.actions import agreements, documents, members
from partners.measures import COUNTERS, Counter
from partners.models import Agreement
from partners.states import Measure
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.uploads import accept
from portal.notify.models import Mail
from tests.browser import assert_accessible, look, sign_in
from tests.factories import make_company, make_member, make_organization
from tests.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = pathlib.Path(__file__).parents[2] / "portal/dashboard/demo_data/agreements.yaml"


@pytest.fixture
def admin(settings) -> User:
    settings.MFA_REQUIRED = False
    call_command("load_agreements", FACTS, verbosity=0)
    return make_member(Role.ADMIN, make_organization(kind="public_agency", name="운영사무국"))


@pytest.fixture
def official(admin, monkeypatch) -> User:
    """Of Daegu, whose agreement is signed, in force and has a paper."""
    daegu = Agreement.objects.get(key="daegu-ai-school")
    official = make_member(Role.OFFICIAL, daegu.host, name="이정원")
    agreements.amend_agreement(
        daegu, by=official, version=1, valid_from="2026-01-01", valid_until="2027-01-31", department="일자리정책과",
        in_charge=official, purpose="지역 청년이 AI·IT 분야에 취업하도록 함께 교육합니다.",
    )  # fmt: skip
    paper = accept(SimpleUploadedFile("대구 AI 스쿨 업무협약서(서명본).pdf", pdf()))
    documents.add_document(daegu, by=official, upload=paper, kind="signed")
    agreements.sign_agreement(daegu, by=official, signed_on=official.date_joined.date().replace(month=1, day=5))
    agreements.bring_into_force_agreement(daegu, by=official)
    monkeypatch.setitem(COUNTERS, Measure.TRAINEES, Counter(lambda found: {one.pk: 78 for one in found}, None))
    return official


def test_the_register_and_an_agreement(page, live_server, client, official):
    sign_in(page, client, official, live_server.url)
    page.goto("/agreements/")
    assert_accessible(page)
    look(page, "agreement-list")
    page.get_by_role("link", name="대구 AI 스쿨 업무협약").click()
    assert_accessible(page)
    look(page, "agreement")
    page.get_by_role("button", name="해지").first.click()
    page.get_by_label("사유").fill("사업이 중단되었습니다.")
    look(page, "agreement-terminate")
    page.goto(page.url.rstrip("/") + "/history/")
    assert_accessible(page)
    look(page, "agreement-history")


def test_forms_of_an_agreement(page, live_server, client, official):
    sign_in(page, client, official, live_server.url)
    agreement = Agreement.objects.get(key="daegu-ai-school")
    for name in ("agreements/register", f"agreements/{agreement.pk}/amend", f"agreements/{agreement.pk}/parties/add",
                 f"agreements/{agreement.pk}/commitments/add", "organizations/register"):  # fmt: skip
        page.goto(f"/{name}/")
        assert_accessible(page)
        look(page, name.replace("/", "-"))


def test_an_agreement_without_its_day_is_signed_without_script(plain_page, live_server, client, admin):
    page = plain_page
    agreement = Agreement.objects.get(key="changwon-smart-complex")
    sign_in(page, client, admin, live_server.url)
    page.goto(f"/agreements/{agreement.pk}/")
    page.get_by_role("button", name="체결 기록").first.click()
    page.locator("#sign").get_by_role("button", name="체결 기록").click()
    page.get_by_text("체결일을 알 수 없어").first.wait_for()
    page.get_by_label("체결일").fill("2019-12-13")
    page.locator("#sign").get_by_role("button", name="체결 기록").click()
    page.get_by_text("협약 체결을 기록했습니다").wait_for()

    agreement.refresh_from_db()
    assert agreement.state == "signed"


def test_people_and_organizations(page, live_server, client, official):
    company = make_company(name="한빛로보틱스")
    for role, organization, address in [
        (Role.MENTOR, company, "mentor@hanbit-robotics.example.kr"), (Role.OPERATOR, official.acting.organization, "operator@example.kr"),
    ]:  # fmt: skip
        members.send_invitation(by=official, email=address, role=role, organization=organization)
    make_member(Role.OPERATOR, official.acting.organization, name="박운영")
    sign_in(page, client, official, live_server.url)
    for name in (
        "members",
        "invitations",
        "invitations/send",
        "organizations",
        f"organizations/{official.acting.organization_id}",
    ):
        page.goto(f"/{name}/")
        assert_accessible(page)
        look(page, name.replace("/", "-"))
    page.goto("/members/")
    page.get_by_role("link", name="종료").first.click()
    assert_accessible(page)
    look(page, "member-end")


def test_an_invitation_is_accepted(page, live_server, client, official):
    members.send_invitation(
        by=official, email="new@example.kr", role=Role.OPERATOR, organization=official.acting.organization
    )
    link = next(line for line in Mail.objects.get().body.splitlines() if "/invitations/" in line)
    page.goto(f"{live_server.url}/{link.partition('//')[2].partition('/')[2]}")
    assert_accessible(page)
    look(page, "invitation-accept")
    page.get_by_label("이름").fill("최새롬")
    page.get_by_label("비밀번호").fill("correct-horse-battery")
    page.get_by_role("button", name="수락").click()
    page.get_by_text("초대를 수락했습니다").first.wait_for()
    look(page, "invitation-accepted")
