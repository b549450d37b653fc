"""The pages of admission interviews: what works, what is refused beside its field, and what they cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from cohorts.actions.interviews import book_interview, cancel_interview
from cohorts.actions.reviewing import declare_conflict
from cohorts.models import InterviewBooking, InterviewInvitation, InterviewPanel, InterviewSlot
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.notify.models import Mail
from tests.cohorts.interviewing import (
    at,
    make_booking,
    make_invited,
    make_panel,
    make_reviewer,
    make_slot,
    make_slots,
    selecting,
)
from tests.factories import make_application, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return selecting()


@pytest.fixture
def office(sign_in, cohort):
    return sign_in(make_member(Role.OFFICIAL, cohort.host))


def url(name, *arguments):
    return reverse(f"cohorts:admission-{name}", args=arguments)


def words(response):
    return response.content.decode()


# The office --------------------------------------------------------------------------------


def test_a_panel_is_set_up_and_its_days_opened(office, cohort):
    reviewers = [make_reviewer(cohort) for _ in range(3)]
    facts = {"name": "1조", "place": "본관 301호", "reviewers": [one.pk for one in reviewers]}
    created = office.post(url("panel-create", cohort.pk), facts)
    panel = InterviewPanel.objects.get()
    assert created.url == url("slots-add", panel.pk)

    first, last = at(9), at(15)
    hours = {"begins": "09:30", "ends": "12:00", "minutes": "20", "rest": "5", "capacity": "1"}
    days = {"first": f"{first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}"}
    office.post(url("slots-add", panel.pk), days | hours)

    assert InterviewSlot.objects.count() == 6 * 5  # a week has five days of work
    page = office.get(panel.get_absolute_url())
    assert len(page.context["days"]) == 5
    assert "09:30" in words(page)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"place": ""}, "place"),
        ({"reviewers": []}, "reviewers"),
        ({"link": "not a link"}, "link"),
    ],
)
def test_a_panel_with_a_mistake_is_asked_for_again(office, cohort, change, field):
    facts = {"name": "1조", "place": "본관", "reviewers": [make_reviewer(cohort).pk]} | change

    response = office.post(url("panel-create", cohort.pk), facts)

    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert response.context["form"]["name"].value() == facts["name"]
    assert not InterviewPanel.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first": ""}, "first"),
        ({"first": "2020-01-02"}, "first"),
        ({"last": "2020-01-02"}, "last"),
        ({"ends": "09:00"}, "ends"),
        ({"ends": "10:10"}, "ends"),
        ({"minutes": "0"}, "minutes"),
        ({"rest": "-1"}, "rest"),
        ({"capacity": "21"}, "capacity"),
        ({"minutes": "²"}, "minutes"),
    ],
)
def test_times_with_a_mistake_open_nothing(office, cohort, change, field):
    panel = make_panel(cohort)
    facts = {"first": f"{at(9):%Y-%m-%d}", "begins": "10:00", "ends": "12:00", "minutes": "20", "rest": "5"}

    response = office.post(url("slots-add", panel.pk), facts | {"capacity": "1"} | change)

    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not InterviewSlot.objects.exists()


def test_the_preview_counts_and_writes_to_nobody(office, cohort):
    make_slot(make_panel(cohort))
    for _number in range(3):
        make_application(cohort=cohort)
    told = {"who": "all", "book_until": f"{at(3):%Y-%m-%d} 18:00"}

    preview = office.get(url("invite", cohort.pk), told)
    assert preview.context["preview"] == 3
    assert preview.context["free"] == 1
    assert not InterviewInvitation.objects.exists()

    done = office.post(url("invite", cohort.pk), told)
    assert done.status_code == 302
    assert InterviewInvitation.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [({"book_until": "2020-01-01 10:00"}, "book_until"), ({"who": "marked"}, "mark"), ({"who": "x"}, "who")],
)
def test_an_invitation_with_a_mistake_goes_to_nobody(office, cohort, change, field):
    make_slot(make_panel(cohort))
    make_application(cohort=cohort)
    told = {"who": "all", "book_until": f"{at(3):%Y-%m-%d} 18:00"} | change

    response = office.post(url("invite", cohort.pk), told)

    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not InterviewInvitation.objects.exists()


def test_the_lists_say_who_is_not_invited_and_who_has_no_time(office, cohort):
    slot = make_slot(make_panel(cohort))
    uninvited, waiting = make_application(cohort=cohort), make_invited(cohort)
    booked = make_booking(slot).application
    people = url("people", cohort.pk)

    found = {
        show: list(office.get(people, {"show": show}).context["listing"])
        for show in ("not_invited", "not_booked", "booked")
    }

    assert found == {"not_invited": [uninvited], "not_booked": [waiting], "booked": [booked]}
    numbers = {show: number for (_label, number, link), show in zip(
        office.get(url("interviews", cohort.pk)).context["tiles"], ("not_invited", "not_booked", "booked"), strict=False
    )}  # fmt: skip
    assert numbers == {"not_invited": 1, "not_booked": 1, "booked": 1}


def test_the_office_books_and_moves_for_who_telephones(office, cohort):
    first, second = make_slots(make_panel(cohort), 2)
    application = make_application(cohort=cohort)

    for slot in (first, second):
        office.post(url("book", application.pk), {"slot": slot.pk})

    assert InterviewBooking.objects.get().slot == second
    page = words(office.get(url("interview", application.pk)))
    assert application.person.mobile in page


def test_the_office_cancels_and_may_say_why(office, cohort):
    booking = make_booking(make_slot(make_panel(cohort)))
    cancel = url("cancel", booking.application_id)

    refused = office.post(cancel, {"reason": "가" * 301})
    assert refused.status_code == 422
    assert refused.context["cancel_form"].errors["reason"]
    office.post(cancel, {"reason": "면접위원 사정"})

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert "면접위원 사정" in Mail.objects.get(template="cohorts/interview_cancelled").body


def test_the_home_of_the_office_tells_who_has_not_booked(office, cohort):
    make_slot(make_panel(cohort))
    make_invited(cohort)

    assert f"{url('people', cohort.pk)}?show=not_booked" in words(office.get("/"))


def test_a_cohort_that_is_over_keeps_its_interviews_as_they_are(office):
    panel = make_panel(selecting())
    make_slot(panel)
    panel.cohort.state = CohortState.FINISHED
    panel.cohort.save()
    client = office
    client.force_login(make_member(Role.OFFICIAL, panel.host))

    client.post(url("panel-remove", panel.pk))

    assert InterviewPanel.objects.exists()


# The applicant -----------------------------------------------------------------------------


def test_an_applicant_is_told_asked_and_books(sign_in, cohort):
    slot = make_slot(make_panel(cohort))
    application = make_invited(cohort)
    me = sign_in(application.person.user)
    page = url("interview", application.pk)
    assert page in words(me.get("/"))
    assert page in words(me.get(reverse("cohorts:my-application-list")))

    asked = me.get(page, {"slot": slot.pk})
    assert asked.context["chosen"] == slot
    assert not InterviewBooking.objects.exists()
    booked = me.post(url("book", application.pk), {"slot": slot.pk}, follow=True)

    assert booked.context["live"].slot == slot
    assert page not in words(me.get("/"))


def test_who_loses_the_race_is_told_and_shown_what_is_free(sign_in, cohort):
    taken, free = make_slots(make_panel(cohort), 2)
    application = make_invited(cohort)
    make_booking(taken)

    response = sign_in(application.person.user).post(url("book", application.pk), {"slot": taken.pk})

    assert response.status_code == 422
    assert "방금 다른 지원자가" in words(response)
    assert [day.times for day in response.context["days"]] == [[free]]


@pytest.mark.parametrize("slot", ["", "x", "99999999", "9" * 30, "²"])
def test_a_slot_that_is_none_is_refused_in_words(sign_in, cohort, slot):
    make_slot(make_panel(cohort))
    application = make_invited(cohort)
    me = sign_in(application.person.user)

    assert me.post(url("book", application.pk), {"slot": slot}).status_code == 422
    assert me.get(url("interview", application.pk), {"slot": slot}).status_code == 200


def test_a_panel_with_a_conflict_is_not_even_shown(sign_in, cohort):
    reviewer = make_reviewer(cohort)
    slot = make_slot(make_panel(cohort, reviewer))
    application = make_invited(cohort)
    declare_conflict(application, reviewer, by=reviewer, kind="exclusion")

    page = sign_in(application.person.user).get(url("interview", application.pk), {"slot": slot.pk})

    assert page.context["days"] == []
    assert page.context["chosen"] is None


def test_past_the_cutoff_neither_change_nor_cancel_is_offered(sign_in, cohort):
    panel = make_panel(cohort)
    application = make_booking(make_slot(panel, timezone.now() + timedelta(hours=5)), make_invited(cohort)).application
    make_slot(panel)
    me = sign_in(application.person.user)

    page = me.get(url("interview", application.pk))
    me.post(url("cancel", application.pk))

    assert (page.context["may_choose"], page.context["may_cancel"]) == (False, False)
    assert InterviewBooking.objects.get().is_live


# Panellists --------------------------------------------------------------------------------


def test_a_panellist_sees_the_day_scores_and_prints_without_contacts(sign_in, cohort):
    reviewer = make_reviewer(cohort)
    panel = make_panel(cohort, reviewer)
    booking = make_booking(make_slot(panel))
    person = booking.application.person
    client = sign_in(reviewer)

    page = words(client.get(panel.get_absolute_url()))
    printed = words(client.get(url("panel-print", panel.pk)))

    assert reverse("cohorts:score-edit", args=[booking.application_id]) in page
    for shown in (page, printed):
        assert booking.application.receipt_number in shown
        assert person.mobile not in shown
        assert person.email not in shown
        assert person.address not in shown


@pytest.mark.parametrize("blind", [True, False])
def test_in_a_blind_review_a_panellist_reads_no_name(sign_in, blind):
    cohort = selecting(policy={"blind_review": blind})
    reviewer = make_reviewer(cohort)
    panel = make_panel(cohort, reviewer)
    name = make_booking(make_slot(panel)).application.person.name

    for user, reads in ((reviewer, not blind), (make_member(Role.OFFICIAL, cohort.host), True)):
        client = sign_in(user)
        for address in (panel.get_absolute_url(), url("panel-print", panel.pk)):
            assert (name in words(client.get(address))) is reads


def test_a_time_with_somebody_in_conflict_is_shown_as_closed(sign_in, cohort):
    reviewer = make_reviewer(cohort)
    panel = make_panel(cohort, reviewer)
    booking = make_booking(make_slot(panel))
    declare_conflict(booking.application, reviewer, by=reviewer, kind="recusal")

    page = words(sign_in(reviewer).get(panel.get_absolute_url()))

    assert booking.application.receipt_number not in page
    assert "이해충돌" in page


def test_interviews_of_today_stand_on_the_home_of_the_panellist(sign_in, cohort):
    reviewer = make_reviewer(cohort)
    panel = make_panel(cohort, reviewer)
    make_booking(make_slot(panel, timezone.now()))

    assert f"{panel.get_absolute_url()}?day={timezone.localdate()}" in words(sign_in(reviewer).get("/"))


def test_who_did_not_come_is_marked_by_the_panel(sign_in, cohort):
    reviewer = make_reviewer(cohort)
    booking = make_booking(make_slot(make_panel(cohort, reviewer), timezone.now() - timedelta(minutes=10)))
    client = sign_in(reviewer)

    client.post(url("attendance", booking.pk), {"came": "no"})
    booking.refresh_from_db()
    assert booking.state == "no_show"
    client.post(url("attendance", booking.pk), {"came": "yes"})
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_a_strange_day_shows_an_empty_one(office, cohort):
    panel = make_panel(cohort)
    make_slot(panel)

    for day in ("x", "2026-02-31", "9999-12-31"):
        assert office.get(panel.get_absolute_url(), {"day": day}).status_code == 200
        assert office.post(url("slots-remove", panel.pk), {"day": day}).status_code == 302
    assert InterviewSlot.objects.count() == 1


# Calendars ---------------------------------------------------------------------------------


def event_of(response):
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def test_the_calendar_of_an_applicant_follows_the_booking(sign_in, cohort):
    first, second = make_slot(make_panel(cohort), at(5, 10)), make_slot(make_panel(cohort), at(6, 14, 30))
    application = make_invited(cohort)
    user = application.person.user
    me, file = sign_in(user), url("calendar", application.pk)
    assert me.get(file).status_code == 404

    book_interview(application, first, by=user)
    booked = event_of(me.get(file))
    book_interview(application, second, by=user)
    moved = event_of(me.get(file))
    cancel_interview(application, by=user)
    cancelled = event_of(me.get(file))

    assert booked["uid"] == moved["uid"] == cancelled["uid"]
    assert [event["sequence"] for event in (booked, moved, cancelled)] == [0, 1, 2]
    assert [str(event["status"]) for event in (booked, moved, cancelled)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert moved.decoded("dtstart") == at(6, 14, 30)
    assert moved["dtstart"].params["TZID"] == "Asia/Seoul"
    assert "본관 301호" in moved["location"]
    assert len(moved.walk("VALARM")) == 1


def test_the_file_carries_its_time_zone(sign_in, cohort):
    application = make_booking(make_slot(make_panel(cohort), at(5, 10)), make_invited(cohort)).application

    content = sign_in(application.person.user).get(url("calendar", application.pk)).content

    [zone] = Calendar.from_ical(content).walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Asia/Seoul"
    assert b"TZOFFSETTO:+0900" in content
    assert b"DTSTART;TZID=Asia/Seoul:" in content


def test_the_calendar_of_a_panellist_names_nobody(sign_in, cohort):
    reviewer = make_reviewer(cohort)
    panel = make_panel(cohort, reviewer)
    for slot in make_slots(panel, 2):
        make_booking(slot)

    content = sign_in(reviewer).get(url("panel-calendar", panel.pk)).content

    events = Calendar.from_ical(content).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [at(5, 10), at(5, 10, 25)]
    assert "홍길동" not in content.decode()


# What they cost ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "most"), [("interviews", 6), ("people", 6), ("panel", 9), ("panel-print", 8), ("interview", 6)]
)
def test_a_page_asks_the_same_of_any_number(office, cohort, count, name, most, django_assert_num_queries):
    for _number in range(count):
        panel = make_panel(cohort, make_reviewer(cohort), make_reviewer(cohort))
    for slot in make_slots(panel, count):
        make_booking(slot)
        make_slot(panel, slot.starts_at + timedelta(days=1))
    mine = make_invited(cohort)
    address = url(name, {"panel": panel.pk, "panel-print": panel.pk, "interview": mine.pk}.get(name, cohort.pk))
    office.get(address)

    with django_assert_num_queries(most):
        assert office.get(address).status_code == 200
