"""The office's pages of the application form, wide and narrow; an applicant's way through own questions."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import questions as actions
from cohorts.models import Answer, Application
from portal.accounts.roles import Role
from tests.browser import SMALL, assert_accessible, look, sign_in
from tests.cohorts.applying import fill, step_url
from tests.cohorts.asking import ask, published
from tests.factories import make_cohort, make_member, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_operator_sets_up_a_form_without_a_developer(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    cohort = make_cohort()
    sign_in(page, client, make_member(Role.OPERATOR, cohort.host), live_server.url)
    page.goto(reverse("cohorts:application-form", args=[cohort.pk]))
    assert_accessible(page)
    look(page, "form-empty")
    page.click("main form button.primary")

    page.click("text=하나 선택")
    page.fill("[name=label]", "자격증이 있습니까?")
    page.fill("[name=label_en]", "Do you have a certificate?")
    page.fill("[name=choices]", "있음 | Yes\n없음 | No")
    page.fill("[name=page]", "자격증")
    assert_accessible(page)
    look(page, "form-question")
    page.click("main form button.primary")
    page.click("text=짧은 글")
    page.fill("[name=label]", "어떤 자격증입니까?")
    page.locator("[name=asked]").first.check(force=True)
    look(page, "form-question-asked")
    page.click("main form button.primary")
    assert_accessible(page)
    look(page, "form-draft")

    page.click("text=미리보기")
    assert_accessible(page)
    look(page, "form-preview")
    page.go_back()
    page.click("[data-dialog-open=publish]")
    look(page, "form-publish")
    page.click("dialog[open] button.primary")
    page.wait_for_load_state()
    look(page, "form-published")
    form = cohort.forms.get()
    assert (form.is_draft, form.questions.count()) == (False, 2)


def choose(page, name: str, nth: int = 0) -> None:
    page.locator(f"[name={name}]").nth(nth).check(force=True)


def go_on(page) -> None:
    page.click("main form button.primary")


def from_notice_to_receipt(page, cohort, asked, seen) -> None:
    """The whole way on a telephone; the choice calls for a text and a file, each on a page of its own."""
    choice, text, file = asked
    page.set_viewport_size(SMALL)
    page.goto(reverse("cohorts:notice", args=[cohort.pk]))
    seen("notice")
    page.locator("main a.primary").first.click()
    choose(page, "collection")
    go_on(page)
    for name, value in {"name": "홍길동", "birth_date": "1998-03-15", "mobile": "01023456789"}.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=address]", "대구광역시 중구 1")
    go_on(page)
    for name in ("education", "employment", "track", "other_training"):
        choose(page, name, 1 if name == "employment" else 0)
    go_on(page)
    page.fill("[name=motivation]", "지역에서 일하고 싶습니다.")
    go_on(page)
    choose(page, f"q{choice.pk}")
    seen("choice")
    go_on(page)
    page.fill(f"[name=q{text.pk}]", "정보처리기사")
    seen("text")
    go_on(page)
    page.set_input_files(f"[name=q{file.pk}]", {"name": "자격증.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    seen("file")
    go_on(page)
    page.wait_for_url("**/files/")
    go_on(page)
    seen("check")
    go_on(page)
    page.wait_for_load_state()
    seen("receipt")


@pytest.mark.parametrize("script", [True, False])
def test_from_the_notice_to_the_receipt_on_a_telephone(request, live_server, client, script):
    page = request.getfixturevalue("page" if script else "plain_page")
    cohort = make_cohort()
    _form, *asked = published(cohort)
    sign_in(page, client, make_user(), live_server.url)

    def seen(name: str) -> None:
        if script:
            assert_accessible(page)
            look(page, f"own-{name}")
            page.set_viewport_size(SMALL)

    from_notice_to_receipt(page, cohort, asked, seen)

    application = Application.objects.get()
    assert application.state == "submitted"
    assert page.get_by_text(application.receipt_number).is_visible()
    assert list(application.answers.values_list("value", flat=True)) == ["있음", "정보처리기사"]
    assert application.files.get().name == "자격증.pdf"
    page.goto(application.get_absolute_url())
    assert page.get_by_text("정보처리기사").is_visible()


def test_what_is_typed_is_saved_without_a_button(page, live_server, client):
    user, cohort = make_user(), make_cohort()
    form = actions.draft_form(cohort, by=None)
    question = ask(form, "경로")
    actions.publish_form(form, by=None)
    client.force_login(user)
    fill(client, cohort)
    sign_in(page, client, user, live_server.url)
    page.set_viewport_size(SMALL)
    page.goto(reverse("cohorts:apply-step", args=[cohort.pk, "questions-1"]))
    page.fill(f"[name=q{question.pk}]", "친구가 알려 주었습니다")
    page.wait_for_selector("#saved:has-text('저장했습니다')")
    look(page, "own-saved")

    assert Answer.objects.get().value == "친구가 알려 주었습니다"
    page.reload()
    assert page.input_value(f"[name=q{question.pk}]") == "친구가 알려 주었습니다"


def test_without_a_connection_or_a_session_one_is_told_and_keeps_what_was_typed(browser, live_server, client):
    user, cohort = make_user(), make_cohort()
    client.force_login(user)
    application = fill(client, cohort)
    context = browser.new_context(base_url=live_server.url, locale="ko-KR", viewport=SMALL)
    page = context.new_page()
    sign_in(page, client, user, live_server.url)
    page.goto(step_url(cohort, "motivation"))

    context.set_offline(True)
    page.fill("[name=motivation]", "끊긴 뒤에 쓴 글")
    page.wait_for_selector("#saved:has-text('인터넷이 끊겨')")
    look(page, "saved-offline")
    context.set_offline(False)
    page.fill("[name=motivation]", "다시 이어서 쓴 글")
    page.wait_for_selector("#saved:has-text('저장했습니다')")
    client.logout()
    page.fill("[name=motivation]", "로그아웃된 뒤에 쓴 글")
    page.wait_for_selector("#saved:has-text('로그아웃되어')")

    application.refresh_from_db()
    assert application.motivation == "다시 이어서 쓴 글"
    assert page.input_value("[name=motivation]") == "로그아웃된 뒤에 쓴 글"
    context.close()


def test_the_office_gives_more_time_and_copies_a_set_up(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    cohort = make_cohort()
    published(cohort)
    planned = make_cohort(programme=cohort.programme, state="planned", number=7)
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)

    page.goto(reverse("cohorts:extension-grant", args=[cohort.pk]))
    assert_accessible(page)
    page.fill("[name=email]", "hong@example.kr")
    page.fill("[name=until]", f"{timezone.localtime(cohort.apply_closes_at) + timedelta(days=1):%Y-%m-%dT18:00}")
    page.fill("[name=reason]", "마감 시각에 포털에 접속하지 못함")
    look(page, "extension-form")
    page.click("main form button.primary")
    page.wait_for_selector("text=hong@example.kr")
    assert_accessible(page)
    look(page, "extension-list")

    page.goto(reverse("cohorts:setup-copy", args=[planned.pk]))
    page.select_option("[name=source]", str(cohort.pk))
    assert_accessible(page)
    look(page, "setup-copy")
    page.click("main form button.primary")
    page.wait_for_selector("[name=confirm]", state="attached")
    assert_accessible(page)
    look(page, "setup-check")
    page.click("main form button.primary")
    page.wait_for_url(f"**{planned.get_absolute_url()}")

    assert cohort.extensions.in_force().count() == 1
    assert planned.forms.get().questions.count() == 3


def test_the_office_reads_the_answers_and_the_notice_lets_one_try(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    user, cohort = make_user(), make_cohort()
    away = {"turns_away": ["없음"], "turned_away": "자격증이 있어야 들을 수 있는 과정입니다."}
    _form, choice, text, _file = published(cohort, **away)
    client.force_login(user)
    fill(client, cohort)
    client.post(step_url(cohort, "questions-1"), {f"q{choice.pk}": "있음"})
    client.post(step_url(cohort, "questions-2"), {f"q{text.pk}": "정보처리기사"})
    application = Application.objects.get()
    application.state, application.receipt_number = "submitted", "R-1"
    application.submitted_at = timezone.now()
    application.save()

    page.goto(reverse("cohorts:notice", args=[cohort.pk]))
    page.fill("[name=birth_date]", "1998-03-15")
    page.fill("[name=address]", "대구광역시 중구")
    choose(page, "employed")
    choose(page, f"q{choice.pk}", 1)
    page.click("#check ~ form button, section form[method=get] button")
    page.wait_for_selector("text=자격증이 있어야")
    assert_accessible(page)
    look(page, "own-notice-check")
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.goto(application.get_absolute_url())
    assert page.get_by_text("정보처리기사").is_visible()
    assert_accessible(page)
    look(page, "own-application")
