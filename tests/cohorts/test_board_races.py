"""Rules adopted and claims decided while a selection is prepared: it rests on the one or on the other, never on both."""

from functools import partial

import pytest

from cohorts import queries
from cohorts.actions import board, bonus, selection
from cohorts.actions.board import QuotaPlan
from cohorts.models import BonusClaim, Selection
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_bonus_claim, make_cohort, make_member, make_scores
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = QuotaPlan(None, "region", "대구광역시", "at_least", 1, "seats")


@pytest.fixture
def cohort():
    made = make_cohort(state=CohortState.SELECTING, tracks={"일반": 2})
    for number in range(5):
        make_scores(make_application(cohort=made), interview=90 - number)
    return made


@pytest.mark.parametrize("attempt", range(5))
def test_rules_are_adopted_before_the_selection_or_not_at_all(cohort, attempt):
    adopt = partial(
        board.adopt_rules, cohort, by=None, reason="공고", quotas=[KEPT], weight_test=40, weight_document=20
    )

    results = in_parallel([adopt, partial(selection.prepare_selection, cohort, by=None)])

    inputs = Selection.objects.get().inputs
    adopted = not isinstance(results[0], ActionRefused)
    assert bool(inputs["quotas"]) == adopted == (inputs["weights"]["test"] == 40) == cohort.quotas.exists()


@pytest.mark.parametrize("attempt", range(5))
def test_a_claim_counts_as_it_was_decided_before_the_selection(cohort, attempt):
    official = make_member(Role.OFFICIAL, cohort.host)
    claim = make_bonus_claim(application=cohort.applications.first(), state="confirmed")

    results = in_parallel(
        [
            partial(bonus.refuse_bonus, claim, by=official, reason="다시 보니 아님"),
            partial(selection.prepare_selection, cohort, by=None),
        ]
    )

    refused = not isinstance(results[0], ActionRefused)
    [made] = Selection.objects.all()
    assert (BonusClaim.objects.get().state == "refused") == refused
    assert made.decisions.get(application=claim.application).bonus == (0 if refused else 5)
    assert queries.recompute(made) == []


def test_two_officials_decide_on_one_claim_and_one_is_told(cohort):
    officials = [make_member(Role.OFFICIAL, cohort.host) for _ in range(4)]
    claim = make_bonus_claim(application=cohort.applications.first())

    results = in_parallel([partial(bonus.confirm_bonus, claim, by=one) for one in officials])

    assert sum(isinstance(one, ActionRefused) for one in results) == 3
