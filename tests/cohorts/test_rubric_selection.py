"""Minimum marks and vetoes in a selection: turned down whatever the total, and the decision says why."""

from decimal import Decimal

import pytest
from django.urls import reverse

from cohorts.actions.selection import prepare_selection
from cohorts.models import Criterion, CriterionPoints, Score
from cohorts.queries import pool_of, rank
from cohorts.queries.simulation import simulate
from cohorts.ranking import Weights
from cohorts.rules import Rules
from cohorts.states import CohortState, Outcome
from portal.accounts.roles import Role
from tests.factories import make_application, make_cohort, make_member, make_scores, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(state=CohortState.SELECTING, policy={"minimum_test": Decimal(40)})


def make_criterion(cohort, **fields):
    values = {"stage": "interview", "position": 1, "name": "의사소통", "name_en": "Communication", "most": 20} | fields
    return Criterion.objects.create(cohort=cohort, host=cohort.host, **values)


def mark(application, criterion, *panel):
    for points in panel:
        reviewer = make_user()
        score = Score.objects.create(
            application=application, host=application.host, stage=criterion.stage, reviewer=reviewer, points=90
        )
        CriterionPoints.objects.create(score=score, host=application.host, criterion=criterion, points=points)


def test_who_is_below_the_minimum_of_a_stage_is_turned_down_whatever_the_total(cohort):
    brilliant, modest = (make_application(cohort=cohort) for _ in range(2))
    make_scores(brilliant, document=100, test="39.99", interview=100)
    make_scores(modest, document=41, test=40, interview=41)

    decisions = {one.application_id: one for one in prepare_selection(cohort, by=None).decisions.all()}

    assert decisions[brilliant.pk].outcome == Outcome.REJECTED
    assert decisions[brilliant.pk].reasons == ["minimum_test"]
    assert (decisions[modest.pk].outcome, decisions[modest.pk].reasons) == (Outcome.SELECTED, [])
    assert decisions[modest.pk].rank < decisions[brilliant.pk].rank


def test_a_majority_that_rates_one_criterion_low_turns_down_and_is_named(client, cohort, settings):
    settings.MFA_REQUIRED = False
    client.force_login(make_member(Role.OFFICIAL, cohort.host))
    criterion = make_criterion(cohort, low_below=8)
    vetoed, divided = (make_application(cohort=cohort) for _ in range(2))
    for one, panel in ((vetoed, (7, 7, 20)), (divided, (7, 8, 20))):
        make_scores(one, interview=None)
        mark(one, criterion, *panel)

    preview = client.get(reverse("cohorts:selection", args=[cohort.pk]))
    selection = prepare_selection(cohort, by=None)
    prepared = client.get(reverse("cohorts:selection", args=[cohort.pk]))

    decision = selection.decisions.get(application=vetoed)
    assert (decision.outcome, decision.reasons) == (Outcome.REJECTED, [f"veto:{criterion.pk}"])
    assert selection.decisions.get(application=divided).outcome == Outcome.SELECTED
    for page in (preview, prepared):
        assert "의사소통" in page.content.decode() or "Communication" in page.content.decode()


def test_the_mean_of_a_criterion_is_held_against_its_minimum(cohort):
    criterion = make_criterion(cohort, minimum=10)
    below, at_it = (make_application(cohort=cohort) for _ in range(2))
    for one, panel in ((below, (9, 10)), (at_it, (9, 11))):
        make_scores(one, interview=None)
        mark(one, criterion, *panel)

    found = {one.application_id: one for one in rank(cohort).ranked}

    assert found[below.pk].reasons == (f"below:{criterion.pk}",)
    assert found[at_it.pk].outcome == Outcome.SELECTED


def test_a_stage_that_does_not_count_fails_nobody(cohort):
    cohort.policy.weight_test, cohort.policy.weight_interview = 0, 70
    cohort.policy.save()
    one = make_application(cohort=cohort)
    make_scores(one, test=0)

    assert rank(cohort).ranked[0].outcome == Outcome.SELECTED


def test_other_weights_do_not_help_who_has_failed(cohort):
    one = make_application(cohort=cohort)
    make_scores(one, test=10)

    found = simulate(pool_of(cohort), Rules(Weights(90, 10, 0), minimums={"test": Decimal(40)}))

    assert found.then.selected == frozenset()


def test_the_inputs_keep_what_a_recomputation_needs(cohort):
    make_criterion(cohort, low_below=8)
    make_scores(make_application(cohort=cohort))

    inputs = prepare_selection(cohort, by=None).inputs

    assert inputs["minimums"] == {"test": "40.00"}
    assert [(one["name"], one["low_below"]) for one in inputs["rubric"]] == [("의사소통", 8)]
