"""A city official at work with the register of agreements, from the filter to the paper."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.models import Party, RegisterView
from portal.accounts.roles import Role
from portal.reports.models import XLSX, Export
from tests.browser import SMALL, WIDE, assert_accessible, look, sign_in
from tests.factories import make_agreement, make_company, make_member, make_organization
from tests.registers import nasty, rows, workbook
from tests.workers import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def official(settings):
    settings.MFA_REQUIRED = False
    city = make_organization(name="한빛시")
    today = timezone.localdate()
    states = ("in_force", "in_force", "signed", "expired", "terminated", "draft")
    for n in range(24):
        state = states[n % len(states)]
        begins = today - timedelta(days=1500 - n * 70)
        until = begins + timedelta(days=730 if state == "expired" else 900 + 90 * n)
        agreement = make_agreement(
            host=city, number=f"2022-{n + 1:03d}", title=f"{('AI 인재 양성', '로봇 실증', '청년 취업')[n % 3]} 업무협약 {n + 1}호",
            state=state, department=("일자리정책과", "투자유치과")[n % 2],
            signed_on=None if state == "draft" else begins, valid_from=None if n == 5 else begins,
            valid_until=None if n == 5 else until, ended_on=until if state in ("expired", "terminated") else None,
        )  # fmt: skip
        Party.objects.create(agreement=agreement, organization=city)
        Party.objects.create(agreement=agreement, organization=make_company(name=f"가온테크 {n}"), role="교육 지원")
    return make_member(Role.OFFICIAL, city, name="이정원")


def test_an_official_works_with_the_register(page, live_server, client, official):
    sign_in(page, client, official, live_server.url)
    page.goto("/agreements/")
    assert_accessible(page)
    look(page, "register")

    # narrows it
    page.get_by_role("link", name="조건 더 보기").click()
    page.wait_for_url("**more=1**")
    page.get_by_label("담당부서").fill("일자리")
    page.get_by_role("button", name="적용").click()
    page.wait_for_url("**department=*")
    assert page.locator(".p-count strong").inner_text() == "12"
    look(page, "register-filtered")

    # chooses its columns
    page.get_by_role("link", name="열 선택").click()
    page.wait_for_url("**/columns/**")
    assert_accessible(page)
    look(page, "register-columns")
    for name in ("관리 주체", "담당자"):
        if page.get_by_label(name, exact=True).count():
            page.get_by_label(name, exact=True).uncheck(force=True)
    page.get_by_label("담당부서", exact=True).check(force=True)
    page.get_by_role("button", name="이 열로 보기").click()
    assert "담당부서" in page.locator("thead").inner_text()
    assert "담당자" not in page.locator("thead").inner_text()

    # saves the view and opens it again
    page.get_by_role("link", name="이 보기 저장").click()
    page.wait_for_url("**/views/save/**")
    assert_accessible(page)
    page.get_by_label("보기 이름").fill("일자리정책과 협약")
    page.get_by_label("우리 기관과 함께 쓰기").check(force=True)
    page.get_by_role("button", name="보기 저장").click()
    page.wait_for_url("**view=*")
    view = RegisterView.objects.get()
    page.goto("/agreements/?view=all")
    page.get_by_role("link", name="일자리정책과 협약").click()
    assert page.locator(".p-count strong").inner_text() == "12"
    assert "담당부서" in page.locator("thead").inner_text()
    look(page, "register-view")
    page.goto("/agreements/views/")
    assert_accessible(page)
    look(page, "register-views")
    page.get_by_role("link", name=view.name, exact=True).click()

    # looks at it on paper
    page.get_by_role("link", name="인쇄").click()
    page.wait_for_url("**/print/**")
    page.emulate_media(media="print")
    assert page.get_by_text(re.compile("한빛시 · 기준일")).is_visible()
    assert page.get_by_text("담당부서: 일자리").is_visible()
    assert not page.get_by_role("link", name="목록으로").is_visible()
    assert page.locator("tbody tr").count() == 12
    look(page, "register-print")
    page.emulate_media(media="screen")
    assert_accessible(page)
    page.get_by_role("link", name="목록으로").click()

    # takes it as a file
    page.get_by_role("link", name="파일", exact=True).click()
    page.wait_for_url("**/export/**")
    assert_accessible(page)
    look(page, "register-file")
    page.get_by_label("파일의 용도").fill("의회에 제출할 협약 목록입니다")
    page.get_by_role("button", name="파일 만들기").click()
    page.wait_for_url(re.compile(r"/exports/\d+/$"))
    drain()
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("button", name="파일 내려받기").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert Export.objects.get().rows == 12


def test_an_official_takes_in_an_old_register(page, live_server, client, official):
    sign_in(page, client, official, live_server.url)
    page.goto("/agreements/")
    page.get_by_role("link", name="기존 관리대장 가져오기").click()
    page.wait_for_url("**/imports/")
    assert_accessible(page)
    look(page, "register-import-list")
    content = workbook(nasty(list(rows(40))), hidden=(8,))
    page.get_by_label("기존 관리대장").set_input_files(
        {"name": "2009-2010 관리대장.xlsx", "mimeType": XLSX, "buffer": content}
    )
    page.get_by_role("button", name="올리고 확인").click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    drain()
    page.reload()
    assert_accessible(page)
    page.get_by_text("아직 등록되지 않은 기관").click()
    look(page, "register-import")
    page.get_by_role("link", name="오류").click()
    assert page.get_by_text("체결일을 읽을 수 없습니다").is_visible()
    for field in page.locator("select[name^=name_]").all():
        if not field.input_value():  # the name of an office is not guessed
            field.select_option("new:local_government")
    look(page, "register-import-offices")
    page.get_by_role("button", name="이대로 저장").click()
    page.get_by_text("기관을 정했습니다").wait_for()
    page.get_by_role("button", name="관리대장 반영").first.click()
    page.locator("dialog[open] button", has_text="관리대장 반영").click()
    page.get_by_text("반영하고 있습니다").wait_for()
    drain()
    page.goto("/agreements/?q=2009-002")
    assert page.locator(".p-count strong").inner_text() == "1"
    assert "만료" in page.locator("tbody").inner_text()


def test_the_timeline_is_a_picture_that_can_be_read(page, live_server, client, official):
    sign_in(page, client, official, live_server.url)
    page.goto("/agreements/timeline/")
    assert_accessible(page)
    look(page, "register-timeline")
    look(page, "register-timeline", high_contrast=True)
    legend = page.locator(".p-tl-legend").inner_text()
    assert all(words in legend for words in ("체결 전", "체결·이행중", "종료", "오늘"))
    page.get_by_text("표로 보기").click()
    assert page.locator("figcaption tbody tr").count() > 24
    page.set_viewport_size(SMALL)
    page.goto("/documents/")
    tab = page.locator(".p-tabs [aria-current]").bounding_box()
    assert tab["x"] > 0
    assert tab["x"] + tab["width"] <= SMALL["width"]  # the last of the tabs, on a telephone
    page.set_viewport_size(WIDE)
    page.goto("/agreements/timeline/")
    bar = page.locator(".p-timeline tbody .p-tl-cell a").first
    bar.click()
    page.wait_for_url(re.compile(r"/agreements/\d+/$"))


def test_the_register_needs_no_script(plain_page, live_server, client, official):
    page = plain_page
    sign_in(page, client, official, live_server.url)
    page.goto("/agreements/?department=투자")
    page.get_by_role("link", name="열 선택").click()
    page.get_by_label("담당부서", exact=True).check(force=True)
    page.get_by_role("button", name="이 열로 보기").click()
    assert page.locator("thead").inner_text().count("담당부서") == 1
    assert page.locator("tbody tr").count() == 12
