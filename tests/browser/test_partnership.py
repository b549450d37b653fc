"""Two parties: a city registers an agreement with measured commitments, the records move the figures, the company
sees its own page and proposes the next agreement, and the city takes it into its register."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Agreement, CommitmentFigure, Party, Proposal
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import (
    make_cohort,
    make_company,
    make_consent,
    make_member,
    make_organization,
    make_programme,
    make_project,
    make_team,
)
from tests.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


@pytest.fixture
def city(settings):
    settings.MFA_REQUIRED = False
    official = make_member(Role.OFFICIAL, make_organization(name="대구광역시"), name="권도현")
    official.company = make_company(name="(주)달구벌로보틱스")
    return official


def register(page, city) -> Agreement:
    """Through the forms: the agreement, its two parties, three commitments, the signing."""
    page.goto("/agreements/register/")
    page.locator("[name=title]").fill("대구 AI 스쿨 업무협약")
    page.get_by_role("button", name="협약안 등록").click()
    agreement = Agreement.objects.get()
    for party in (city.acting.organization, city.company):
        page.goto(reverse("partners:party-add", args=[agreement.pk]))
        page.locator("[name=organization]").select_option(str(party.pk))
        page.get_by_role("button", name="저장").click()
    company = Party.objects.get(organization=city.company)
    for what, quantity, unit, measure in (
        ("채용 면접", "2", "회", "interviews"), ("현장 프로젝트", "1", "건", "projects"), ("장학금", "1000000", "원", "money")
    ):  # fmt: skip
        page.goto(reverse("partners:commitment-add", args=[agreement.pk]))
        page.locator("[name=party]").select_option(str(company.pk))
        page.locator("[name=what]").fill(what)
        page.locator("[name=quantity]").fill(quantity)
        page.locator("[name=unit]").fill(unit)
        page.locator("[name=due_on]").fill(str(TODAY + timedelta(days=60)))
        page.locator("[name=measure]").select_option(measure)
        page.get_by_role("button", name="저장").click()
    page.goto(agreement.get_absolute_url())
    page.get_by_role("button", name="체결 기록").first.click()
    page.locator("#sign").get_by_label("체결일").fill(str(TODAY - timedelta(days=100)))
    page.locator("#sign").get_by_role("button", name="체결 기록").click()
    page.get_by_text("체결을 기록했습니다").first.wait_for()
    return agreement


def work(city, agreement) -> object:
    """A cohort under the agreement whose team is mentored by the company; one of the team agreed to be known."""
    programme = make_programme(agreement=agreement, host=city.acting.organization)
    cohort = make_cohort(programme=programme, state="running", starts_on=TODAY - timedelta(days=60))
    team = make_team(project=make_project(cohort=cohort, company=city.company, state="running"))
    make_consent(person=team.members.first().enrolment.person)
    return team


def numbers(agreement) -> dict[str, tuple[int, str]]:
    rows = CommitmentFigure.objects.filter(agreement=agreement).select_related("commitment")
    return {row.commitment.what: (row.number, row.state) for row in rows}


def test_two_parties_promise_deliver_and_go_on(page, live_server, client, city):
    sign_in(page, client, city, live_server.url)
    agreement = register(page, city)
    team = work(city, agreement)
    assert {number for number, _state in numbers(agreement).values()} == {0}

    # The city enters what was paid, with its paper.
    money = agreement.commitments.get(measure="money")
    page.goto(reverse("partners:delivery-list", args=[agreement.pk, money.pk]))
    page.locator("[name=amount]").fill("1000000")
    page.locator("[name=delivered_on]").fill(str(TODAY))
    page.locator("[name=note]").fill("1차 장학금")
    page.locator("[name=evidence]").set_input_files(
        {"name": "입금증.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.get_by_role("button", name="실적 입력").click()
    page.get_by_text("1,000,000 / 1,000,000원").first.wait_for()
    assert_accessible(page)
    look(page, "payment")

    # The company's mentor interviews; the figure moves at once.
    mentor = team.mentor.user.act_as(team.mentor)
    page.context.clear_cookies()
    sign_in(page, client, mentor, live_server.url)
    page.goto(team.get_absolute_url())
    page.get_by_role("link", name="채용 면접 기록").first.click()
    page.locator("[name=held_on]").fill(str(TODAY))
    page.locator("label", has_text="최종 면접").click()
    page.get_by_text("합격", exact=True).click()
    page.get_by_role("button", name="저장").click()
    page.get_by_text("면접을 기록했습니다").first.wait_for()
    look(page, "interview-list")
    assert numbers(agreement)["채용 면접"][0] == 1
    assert numbers(agreement)["장학금"] == (1_000_000, "met")

    # The own page, one click from the figure to its record, and a proposal.
    page.goto("/company/")
    assert_accessible(page)
    look(page, "company")
    page.locator("tr", has_text="채용 면접").get_by_role("link", name="1", exact=True).click()
    assert page.get_by_role("row").count() == 2  # the head and the one interview
    page.goto("/company/")
    page.get_by_role("link", name="협약 제안하기").first.click()
    page.locator("[name=host]").select_option(str(city.organization_id))
    page.locator("[name=title]").fill("로봇 인재 인턴십 협약")
    page.locator("[name=purpose]").fill("수료생을 인턴으로 맞이합니다.")
    page.locator("[name=promises-0-what]").fill("인턴십 자리")
    page.locator("[name=promises-0-quantity]").fill("10")
    page.locator("[name=promises-0-unit]").fill("명")
    assert_accessible(page)
    look(page, "proposal-form")
    page.get_by_role("button", name="제안하기").click()
    page.get_by_text("협약을 제안했습니다").first.wait_for()

    # The city finds it among its tasks and takes it into the register.
    page.context.clear_cookies()
    sign_in(page, client, city, live_server.url)
    page.goto("/")
    page.get_by_role("link", name="결정할 협약 제안").click()
    page.get_by_role("link", name="로봇 인재 인턴십 협약").click()
    assert_accessible(page)
    look(page, "proposal")
    page.get_by_role("button", name="관리대장에 올리기").first.click()
    page.locator("#accept").get_by_role("button", name="관리대장에 올리기").click()
    page.get_by_text("초안으로 관리대장에 올렸습니다").first.wait_for()
    assert Proposal.objects.get().agreement.commitments.get().what == "인턴십 자리"
    for address, name in (("/commitments/", "commitment-list"), ("/commitments/by/party/", "roll-up")):
        page.goto(address)
        assert_accessible(page)
        look(page, name)
