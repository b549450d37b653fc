"""From an accepted seat to a trainee, and to the end of the training."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import enrolment as actions
from cohorts.models import Enrolment, Track
from cohorts.states import LEAVES_BY_HAND, ApplicationState, CohortState, EnrolmentState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import (
    assign,
    make_application,
    make_cohort,
    make_enrolment,
    make_member,
    make_person,
    make_waitlist,
)

pytestmark = pytest.mark.django_db
A, E = ApplicationState, EnrolmentState


def accepted(cohort, *names):
    people = [make_person(host=cohort.host, name=name) for name in names]
    Track.objects.filter(cohort=cohort).update(seats_taken=len(names))
    return [make_application(cohort=cohort, person=person, state=A.ACCEPTED) for person in people]


def test_everybody_who_has_accepted_is_enrolled_and_numbered_by_name():
    cohort = make_cohort(state=CohortState.SELECTING)
    applications = accepted(cohort, "하지원", "강민준", "박서연")
    waiting = make_application(cohort=cohort, state=A.OFFERED)

    enrolments = actions.enrol(cohort, by=None)

    assert [(one.number, one.person.name) for one in enrolments] == [(1, "강민준"), (2, "박서연"), (3, "하지원")]
    for application in (*applications, waiting):
        application.refresh_from_db()
    assert [application.state for application in (*applications, waiting)] == ["enrolled"] * 3 + ["offered"]
    assert {enrolment.starts_on for enrolment in enrolments} == {cohort.starts_on}
    assert Mail.objects.filter(template="cohorts/enrolled").count() == 3
    assert AuditEvent.objects.filter(verb="enrolment.started").count() == 3


def test_who_accepts_later_is_enrolled_later_from_that_day_on():
    cohort = make_cohort(state=CohortState.SELECTING)
    accepted(cohort, "강민준")
    actions.enrol(cohort, by=None)
    accepted(cohort, "가나다")

    with time_machine.travel(timezone.now() + timedelta(days=62)):
        [late] = actions.enrol(cohort, by=None)

    assert (late.number, late.starts_on) == (2, cohort.starts_on + timedelta(days=2))


@pytest.mark.parametrize("state", CohortState)
def test_people_are_enrolled_only_around_the_start(state):
    cohort = make_cohort(state=state)
    accepted(cohort, "강민준")

    if state in (CohortState.SELECTING, CohortState.RUNNING):
        assert len(actions.enrol(cohort, by=None)) == 1
    else:
        with pytest.raises(ActionRefused):
            actions.enrol(cohort, by=None)
        assert not Enrolment.objects.exists()


def test_enrolling_nobody_is_refused():
    with pytest.raises(ActionRefused):
        actions.enrol(make_cohort(state=CohortState.SELECTING), by=None)


@pytest.mark.parametrize("number", [1, 100])
def test_enrolling_takes_the_same_queries_for_any_number(number, django_assert_max_num_queries):
    cohort = make_cohort(state=CohortState.SELECTING)
    accepted(cohort, *["강민준"] * number)

    with django_assert_max_num_queries(10):
        actions.enrol(cohort, by=None)


@pytest.mark.parametrize("was", E)
@pytest.mark.parametrize("to", LEAVES_BY_HAND)
def test_a_training_ends_once(was, to):
    enrolment = make_enrolment(state=was, ended_on=None if was == E.ACTIVE else timezone.localdate())
    on = enrolment.starts_on

    if was == E.ACTIVE:
        ended = actions.end_enrolment(enrolment, to, on=on, by=None, reason="이사")
        assert (ended.state, ended.ended_on, ended.end_reason) == (to, on, "이사")
        event = AuditEvent.objects.get()
        assert (event.verb, event.reason) == (f"enrolment.{to}", "이사")
    else:
        with pytest.raises(ActionRefused):
            actions.end_enrolment(enrolment, to, on=on, by=None)
        enrolment.refresh_from_db()
        assert (enrolment.state, AuditEvent.objects.count()) == (was, 0)


@pytest.mark.parametrize("days", [-31, 1])
def test_the_last_day_lies_in_the_training_and_not_in_the_future(days):
    enrolment = make_enrolment()

    with pytest.raises(ActionRefused) as refusal:
        actions.end_enrolment(enrolment, E.DROPPED, on=timezone.localdate() + timedelta(days=days), by=None)

    assert refusal.value.field == "on"


@pytest.mark.parametrize("valid", [True, False])
def test_the_seat_goes_on_only_while_the_waitlist_is_valid(valid):
    until = timezone.localdate() + timedelta(days=0 if valid else -1)
    cohort = make_cohort(
        state=CohortState.RUNNING, tracks={"일반": 1}, policy={"waitlist_until": until}, starts_on=until
    )
    _first, second = make_waitlist(cohort, A.ACCEPTED, A.WAITLISTED)
    cohort.tracks.update(seats_taken=1)
    [enrolment] = actions.enrol(cohort, by=None)

    actions.end_enrolment(enrolment, E.WITHDRAWN, on=timezone.localdate(), by=None)

    second.refresh_from_db()
    assert second.state == (A.OFFERED if valid else A.WAITLISTED)
    assert cohort.tracks.get().seats_taken == (0 if valid else 1)


@pytest.mark.parametrize("days", [0, 7, 8, 30])
@pytest.mark.parametrize("to", LEAVES_BY_HAND)
def test_until_registration_ends_one_withdraws_and_later_drops_out(to, days):
    """수강철회 and 미입과 only until the seventh day after the first; 중도포기 only after it."""
    cohort = make_cohort(state=CohortState.RUNNING, starts_on=timezone.localdate() - timedelta(days=40))
    enrolment = make_enrolment(cohort=cohort, application=make_application(cohort=cohort, state=A.ENROLLED))
    inside = days <= 7
    fits = {E.WITHDRAWN: inside, E.NO_SHOW: inside, E.DROPPED: not inside, E.EXPELLED: True}[to]
    on = cohort.starts_on + timedelta(days=days)

    if fits:
        assert actions.end_enrolment(enrolment, to, on=on, by=None).state == to
    else:
        with pytest.raises(ActionRefused) as refusal:
            actions.end_enrolment(enrolment, to, on=on, by=None)
        assert refusal.value.field == "to"


@pytest.mark.parametrize("days", [7, 8])
def test_the_seat_goes_on_only_while_seats_are_filled_again(days):
    """Whatever longer validity the waitlist has been given."""
    today = timezone.localdate()
    cohort = make_cohort(
        state=CohortState.RUNNING, tracks={"일반": 1}, starts_on=today - timedelta(days=days),
        policy={"waitlist_until": today + timedelta(days=90)},
    )  # fmt: skip
    _first, second = make_waitlist(cohort, A.ACCEPTED, A.WAITLISTED)
    cohort.tracks.update(seats_taken=1)
    [enrolment] = actions.enrol(cohort, by=None)
    Enrolment.objects.update(starts_on=cohort.starts_on)

    actions.end_enrolment(enrolment, E.WITHDRAWN, on=cohort.starts_on, by=None)

    second.refresh_from_db()
    assert second.state == (A.OFFERED if days == 7 else A.WAITLISTED)


# Pages ---------------------------------------------------------------------------------------

LIST = "/enrolments/"


@pytest.fixture
def official(client, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL)
    client.force_login(user)
    return user


def running(user, **fields):
    starts_on = timezone.localdate() - timedelta(days=30)
    return make_cohort(host=user.acting.organization, state=CohortState.RUNNING, starts_on=starts_on, **fields)


def test_the_list_searches_filters_and_masks(client, official):
    cohort = running(official)
    found = make_enrolment(cohort=cohort, person=make_person(host=cohort.host, name="강민준", mobile="010-1234-5678"))
    make_enrolment(
        cohort=cohort,
        person=make_person(host=cohort.host, name="박서연"),
        state=E.DROPPED,
        ended_on=timezone.localdate(),
    )
    make_enrolment()

    response = client.get(LIST, {"q": "민준"})

    assert list(response.context["listing"]) == [found]
    assert "010-****-5678" in response.content.decode()
    assert "010-1234-5678" not in response.content.decode()
    assert client.get(LIST).context["listing"].total == 2
    assert client.get(LIST, {"state": "active"}).context["listing"].total == 1
    assert client.get(LIST, {"cohort": cohort.pk}).context["listing"].total == 2
    assert AccessRecord.objects.filter(action="enrolment.listed").count() == 4


def test_an_instructor_sees_the_own_cohorts_trainees_and_ends_nothing(client, official):
    cohort = running(official)
    mine = make_enrolment(cohort=cohort)
    make_enrolment(cohort=running(official))
    client.force_login(assign(make_member(Role.INSTRUCTOR, cohort.host), cohort))

    response = client.get(LIST)

    assert list(response.context["listing"]) == [mine]
    end = reverse("cohorts:enrolment-end", args=[mine.pk])
    assert end not in response.content.decode()
    assert client.get(end).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(client, official, count, django_assert_max_num_queries):
    cohort = running(official)
    for _ in range(count):
        make_enrolment(cohort=cohort)
    client.get(LIST)

    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_enrolling_through_the_page(client, official):
    cohort = make_cohort(host=official.acting.organization, state=CohortState.SELECTING)
    accepted(cohort, "강민준")
    url = reverse("cohorts:enrolment-start", args=[cohort.pk])
    assert client.get(url).context["accepted"] == 1
    assert not Enrolment.objects.exists()

    response = client.post(url, follow=True)

    assert response.context["listing"].total == 1
    assert client.post(url, follow=True).status_code == 200  # nobody left: a message, no error


def test_ending_through_the_page_asks_for_day_and_reason(client, official):
    enrolment = make_enrolment(cohort=running(official))
    url = reverse("cohorts:enrolment-end", args=[enrolment.pk])
    day = timezone.localdate().isoformat()

    bad = client.post(url, {"to": "completed", "on": "2026-02-30", "reason": ""})
    assert bad.status_code == 422
    assert set(bad.context["form"].errors) == {"to", "on", "reason"}
    assert client.post(url, {"to": "dropped", "on": "2020-01-01", "reason": "취업"}).status_code == 422

    assert client.post(url, {"to": "dropped", "on": day, "reason": "취업"}).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.state == E.DROPPED
    assert client.post(url, {"to": "expelled", "on": day, "reason": "또"}).status_code == 422


def test_another_citys_trainee_is_unknown(client, official):
    other = make_enrolment()

    assert client.get(reverse("cohorts:enrolment-end", args=[other.pk])).status_code == 404
    assert client.get(reverse("cohorts:enrolment-start", args=[other.cohort_id])).status_code == 404
