"""Job interviews: recorded by the company or the office, read by whom they concern, counted towards the promise."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Commitment, CommitmentFigure, Party
from partners.states import Measure
from placements import actions
from placements.models import JobInterview
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import (
    make_agreement,
    make_cohort,
    make_company,
    make_consent,
    make_enrolment,
    make_member,
    make_programme,
    make_project,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def team():
    """Under an agreement by which the company promised ten interviews; one of three trainees has consented."""
    official = make_member(Role.OFFICIAL)
    host = official.acting.organization
    agreement, company = make_agreement(host=host), make_company()
    party = Party.objects.create(agreement=agreement, organization=company)
    Commitment.objects.create(
        agreement=agreement, party=party, what="채용 면접", unit="회", quantity=10, measure=Measure.INTERVIEWS
    )
    cohort = make_cohort(
        programme=make_programme(agreement=agreement, host=host), state="running", starts_on=TODAY - timedelta(days=90)
    )
    team = make_team(project=make_project(cohort=cohort, company=company, state="running"))
    team.official = official
    make_consent(person=consenting(team).person)
    return team


def consenting(team):
    return team.members.first().enrolment


def record(team, enrolment=None, **fields):
    values = {"held_on": TODAY, "kind": "technical", "outcome": "awaited", "company": team.project.company}
    return actions.record_interview(enrolment or consenting(team), by=None, **values | fields)


def figure(team):
    return CommitmentFigure.objects.get(agreement=team.cohort.programme.agreement).number


def test_an_interview_counts_at_once_and_a_withdrawn_one_no_more(team):
    record(team)
    wrong = record(team, kind="final")
    assert figure(team) == 2

    actions.withdraw_interview(wrong, by=team.official, reason="중복 입력")

    assert figure(team) == 1
    assert JobInterview.objects.count() == 2
    verbs = AuditEvent.objects.filter(object_type="placements.jobinterview").order_by("pk")
    assert [event.verb for event in verbs] == ["interview.recorded", "interview.recorded", "interview.withdrawn"]


def test_the_interviews_of_another_company_are_not_its_own(team):
    record(team, company=make_company())

    assert figure(team) == 0


@pytest.mark.parametrize("days", [1, -91])
def test_the_day_lies_in_the_course_and_not_ahead(team, days):
    with pytest.raises(ActionRefused) as refused:
        record(team, held_on=TODAY + timedelta(days=days))
    assert refused.value.field == "held_on"


def test_the_same_interview_is_recorded_once(team):
    record(team)
    with pytest.raises(ActionRefused):
        record(team)

    actions.withdraw_interview(JobInterview.objects.get(), by=None, reason="날짜 오류")
    assert record(team).pk


def test_an_outcome_is_settled_and_a_withdrawn_one_is_not(team):
    interview = record(team)

    actions.settle_interview(interview, by=None, outcome="passed")
    interview.refresh_from_db()
    assert interview.outcome == "passed"

    actions.withdraw_interview(interview, by=None, reason="중복")
    with pytest.raises(ActionRefused):
        actions.settle_interview(interview, by=None, outcome="failed")


# The pages -----------------------------------------------------------------------------


def test_the_companys_mentor_records_one_of_a_consenting_trainee(sign_in, team):
    browser = sign_in(team.mentor.user.act_as(team.mentor))
    trainee = consenting(team)
    url = reverse("placements:interview-record", args=[trainee.pk])
    typed = {"held_on": str(TODAY), "kind": "final", "outcome": "awaited"}

    assert url in browser.get(reverse("placements:team", args=[team.pk])).content.decode()
    wrong = browser.post(url, typed | {"held_on": str(TODAY + timedelta(days=2))})
    browser.post(url, typed)

    assert wrong.status_code == 422
    assert str(TODAY + timedelta(days=2)) in wrong.content.decode()
    assert JobInterview.objects.get().company == team.project.company


def test_a_mentor_cannot_name_who_has_not_consented_nor_after_the_project(sign_in, team):
    browser = sign_in(team.mentor.user.act_as(team.mentor))
    silent = team.members.last().enrolment
    record(team)
    record(team, silent)
    page = browser.get(reverse("placements:interview-list")).content.decode()

    assert browser.get(reverse("placements:interview-record", args=[silent.pk])).status_code == 404
    assert page.count(consenting(team).person.name) == 1
    actions.finish_project(team.project, by=None)
    assert browser.get(reverse("placements:interview-record", args=[consenting(team).pk])).status_code == 404
    assert consenting(team).person.name not in browser.get(reverse("placements:interview-list")).content.decode()


def test_another_companys_mentor_and_another_citys_official_see_none(sign_in, team):
    record(team)
    for stranger in (make_member(Role.MENTOR), make_member(Role.OFFICIAL)):
        page = sign_in(stranger).get(reverse("placements:interview-list"), headers={"Accept-Language": "en"})
        assert page.context["listing"].total == 0


def test_a_trainee_reads_the_own(sign_in, team):
    trainee = consenting(team)
    trainee.person.user = make_user()
    trainee.person.save(update_fields=["user"])
    record(team)
    record(team, team.members.last().enrolment)

    page = sign_in(trainee.person.user).get(reverse("placements:interview-list"))
    own = sign_in(trainee.person.user).get(reverse("placements:trainee-outcome", args=[trainee.pk]))

    assert page.context["listing"].total == 1
    assert str(team.project.company) in own.content.decode()


def test_the_office_takes_one_back_with_a_reason(sign_in, team):
    interview, browser = record(team), sign_in(team.official)
    url = reverse("placements:interview-withdraw", args=[interview.pk])

    browser.post(url, {"reason": ""})
    assert figure(team) == 1
    browser.post(url, {"reason": "다른 사람의 기록"})

    assert figure(team) == 0
    assert "다른 사람의 기록" in browser.get(reverse("placements:interview-list")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(sign_in, team, django_assert_num_queries, count):
    for _number in range(count):
        record(team, make_enrolment(cohort=team.cohort))
    browser = sign_in(team.official)
    browser.get(reverse("placements:interview-list"))

    with django_assert_num_queries(7):
        browser.get(reverse("placements:interview-list"))
