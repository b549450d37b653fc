"""An applicant chooses the time of the interview on the phone, without script; the office and the panel see it."""

import pytest
from icalendar import Calendar

from cohorts.models import InterviewBooking
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.cohorts.interviewing import (
    at,
    make_booking,
    make_invited,
    make_panel,
    make_reviewer,
    make_slots,
    selecting,
)
from tests.factories import make_application, make_member, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("김하늘", "박보람", "이다온", "최나래", "정가온", "한누리")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    made = selecting(name="대구 AI 스쿨 6기")
    reviewers = [make_reviewer(made) for _ in range(3)]
    for one, name in zip(reviewers, ("최유진 위원", "오세훈 위원", "남지현 위원"), strict=True):
        one.name = name
        one.save(update_fields=["name"])
    made.panel = make_panel(made, *reviewers, place="대구삼성창조캠퍼스 본관 301호")
    made.reviewer = reviewers[0]
    for day in (5, 6):
        slots = make_slots(made.panel, 8, days=day)
        for slot, name in zip(slots[::2], NAMES, strict=False):
            person = make_person(host=made.host, name=name, user=make_user())
            make_booking(slot, make_application(cohort=made, person=person))
    make_application(cohort=made, person=make_person(host=made.host, name="구자윤"))
    made.mine = make_invited(made)
    return made


def choose(page, number):
    """The free time of this number, and the question after it."""
    page.locator(".p-times a").nth(number).click()
    page.locator("#confirm button").click()


def test_an_applicant_books_changes_and_cancels_on_the_phone_without_script(plain_page, live_server, client, cohort):
    page = plain_page
    sign_in(page, client, cohort.mine.person.user, live_server.url)
    page.set_viewport_size(PHONE)
    page.goto(f"/applications/{cohort.mine.pk}/interview/")
    page.locator(".p-times a").first.click()
    page.locator("#confirm").wait_for()
    page.locator("#confirm button").click()
    page.get_by_text("면접이 예약되었습니다").wait_for()
    first = InterviewBooking.objects.get(application=cohort.mine).slot

    choose(page, 1)
    page.get_by_text("면접이 예약되었습니다").wait_for()
    moved = InterviewBooking.objects.get(application=cohort.mine)
    assert moved.slot != first

    page.get_by_role("button", name="면접 취소").first.click()
    page.locator("#cancel button").click()
    page.get_by_text("면접 예약이 취소되었습니다").wait_for()
    moved.refresh_from_db()
    assert moved.state == "cancelled"


def test_what_an_applicant_books_the_office_sees_and_the_panel_takes_home(page, live_server, client, cohort):
    me = cohort.mine.person.user
    sign_in(page, client, me, live_server.url)
    page.goto(f"/applications/{cohort.mine.pk}/interview/")
    assert_accessible(page)
    look(page, "interview-choose")
    page.locator(".p-times a").first.click()
    page.locator("#confirm").wait_for()
    assert_accessible(page)
    look(page, "interview-confirm")
    page.locator("#confirm button").click()
    page.get_by_text("면접이 예약되었습니다").wait_for()
    assert_accessible(page)
    look(page, "interview-booked")
    with page.expect_download() as download:
        page.get_by_role("link", name="달력 파일").click()
    [event] = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    booked = InterviewBooking.objects.get(application=cohort.mine).slot
    assert event.decoded("dtstart") == booked.starts_at

    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    for address, name in (("", "interviews"), ("people/", "interview-people"), ("invite/?who=all", "interview-invite")):
        page.goto(f"/cohorts/{cohort.pk}/interviews/{address}")
        assert_accessible(page)
        look(page, name)
    page.goto(f"/cohorts/{cohort.pk}/interviews/people/?show=booked")
    page.get_by_text(cohort.mine.receipt_number).wait_for()
    for address, name in (("", "panel"), ("edit/", "panel-edit"), ("times/add/", "panel-times")):
        page.goto(f"/interview-panels/{cohort.panel.pk}/{address}")
        assert_accessible(page)
        look(page, name)

    sign_in(page, client, cohort.reviewer, live_server.url)
    page.goto(f"/interview-panels/{cohort.panel.pk}/?day={at(5):%Y-%m-%d}")
    assert_accessible(page)
    look(page, "panel-of-reviewer")
    with page.expect_download() as download:
        page.get_by_role("link", name="달력 파일").click()
    assert len(Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")) == 9
    page.get_by_role("link", name="인쇄 화면").click()
    assert_accessible(page)
    look(page, "panel-print")


def test_pages_of_interviews_in_english(page, live_server, client, cohort):
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    for address, name in (
        (f"/cohorts/{cohort.pk}/interviews/", "interviews"),
        (f"/interview-panels/{cohort.panel.pk}/", "panel"),
        (f"/applications/{cohort.mine.pk}/interview/", "interview-office"),
    ):
        page.goto(address)
        look(page, f"{name}-en")
