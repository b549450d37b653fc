"""From the board to the own reasons: tried, adopted, frozen, released by a second person, read by an applicant."""

import pytest

from cohorts.models import Selection
from cohorts.states import CohortState
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import (
    make_application,
    make_bonus_claim,
    make_bonus_rule,
    make_cohort,
    make_member,
    make_person,
    make_scores,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = (
    "김하늘",
    "남궁민수",
    "박서연",
    "이도윤",
    "최지우",
    "정하준",
    "강민준",
    "조은우",
    "윤서아",
    "장이안",
    "임지호",
    "한유나",
)
HOMES = ("부산광역시 해운대구 센텀로 1", "대구광역시 중구 국채보상로 1", "경상북도 구미시 송정대로 1")


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    made = make_cohort(
        state=CohortState.SELECTING, tracks={"일반": 5, "심화": 2}, name="대구 AI 스쿨 3기", place="대구 동대구벤처밸리"
    )
    veteran = make_bonus_rule(cohort=made, name="국가유공자 가족", points=5)
    make_bonus_rule(cohort=made, name="저소득층", points=3, evidence="수급자 증명서")
    general, advanced = made.tracks.all()
    for number, name in enumerate(NAMES * 2):
        person = make_person(host=made.host, name=name, user=make_user(name=name))
        track = advanced if number % 4 == 3 else general
        one = make_application(cohort=made, person=person, track=track, address=HOMES[0 if number < 10 else number % 3])
        make_scores(one, document=90 - number, test=95 - number, interview=92 - number)
        if number in (6, 9, 13):
            make_bonus_claim(application=one, rule=veteran)
    return made


def test_from_the_board_to_the_own_reasons(page, live_server, client, cohort):
    first = make_member(Role.OFFICIAL, cohort.host, name="김주무")
    second = make_member(Role.OPERATOR, cohort.host, name="이담당")
    sign_in(page, client, first, live_server.url)
    page.goto(f"/cohorts/{cohort.pk}/bonus/")
    assert_accessible(page)
    look(page, "bonus-list")
    page.get_by_role("link", name="강민준").click()
    assert_accessible(page)
    look(page, "bonus-decide")
    for decision in ("인정", "인정", "불인정"):
        page.locator("label").get_by_text(decision, exact=True).click()
        page.get_by_label("사유").fill("증명서 확인" if decision == "인정" else "공고일 전에 발급된 서류")
        page.get_by_role("button", name="결정 저장").click()
        page.get_by_role("status").first.wait_for()

    page.goto(f"/cohorts/{cohort.pk}/selection/")
    page.get_by_role("link", name="선발 기준 검토").click()
    assert_accessible(page)
    look(page, "board")
    page.get_by_role("button", name="아래로 (면접)").click()
    page.locator("[name=quotas-0-group]").select_option("region")
    page.locator("[name=quotas-0-region]").fill("대구광역시")
    page.locator("[name=quotas-0-amount]").fill("40")
    page.locator("[name=quotas-0-unit]").select_option("percent")
    page.get_by_role("button", name="차이 보기").last.click()
    page.get_by_role("heading", name="이 기준으로 확정").wait_for()
    assert_accessible(page)
    look(page, "board-tried")
    page.get_by_label("이 기준을 쓰는 사유").fill("모집공고 제3조: 지역 인재 40%")
    page.get_by_role("button", name="기준 확정").click()
    page.get_by_text("기준을 확정했습니다").wait_for()
    look(page, "selection-quotas")

    page.get_by_role("button", name="선발안 만들기").click()
    page.get_by_text("선발안을 만들었습니다").first.wait_for()
    page.get_by_role("button", name="발표 승인 요청").first.click()
    page.get_by_label("담당자에게 남길 말").fill("동점자 1건을 확인해 주세요.")
    page.locator("#ask button").click()
    page.get_by_text("다른 담당자에게 발표 승인을 요청했습니다").wait_for()
    look(page, "selection-asked")

    page.context.clear_cookies()
    client.logout()
    sign_in(page, client, second, live_server.url)
    selection = Selection.objects.get()
    page.goto(f"/selections/{selection.pk}/recompute/")
    page.get_by_text("같습니다").first.wait_for()
    assert_accessible(page)
    look(page, "recompute")
    page.goto(f"/cohorts/{cohort.pk}/selection/")
    look(page, "selection-second")
    page.get_by_role("link", name="발표", exact=True).click()
    page.get_by_role("button", name="지금 발표").click()
    page.get_by_text("선발 결과를 발표했습니다").wait_for()

    passed_over = selection.decisions.get(reasons=["behind_kept_seats"], application__track__name="심화")
    page.context.clear_cookies()
    client.logout()
    sign_in(page, client, passed_over.application.person.user, live_server.url)
    page.goto(f"/applications/{passed_over.application_id}/")
    page.get_by_role("link", name="결과와 사유").click()
    page.get_by_text("남은 자리가 우선 선발 대상에게 배정되었습니다").wait_for()
    assert_accessible(page)
    look(page, "result")


def test_an_applicant_claims_without_script(plain_page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    cohort = make_cohort()
    make_bonus_rule(cohort=cohort, name="저소득층", points=3, evidence="수급자 증명서")
    person = make_person(host=cohort.host, user=make_user())
    application = make_application(cohort=cohort, person=person)
    page = plain_page
    sign_in(page, client, person.user, live_server.url)
    page.goto(f"/applications/{application.pk}/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="가점").first.click()
    page.locator("label").get_by_text("저소득층").click()
    page.get_by_role("button", name="가점 신청").click()

    page.get_by_role("alert").wait_for()
    assert not application.bonus_claims.exists()
