"""The number beside a commitment is the number of the records it leads to, for every measure."""

from datetime import timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.utils import timezone

from partners.actions.figures import refresh_figures
from partners.measures import COUNTERS, promises_of
from partners.models import Agreement, Commitment, Party
from partners.states import BY_HAND, Measure
from placements import actions
from portal.accounts.roles import Role
from tests.factories import (
    make_agreement,
    make_cohort,
    make_company,
    make_enrolment,
    make_log,
    make_member,
    make_programme,
    make_project,
    make_team,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def busy(agreement, company):
    """A cohort under the agreement in which `company` and another do everything that counts, and more."""
    programme = make_programme(agreement=agreement, host=agreement.host)
    cohort = make_cohort(programme=programme, state="running", capacity=40, starts_on=TODAY - timedelta(days=60))
    make_cohort(programme=programme, state="planned", capacity=7)
    make_enrolment(cohort=cohort, state="withdrawn", ended_on=TODAY)
    for each in (company, make_company()):
        team = make_team(project=make_project(cohort=cohort, company=each, state="running"))
        other = make_team(project=team.project, mentor=team.mentor.user.act_as(team.mentor), members=1)
        make_project(cohort=cohort, company=each, state="proposed")
        make_log(team=team, state="approved", days_ago=5, hours=3)
        make_log(team=other, state="approved", days_ago=4)
        make_log(team=team, state="submitted", days_ago=3)
        for kind in ("technical", "final"):
            interview = actions.record_interview(
                team.members.first().enrolment, by=None, company=each, held_on=TODAY, kind=kind, outcome="passed"
            )
        actions.withdraw_interview(interview, by=None, reason="중복")


def promise_everything(agreement, company):
    party = Party.objects.create(agreement=agreement, organization=company)
    for measure in Measure:
        Commitment.objects.create(
            agreement=agreement, party=party, what=measure, unit="건", quantity=9, measure=measure
        )
    refresh_figures(agreement.pk)


# How many there are on the page that a number leads to. Mentors are rows of the company's own page.
SHOWN = {
    Measure.SEATS: lambda answer: sum(row.capacity for row in answer.context["listing"]),
    Measure.TRAINEES: lambda answer: answer.context["listing"].total,
    Measure.PROJECTS: lambda answer: answer.context["listing"].total,
    Measure.INTERVIEWS: lambda answer: answer.context["listing"].total,
    Measure.MENTOR_HOURS: lambda answer: int(answer.context["hours"]),
}
EXPECTED = {"seats": 40, "trainees": 8, "projects": 1, "mentors": 1, "mentor_hours": 5, "interviews": 1}


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def agreement(official):
    agreement, company = make_agreement(host=official.acting.organization), make_company()
    elsewhere = make_agreement(host=official.acting.organization)
    busy(agreement, company)
    busy(elsewhere, company)
    promise_everything(agreement, company)
    return agreement


def promises(agreement, user):
    found = Agreement.objects.for_detail().get(pk=agreement.pk)
    return {promise.commitment.measure: promise for promise in promises_of(found, user)}


@pytest.mark.parametrize("measure", SHOWN)
def test_a_number_leads_to_exactly_its_records(sign_in, official, agreement, measure):
    promise = promises(agreement, official)[measure]

    answer = sign_in(official).get(promise.url)

    assert answer.status_code == 200
    assert promise.number == EXPECTED[measure] == SHOWN[measure](answer)


@pytest.mark.parametrize("measure", [Measure.PROJECTS, Measure.INTERVIEWS])
def test_the_companys_mentor_finds_the_same(sign_in, agreement, measure):
    company = Party.objects.filter(agreement=agreement).get().organization
    mentor = make_member(Role.MENTOR, company)
    promise = promises(agreement, mentor)[measure]

    assert SHOWN[measure](sign_in(mentor).get(promise.url)) == promise.number == EXPECTED[measure]


def test_a_mentor_is_not_led_where_only_the_office_may_look(agreement):
    mentor = make_member(Role.MENTOR, Party.objects.filter(agreement=agreement).get().organization)

    shut = {measure for measure, promise in promises(agreement, mentor).items() if not promise.url}

    assert shut >= {Measure.SEATS, Measure.TRAINEES, Measure.MENTOR_HOURS}


def test_an_official_of_another_party_is_not_led_to_an_empty_list(agreement):
    stranger = make_member(Role.OFFICIAL)
    Party.objects.create(agreement=agreement, organization=stranger.acting.organization)

    led = {measure for measure, one in promises(agreement, stranger).items() if one.url}
    assert {*BY_HAND} <= led
    assert led.isdisjoint(EXPECTED)


def test_every_address_names_its_agreement():
    agreement = make_agreement()
    promise_everything(agreement, make_company())
    for promise in promises(agreement, make_member(Role.ADMIN)).values():
        address = urlparse(promise.url)
        if promise.commitment.measure in COUNTERS and "agreement" in (asked := parse_qs(address.query)):
            assert asked["agreement"] == [str(agreement.pk)]
