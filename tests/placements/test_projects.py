"""The life of a field project, its preferences and its teams."""

import pytest
from django.urls import reverse

from partners.actions import consortium as consortia
from partners.states import JointProjectState
from placements import actions
from placements.models import Preference, Project, Team, TeamMember
from placements.queries import plan_of, preferences_open
from placements.states import PROJECT_TRANSITIONS, ProjectState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import (
    make_cohort,
    make_company,
    make_consortium,
    make_consortium_member,
    make_enrolment,
    make_member,
    make_module,
    make_person,
    make_project,
    make_team,
    make_user,
)
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
MOVES = {
    "open": actions.open_project,
    "running": actions.start_project,
    "finished": actions.finish_project,
    "withdrawn": lambda project, by: actions.withdraw_project(project, by=by, reason="기업 사정"),
}


def cohort_with(trainees: int, projects: int = 1, **fields):
    """A running cohort whose trainees have all chosen the projects in their order."""
    cohort = make_cohort(state="running", **fields)
    offered = [make_project(cohort=cohort) for _ in range(projects)]
    people = [make_enrolment(cohort=cohort) for _ in range(trainees)]
    for one in people:
        actions.choose_preferences(one, offered, by=None)
    return cohort, offered, people


@pytest.mark.parametrize("to", MOVES)
@pytest.mark.parametrize("state", ProjectState)
def test_a_project_moves_along_its_table_only(state, to):
    project = make_project(state=state)
    if to == "running":
        make_team(project=project)
    if to in PROJECT_TRANSITIONS[state]:
        assert MOVES[to](project, by=None).state == to
        event = AuditEvent.objects.get(object_type="placements.project", object_id=project.pk)
        assert (event.before, event.after) == ({"state": state}, {"state": to})
    else:
        with pytest.raises(ActionRefused):
            MOVES[to](project, by=None)
        assert Project.objects.get(pk=project.pk).state == state


def test_a_proposal_is_hidden_from_trainees_until_it_is_opened():
    cohort = make_cohort(state="running")
    trainee = make_enrolment(cohort=cohort, person=make_person(host=cohort.host, user=make_user()))
    project = actions.propose_project(cohort, company=make_company(), title="불량 검사", teams_max=1, by=None)

    assert not Project.objects.visible_to(trainee.person.user).exists()
    actions.open_project(project, by=None)
    assert Project.objects.visible_to(trainee.person.user).get() == project


def test_a_title_is_used_once_by_a_company_in_a_cohort():
    project = make_project()

    with pytest.raises(ActionRefused) as refusal:
        actions.offer_project(project.cohort, company=project.company, title=project.title, teams_max=1, by=None)

    assert refusal.value.field == "title"


def test_modules_of_another_programme_are_refused():
    with pytest.raises(ActionRefused) as refusal:
        actions.offer_project(
            make_cohort(), company=make_company(), title="x", teams_max=1, needs=[make_module()], by=None
        )

    assert refusal.value.field == "needs"


# Preferences ---------------------------------------------------------------------------


def test_preferences_are_replaced_as_a_whole():
    _cohort, (_first, second), (trainee,) = cohort_with(1, projects=2)

    actions.choose_preferences(trainee, [second], by=None)

    assert list(Preference.objects.values_list("enrolment", "project", "rank")) == [(trainee.pk, second.pk, 1)]


@pytest.mark.parametrize("state", ["proposed", "running", "finished", "withdrawn"])
def test_only_open_projects_are_chosen(state):
    project = make_project(state=state)
    trainee = make_enrolment(cohort=project.cohort)

    with pytest.raises(ActionRefused) as refusal:
        actions.choose_preferences(trainee, [project], by=None)

    assert refusal.value.field == "choice1"


def test_projects_of_another_cohort_are_not_chosen():
    with pytest.raises(ActionRefused):
        actions.choose_preferences(make_enrolment(), [make_project()], by=None)


def test_nobody_chooses_once_teams_are_formed():
    cohort, projects, people = cohort_with(3)
    actions.form_teams(cohort, by=None)

    assert not preferences_open(cohort)
    with pytest.raises(ActionRefused):
        actions.choose_preferences(people[0], projects, by=None)


def test_a_trainee_chooses_on_the_page(client, sign_in):
    project = make_project()
    trainee = make_enrolment(
        cohort=project.cohort, person=make_person(host=project.host, user=make_user())
    )  # fmt: skip
    sign_in(trainee.person.user)
    url = reverse("placements:preferences-choose", args=[trainee.pk])

    assert client.post(url, {"choice1": project.pk, "choice2": project.pk}).status_code == 422
    assert client.post(url, {"choice2": project.pk}).status_code == 422
    assert not Preference.objects.exists()
    assert client.post(url, {"choice1": project.pk}).status_code == 302
    assert Preference.objects.get().project == project


# Teams ---------------------------------------------------------------------------------


def test_teams_are_of_three_to_five_and_say_which_choice_came_true():
    cohort, _projects, _people = cohort_with(8)

    teams = actions.form_teams(cohort, by=None)

    assert sorted(team.members.count() for team in teams) == [4, 4]
    assert set(TeamMember.objects.values_list("choice", flat=True)) == {1}
    assert AuditEvent.objects.filter(verb="team.formed").count() == 2
    assert AuditEvent.objects.get(verb="teams.formed").after["members"] == 8


def test_the_plan_is_the_same_each_time_and_is_what_is_written():
    cohort, _projects, _people = cohort_with(10, projects=2)
    plan = plan_of(cohort)

    assert plan_of(cohort).fingerprint == plan.fingerprint
    actions.form_teams(cohort, by=None, fingerprint=plan.fingerprint)

    written = {frozenset(team.members.values_list("enrolment", flat=True)) for team in Team.objects.all()}
    assert written == {frozenset(group) for groups in plan.result.teams.values() for group in groups}


def test_a_plan_that_has_changed_since_is_refused():
    cohort, projects, _people = cohort_with(4)
    looked_at = plan_of(cohort).fingerprint
    actions.choose_preferences(make_enrolment(cohort=cohort), projects, by=None)

    with pytest.raises(ActionRefused):
        actions.form_teams(cohort, by=None, fingerprint=looked_at)

    assert not Team.objects.exists()


def test_a_missing_module_leaves_a_trainee_to_be_placed_by_hand():
    cohort, (project,), _people = cohort_with(4)
    known = make_module(programme=cohort.programme)
    project.needs.add(known)
    assert plan_of(cohort).placed == 4

    known.programme = make_module().programme
    known.host = known.programme.host
    known.save()
    plan = plan_of(cohort)
    assert (plan.placed, len(plan.result.unmatched)) == (0, 4)
    assert plan.result.unmatched[0].causes[0][1] == "lacks_modules"


def test_placing_by_hand_needs_room_and_keeps_the_reason():
    cohort = make_cohort(state="running", policy={"team_max": 4})
    team = make_team(project=make_project(cohort=cohort))
    late, later = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)

    member = actions.place_trainee(late, team, reason="늦게 입과", by=None)
    assert (member.choice, member.reason) == (None, "늦게 입과")
    with pytest.raises(ActionRefused) as refusal:
        actions.place_trainee(later, team, reason="늦게 입과", by=None)
    assert refusal.value.field == "team"


def test_a_move_keeps_the_first_place_on_record():
    first = make_team(project=make_project())
    second = make_team(project=make_project(cohort=first.cohort))
    member = first.members.first()

    moved = actions.move_member(member, second, reason="희망", by=None)

    member.refresh_from_db()
    assert member.left_on is not None
    assert (moved.team, moved.enrolment) == (second, member.enrolment)


def test_only_a_mentor_of_the_company_is_assigned():
    team = make_team()
    stranger = make_member(Role.MENTOR).acting
    colleague = make_member(Role.MENTOR, team.project.company).acting

    with pytest.raises(ActionRefused) as refusal:
        actions.assign_mentor(team, stranger, by=None)
    assert refusal.value.field == "mentor"
    assert actions.assign_mentor(team, colleague, by=None).mentor == colleague


def test_a_project_does_not_start_with_a_team_too_small():
    project = make_project()
    make_team(project=project, members=2)

    with pytest.raises(ActionRefused):
        actions.start_project(project, by=None)


def test_starting_all_starts_those_with_a_team():
    ready = make_project()
    make_team(project=ready)
    idle = make_project(cohort=ready.cohort)

    assert actions.start_projects(ready.cohort, by=None) == 1
    ready.refresh_from_db()
    idle.refresh_from_db()
    assert (ready.state, idle.state) == ("running", "open")
    assert ready.started_on is not None


@pytest.mark.django_db(transaction=True)
def test_two_officials_form_the_teams_once():
    cohort, _projects, people = cohort_with(8)

    found = in_parallel([lambda: actions.form_teams(cohort, by=None)] * 2)

    assert sum(isinstance(one, ActionRefused) for one in found) == 1
    assert TeamMember.objects.count() == len(people)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["project-list", "team-list", "placement-list"])
def test_the_lists_take_the_same_queries_for_one_and_three(client, sign_in, django_assert_num_queries, name, count):
    official = make_member(Role.OFFICIAL)
    for _ in range(count):
        cohort = make_cohort(host=official.acting.organization, state="running")
        make_team(project=make_project(cohort=cohort))
    sign_in(official)
    client.get(reverse(f"placements:{name}"))

    with django_assert_num_queries({"project-list": 6, "team-list": 7, "placement-list": 4}[name]):
        assert client.get(reverse(f"placements:{name}")).status_code == 200


def test_a_field_project_may_be_part_of_a_joint_project_that_one_sees(sign_in):
    """Kept by another office: the university is a member of its consortium, a trainee is not."""
    cohort = make_cohort(state="running")
    consortium = make_consortium()
    place = make_consortium_member(consortium, cohort.host)
    joint = consortia.propose_joint_project(consortium, by=None, title="설계 인재 양성", members=[place])
    official, project = make_member(Role.OFFICIAL, cohort.host), make_project(cohort=cohort)
    trainee = make_enrolment(cohort=cohort, person=make_person(host=cohort.host, user=make_user())).person.user
    browser, edit = sign_in(official), reverse("placements:project-edit", args=[project.pk])

    assert "관련 공동 협력 사업" not in browser.get(edit).content.decode()  # only proposed yet
    joint = consortia.move_joint_project(joint, JointProjectState.AGREED, by=None)
    typed = {"title": project.title, "teams_max": "2", "joint_project": joint.pk}
    page = browser.post(edit, typed, follow=True).content.decode()

    assert joint.get_absolute_url() in page
    assert AuditEvent.objects.get(verb="project.edited").after["joint_project"] == joint.pk
    assert "설계 인재 양성" not in sign_in(trainee).get(project.get_absolute_url()).content.decode()
    stranger = make_member(Role.OFFICIAL)
    other = make_project(cohort=make_cohort(state="running", host=stranger.acting.organization))
    sign_in(stranger).post(reverse("placements:project-edit", args=[other.pk]), typed | {"title": other.title})
    other.refresh_from_db()
    assert other.joint_project is None
