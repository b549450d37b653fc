"""The pages everybody meets: with and without script, at both widths and in both modes."""

import pytest

from portal import local
from portal.accounts.roles import Role
from portal.common.static import whole_sheet
from tests.browser import SMALL, assert_accessible, look, sign_in, violations
from tests.factories import PASSWORD, make_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ENTRANCES = {
    "home": "/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "not-found": "/nothing-here/",
}


@pytest.mark.parametrize(("name", "path"), ENTRANCES.items())
def test_an_entrance_is_accessible(page, name, path):
    page.goto(path)
    assert_accessible(page)
    look(page, name)


def test_a_fault_is_found_in_the_content_of_every_page_and_in_a_shell_not_seen_before(page):
    page.goto("/accounts/login/")
    assert violations(page) == violations(page) == []
    for part in ("main", ".p-header"):
        page.goto("/accounts/login/")
        page.evaluate("part => document.querySelector(part).append(new Image())", part)  # without words for it
        assert "image-alt" in str(violations(page))


def test_a_telephone_may_be_turned():
    assert "orientation" not in whole_sheet() + (local.ROOT / "vendor/krds/krds.css").read_text()


@pytest.fixture
def admin(settings):
    settings.MFA_REQUIRED = False
    return make_member(Role.ADMIN)


def test_every_part_is_accessible(page, client, live_server, admin):
    sign_in(page, client, admin, live_server.url)
    page.goto("/styleguide/")
    assert_accessible(page)
    look(page, "styleguide")
    look(page, "styleguide", high_contrast=True)


def test_a_form_with_mistakes_says_so_and_keeps_what_was_typed(page, client, live_server, admin):
    sign_in(page, client, admin, live_server.url)
    page.goto("/styleguide/")
    page.fill("#id_name", "김하늘")
    page.click("form:has(#id_name) button.primary")
    page.wait_for_selector(".p-error-summary:focus")
    assert page.title().startswith("오류:")
    assert page.input_value("#id_name") == "김하늘"
    page.click(".p-error-summary a[href='#id_birth']")
    page.wait_for_selector("#id_birth:focus")
    assert "생년월일을 입력하세요." in page.inner_text("#id_birth_error")
    assert_accessible(page)
    look(page, "form-with-mistakes")


def test_a_list_filters_in_place_and_keeps_its_address(page, client, live_server, admin):
    for number in range(12):
        make_member(Role.MENTOR, name=f"박멘토{number}")
    sign_in(page, client, admin, live_server.url)
    page.goto("/styleguide/list/?sort=-name")
    look(page, "list")
    assert_accessible(page)
    page.fill("#filter_q", "박멘토1")
    page.click("text=적용")
    page.wait_for_url("**/styleguide/list/?q=*")
    assert page.inner_text(".p-count") == "3건"
    page.reload()
    assert page.inner_text(".p-count") == "3건"
    page.fill("#filter_q", "없는 사람")
    page.click("text=적용")
    page.wait_for_selector(".p-empty")
    assert_accessible(page)


def test_the_sign_in_page_never_stands_inside_a_list(page, client, live_server, admin):
    sign_in(page, client, admin, live_server.url)
    page.goto("/styleguide/list/")
    page.context.clear_cookies()
    page.fill("#filter_q", "김")
    page.click("text=적용")
    page.wait_for_selector("[name=login]")
    assert "/accounts/login/" in page.url


def test_the_list_filters_without_script(plain_page, client, live_server, admin):
    sign_in(plain_page, client, admin, live_server.url)
    plain_page.goto("/styleguide/list/")
    plain_page.fill("#filter_q", "없는 사람")
    plain_page.click("text=적용")
    assert plain_page.is_visible(".p-empty")


def test_a_question_stands_before_what_cannot_be_undone(page, client, live_server, admin):
    sign_in(page, client, admin, live_server.url)
    page.goto("/styleguide/")
    page.click("[data-dialog-open=end]")
    assert page.is_visible("#end")
    page.keyboard.press("Escape")
    assert page.is_hidden("#end")
    page.wait_for_selector("[data-dialog-open=end]:focus")


def test_the_question_stands_in_the_page_without_script(plain_page, client, live_server, admin):
    sign_in(plain_page, client, admin, live_server.url)
    plain_page.goto("/styleguide/")
    plain_page.click("[data-dialog-open=end]")
    assert plain_page.is_visible("#end form")


def test_the_menu_of_a_phone_opens_and_closes(page, client, live_server, admin):
    sign_in(page, client, admin, live_server.url)
    page.set_viewport_size(SMALL)
    page.goto("/styleguide/")
    page.click("[data-dialog-open=drawer]")
    assert page.is_visible("#drawer nav")
    page.click("#drawer [data-dialog-close]")
    assert page.is_hidden("#drawer nav")


def log_in(page, user):
    """Through the form, as people do."""
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    page.goto("/accounts/login/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button:has-text('로그인')")
    page.wait_for_selector("header summary")


def open_after_password(page, path):
    """A page that asks for the password first."""
    page.goto(path)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.primary")
    page.wait_for_url(f"**{path}")


def test_a_person_signs_in_changes_the_role_and_leaves(plain_page, settings):
    settings.MFA_REQUIRED = False
    log_in(plain_page, make_member(Role.OFFICIAL))
    plain_page.click("summary")
    assert "담당 공무원" in plain_page.inner_text("summary")
    plain_page.click("details button:has-text('지원자')")
    assert "지원자" in plain_page.inner_text("summary")
    plain_page.click("summary")
    plain_page.click("details button:has-text('로그아웃')")
    assert plain_page.is_visible("header a:has-text('로그인')")


def test_language_and_contrast_are_switched_without_script_and_stay(plain_page):
    plain_page.goto("/accounts/login/")
    plain_page.click("header button:has-text('English')")
    assert plain_page.get_attribute("html", "lang") == "en"
    plain_page.click("header button:has-text('High contrast')")
    assert plain_page.url.endswith("/accounts/login/")
    assert plain_page.get_attribute("html", "data-krds-mode") == "high-contrast"
    plain_page.reload()
    assert plain_page.get_attribute("header button:has-text('High contrast')", "aria-pressed") == "true"


def test_the_account_pages_are_accessible(page, client, live_server):
    user = make_user()
    sign_in(page, client, user, live_server.url)
    for path in ("/accounts/email/", "/accounts/password/set/", "/accounts/2fa/", "/accounts/sessions/"):
        page.goto(path)
        assert_accessible(page)
        look(page, path.strip("/").replace("/", "-"))


def test_the_second_step_can_be_set_up(page):
    log_in(page, make_user())
    open_after_password(page, "/accounts/2fa/totp/activate/")
    assert_accessible(page)
    look(page, "second-step-app")
    page.goto("/accounts/2fa/webauthn/add/")
    assert_accessible(page)
    look(page, "second-step-passkey")


def test_a_passkey_opens_the_portal(page):
    """Also proves that allauth's scripts run under the content policy."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, make_user())
    open_after_password(page, "/accounts/2fa/webauthn/add/")
    page.click("label[for=id_passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_selector("header summary")
