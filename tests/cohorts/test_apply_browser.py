"""Applying in a browser: by script and without, wide and narrow."""

import time

import pytest
from django.urls import reverse

from cohorts.models import Application, TypedAnswers
from cohorts.resuming import token_of
from portal.accounts.roles import Role
from tests.browser import SMALL, assert_accessible, look, sign_in
from tests.cohorts.applying import step_url
from tests.factories import make_application, make_cohort, make_member, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)


def apply_on(page, cohort, seen) -> None:
    """Fill in every page and hand in; `seen(name)` looks at each."""
    page.goto(reverse("cohorts:apply", args=[cohort.pk]))
    seen("consents")
    page.locator("[name=collection]").check(force=True)
    page.click("main form button.primary")
    seen("about")
    page.fill("[name=name]", "홍길동")
    page.fill("[name=birth_date]", "1998-03-15")
    page.fill("[name=mobile]", "01023456789")
    page.fill("[name=address]", "대구광역시 중구 1")
    page.click("main form button.primary")
    seen("situation")
    for name in ("education", "employment", "other_training", "track"):
        page.locator(f"[name={name}]").nth(1 if name == "employment" else 0).check(force=True)
    page.click("main form button.primary")
    page.fill("[name=motivation]", "지역에서 일하고 싶습니다.")
    seen("motivation")
    page.click("main form button.primary")
    page.set_input_files("[name=file]", {"name": "증명서.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    page.get_by_role("button", name="첨부하기").click()
    page.wait_for_selector("main a:has-text('증명서.pdf')")
    seen("files")
    page.click("main form button.primary")
    seen("check")
    page.click("main form button.primary")


def test_an_application_by_script_with_every_page_accessible(page, live_server, client):
    cohort, user = make_cohort(), make_user()
    sign_in(page, client, user, live_server.url)

    def seen(name: str) -> None:
        assert_accessible(page)
        look(page, f"apply-{name}")

    apply_on(page, cohort, seen)
    seen("receipt")

    application = Application.objects.get()
    assert application.state == "submitted"
    assert page.get_by_text(application.receipt_number).is_visible()
    for path in (
        application.get_absolute_url(),
        reverse("cohorts:my-application-list"),
        reverse("cohorts:consent-list"),
    ):
        page.goto(path)
        seen("mine")


def test_what_is_typed_on_a_phone_is_there_again_by_the_link(page, live_server, client):
    """Also what was typed in the moment before the page was closed."""
    cohort, user = make_cohort(), make_user()
    sign_in(page, client, user, live_server.url)
    page.set_viewport_size(SMALL)
    page.goto(reverse("cohorts:apply", args=[cohort.pk]))
    page.locator("[name=collection]").check(force=True)
    page.click("main form button.primary")
    page.fill("[name=name]", "홍길동")
    page.fill("[name=mobile]", "010-23")
    page.wait_for_selector("#saved:has-text('010')")
    page.locator("[name=address]").press_sequentially("대구광역시 중")
    page.goto("about:blank")  # closed without a button
    for _ in range(50):  # it is on its way
        if TypedAnswers.objects.get().pages["about"].get("address"):
            break
        time.sleep(0.1)

    page.goto(f"{live_server.url}{reverse('cohorts:apply', args=[cohort.pk])}")
    assert page.input_value("[name=mobile]") == "010-23"
    assert page.input_value("[name=address]") == "대구광역시 중"
    assert_accessible(page)
    look(page, "apply-about-again")
    page.fill("[name=birth_date]", "1998-03-15")
    page.fill("[name=mobile]", "010-2345-6789")
    page.click("main form button.primary")
    page.wait_for_selector("[name=education]")
    page.goto(step_url(cohort, "about"))
    page.fill("[name=address]", "대구광역시 서구")
    page.wait_for_selector("#saved:has-text(':')")
    page.goto("about:blank")

    page.goto(f"{live_server.url}{reverse('cohorts:apply-resume', args=[token_of(cohort.pk, user.pk)])}")
    assert page.input_value("[name=address]") == "대구광역시 서구"
    assert not Application.objects.exclude(address="대구광역시 중").exists()


def test_without_script_on_a_phone_and_back_again(plain_page, live_server, client):
    cohort, user = make_cohort(), make_user()
    sign_in(plain_page, client, user, live_server.url)
    plain_page.set_viewport_size(SMALL)

    apply_on(plain_page, cohort, lambda name: None)
    receipt = plain_page.url
    plain_page.go_back()
    if plain_page.locator("main form button.primary").count():  # the browser shows the old page
        plain_page.locator("main form button.primary").first.click()

    assert plain_page.url == receipt
    assert Application.objects.get().state == "submitted"


def test_the_pages_of_the_staff_are_accessible(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    cohort = make_cohort()
    application = make_application(cohort=cohort, state="ineligible", ineligible_reasons=["not_resident"])
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)

    for name, path in (
        ("list", reverse("cohorts:application-list")),
        ("page", application.get_absolute_url()),
        ("history", reverse("cohorts:application-history", args=[application.pk])),
    ):
        page.goto(path)
        assert_accessible(page)
        look(page, f"application-{name}")
    page.goto(application.get_absolute_url())
    page.click("[data-dialog-open=overrule]")
    page.fill("[name=reason]", "초본으로 대구 거주를 확인했습니다.")
    page.click("dialog[open] button.primary")
    application.refresh_from_db()
    assert application.state == "submitted"
