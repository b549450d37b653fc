"""Who reviews what: a conflict closes a file for good, assignments narrow what is seen, and nothing moves needlessly."""

import pytest
from django.urls import reverse

from cohorts.actions.reviewing import assign_reviewers, declare_conflict, open_to_all_reviewers
from cohorts.actions.selection import prepare_selection
from cohorts.models import Application, ReviewAssignment, ReviewConflict, Score
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import assign, make_application, make_cohort, make_member, make_scores

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(state=CohortState.SELECTING, policy={"blind_review": False})


def reviewers(cohort, number):
    return [assign(make_member(Role.REVIEWER, cohort.host), cohort) for _ in range(number)]


@pytest.fixture
def official(client, cohort, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL, cohort.host)
    client.force_login(user)
    return user


def enter(client, settings, user):
    settings.MFA_REQUIRED = False
    client.force_login(user)


def seen_by(user):
    return set(Application.objects.visible_to(user))


# Conflicts -----------------------------------------------------------------------------


def test_a_conflict_closes_the_file_and_takes_the_points_back(cohort):
    mine, other = (make_application(cohort=cohort) for _ in range(2))
    [reviewer] = reviewers(cohort, 1)
    make_scores(mine, test=None, interview=None, reviewer=reviewer)

    declare_conflict(mine, reviewer, by=reviewer, kind="exclusion", reason="제자")

    assert seen_by(reviewer) == {other}
    assert not Score.objects.filter(application=mine).exists()
    event = AuditEvent.objects.get(verb="application.conflict_declared")
    assert event.before == {"document": "80.00"}
    assert event.after == {"reviewer": reviewer.pk, "kind": "exclusion"}


def test_a_conflict_is_declared_once(cohort):
    application, [reviewer] = make_application(cohort=cohort), reviewers(cohort, 1)
    declare_conflict(application, reviewer, by=reviewer, kind="recusal")

    with pytest.raises(ActionRefused):
        declare_conflict(application, reviewer, by=reviewer, kind="recusal")

    assert ReviewConflict.objects.count() == 1


def test_what_a_prepared_selection_counts_on_stays(cohort):
    application, [reviewer] = make_application(cohort=cohort), reviewers(cohort, 1)
    make_scores(application, reviewer=reviewer)
    prepare_selection(cohort, by=None)

    with pytest.raises(ActionRefused):
        declare_conflict(application, reviewer, by=reviewer, kind="recusal")

    assert Score.objects.filter(application=application).count() == 3


def test_a_reviewer_declares_from_the_list_of_names(client, settings, cohort):
    application, [reviewer] = make_application(cohort=cohort), reviewers(cohort, 1)
    enter(client, settings, reviewer)
    roll = reverse("cohorts:conflict-list", args=[cohort.pk])
    assert application.person.name in client.get(roll).content.decode()

    response = client.post(reverse("cohorts:conflict-declare", args=[application.pk]), {"kind": "recusal"})

    assert response.status_code == 302
    assert ReviewConflict.objects.get().reviewer == reviewer
    assert client.get(reverse("cohorts:score-edit", args=[application.pk])).status_code == 404
    assert list(client.get(roll).context["listing"]) == []


def test_a_conflict_without_its_kind_is_asked_for_again(client, settings, cohort):
    application, [reviewer] = make_application(cohort=cohort), reviewers(cohort, 1)
    enter(client, settings, reviewer)

    response = client.post(reverse("cohorts:conflict-declare", args=[application.pk]), {"reason": "같은 학교"})

    assert response.status_code == 422
    assert response.context["form"].errors["kind"]
    assert response.context["form"]["reason"].value() == "같은 학교"
    assert not ReviewConflict.objects.exists()


def test_the_office_declares_for_one_of_its_reviewers_alone(client, official, cohort):
    application, [reviewer] = make_application(cohort=cohort), reviewers(cohort, 1)
    [stranger] = reviewers(make_cohort(), 1)
    address = reverse("cohorts:conflict-declare", args=[application.pk])

    refused = client.post(address, {"reviewer": stranger.pk, "kind": "challenge"})
    done = client.post(address, {"reviewer": reviewer.pk, "kind": "challenge", "reason": "기피 신청"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert [one.reviewer for one in ReviewConflict.objects.all()] == [reviewer]


# Giving out ----------------------------------------------------------------------------


def test_each_reviewer_sees_what_was_given_and_no_more(cohort):
    applications = [make_application(cohort=cohort) for _ in range(6)]
    people = reviewers(cohort, 3)
    declare_conflict(applications[0], people[0], by=None, kind="exclusion")

    assign_reviewers(cohort, by=None, each=2)

    assert [len(seen_by(one)) for one in people] == [4, 4, 4]
    assert applications[0] not in seen_by(people[0])
    assert sum(len(seen_by(one)) for one in people) == 12


def test_giving_out_again_keeps_what_was_begun_and_covers_what_came(cohort):
    first = make_application(cohort=cohort)
    people = reviewers(cohort, 2)
    assign_reviewers(cohort, by=None, each=1)
    [begun] = [one for one in people if first in seen_by(one)]
    make_scores(first, reviewer=begun)
    make_application(cohort=cohort)

    assign_reviewers(cohort, by=None, each=1)

    assert first in seen_by(begun)
    assert [len(seen_by(one)) for one in people] == [1, 1]
    before = set(ReviewAssignment.objects.values_list("pk", flat=True))
    assign_reviewers(cohort, by=None, each=1)
    assert set(ReviewAssignment.objects.values_list("pk", flat=True)) == before


def test_more_reviewers_than_there_are_cannot_be_had(client, official, cohort):
    make_application(cohort=cohort)
    reviewers(cohort, 2)

    response = client.post(reverse("cohorts:reviewing-assign", args=[cohort.pk]), {"each": "3"})

    assert response.status_code == 422
    assert response.context["form"].errors["each"]
    assert not ReviewAssignment.objects.exists()


def test_the_preview_names_what_is_short_and_writes_nothing(client, official, cohort):
    application = make_application(cohort=cohort)
    people = reviewers(cohort, 2)
    declare_conflict(application, people[0], by=None, kind="exclusion")

    page = client.get(reverse("cohorts:reviewing", args=[cohort.pk]), {"each": "2"})

    assert page.context["plan"]["short"] == [(application, 1)]
    assert not ReviewAssignment.objects.exists()


def test_taken_back_everybody_sees_everything_but_conflicts(cohort):
    one, two = (make_application(cohort=cohort) for _ in range(2))
    people = reviewers(cohort, 2)
    declare_conflict(one, people[0], by=None, kind="recusal")
    assign_reviewers(cohort, by=None, each=1)

    open_to_all_reviewers(cohort, by=None)

    assert (seen_by(people[0]), seen_by(people[1])) == ({two}, {one, two})


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_reviewing_asks_the_same_of_any_number(client, official, cohort, count, django_assert_num_queries):
    for one in reviewers(cohort, count):
        application = make_application(cohort=cohort)
        make_scores(application, reviewer=one)
        declare_conflict(make_application(cohort=cohort), one, by=None, kind="recusal")
    address = reverse("cohorts:reviewing", args=[cohort.pk])
    client.get(address)

    with django_assert_num_queries(9):
        page = client.get(address)

    assert len(page.context["reviewing"].rows) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_names_asks_the_same_of_any_number(client, settings, cohort, count, django_assert_num_queries):
    [reviewer] = reviewers(cohort, 1)
    for _number in range(count):
        make_application(cohort=cohort)
    enter(client, settings, reviewer)
    address = reverse("cohorts:conflict-list", args=[cohort.pk])
    client.get(address)

    with django_assert_num_queries(7):
        page = client.get(address)

    assert len(page.context["listing"]) == count


def test_the_home_page_counts_only_what_was_given(client, settings, cohort):
    applications = [make_application(cohort=cohort) for _ in range(6)]
    people = reviewers(cohort, 2)
    declare_conflict(applications[0], people[0], by=None, kind="recusal")
    assign_reviewers(cohort, by=None, each=1)
    mine = sorted(seen_by(people[0]), key=lambda one: one.pk)
    make_scores(mine[0], reviewer=people[0])
    enter(client, settings, people[0])

    [todo] = [one for one in client.get("/").context["todos"] if f"cohort={cohort.pk}" in str(one)]

    assert todo.count == len(mine)
    assert f"{len(mine) - 1}" in str(todo.note)
