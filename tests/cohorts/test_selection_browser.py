"""The selection, looked at: every page at both widths, in both modes, without script where it counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cohorts.actions import enrolment, offers, selection
from cohorts.models import Offer
from cohorts.states import CohortState
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import assign, make_application, make_cohort, make_member, make_person, make_scores, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("김하늘", "남궁민수", "박서연", "이도윤", "최지우", "정하준", "강민준", "조은우")


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    made = make_cohort(
        state=CohortState.SELECTING, tracks={"일반": 8, "심화": 3}, name="대구 AI 스쿨 3기", place="대구 동대구벤처밸리"
    )
    general, advanced = made.tracks.all()
    reviewer = assign(make_member(Role.REVIEWER, made.host), made)
    for number in range(24):
        person = make_person(host=made.host, name=NAMES[number % len(NAMES)], user=make_user())
        application = make_application(cohort=made, person=person, track=advanced if number % 4 == 3 else general)
        points = 40 + (number * 17) % 60
        make_scores(
            application, document=points, test=95 - points // 2, interview=points if number else None, reviewer=reviewer
        )
    made.reviewer = reviewer
    return made


def test_the_selection_from_preview_to_trainees(page, live_server, client, cohort):
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.goto(f"/cohorts/{cohort.pk}/selection/")
    assert_accessible(page)
    look(page, "selection-preview")
    page.get_by_role("button", name="선발안 만들기").click()
    page.get_by_text("순위를 매길 수 없습니다").first.wait_for()
    assert_accessible(page)
    look(page, "selection-refused")
    page.get_by_text("불합격으로 처리합니다").click()
    page.get_by_role("button", name="선발안 만들기").click()
    page.get_by_text("선발안을 만들었습니다").first.wait_for()
    look(page, "selection-prepared")
    page.get_by_role("link", name="발표").click()
    assert_accessible(page)
    look(page, "selection-release")
    page.get_by_label("혼자 발표하는 사유").fill("담당자 1명")
    page.get_by_role("button", name="지금 발표").click()
    page.get_by_text("선발 결과를 발표했습니다").wait_for()
    look(page, "selection-released")
    offer = Offer.objects.order_by("pk").first()
    for answered in Offer.objects.order_by("pk")[1:6]:
        offers.accept_offer(answered, by=None)
    offers.decline_offer(offer, by=None)
    page.goto(f"/cohorts/{cohort.pk}/waitlist/")
    assert_accessible(page)
    look(page, "selection-waitlist")
    page.goto(f"/cohorts/{cohort.pk}/enrol/")
    assert_accessible(page)
    look(page, "enrolment-start")
    page.get_by_role("button", name="5명 수강 등록").click()
    page.get_by_role("link", name="수강 종료").first.wait_for()
    assert_accessible(page)
    look(page, "enrolment-list")
    page.get_by_role("link", name="수강 종료").first.click()
    assert_accessible(page)
    look(page, "enrolment-end")


def test_an_applicant_answers_without_script(plain_page, live_server, client, cohort):
    page = plain_page
    selection.release_selection(selection.prepare_selection(cohort, by=None, turn_down_unranked=True), by=None)
    offer = Offer.objects.select_related("application__person__user").first()
    sign_in(page, client, offer.application.person.user, live_server.url)
    page.goto(f"/offers/{offer.pk}/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="입과 수락").first.click()
    page.locator("#accept button").click()
    page.get_by_text("입과를 수락했습니다").wait_for()

    offer.refresh_from_db()
    assert offer.state == "accepted"


def test_the_offer_page_is_accessible(page, live_server, client, cohort):
    selection.release_selection(selection.prepare_selection(cohort, by=None, turn_down_unranked=True), by=None)
    offer = Offer.objects.select_related("application__person__user").first()
    sign_in(page, client, offer.application.person.user, live_server.url)
    page.goto(f"/offers/{offer.pk}/")
    assert_accessible(page)
    look(page, "offer")
    page.get_by_role("button", name="입과 수락").first.click()
    page.locator("#accept button").click()
    page.get_by_text("입과를 수락했습니다").wait_for()
    look(page, "offer-accepted")


def test_a_reviewer_scores(page, live_server, client, cohort):
    new = make_application(
        cohort=cohort, motivation="지역 기업의 문제를 데이터로 풀고 싶습니다.\n졸업 과제로 물류 예측을 했습니다."
    )
    sign_in(page, client, cohort.reviewer, live_server.url)
    page.goto("/scores/")
    assert_accessible(page)
    look(page, "score-list")
    page.get_by_role("link", name=new.receipt_number).click()
    assert_accessible(page)
    page.get_by_label("서류심사 점수").fill("101")
    page.get_by_role("button", name="점수 저장").click()
    page.get_by_role("alert").wait_for()
    look(page, "score-edit")
    page.get_by_label("서류심사 점수").fill("82.5")
    page.get_by_role("button", name="점수 저장").click()
    page.get_by_text("저장했습니다").wait_for()


def test_pages_in_english(page, live_server, client, cohort):
    released = selection.release_selection(
        selection.prepare_selection(cohort, by=None, turn_down_unranked=True), by=None
    )
    offers.accept_offer(Offer.objects.first(), by=None)
    enrolment.enrol(cohort, by=None)
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.goto(f"/cohorts/{cohort.pk}/selection/")
    look(page, "selection-en")
    assert released.released_at < timezone.now() + timedelta(seconds=1)
    page.goto(f"/cohorts/{cohort.pk}/waitlist/")
    look(page, "waitlist-en")


def test_sent_back_without_words_the_question_stands_open(page, live_server, client, cohort):
    first, second = make_member(Role.OFFICIAL, cohort.host), make_member(Role.OPERATOR, cohort.host)
    prepared = selection.prepare_selection(cohort, by=first, turn_down_unranked=True)
    selection.request_release(prepared, by=first)
    sign_in(page, client, second, live_server.url)
    page.goto(f"/cohorts/{cohort.pk}/selection/")
    page.get_by_role("button", name="돌려보내기").first.click()
    page.locator("#send-back form button").click()
    page.locator("#send-back .p-error-summary, #send-back [aria-invalid=true]").first.wait_for()
    assert_accessible(page)
    look(page, "selection-sent-back")
    page.locator("#send-back textarea").fill("점수 확인")
    page.locator("#send-back form button").click()
    page.get_by_text("사유와 함께 선발안을 돌려보냈습니다").or_(page.get_by_text("점수 확인")).first.wait_for()


def test_one_application_has_one_button_in_front(page, live_server, client, cohort):
    one = cohort.applications.first()
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.goto(one.get_absolute_url())
    look(page, "application-acts")
    page.locator(".p-more > summary").click()
    assert_accessible(page)
    look(page, "application-acts-more")
    page.locator(".p-more").get_by_role("link", name="이해충돌").click()
    page.wait_for_url(f"**/applications/{one.pk}/conflict/")
