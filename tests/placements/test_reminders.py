"""Silent teams, evidence that is due, commitments counted, and what is to be done next."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.measures import delivered
from partners.models import Commitment, Party
from partners.states import Measure
from placements import actions
from placements.actions.reminders import remind_of_evidence, remind_silent_teams
from placements.models import Project
from placements.queries import mentor_todos, mentor_work
from portal.accounts.roles import Role
from portal.common.counting import count_all
from portal.jobs.registry import SCHEDULES
from portal.notify.models import Mail
from tests.factories import (
    make_agreement,
    make_cohort,
    make_employment,
    make_enrolment,
    make_log,
    make_member,
    make_person,
    make_programme,
    make_project,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def running(days: int, **fields):
    """A team whose project began so many days ago."""
    project = make_project(state="running", started_on=TODAY - timedelta(days=days), **fields)
    return make_team(project=project)


@pytest.mark.parametrize(("days", "mails"), [(13, 0), (14, 1), (27, 1)])
def test_a_mentor_is_told_of_silence_once(days, mails):
    team = running(days)

    remind_silent_teams()
    remind_silent_teams()

    assert [mail.address for mail in Mail.objects.all()] == [team.mentor.user.email] * mails


def test_silence_that_goes_on_is_told_again_in_its_next_slot():
    team = running(14)
    remind_silent_teams()
    Project.objects.filter(pk=team.project_id).update(started_on=TODAY - timedelta(days=14))
    assert remind_silent_teams() == 1
    assert Mail.objects.count() == 1

    later = running(28)

    remind_silent_teams()
    assert Mail.objects.filter(key__startswith=f"silent_team:{later.pk}:").get().key.endswith(":2")


def test_an_approved_log_ends_the_silence_and_a_draft_does_not():
    heard, unheard = running(20), running(20)
    make_log(team=heard, state="approved", days_ago=3)
    make_log(team=unheard, days_ago=3)

    remind_silent_teams()

    assert Mail.objects.get().address == unheard.mentor.user.email


@pytest.mark.parametrize("state", ["open", "finished", "withdrawn"])
def test_only_running_projects_are_silent(state):
    make_team(project=make_project(state=state, started_on=TODAY - timedelta(days=30)))

    assert remind_silent_teams() == 0


@pytest.mark.parametrize(
    ("ended", "fields", "mails"),
    [
        (213 - 31, {}, 0),
        (213 - 20, {}, 1),
        (213 - 5, {}, 1),
        (230, {}, 0),
        (213 - 20, {"insured_on": TODAY}, 0),
        (213 - 20, {"state": "verified"}, 0),
    ],
)
def test_evidence_is_asked_for_before_it_is_due(ended, fields, mails):
    ends = TODAY - timedelta(days=ended)
    cohort = make_cohort(state="finished", starts_on=ends - timedelta(days=180), ends_on=ends)
    job = make_employment(enrolment=make_enrolment(cohort=cohort), **fields)

    remind_of_evidence()
    remind_of_evidence()

    assert [mail.address for mail in Mail.objects.all()] == [job.enrolment.person.email] * mails


def test_the_rules_run_every_day():
    assert {"placements.remind_silent_teams", "placements.remind_of_evidence"} <= SCHEDULES.keys()
    assert f"{SCHEDULES['curriculum.remind_of_missing_check_outs'].at:%H:%M}" == "23:30"


def test_commitments_count_projects_mentors_and_hours():
    agreement = make_agreement()
    cohort = make_cohort(programme=make_programme(host=agreement.host, agreement=agreement), state="running")
    team = running(5, cohort=cohort)
    make_log(team=team, state="approved", hours=2)
    make_log(team=team, state="approved", hours=3, days_ago=2)
    make_log(team=team, state="submitted", days_ago=3)
    make_project(cohort=cohort, company=team.project.company, state="withdrawn")
    make_project(cohort=cohort)  # another company's
    party = Party.objects.create(agreement=agreement, organization=team.project.company)
    measures = (Measure.PROJECTS, Measure.MENTORS, Measure.MENTOR_HOURS)
    promised = [
        Commitment.objects.create(agreement=agreement, party=party, what=str(one), unit="건", quantity=10, measure=one)
        for one in measures
    ]

    found = delivered(agreement.commitments.all())

    assert [found[one.pk].number for one in promised] == [1, 1, 5]
    assert all(f"agreement={agreement.pk}" in found[one.pk].url for one in promised)


# What is to be done next ---------------------------------------------------------------


def test_a_mentors_numbers_lead_to_exactly_those_records(client, sign_in):
    team = running(20)
    mentor = team.mentor.user.act_as(team.mentor)
    make_log(team=team, state="returned")
    make_log(team=team, days_ago=2)
    make_log(team=team, days_ago=3)
    sign_in(mentor)

    found = mentor_todos(count_all(mentor_work(mentor)))

    assert [todo.count for todo in found] == [1, 2, 1]
    for todo in found:
        assert client.get(todo.url).context["listing"].total == todo.count


def test_an_officials_numbers_lead_to_exactly_those_records(client, sign_in):
    team = running(20)
    official = make_member(Role.OFFICIAL, team.host)
    make_log(team=team, state="submitted")
    make_employment(enrolment=team.members.first().enrolment)
    make_enrolment(cohort=team.cohort)
    sign_in(official)

    pages = [reverse(f"placements:{name}-list") for name in ("log", "team", "employment", "placement")]
    found = [todo for todo in client.get("/").context["todos"] if todo.url.partition("?")[0] in pages]

    assert [todo.count for todo in found] == [1, 1, 1, 1], found
    for todo in found:
        assert client.get(todo.url).context["listing"].total == 1, todo


def test_a_trainee_is_led_from_choosing_to_the_team(client, sign_in):
    project = make_project()
    user = make_user()
    trainee = make_enrolment(cohort=project.cohort, person=make_person(host=project.host, user=user))
    sign_in(user)
    assert [todo.url for todo in client.get("/").context["todos"]] == [reverse("placements:my-project")]
    actions.choose_preferences(trainee, [project], by=None)
    assert client.get("/").context["todos"] == []
    team = make_team(project=project)
    actions.place_trainee(trainee, team, reason="희망", by=None)
    make_log(team=team, state="approved", next_task="발표 준비")

    assert client.get(client.get("/").context["team_url"]).status_code == 200
    assert client.get(reverse("placements:my-project")).status_code == 302
