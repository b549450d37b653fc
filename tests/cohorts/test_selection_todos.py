"""What the homes say is to be done next, and where it leads."""

import pytest

from cohorts import queries
from cohorts.actions import selection
from cohorts.states import ApplicationState, CohortState
from portal.accounts.roles import Role
from portal.common.todos import waiting
from tests.factories import (
    assign,
    make_application,
    make_cohort,
    make_member,
    make_offer,
    make_person,
    make_scores,
    make_user,
)

pytestmark = pytest.mark.django_db
A = ApplicationState


def numbers(user):
    return [todo.count for todo in waiting(queries.selection_todos(user))]


def test_a_reviewer_is_told_what_is_still_to_score(sign_in):
    cohort = make_cohort()
    reviewer = assign(make_member(Role.REVIEWER, cohort.host), cohort)
    make_scores(make_application(cohort=cohort), reviewer=reviewer)

    def told():
        return [(todo.count, todo.urgent) for todo in sign_in(reviewer).get("/").context["todos"]]

    assert told() == [(1, False)]

    make_application(cohort=cohort)

    assert told() == [(2, True)]


def test_an_applicant_is_told_of_the_offer_that_waits(sign_in):
    user = make_user()
    cohort = make_cohort(state=CohortState.SELECTING)
    person = make_person(host=cohort.host, user=user)
    offer = make_offer(application=make_application(cohort=cohort, person=person, state=A.OFFERED))
    make_offer()

    assert [todo.url for todo in sign_in(user).get("/").context["todos"]] == [f"/offers/{offer.pk}/"]


def test_an_official_is_told_of_each_step_in_turn(django_assert_num_queries):
    cohort = make_cohort(state=CohortState.SELECTING)
    official = make_member(Role.OFFICIAL, cohort.host)
    make_scores(make_application(cohort=cohort))
    make_application(cohort=cohort, state=A.OFFERED)
    make_application(cohort=cohort, state=A.ACCEPTED)
    make_application(cohort=make_cohort(state=CohortState.SELECTING))

    with django_assert_num_queries(1):
        assert numbers(official) == [1, 1, 1]
    selection.prepare_selection(cohort, by=None)
    todos = waiting(queries.selection_todos(official))

    assert todos[0].url == f"/cohorts/{cohort.pk}/selection/"
    assert "release" in todos[0].label or "발표" in todos[0].label


def test_who_has_no_part_in_it_is_told_nothing():
    assert numbers(make_member(Role.MENTOR)) == []
