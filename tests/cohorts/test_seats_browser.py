"""Seats in a browser: who waits, who is called, who enters; at both widths and in both modes."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.contacts import log_contact
from cohorts.actions.pledges import record_entry
from cohorts.models import Application, BulkAction, Offer
from cohorts.states import ApplicationState, CohortState
from curriculum.actions import save_register
from curriculum.actions.attendance import Entry
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import (
    make_application,
    make_cohort,
    make_day,
    make_enrolment,
    make_member,
    make_offer,
    make_person,
    make_waitlist,
)
from tests.workers import drain

pytestmark = pytest.mark.django_db(transaction=True)
A = ApplicationState


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    return make_cohort(state=CohortState.SELECTING, tracks={"일반": 1}, name="대구 AI 스쿨 3기")


def test_calls_are_logged_and_the_seat_goes_on(page, live_server, client, cohort):
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    offer = make_offer(application=first)
    Offer.objects.update(offered_at=timezone.now() - timedelta(hours=5))
    Application.objects.update(submitted_at=timezone.now() - timedelta(days=5))
    for minutes, note in ((200, "꺼져 있음"), (100, "")):
        moment = timezone.now() - timedelta(minutes=minutes)
        log_contact(first, by=None, channel="call", result="no_answer", contacted_at=moment, note=note)
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)

    page.goto(reverse("cohorts:contact-list", args=[first.pk]))
    page.locator("[name=channel][value=message]").check(force=True)
    page.locator("[name=result][value=no_answer]").check(force=True)
    page.locator("main form button.primary").last.click()
    page.get_by_text("3회 / 3회").wait_for()
    assert_accessible(page)
    look(page, "contact-list")
    page.goto(offer.get_absolute_url())
    look(page, "offer-passed-over")
    page.get_by_role("button", name="다음 순번으로 넘기기").first.click()
    page.locator("dialog[open] button.primary").click()
    page.get_by_text("자리는 다음 순번에게 갑니다").wait_for()

    second.refresh_from_db()
    assert second.state == A.OFFERED
    page.goto(reverse("cohorts:selection-waitlist", args=[cohort.pk]))
    look(page, "waitlist-contacts")


def test_who_waits_sees_the_own_place(page, live_server, client, cohort):
    _first, second = make_waitlist(cohort, A.WAITLISTED, A.WAITLISTED)
    second.person.user = make_member(Role.TRAINEE, cohort.host)
    second.person.save()
    sign_in(page, client, second.person.user, live_server.url)

    page.goto(reverse("cohorts:waitlist-place", args=[second.pk]))
    assert_accessible(page)
    look(page, "waitlist-place")
    page.get_by_role("link", name="예비합격 포기").click()
    look(page, "waitlist-leave")
    page.locator("main form button.primary").click()
    page.get_by_text("지원을 철회했습니다").first.wait_for()

    second.refresh_from_db()
    assert second.state == A.WITHDRAWN


def test_who_stays_away_in_the_first_days_gives_the_seat_up(page, live_server, client, cohort):
    cohort.starts_on, cohort.state = timezone.localdate() - timedelta(days=6), CohortState.RUNNING
    cohort.save()
    marks = {make_enrolment(cohort=cohort): line for line in ("○○○○○", "×××××", "○×○××", "○××", "××○")}
    for place in range(5):
        day = make_day(cohort=cohort, on=cohort.starts_on + timedelta(days=place))
        held = [(one, line[place]) for one, line in marks.items() if place < len(line)]
        save_register(day, [Entry(one.pk, *[time(9), time(18)][: 2 * (sign == "○")]) for one, sign in held], by=None)
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)

    page.goto(reverse("curriculum:first-days-list"))
    assert_accessible(page)
    look(page, "first-days")
    page.get_by_role("button", name="미입과").first.click()
    page.locator("dialog[open] button.primary").click()
    page.get_by_text("종료 처리했습니다").wait_for()
    look(page, "first-days-ended")
    page.goto(reverse("cohorts:enrolment-end", args=[next(iter(marks)).pk]))
    assert_accessible(page)
    look(page, "enrolment-end")


def test_from_the_rules_on_the_phone_to_the_desk(page, live_server, client, cohort):
    cohort.orientation_at, cohort.orientation_place = timezone.now() - timedelta(hours=1), "대구 동대구벤처밸리 3층"
    cohort.save()
    cohort.policy.needs_pledge = True
    cohort.policy.save()
    cohort.tracks.update(capacity=9, seats_taken=5)
    others = [("강민준", False), ("남궁민수", True), ("박서연", None), ("이도윤", False)]
    for name, answer in others:
        person = make_person(host=cohort.host, name=name)
        told = {"other_training": answer, "other_training_name": "K-디지털 트레이닝" if answer else ""}
        one = make_application(cohort=cohort, person=person, state=A.ACCEPTED, **told)
    record_entry(one, by=None, paper_note="서약서 3번")
    user = make_member(Role.TRAINEE, cohort.host)
    person = make_person(host=cohort.host, name="홍길동", user=user)
    mine = make_application(cohort=cohort, person=person, state=A.ACCEPTED, other_training=None)

    sign_in(page, client, user, live_server.url)
    page.goto(reverse("cohorts:pledge", args=[mine.pk]))
    assert_accessible(page)
    look(page, "pledge")
    page.locator("main form button.primary").click()
    look(page, "pledge-refused")
    page.locator("[name=agree]").check(force=True)
    page.locator("[name=other_training][value=False]").check(force=True)
    page.locator("[name=training_data]").check(force=True)
    page.locator("main form button.primary").click()
    page.get_by_text("절차를 모두 마쳤습니다").wait_for()
    page.goto(reverse("cohorts:pledge", args=[mine.pk]))
    look(page, "pledge-given")

    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    page.goto(reverse("cohorts:orientation", args=[cohort.pk]))
    assert_accessible(page)
    page.locator("[name=came]").first.check(force=True)
    look(page, "orientation")
    page.get_by_role("button", name="참석 기록하기").click()
    page.get_by_text("참석 여부를 기록했습니다").wait_for()
    assert_accessible(page)
    look(page, "enrolment-desk")
    page.get_by_role("link", name="기록").nth(1).click()
    assert_accessible(page)
    look(page, "entry-record")
    page.goto(reverse("cohorts:rules-text"))
    assert_accessible(page)
    look(page, "rules-text")


def test_many_at_once_from_the_list_to_the_undo(plain_page, page, live_server, client, cohort):
    for name in ("강민준", "남궁민수", "박서연", "이도윤"):
        make_application(cohort=cohort, person=make_person(host=cohort.host, name=name))
    make_application(cohort=cohort, person=make_person(host=cohort.host, name="최지우"), state=A.INELIGIBLE)
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(page, client, user, live_server.url)
    page.goto(f"{reverse('cohorts:application-list')}?cohort={cohort.pk}")
    assert_accessible(page)
    for place in range(3):
        page.locator("[name=rows]").nth(place).check(force=True)
    look(page, "bulk-list-of-applications")
    page.select_option("[name=verb]", "turn_down")
    page.get_by_role("button", name="체크한 지원서").click()
    page.fill("[name=reason]", "서류 미비")
    assert_accessible(page)
    look(page, "bulk-prepare")
    page.get_by_role("button", name="미리보기").click()
    page.get_by_text("처리 불가").first.wait_for()
    assert_accessible(page)
    look(page, "bulk-preview")
    page.get_by_role("button", name="불합격 처리").first.click()
    page.locator("dialog[open] button.primary").click()
    look(page, "bulk-wait")
    drain()
    page.goto(BulkAction.objects.get().get_absolute_url())
    assert_accessible(page)
    look(page, "bulk-done")

    sign_in(plain_page, client, user, live_server.url)
    plain_page.goto(BulkAction.objects.get().get_absolute_url())
    plain_page.get_by_role("button", name="되돌리기").first.click()
    plain_page.locator("dialog:target button.primary, dialog button.primary").first.click()
    plain_page.get_by_role("heading", level=1).wait_for()
    drain()
    plain_page.reload()
    plain_page.get_by_text("되돌린 시각", exact=True).first.wait_for()
    page.reload()
    look(page, "bulk-undone")
    assert not Application.objects.filter(state=A.REJECTED).exists()
    page.goto(reverse("cohorts:bulk-list"))
    assert_accessible(page)
    look(page, "bulk-list")
