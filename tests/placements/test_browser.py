"""The pages of projects, teams, logs and outcomes, in a browser: both widths, both modes, no complaint."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.states import CohortState, EnrolmentState
from placements import actions
from placements.models import Project, Team
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import (
    make_cohort,
    make_company,
    make_consent,
    make_employment,
    make_enrolment,
    make_log,
    make_member,
    make_module,
    make_person,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ["김하늘", "이도윤", "박서연", "최지우", "정하준", "강민서", "조은우", "윤채원", "장시우", "임다인"]


@pytest.fixture
def school(settings):
    """A city with its people: teams formed, a log in each state, jobs reported."""
    settings.MFA_REQUIRED = False
    official = make_member(Role.OFFICIAL, name="한지민")
    start = timezone.localdate() - timedelta(days=120)
    cohort = make_cohort(host=official.acting.organization, state=CohortState.RUNNING, starts_on=start)
    company = make_company(name="(주)달구벌로보틱스")
    module = make_module(programme=cohort.programme)
    first = make_project(cohort=cohort, company=company, title="물류 로봇 경로 예측", nda=True)
    first.needs.add(module)
    second = make_project(cohort=cohort, title="상수도 누수 조기 탐지")
    trainees = []
    for number, name in enumerate(NAMES):
        person = make_person(host=cohort.host, name=name, user=make_user(name=name))
        trainee = make_enrolment(cohort=cohort, person=person)
        trainees.append(trainee)
        if number < 8:
            wishes = [first, second] if number < 4 else [second, first]
            actions.choose_preferences(trainee, wishes, by=None)
        if number % 3:
            make_consent(person=person)
    return official, cohort, company, trainees


def walk(page, client, base, user, pages: dict[str, str]) -> None:
    sign_in(page, client, user, base)
    for name, path in pages.items():
        page.goto(path)
        assert_accessible(page)
        look(page, f"placements-{name}")


def formed(official, cohort, company):
    """The teams of the cohort, a mentor for each, running."""
    actions.form_teams(cohort, by=official)
    mentor = make_member(Role.MENTOR, company, name="오준호")
    for team in Team.objects.select_related("project"):
        found = mentor if team.project.company_id == company.pk else make_member(Role.MENTOR, team.project.company)
        actions.assign_mentor(team, found.acting, by=official)
    actions.start_projects(cohort, by=official)
    return mentor, Team.objects.get(mentor=mentor.acting)


def test_projects_and_placement(page, client, live_server, school):
    official, cohort, company, trainees = school
    make_project(cohort=cohort, company=company, state="proposed")
    project = Project.objects.first()
    walk(page, client, live_server.url, official, {
        "project-list": reverse("placements:project-list"),
        "project": project.get_absolute_url(),
        "project-create": reverse("placements:project-create"),
        "placement-list": reverse("placements:placement-list"),
        "teams-form": reverse("placements:teams-form", args=[cohort.pk]),
    })  # fmt: skip
    page.click("form button.primary.large")
    page.wait_for_url("**/placement/")
    assert_accessible(page)
    look(page, "placements-placement")
    waiting = trainees[9]
    walk(page, client, live_server.url, official, {
        "trainee-place": reverse("placements:trainee-place", args=[waiting.pk]),
        "withdraw": reverse("placements:project-withdraw", args=[project.pk]),
    })  # fmt: skip


def test_what_a_trainee_chooses(page, client, live_server, school):
    trainee = school[3][0]
    walk(page, client, live_server.url, trainee.person.user, {
        "my-project": reverse("placements:my-project"),
        "preferences": reverse("placements:preferences-choose", args=[trainee.pk]),
    })  # fmt: skip


def test_teams_and_logs(page, client, live_server, school):
    official, cohort, company, _trainees = school
    mentor, team = formed(official, cohort, company)
    approved = make_log(team=team, days_ago=9, state="approved", next_task="전처리 코드 공유")
    submitted = make_log(team=team, days_ago=2, state="submitted")
    make_log(team=team, days_ago=1)
    walk(page, client, live_server.url, mentor, {
        "mentor-teams": reverse("placements:team-list"),
        "mentor-team": team.get_absolute_url(),
        "log-form": reverse("placements:log-write", args=[team.pk]),
        "log-list": reverse("placements:log-list"),
    })  # fmt: skip
    page.goto(reverse("placements:log-write", args=[team.pk]))
    page.click("button[name=submit]")
    page.wait_for_selector(".p-error-summary")
    assert_accessible(page)
    look(page, "placements-log-form-mistakes")
    walk(page, client, live_server.url, official, {
        "log": submitted.get_absolute_url(),
        "log-print": reverse("placements:log-print", args=[approved.pk]),
        "log-return": reverse("placements:log-return", args=[submitted.pk]),
        "team": team.get_absolute_url(),
        "team-list": reverse("placements:team-list"),
        "team-mentor": reverse("placements:team-mentor", args=[team.pk]),
    })  # fmt: skip


def test_outcomes(page, client, live_server, school):
    official, cohort, _company, trainees = school
    type(cohort).objects.filter(pk=cohort.pk).update(ends_on=timezone.localdate() - timedelta(days=30))
    ended = timezone.localdate() - timedelta(days=30)
    for number, trainee in enumerate(trainees):
        trainee.state = EnrolmentState.COMPLETED if number < 8 else EnrolmentState.NOT_COMPLETED
        trainee.ended_on = ended
        trainee.save()
    for trainee in trainees[:4]:
        make_employment(enrolment=trainee, state="verified", hired_on=ended + timedelta(days=5))
    job = make_employment(enrolment=trainees[4], company="(주)새벽데이터")
    actions.exclude_outcome(trainees[5], reason="military", since=ended, by=official)
    walk(page, client, live_server.url, official, {
        "outcome-list": reverse("placements:outcome-list"),
        "outcome": reverse("placements:outcome", args=[cohort.pk]),
        "people": reverse("placements:outcome-people", args=[cohort.pk]),
        "jobs": reverse("placements:employment-list"),
        "job": job.get_absolute_url(),
        "verify": reverse("placements:employment-verify", args=[job.pk]),
        "excluded": reverse("placements:trainee-outcome", args=[trainees[5].pk]),
        "exclude": reverse("placements:outcome-exclude", args=[trainees[6].pk]),
    })  # fmt: skip
    walk(page, client, live_server.url, trainees[4].person.user, {
        "my-job": reverse("placements:trainee-outcome", args=[trainees[4].pk]),
        "my-job-one": job.get_absolute_url(),
        "report": reverse("placements:employment-report", args=[trainees[4].pk]),
    })  # fmt: skip
