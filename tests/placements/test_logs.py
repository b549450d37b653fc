"""Mentoring logs: who sees whom, what is refused, and what never changes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from placements import actions
from placements.models import MentoringLog
from placements.queries import approved_hours, faces
from placements.states import LOG_TRANSITIONS, LogState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import (
    assign,
    make_consent,
    make_log,
    make_member,
    make_project,
    make_team,
)

pytestmark = pytest.mark.django_db


def at(hour: int, days_ago: int = 1):
    day = timezone.localtime() - timedelta(days=days_ago)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def meeting(team, **fields):
    """The fields of a log of yesterday from 14 to 16."""
    return {
        "starts_at": at(14),
        "ends_at": at(16),
        "mode": "online",
        "topic": "데이터 정제",
        "content": "결측값",
        "progress": 30,
        "feedback": "좋음",
        "attendees": [member.enrolment for member in team.members.all()],
    } | fields


@pytest.fixture
def team():
    return make_team()


def mentor_of(team):
    return team.mentor.user.act_as(team.mentor)


# What is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ends_at": at(14)}, "ends_at"),
        ({"ends_at": at(13)}, "ends_at"),
        ({"starts_at": at(1), "ends_at": at(14)}, "ends_at"),
        ({"ends_at": timezone.now() + timedelta(hours=1)}, "ends_at"),
        ({"attendees": []}, "attendees"),
        ({"next_due": timezone.localdate() - timedelta(days=2)}, "next_due"),
    ],
)
def test_a_meeting_that_cannot_have_been_is_refused(team, fields, field):
    with pytest.raises(ActionRefused) as refusal:
        actions.write_log(team, by=None, **meeting(team, **fields))

    assert refusal.value.field == field
    assert not MentoringLog.objects.exists()


def test_somebody_of_another_team_was_not_there(team):
    stranger = make_team().members.first().enrolment

    with pytest.raises(ActionRefused) as refusal:
        actions.write_log(team, by=None, **meeting(team, attendees=[stranger]))

    assert refusal.value.field == "attendees"


@pytest.mark.parametrize(("start", "end", "clashes"), [(15, 17, True), (14, 16, True), (16, 17, False)])
def test_a_mentor_meets_one_team_at_a_time(team, start, end, clashes):
    actions.write_log(team, by=None, **meeting(team))
    second = make_team(project=make_project(company=team.project.company, state="running"), mentor=mentor_of(team))

    def write():
        return actions.write_log(second, by=None, **meeting(second, starts_at=at(start), ends_at=at(end)))

    if clashes:
        with pytest.raises(ActionRefused, match=team.name) as refusal:
            write()
        assert refusal.value.field == "starts_at"
    else:
        assert write().number == 1


def test_the_database_refuses_what_two_requests_miss(team):
    make_log(team=team)
    second = make_team(project=make_project(company=team.project.company, state="running"), mentor=mentor_of(team))

    with pytest.raises(DatabaseError, match="mentor_meets_one_team_at_a_time"), transaction.atomic():
        make_log(team=second)


def test_no_log_once_the_project_is_over(team):
    actions.finish_project(team.project, by=None)

    with pytest.raises(ActionRefused):
        actions.write_log(team, by=None, **meeting(team))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"progress": "101"}, "progress"),
        ({"progress": "-1"}, "progress"),
        ({"progress": "30.5"}, "progress"),
        ({"progress": ""}, "progress"),
        ({"mode": ""}, "mode"),
        ({"attendees": []}, "attendees"),
    ],
)
def test_a_wrong_form_is_told_beside_its_field(client, sign_in, team, change, field):
    sign_in(mentor_of(team))
    typed = {
        "starts_at": f"{at(14):%Y-%m-%dT%H:%M}", "ends_at": f"{at(16):%Y-%m-%dT%H:%M}", "mode": "online",
        "topic": "x", "content": "x", "progress": "30", "feedback": "x",
        "attendees": [member.enrolment_id for member in team.members.all()],
    }  # fmt: skip

    answer = client.post(reverse("placements:log-write", args=[team.pk]), typed | change)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["topic"].value() == "x"


# States --------------------------------------------------------------------------------

VERBS = {
    "submitted": lambda log: actions.submit_log(log, by=None),
    "returned": lambda log: actions.return_log(log, reason="사진 첨부", by=None),
    "approved": lambda log: actions.approve_log(log, by=None),
}


@pytest.mark.parametrize("to", VERBS)
@pytest.mark.parametrize("state", LogState)
def test_a_log_moves_along_its_table_only(team, state, to):
    log = make_log(team=team, state=state)

    if to in LOG_TRANSITIONS[state]:
        assert VERBS[to](log).state == to
        assert AuditEvent.objects.get(object_type="placements.mentoringlog").after == {"state": to}
    else:
        with pytest.raises(ActionRefused):
            VERBS[to](log)
        assert MentoringLog.objects.get(pk=log.pk).state == state


def test_a_returned_log_tells_its_mentor_why(team):
    actions.return_log(make_log(team=team, state="submitted"), reason="참석자를 확인하세요", by=None)

    mail = Mail.objects.get()
    assert mail.address == team.mentor.user.email
    assert "참석자를 확인하세요" in mail.body


def test_nobody_approves_an_own_log(team):
    log = make_log(team=team, state="submitted")

    with pytest.raises(ActionRefused):
        actions.approve_log(log, by=team.mentor.user)


def test_the_database_keeps_an_approved_log_as_it_is(team):
    log = make_log(team=team, state="approved")

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        MentoringLog.objects.filter(pk=log.pk).update(progress=99)
    with pytest.raises(DatabaseError), transaction.atomic():
        MentoringLog.objects.filter(pk=log.pk).delete()


def test_a_correction_is_a_new_version_that_replaces_the_first_once_approved(team):
    first = make_log(team=team, state="approved")
    second = actions.amend_log(first, by=None)
    fields = meeting(team, starts_at=first.starts_at, ends_at=first.starts_at + timedelta(hours=3))
    actions.edit_log(second, by=None, **fields)
    assert approved_hours(MentoringLog.objects.all()) == Decimal("2.00")

    actions.submit_log(second, by=None)
    actions.approve_log(second, by=None)

    first.refresh_from_db()
    assert (first.superseded_at is None, first.progress) == (False, 30)
    assert MentoringLog.objects.approved().get() == second
    assert (second.number, second.version) == (first.number, 2)
    assert approved_hours(MentoringLog.objects.all()) == Decimal("3.00")


def test_two_new_versions_at_once_are_refused(team):
    log = make_log(team=team, state="approved")
    actions.amend_log(log, by=None)

    with pytest.raises(ActionRefused):
        actions.amend_log(log, by=None)


# Who sees whom -------------------------------------------------------------------------


def test_a_mentor_reads_a_name_only_with_consent(client, sign_in, team):
    willing, unwilling, withdrawn = [member.enrolment for member in team.members.order_by("enrolment__number")]
    for one, name in ((willing, "동의함"), (unwilling, "동의안함"), (withdrawn, "철회함")):
        one.person.name = name
        one.person.save()
    make_consent(person=willing.person)
    make_consent(person=withdrawn.person, withdrawn_at=timezone.now())
    make_log(team=team, state="approved")
    sign_in(mentor_of(team))

    pages = [team.get_absolute_url(), reverse("placements:log-write", args=[team.pk])]
    pages += [MentoringLog.objects.get().get_absolute_url()]
    for url in pages:
        text = client.get(url).content.decode()
        assert "동의함" in text, url
        assert "동의안함" not in text, url
        assert "철회함" not in text, url
        assert unwilling.person.email not in text
    assert AccessRecord.objects.filter(action="team.viewed").get().people == 1


def test_consent_for_another_purpose_shows_nothing(team):
    make_consent(person=team.members.first().enrolment.person, kind="news")

    assert not any(face.name for face in faces(mentor_of(team), team))


@pytest.mark.parametrize("state", ["open", "finished", "withdrawn"])
def test_a_mentor_reaches_the_team_only_while_the_project_runs(client, sign_in, state):
    team = make_team(project=make_project(state=state))
    make_consent(person=team.members.first().enrolment.person)
    sign_in(mentor_of(team))

    assert client.get(team.get_absolute_url()).status_code == 404
    assert team.name in client.get(reverse("placements:team-list")).content.decode()


def test_after_the_project_an_own_log_shows_numbers_only(client, sign_in, team):
    person = team.members.first().enrolment.person
    person.name = "이름있음"
    person.save()
    make_consent(person=person)
    log = make_log(team=team, state="approved")
    actions.finish_project(team.project, by=None)
    sign_in(mentor_of(team))

    answer = client.get(log.get_absolute_url())

    assert answer.status_code == 200
    assert "이름있음" not in answer.content.decode()


def test_an_instructor_approves_and_a_mentor_may_not(client, sign_in, team):
    log = make_log(team=team, state="submitted")
    url = reverse("placements:log-approve", args=[log.pk])
    sign_in(mentor_of(team))
    assert client.post(url).status_code == 403
    instructor = assign(make_member(Role.INSTRUCTOR, team.host), team.cohort)
    sign_in(instructor)

    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    log.refresh_from_db()
    assert (log.state, log.confirmed_by) == ("approved", instructor)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_logs_takes_the_same_queries_for_one_and_three(client, sign_in, django_assert_num_queries, count):
    official = make_member(Role.OFFICIAL, (team := make_team()).host)
    for number in range(count):
        make_log(team=team, state="submitted", days_ago=number + 1)
    sign_in(official)
    client.get(reverse("placements:log-list"))

    with django_assert_num_queries(8):
        assert client.get(reverse("placements:log-list")).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_team_takes_the_same_queries_for_one_and_three(client, sign_in, django_assert_num_queries, count):
    team = make_team(members=count)
    for number in range(count):
        make_log(team=team, state="approved", days_ago=number + 1)
    sign_in(mentor_of(team))
    client.get(team.get_absolute_url())

    with django_assert_num_queries(7):
        assert client.get(team.get_absolute_url()).status_code == 200
