"""Reviewing by the keyboard alone, and the pages an operator sets a rubric on."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from cohorts.actions.exams import read_exam, receive_exam
from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.models import ReviewDraft, Score
from cohorts.states import CohortState, Stage
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import assign, make_application, make_cohort, make_member, make_scores, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    made = make_cohort(state=CohortState.SELECTING, name="대구 AI 스쿨 3기")
    plans = [
        CriterionPlan("문제해결 능력", 60, "Problem solving", "모르는 문제를 스스로 나누어 푸는가", minimum=20),
        CriterionPlan("의사소통과 협업", 40, "Teamwork", "다른 사람의 말을 듣고 자기 말로 답하는가", low_below=15),
    ]
    set_rubric(made, Stage.DOCUMENT, plans, by=None)
    for _number in range(3):
        make_application(cohort=made, motivation="지역의 물류 회사에서 데이터로 일하고 싶습니다.\n" * 4)
    return made


def test_a_reviewer_scores_with_the_keyboard_alone(page, live_server, client, cohort):
    first, second, third = cohort.applications.order_by("pk")
    sign_in(page, client, assign(make_member(Role.REVIEWER, cohort.host), cohort), live_server.url)
    page.goto(f"/applications/{first.pk}/score/?stage=document")
    assert_accessible(page)
    look(page, "score-edit")

    page.keyboard.press("1")
    page.keyboard.type("5")
    with page.expect_response(lambda answer: "draft" in answer.url) as kept:
        page.keyboard.type("5")
    assert kept.value.status == 200
    page.get_by_text("100점 중 55점").wait_for()
    assert not Score.objects.exists()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.type("3j")  # in a field a letter is a letter
    page.locator("#score-state.error").wait_for()
    look(page, "score-refused")
    page.keyboard.press("Backspace")
    page.keyboard.type("0")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/applications/{second.pk}/score/?stage=document")

    assert Score.objects.get().points == 85
    page.keyboard.press("j")
    page.wait_for_url(f"**/applications/{third.pk}/score/?stage=document")
    page.keyboard.press("k")
    page.wait_for_url(f"**/applications/{second.pk}/score/?stage=document")
    page.get_by_text("심사 대상 3건 중 1건 완료").wait_for()
    assert not ReviewDraft.objects.exists()


def test_the_single_keys_can_be_switched_off(page, live_server, client, cohort):
    first = cohort.applications.order_by("pk").first()
    sign_in(page, client, assign(make_member(Role.REVIEWER, cohort.host), cohort), live_server.url)
    page.goto(f"/applications/{first.pk}/score/")
    page.locator("details.p-keys summary").click()
    look(page, "score-keys")
    page.locator("[data-keys-off]").click()
    page.locator("h1").click()
    page.keyboard.press("j")
    page.wait_for_timeout(200)

    assert page.url.endswith(f"/applications/{first.pk}/score/")


def test_an_operator_sets_a_rubric(page, live_server, client, cohort):
    sign_in(page, client, make_member(Role.OPERATOR, cohort.host), live_server.url)
    page.goto(f"/cohorts/{cohort.pk}/rubrics/")
    assert_accessible(page)
    look(page, "rubrics")
    page.goto(f"/cohorts/{cohort.pk}/rubrics/interview/?usual")
    assert_accessible(page)
    look(page, "rubric-edit")
    page.locator("[name=criteria-0-most]").fill("35")
    page.locator("main form button.primary").click()
    page.locator(".p-error-summary").wait_for()
    assert_accessible(page)
    look(page, "rubric-refused")


def test_a_reviewer_scores_without_script(plain_page, live_server, client, cohort):
    first = cohort.applications.order_by("pk").first()
    sign_in(plain_page, client, assign(make_member(Role.REVIEWER, cohort.host), cohort), live_server.url)
    plain_page.goto(f"/applications/{first.pk}/score/?stage=document")
    fields = plain_page.locator("input.p-short")
    fields.nth(0).fill("40")
    fields.nth(1).fill("40")
    fields.nth(1).press("Enter")
    plain_page.wait_for_url("**/score/?stage=document")

    assert Score.objects.get().points == 80


def test_the_scores_side_by_side(page, live_server, client, cohort):
    people = [make_user(name=name) for name in ("강민준", "이서연", "박도윤")]
    for number, application in enumerate(cohort.applications.order_by("pk")):
        for place, reviewer in enumerate(people[: 2 + number % 2]):
            make_scores(application, document=90 - number * 7 - place * 6, test=None, interview=None, reviewer=reviewer)
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.goto(f"/cohorts/{cohort.pk}/review-scores/")
    assert_accessible(page)
    look(page, "review-scores")


def test_the_results_of_a_test_row_by_row(page, live_server, client, cohort):
    one, two, _three = cohort.applications.order_by("pk")
    content = (
        f"수험번호,성명,점수\n{one.receipt_number},김하늘,91.5\n{two.receipt_number},이서연,결시\nT-0,박도윤,70\n"
        f",최지우,여든\n{one.receipt_number},김하늘,91.5\n"
    )
    official = make_member(Role.OFFICIAL, cohort.host)
    with transaction.atomic():
        exam = receive_exam(
            cohort, SimpleUploadedFile("코딩테스트 결과.csv", content.encode()), by=official, out_of=100
        )
    read_exam(exam)
    sign_in(page, client, official, live_server.url)
    page.goto(f"/cohorts/{cohort.pk}/exams/")
    assert_accessible(page)
    look(page, "exam-list")
    page.goto(exam.get_absolute_url())
    assert_accessible(page)
    look(page, "exam")


def test_documents_asked_for_and_sent(page, live_server, client, cohort):
    now = timezone.now()
    type(cohort).objects.update(apply_opens_at=now - timedelta(days=9), apply_closes_at=now - timedelta(days=1))
    application = cohort.applications.order_by("pk").first()
    user = make_user(email=application.person.email)
    type(application.person).objects.filter(pk=application.person_id).update(user=user)
    official = make_member(Role.OFFICIAL, cohort.host)
    sign_in(page, client, official, live_server.url)
    page.goto(f"/applications/{application.pk}/supplement/")
    assert_accessible(page)
    look(page, "supplement-ask")
    page.locator("[name=documents]").fill("주민등록초본\n고용보험 자격이력내역서")
    page.locator("[name=message]").fill(
        "초본의 주소 변동 사항이 보이지 않습니다. 최근 5년이 모두 나오게 발급해 주십시오."
    )
    page.locator("main form button.primary").click()
    page.wait_for_url(f"**/applications/{application.pk}/")
    assert_accessible(page)
    look(page, "supplement-asked")
    page.goto(f"/cohorts/{cohort.pk}/supplements/")
    assert_accessible(page)
    look(page, "supplement-list")
    sign_in(page, client, user, live_server.url)
    page.goto(f"/supplements/{application.supplements.get().pk}/")
    assert_accessible(page)
    look(page, "supplement")
    page.goto("/")
    look(page, "supplement-home")
