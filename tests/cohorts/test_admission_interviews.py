"""Admission interviews: invited, chosen by oneself until a cutoff, never before somebody with a conflict."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cohorts.actions.applications import withdraw_application
from cohorts.actions.interview_panels import add_slots, create_panel, edit_panel, remove_panel, remove_slots
from cohorts.actions.interviews import (
    book_interview,
    cancel_interview,
    invite_to_interview,
    mark_attendance,
    remind_of_interviews,
    strike_needless_interviews,
)
from cohorts.actions.reviewing import declare_conflict
from cohorts.actions.selection import prepare_selection, release_selection
from cohorts.interviewing import slots_of_day
from cohorts.models import Application, Cohort, InterviewBooking, InterviewInvitation, InterviewSlot, ReviewAssignment
from cohorts.queries import interviews as queries
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
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
from tests.factories import make_application, make_member, make_person, make_scores, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return selecting()


@pytest.fixture
def office(cohort):
    return make_member(Role.OFFICIAL, cohort.host)


def mails(template):
    return Mail.objects.filter(template=f"cohorts/{template}")


# Panels and times ---------------------------------------------------------------------------


def test_a_panel_of_three_opens_a_morning(cohort, office):
    reviewers = [make_reviewer(cohort) for _ in range(3)]
    panel = create_panel(cohort, by=office, name="1조", place="본관 301호", reviewers=reviewers)
    day = at(5).date()

    number = add_slots(panel, slots_of_day(day, at(5, 9).time(), at(5, 12).time(), minutes=20, rest=10), by=office)

    assert number == panel.slots.count() == 6
    assert queries.days_of(panel) == [day]
    assert [event.verb for event in AuditEvent.objects.about(panel)] == [
        "interview_panel.slots_added", "interview_panel.created",
    ]  # fmt: skip


def test_a_panel_meets_somewhere_and_of_reviewers_of_the_cohort(cohort, office):
    with pytest.raises(ActionRefused) as nowhere:
        create_panel(cohort, by=office, name="1조", reviewers=[make_reviewer(cohort)])
    with pytest.raises(ActionRefused) as stranger:
        create_panel(cohort, by=office, name="1조", place="301호", reviewers=[make_reviewer(selecting())])
    make_panel(cohort, name="1조")
    with pytest.raises(ActionRefused) as twice:
        create_panel(cohort, by=office, name="1조", place="301호", reviewers=[])

    assert [one.value.field for one in (nowhere, stranger, twice)] == ["place", "reviewers", "name"]


def test_times_that_meet_others_are_refused_whole(cohort, office):
    reviewer = make_reviewer(cohort)
    panel, other = make_panel(cohort, reviewer), make_panel(cohort, reviewer)
    make_slot(panel, at(5, 11))
    morning = slots_of_day(at(5).date(), at(5, 10).time(), at(5, 12).time(), minutes=20, rest=0)

    for one in (panel, other):
        with pytest.raises(ActionRefused):
            add_slots(one, morning, by=office)

    assert InterviewSlot.objects.count() == 1


def test_a_panellist_of_another_panel_at_that_time_cannot_join(cohort, office):
    reviewer = make_reviewer(cohort)
    make_slot(make_panel(cohort, reviewer))
    panel = make_panel(cohort)
    make_slot(panel)

    with pytest.raises(ActionRefused) as refusal:
        edit_panel(panel, by=office, name=panel.name, place=panel.place, reviewers=[reviewer])

    assert refusal.value.field == "reviewers"
    assert reviewer not in panel.reviewers.all()


def test_another_place_is_told_to_who_has_booked_and_moves_their_calendar(cohort, office):
    panel = make_panel(cohort)
    booking = make_booking(make_slot(panel))

    edit_panel(panel, by=office, name=panel.name, place="별관 2층", reviewers=list(panel.reviewers.all()))

    booking.refresh_from_db()
    assert booking.sequence == 1
    assert "별관 2층" in mails("interview_moved").get().body


def test_what_is_booked_is_neither_closed_nor_removed(cohort, office):
    panel = make_panel(cohort)
    first, _second = make_slots(panel, 2)
    make_booking(first)
    day = at(5).date()

    assert remove_slots(panel, day, by=office) == 1
    for refused in (lambda: remove_slots(panel, day, by=office), lambda: remove_panel(panel, by=office)):
        with pytest.raises(ActionRefused):
            refused()

    cancel_interview(first.bookings.get().application, by=office)
    remove_panel(panel, by=office)
    assert not cohort.panels.exists()


# Invitations -------------------------------------------------------------------------------


def test_everybody_above_a_mark_is_invited_once_and_told_until_when(cohort, office):
    make_slots(make_panel(cohort), 3)
    good, weak, unscored = (make_application(cohort=cohort) for _ in range(3))
    make_scores(good, document=80)
    make_scores(weak, document=59)
    until = at(3, 18)

    number = invite_to_interview(cohort, queries.invitable(cohort, "marked", mark=60), by=office, book_until=until)

    assert number == 1
    assert InterviewInvitation.objects.get().application == good
    mail = mails("interview_invited").get()
    assert mail.address == good.person.email
    assert f"/applications/{good.pk}/interview/" in mail.body
    assert set(queries.invitable(cohort, "all")) == {weak, unscored}
    assert set(queries.invitable(cohort, "unbooked")) == {good}


def test_who_has_not_chosen_is_invited_again_with_a_new_deadline(cohort, office):
    slot = make_slots(make_panel(cohort), 2)[0]
    waiting, booked = make_invited(cohort, hours=1), make_invited(cohort)
    make_booking(slot, booked)

    number = invite_to_interview(cohort, queries.invitable(cohort, "unbooked"), by=office, book_until=at(4))

    waiting.interview_invitation.refresh_from_db()
    assert (number, waiting.interview_invitation.book_until) == (1, at(4))
    assert InterviewInvitation.objects.count() == 2


def test_nobody_is_invited_without_a_time_to_choose(cohort, office):
    make_application(cohort=cohort)
    everybody = queries.invitable(cohort, "all")

    with pytest.raises(ActionRefused):
        invite_to_interview(cohort, everybody, by=office, book_until=at(3))
    make_slot(make_panel(cohort))
    with pytest.raises(ActionRefused):
        invite_to_interview(cohort, everybody, by=office, book_until=timezone.now())

    assert not InterviewInvitation.objects.exists()


# Choosing, changing, cancelling -----------------------------------------------------------


def test_an_applicant_books_moves_and_cancels(cohort):
    first, second = make_slots(make_panel(cohort), 2)
    application = make_invited(cohort)
    me = application.person.user

    booking = book_interview(application, first, by=me)
    moved = book_interview(application, second, by=me)
    cancelled = cancel_interview(application, by=me)

    assert booking.pk == moved.pk == cancelled.pk
    assert (moved.sequence, cancelled.sequence, cancelled.state) == (1, 2, "cancelled")
    assert not InterviewSlot.objects.filter(taken__gt=0).exists()
    assert [mails(f"interview_{what}").count() for what in ("booked", "moved", "cancelled")] == [1, 1, 1]
    assert [event.verb for event in AuditEvent.objects.about(application)] == [
        "application.interview_cancelled", "application.interview_moved", "application.interview_booked",
    ]  # fmt: skip


def test_the_mail_tells_time_place_and_calendar_in_korean_time(cohort):
    slot = make_slot(make_panel(cohort, place="본관 301호"), at(5, 14, 30))
    application = make_invited(cohort)

    book_interview(application, slot, by=application.person.user)

    text = mails("interview_booked").get().body
    assert "14:30–14:50" in text
    assert "본관 301호" in text
    assert f"/applications/{application.pk}/interview/calendar/" in text


@pytest.mark.parametrize("hours", [24, 3])
def test_until_the_cutoff_of_the_policy_and_not_after(hours):
    cohort = selecting(policy={"interview_change_hours": hours})
    slot, later = make_slots(make_panel(cohort), 2)
    application = make_invited(cohort, hours=1000)
    me = application.person.user
    book_interview(application, slot, by=me)

    with time_machine.travel(slot.starts_at - timedelta(hours=hours, seconds=1), tick=False):
        book_interview(application, later, by=me)
    with time_machine.travel(later.starts_at - timedelta(hours=hours), tick=False):
        for late in (lambda: book_interview(application, slot, by=me), lambda: cancel_interview(application, by=me)):
            with pytest.raises(ActionRefused):
                late()

    assert InterviewBooking.objects.get().slot == later


def test_who_is_not_invited_or_too_late_does_not_choose(cohort):
    slot = make_slot(make_panel(cohort))
    late = make_invited(cohort, hours=-1)
    uninvited = make_application(cohort=cohort, person=make_person(host=cohort.host, user=make_user()))

    for application in (late, uninvited):
        with pytest.raises(ActionRefused):
            book_interview(application, slot, by=application.person.user)

    assert not InterviewBooking.objects.exists()


def test_the_office_books_for_who_telephones_without_invitation_or_cutoff(cohort, office):
    slot, full = make_slot(make_panel(cohort), timezone.now() + timedelta(hours=2)), make_slot(make_panel(cohort))
    make_booking(full)
    application = make_application(cohort=cohort)

    with pytest.raises(ActionRefused):
        book_interview(application, full, by=office)
    booking = book_interview(application, slot, by=office)
    cancel_interview(application, by=office, reason="전화로 취소를 요청하셨습니다.")

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert "전화로 취소를" in mails("interview_cancelled").get().body


def test_a_time_of_another_cohort_or_in_the_past_is_not_taken(cohort, office):
    application = make_invited(cohort)
    foreign = make_slot(make_panel())
    past = make_slot(make_panel(cohort), timezone.now() - timedelta(hours=1))

    for slot in (foreign, past):
        with pytest.raises(ActionRefused):
            book_interview(application, slot, by=office)


def test_who_withdraws_gives_the_time_back(cohort):
    slot = make_slot(make_panel(cohort))
    application = make_booking(slot).application

    withdraw_application(application, by=application.person.user)

    slot.refresh_from_db()
    assert (slot.taken, InterviewBooking.objects.get().state) == (0, "cancelled")


def test_a_result_strikes_the_interview_that_would_have_come(cohort, office):
    slot, past = make_slot(make_panel(cohort)), make_slot(make_panel(cohort), timezone.now() - timedelta(hours=3))
    decided, interviewed = make_booking(slot).application, make_booking(past).application
    for application in (decided, interviewed):
        make_scores(application)

    release_selection(prepare_selection(cohort, by=office), by=office, override="담당자가 한 명입니다.")

    assert dict(InterviewBooking.objects.values_list("application", "state")) == {
        decided.pk: "cancelled", interviewed.pk: "booked",
    }  # fmt: skip
    assert AuditEvent.objects.filter(verb="application.interview_cancelled", object_id=decided.pk).exists()
    slot.refresh_from_db()
    assert slot.taken == 0


@pytest.mark.parametrize("change", ["waitlisted", "cancelled"])
def test_what_became_needless_is_struck_once_nothing_can_be_undone_any_more(cohort, change):
    booking = make_booking(make_slot(make_panel(cohort)))
    kept = make_booking(make_slot(make_panel(selecting())))
    if change == "cancelled":
        Cohort.objects.filter(pk=cohort.pk).update(state="cancelled")
    else:
        Application.objects.filter(pk=booking.application_id).update(state=change)

    assert strike_needless_interviews() == 0
    assert strike_needless_interviews(timezone.now() + timedelta(hours=2)) == 1

    assert InterviewBooking.objects.get(state="cancelled") == booking
    assert InterviewBooking.objects.live().get() == kept
    with pytest.raises(ActionRefused):
        book_interview(booking.application, booking.slot, by=None)


# Conflicts of interest ----------------------------------------------------------------------


def test_nobody_is_offered_a_panel_with_a_declared_conflict(cohort, office):
    reviewer = make_reviewer(cohort)
    barred, other = make_slot(make_panel(cohort, reviewer)), make_slot(make_panel(cohort), at(6))
    application, neighbour = make_invited(cohort), make_invited(cohort)
    declare_conflict(application, reviewer, by=reviewer, kind="exclusion")

    now = timezone.now()
    assert set(queries.free_slots(application, not_before=now)) == {other}
    assert set(queries.free_slots(neighbour, not_before=now)) == {barred, other}
    for by in (office, application.person.user):
        with pytest.raises(ActionRefused):
            book_interview(application, barred, by=by)


def test_a_conflict_declared_later_is_flagged_and_hides_the_applicant(cohort, office):
    reviewer, colleague = make_reviewer(cohort), make_reviewer(cohort)
    booking = make_booking(make_slot(make_panel(cohort, reviewer, colleague)))
    assert booking.application in queries.narrowed_people(Application.objects.all(), "booked")

    declare_conflict(booking.application, reviewer, by=reviewer, kind="recusal")

    assert list(InterviewBooking.objects.conflicted()) == [booking]
    assert list(queries.narrowed_people(Application.objects.all(), "conflict")) == [booking.application]
    assert [todo.url for todo in queries.interview_todos(office)] == [
        f"/cohorts/{cohort.pk}/interviews/people/?show=conflict"
    ]
    assert not InterviewBooking.objects.visible_to(reviewer).exists()
    assert InterviewBooking.objects.visible_to(colleague).exists()


def test_a_panellist_scores_whom_the_panel_sees_given_out_or_not(cohort):
    reviewer, other = make_reviewer(cohort), make_reviewer(cohort)
    seen, unseen = make_invited(cohort), make_invited(cohort)
    for one in (seen, unseen):
        ReviewAssignment.objects.create(application=one, cohort=cohort, host=cohort.host, reviewer=other)
    make_booking(make_slot(make_panel(cohort, reviewer)), seen)

    assert set(Application.objects.visible_to(reviewer)) == {seen}


# Afterwards ---------------------------------------------------------------------------------


def test_who_did_not_come_is_written_down_and_may_be_corrected(cohort, office):
    coming, over = make_panel(cohort), make_panel(cohort)
    booking = make_booking(make_slot(over, timezone.now() - timedelta(minutes=30)))
    with pytest.raises(ActionRefused):
        mark_attendance(make_booking(make_slot(coming)), by=office, came=False)

    mark_attendance(booking, by=office, came=False)
    assert queries.interview_numbers(cohort)["no_show"] == 1
    booking = mark_attendance(booking, by=office, came=True)

    assert booking.state == "booked"
    booking.slot.refresh_from_db()
    assert booking.slot.taken == 1


def test_a_reminder_goes_out_once_in_the_last_day(cohort):
    panel = make_panel(cohort)
    slot, tomorrow = make_slot(panel, at(5)), make_slot(panel, timezone.now() + timedelta(hours=20))
    booked, last_minute = make_booking(slot), make_booking(tomorrow)

    assert remind_of_interviews() == 0  # booked within the day before, and told already
    with time_machine.travel(slot.starts_at - timedelta(hours=23), tick=False):
        remind_of_interviews()
        remind_of_interviews()

    assert [mail.address for mail in mails("interview_soon")] == [booked.application.person.email]
    assert last_minute.application.person.email != booked.application.person.email


def test_one_time_is_shown_once_and_the_emptier_panel_takes_it(cohort):
    busy, empty = make_panel(cohort), make_panel(cohort)
    make_booking(make_slot(busy, at(5, 9)))
    make_slot(busy, at(5, 10))
    wanted = make_slot(empty, at(5, 10))

    [day] = queries.free_days(make_invited(cohort), not_before=timezone.now())

    assert day.times == [wanted]
