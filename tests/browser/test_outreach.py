"""The whole way of a school visit: offered, asked for on a telephone, chosen, arranged, counted, judged, measured."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.visits import give_feedback
from cohorts.models import OutreachRound, SchoolRequest, Visit
from partners.models import Commitment, Party
from partners.states import Measure
from portal.accounts.roles import Role
from portal.notify.models import Mail
from tests.browser import SMALL, assert_accessible, look, opened, sign_in
from tests.cohorts.visiting import RURAL, make_ministry, make_request, make_round, make_visit, school_day
from tests.factories import make_agreement, make_company, make_member, make_programme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outreach(settings):
    """The ministry and its official, the company and its mentor, their agreement, an outreach programme."""
    settings.MFA_REQUIRED = False
    ministry, company = make_ministry(name="교육부"), make_company(name="인텔코리아")
    official = make_member(Role.OFFICIAL, ministry, name="임수정")
    mentor = make_member(Role.MENTOR, company, name="오지훈")
    agreement = make_agreement(host=ministry, title="초중고 학생 진로 교육 업무협약")
    party = Party.objects.create(agreement=agreement, organization=company, role="방문 특강")
    Commitment.objects.create(
        agreement=agreement, party=party, what="방문 특강", unit="회", quantity=10, measure=Measure.LECTURES
    )
    programme = make_programme(
        host=ministry, agreement=agreement, kind="outreach", name="초중고 학생 진로 교육", months_at_least=None
    )
    return official, mentor, programme


def link_in(mail: Mail) -> str:
    return "/" + re.search(r"https?://[^/]+/(\S+)", mail.body)[1]


def offer(page, programme) -> None:
    """The official prepares a round and publishes it."""
    now = timezone.localtime()
    page.goto(programme.get_absolute_url())
    page.get_by_role("link", name="방문 특강 모집").click()
    page.get_by_role("link", name="새 모집").click()
    page.wait_for_url("**/rounds/new/")
    assert_accessible(page)
    page.get_by_label("기업").select_option("인텔코리아")
    page.get_by_label("학교 방문 특강").check(force=True)
    page.get_by_label("주제").fill("인공지능은 어떻게 배울까")
    page.get_by_label("초등학교 5학년").check(force=True)
    page.get_by_label("방문 시작일").fill(f"{school_day(10):%Y-%m-%d}")
    page.get_by_label("방문 종료일").fill(f"{school_day(60):%Y-%m-%d}")
    page.get_by_label("방문 횟수").fill("1")
    page.get_by_label("신청 시작").fill(f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    page.get_by_label("신청 마감").fill(f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}")
    look(page, "outreach-round-form")
    page.get_by_role("button", name="모집 준비").click()
    page.get_by_role("button", name="공고").first.click()
    page.locator("#publish").get_by_role("button", name="공고").click()
    page.get_by_text("모집을 공고했습니다").first.wait_for()


def ask(page) -> SchoolRequest:
    """A teacher asks: on a telephone, without script, without an account, with one mistake."""
    page.goto("/school-visits/")
    page.get_by_role("link", name="인공지능은 어떻게 배울까").click()
    page.get_by_role("link", name="방문 특강 신청").click()
    typed = {
        "school_name": "봉화초등학교", "office": "경상북도봉화교육지원청", "address": "경상북도 봉화군 내성로 1", "pupils": "24",
        "wish_1": f"{school_day(14):%Y-%m-%d}", "contact_name": "고은별", "contact_email": "teacher@school.example",
        "contact_mobile": "010-1234-5678",
    }  # fmt: skip
    for name, value in typed.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_label("예", exact=True).check(force=True)
    page.get_by_label("학년").select_option("e5")
    page.locator("#id_consent").check(force=True)
    page.get_by_role("button", name="신청하기").click()
    page.get_by_text("주소에 읍·면이 있어야").first.wait_for()
    assert page.locator("#id_contact_name").input_value() == "고은별"
    page.locator("#id_address").fill(RURAL)
    page.get_by_role("button", name="신청하기").click()
    page.get_by_text("신청을 접수했습니다").first.wait_for()
    return SchoolRequest.objects.get(contact_email="teacher@school.example")


def test_a_school_visit_from_the_offer_to_the_commitment(page, browser, client, live_server, outreach):
    official, mentor, programme = outreach
    sign_in(page, client, official, live_server.url)
    offer(page, programme)
    with opened(browser, live_server.url, java_script_enabled=False, viewport=SMALL) as phone:
        request = ask(phone)
        phone.goto(link_in(Mail.objects.get(template="cohorts/school_received")))
        assert request.receipt_number in phone.inner_text("main")
    round = OutreachRound.objects.get()
    town = make_request(round=round, school_name="동성로초등학교", submitted_at=round.apply_opens_at)
    OutreachRound.objects.update(apply_closes_at=timezone.now())

    choose_and_arrange(page, round, request, town)
    Visit.objects.update(starts_at=timezone.now() - timedelta(hours=3), ends_at=timezone.now() - timedelta(hours=1))
    report(page, client, live_server.url, mentor)
    with opened(browser, live_server.url, java_script_enabled=False, viewport=SMALL) as phone:
        judge(phone)

    sign_in(page, client, official, live_server.url)
    page.goto(programme.agreement.get_absolute_url())
    look(page, "outreach-agreement")
    page.locator(f"a[href*='/visits/?agreement={programme.agreement_id}']").first.click()
    page.get_by_role("link", name=re.compile(r"\d{4}\. \d+\. \d+\.")).click()
    page.get_by_text("다시 듣고 싶어 했습니다").first.wait_for()
    assert_accessible(page)
    look(page, "outreach-visit")


def choose_and_arrange(page, round, request, town) -> None:
    """The rural school comes first though it asked later; the mentor gets the visit."""
    page.goto("/")
    page.get_by_role("link", name="선정할 방문 특강 신청").click()
    page.goto(round.get_absolute_url())
    page.get_by_role("link", name="학교 선정하기").click()
    page.wait_for_url("**/choice/")
    rows = page.locator("tbody tr")
    assert [row.split()[1] for row in rows.all_inner_texts()] == ["봉화초등학교", "동성로초등학교"]
    assert_accessible(page)
    look(page, "outreach-choice")
    page.get_by_role("button", name="이대로 확정").first.click()
    page.locator("#decide").get_by_role("button", name="이대로 확정").click()
    page.get_by_text("방문을 배정했습니다").first.wait_for()
    page.get_by_role("link", name="봉화초등학교").click()
    page.wait_for_url("**/school-requests/*/")
    look(page, "outreach-request")
    page.get_by_role("link", name="방문 일정 정하기").click()
    page.wait_for_url("**/plan/")
    page.get_by_label("기업 멘토").select_option("오지훈")
    look(page, "outreach-arrange")
    page.get_by_role("button", name="일정을 정하고 알리기").click()
    page.get_by_text("방문 일정을 정했습니다").first.wait_for()
    town.refresh_from_db()
    assert town.state == "waitlisted"


def report(page, client, base, mentor) -> None:
    sign_in(page, client, mentor, base)
    page.goto("/")
    page.get_by_role("link", name="결과를 입력할 방문 특강").click()
    page.wait_for_url("**/visits/?show=unreported")
    look(page, "outreach-mentor-visits")
    page.get_by_role("link", name=re.compile(r"\d{4}\. \d+\. \d+\.")).click()
    page.get_by_role("link", name="결과 입력").click()
    page.wait_for_url("**/report/")
    page.get_by_label("초등학교 5학년").fill("23")
    page.get_by_label("교사").fill("2")
    assert_accessible(page)
    look(page, "outreach-report")
    page.get_by_role("button", name="진행 완료로 저장").click()
    page.get_by_text("결과를 저장했습니다").first.wait_for()


def judge(phone) -> None:
    phone.goto(link_in(Mail.objects.get(template="cohorts/feedback_asked")))
    phone.get_by_role("link", name="방문은 어떠셨습니까?").click()
    for question in ("level", "interest", "running"):
        phone.locator(f"input[name={question}][value='5']").check(force=True)
    phone.get_by_label("의견").fill("다시 듣고 싶어 했습니다.")
    phone.get_by_role("button", name="답변 보내기").click()
    phone.get_by_text("고맙습니다").first.wait_for()


def test_the_figures_and_the_calendar(page, client, live_server, outreach):
    official, _mentor, programme = outreach
    round = make_round(programme=programme, company=make_company(name="인텔코리아 판교"), state="decided")
    for number, region in enumerate(("경북", "경북", "전남", "대구")):
        request = make_request(round=round, rural=region != "대구", region=region, state="accepted")
        visit = make_visit(request=request, days=-3 - number, state="held")
        give_feedback(visit, level=4, interest=5, running=3 + number % 2, words="또 오시면 좋겠습니다.")
    make_visit(round=round, days=2)
    sign_in(page, client, official, live_server.url)
    for name in ("round-list", "visit-list", "visit-figures", "visit-calendar", "school-request-list"):
        page.goto(reverse(f"cohorts:{name}"))
        assert_accessible(page)
        look(page, f"outreach-{name}")
    page.goto(round.get_absolute_url())
    assert_accessible(page)
    look(page, "outreach-round")
    page.goto(reverse("cohorts:visit-print", args=[visit.pk]))
    look(page, "outreach-visit-print")
