"""Reviewers' points: blank is none, nobody scores for another, and a selection locks them."""

from decimal import Decimal

import pytest
from django.urls import reverse

from cohorts.actions import scores as actions
from cohorts.actions import selection as selections
from cohorts.actions.scores import Given
from cohorts.models import Score
from cohorts.states import ApplicationState, CohortState, Stage
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import (
    assign,
    make_application,
    make_cohort,
    make_member,
    make_scores,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_points_are_kept_by_stage_and_reviewer():
    application, user = make_application(), make_user()

    actions.score_application(application, {Stage.TEST: Given(Decimal("70.25"), "빠르다")}, by=user)

    score = Score.objects.get()
    assert (score.stage, score.points, score.comment, score.reviewer) == ("test", Decimal("70.25"), "빠르다", user)
    event = AuditEvent.objects.get()
    assert (event.verb, event.before, event.after) == ("application.scored", {}, {"test": "70.25"})


def test_an_emptied_field_takes_ones_own_score_away_and_no_others():
    application, user = make_application(), make_user()
    make_scores(application, document=None, interview=None, test=50)
    make_scores(application, document=None, interview=None, test=60, reviewer=user)

    actions.score_application(application, {Stage.TEST: Given(None)}, by=user)

    assert [score.points for score in Score.objects.all()] == [50]


@pytest.mark.parametrize("state", ApplicationState)
def test_only_an_application_in_selection_is_scored(state):
    application = make_application(state=state)
    given = {Stage.TEST: Given(Decimal(70))}

    if state == ApplicationState.SUBMITTED:
        actions.score_application(application, given, by=make_user())
        assert Score.objects.count() == 1
    else:
        with pytest.raises(ActionRefused):
            actions.score_application(application, given, by=make_user())
        assert not Score.objects.exists()
        assert not AuditEvent.objects.exists()


def test_a_prepared_selection_locks_the_scores_until_it_is_discarded():
    application = make_application(cohort=make_cohort(state=CohortState.SELECTING))
    make_scores(application)
    selection = selections.prepare_selection(application.cohort, by=None)
    given = {Stage.TEST: Given(Decimal(99))}

    with pytest.raises(ActionRefused):
        actions.score_application(application, given, by=make_user())

    selections.discard_selection(selection, by=None)
    actions.score_application(application, given, by=make_user())
    assert Score.objects.filter(points=99).exists()


# Pages ---------------------------------------------------------------------------------------


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture
def reviewer(client, cohort, settings):
    settings.MFA_REQUIRED = False
    user = assign(make_member(Role.REVIEWER, cohort.host), cohort)
    client.force_login(user)
    return user


def edit(application):
    return reverse("cohorts:score-edit", args=[application.pk])


LIST = "/scores/"


def test_the_queue_begins_with_what_nobody_has_scored_and_ends_with_ones_own(client, cohort, reviewer):
    mine, once, never = (make_application(cohort=cohort) for _ in range(3))
    make_scores(mine, reviewer=reviewer)
    make_scores(once)

    rows = list(client.get(LIST).context["listing"])

    assert [(row["pk"], row["score_count"], row["my_points"]) for row in rows] == [
        (never.pk, 0, None), (once.pk, 1, None), (mine.pk, 1, Decimal(80))
    ]  # fmt: skip


def test_the_queue_of_a_stage_counts_that_stage_alone(client, cohort, reviewer):
    application = make_application(cohort=cohort)
    make_scores(application, interview=None)

    [row] = client.get(LIST, {"stage": "interview"}).context["listing"]

    assert row["score_count"] == 0


def test_the_queue_has_only_the_cohorts_one_is_assigned_to(client, reviewer):
    make_application()
    make_application(cohort=make_cohort(host=reviewer.acting.organization))

    assert list(client.get(LIST).context["listing"]) == []


def test_a_page_of_the_queue_that_there_is_not_is_the_last_one(client, cohort, reviewer):
    last = [make_application(cohort=cohort) for _ in range(26)][-1]

    for number in ("2", "3", str(10**30)):
        listing = client.get(LIST, {"page": number}).context["listing"]
        assert ([row["pk"] for row in listing], listing.page.number, listing.total) == ([last.pk], 2, 26)


def test_scores_are_entered_on_the_form(client, cohort, reviewer):
    application = make_application(cohort=cohort)
    assert client.get(edit(application)).status_code == 200

    response = client.post(edit(application), {"document_points": "82.5", "document_comment": "좋다"})

    assert response.status_code == 302
    score = Score.objects.get()
    assert (score.points, score.reviewer) == (Decimal("82.5"), reviewer)
    seen = AccessRecord.objects.filter(action="application.viewed", subject_id=application.person_id)
    assert seen.count() == 2


@pytest.mark.parametrize("points", ["101", "-1", "12.345", "NaN", "1e9", "열", "9" * 5000, "Infinity", "8\x00\x000_0"])
def test_points_that_are_none_are_refused_beside_the_field(client, cohort, reviewer, points):
    application = make_application(cohort=cohort)

    response = client.post(edit(application), {"test_points": points})

    assert response.status_code == 422
    assert response.context["form"].errors["test_points"]
    assert not Score.objects.exists()


def test_a_comment_without_points_asks_for_them(client, cohort, reviewer):
    response = client.post(edit(make_application(cohort=cohort)), {"test_comment": "좋다"})

    assert response.status_code == 422
    assert response.context["form"].errors["test_points"]


def test_a_stage_without_weight_is_not_on_the_form(client, reviewer, cohort):
    cohort.policy.weight_test, cohort.policy.weight_interview = 0, 70
    cohort.policy.save()

    form = client.get(edit(make_application(cohort=cohort))).context["form"]

    assert "test_points" not in form.fields
    assert "interview_points" in form.fields


def test_locked_scores_are_refused_on_the_form(client, cohort, reviewer):
    application = make_application(cohort=cohort, state=ApplicationState.REJECTED)

    response = client.post(edit(application), {"test_points": "50"})

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()


def test_an_application_of_another_cohort_is_unknown(client, reviewer):
    assert client.get(edit(make_application())).status_code == 404


def test_the_queue_sends_nobody_elsewhere_in_and_takes_no_post(client, reviewer):
    assert client.post(LIST).status_code == 405
    client.logout()
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_takes_the_same_queries_for_any_number(
    client, cohort, reviewer, count, django_assert_max_num_queries
):
    for _ in range(count):
        make_scores(make_application(cohort=cohort))
    client.get(LIST)

    with django_assert_max_num_queries(11):
        client.get(LIST)
