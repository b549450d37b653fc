from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cohorts.ranking import Candidate, Scores, Tie, Weights, panel_mean, ranking_key, select, weighted_total
from portal.common.dates import KST

OPENED = datetime(2026, 4, 1, 9, 0, tzinfo=KST)
SEATS = {"일반": 2, "심화": 1}


def candidate(id: int, total: str = "80.00", track: str = "일반", **scores: int) -> Candidate:
    return Candidate(
        id, track, Scores(**{name: Decimal(score) for name, score in scores.items()}), Decimal(total), OPENED
    )


def ids(candidates: list[Candidate]) -> list[int]:
    return [candidate.id for candidate in candidates]


def ranked(*candidates: Candidate, tie_order: tuple[Tie, ...] | None = None) -> list[int]:
    key = ranking_key if tie_order is None else lambda one: ranking_key(one, tie_order)
    return ids(sorted(candidates, key=key))


def test_total_of_the_published_example() -> None:
    scores = Scores(document=Decimal(82), test=Decimal(70), interview=Decimal(90))

    assert str(weighted_total(scores, Weights(30, 30, 40))) == "81.60"


def test_total_rounds_a_half_up() -> None:
    scores = Scores(document=Decimal("80.05"), interview=Decimal("80.00"))

    assert str(weighted_total(scores, Weights(10, 0, 90))) == "80.01"


def test_missing_score_leaves_the_total_open_unless_it_does_not_count() -> None:
    scores = Scores(document=Decimal(80), interview=Decimal(90))

    assert weighted_total(scores, Weights(30, 30, 40)) is None
    assert weighted_total(scores, Weights(50, 0, 50)) == Decimal("85.00")


def test_a_score_of_0_is_a_score() -> None:
    assert weighted_total(Scores(Decimal(0), Decimal(0), Decimal(90)), Weights(30, 30, 40)) == Decimal("36.00")


@pytest.mark.parametrize("weights", [(30, 30, 30), (110, -20, 10)])
def test_weights_that_are_no_percentages_are_refused(weights: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="100"):
        Weights(*weights)


@pytest.mark.parametrize(
    ("scores", "mean"),
    [([80, 85, 91], "85.33"), ([0, 80, 85, 90], "63.75"), ([0, 80, 85, 90, 100], "85.00"), ([70], "70.00")],
)
def test_mean_of_a_panel_is_trimmed_from_five_on(scores: list[int], mean: str) -> None:
    assert str(panel_mean(scores)) == mean


def test_empty_panel_has_no_mean() -> None:
    with pytest.raises(ValueError, match="panel"):
        panel_mean([])


def test_higher_total_comes_first() -> None:
    assert ranked(candidate(1, "79.99", interview=100), candidate(2, "80.00")) == [2, 1]


def test_ties_go_by_interview_then_test_then_document() -> None:
    candidates = [
        candidate(1, interview=80, test=70, document=60),
        candidate(2, interview=80, test=70, document=61),
        candidate(3, interview=80, test=71, document=50),
        candidate(4, interview=81, test=60, document=50),
    ]

    assert ranked(*candidates) == [4, 3, 2, 1]
    assert ranked(*candidates, tie_order=(Tie.DOCUMENT, Tie.TEST)) == [2, 1, 3, 4]


def test_last_ties_go_to_who_came_first_then_to_the_older_record() -> None:
    later = replace(candidate(1), submitted_at=OPENED + timedelta(seconds=1))

    assert ranked(later, candidate(3), candidate(2)) == [2, 3, 1]


def test_each_track_fills_its_own_seats_and_waitlist() -> None:
    general = [candidate(n, str(90 - n)) for n in range(1, 6)]
    advanced = [candidate(n, "50.00", "심화") for n in (11, 12)]

    found = select([*general, *advanced], SEATS, minimum=Decimal(50), waitlist=2)

    assert {track: ids(found.selected[track]) for track in SEATS} == {"일반": [1, 2], "심화": [11]}
    assert {track: ids(found.waitlisted[track]) for track in SEATS} == {"일반": [3, 4], "심화": [12]}
    assert ids(found.rejected) == [5]


def test_below_the_minimum_nobody_gets_an_empty_seat() -> None:
    found = select([candidate(1, "59.99")], SEATS, minimum=Decimal(60))

    assert (found.selected["일반"], ids(found.rejected)) == ([], [1])


def test_candidate_of_an_unknown_track_is_not_lost() -> None:
    with pytest.raises(KeyError, match="특급"):
        select([candidate(1, track="특급")], SEATS)


POINTS = st.decimals(0, 100, places=1)
SCORES = st.builds(Scores, POINTS, POINTS, POINTS)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    """Candidates with many equal scores, for ties are what matters."""
    few = st.sampled_from([Decimal(60), Decimal(70), Decimal("70.05"), Decimal(80)])
    found = []
    for id in range(draw(st.integers(0, 15))):
        scores = Scores(draw(few), draw(few), draw(few))
        submitted_at = OPENED + timedelta(minutes=draw(st.integers(0, 2)))
        total = weighted_total(scores, Weights())
        assert total is not None
        found.append(Candidate(id, draw(st.sampled_from(sorted(SEATS))), scores, total, submitted_at))
    return found


@given(candidates(), st.data())
def test_order_is_total_and_does_not_depend_on_the_order_of_entry(found: list[Candidate], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(found))

    assert sorted(shuffled, key=ranking_key) == sorted(found, key=ranking_key)
    assert len({ranking_key(one) for one in found}) == len(found)


@given(candidates(), st.integers(0, 5), st.none() | st.integers(0, 3), st.sampled_from([0, 70, 75]))
def test_select_exceeds_no_seat_and_loses_nobody(
    found: list[Candidate], seats: int, waitlist: int | None, minimum: int
) -> None:
    selection = select(found, dict.fromkeys(SEATS, seats), minimum=Decimal(minimum), waitlist=waitlist)

    everybody = [*selection.rejected]
    for track in SEATS:
        selected, waitlisted = selection.selected[track], selection.waitlisted[track]
        everybody += selected + waitlisted
        assert len(selected) <= seats
        assert len(selected) == seats or not waitlisted
        assert all(ranking_key(one) < ranking_key(next) for one, next in pairwise(selected + waitlisted))
        assert all(one.total >= minimum for one in selected + waitlisted)
    assert sorted(ids(everybody)) == ids(found)


@given(candidates(), st.data())
def test_a_better_score_never_costs_a_place(found: list[Candidate], data: st.DataObject) -> None:
    assume(found)
    one = data.draw(st.sampled_from(found))
    name = data.draw(st.sampled_from(["document", "test", "interview"]))
    scores = replace(one.scores, **{name: Decimal(90)})
    total = weighted_total(scores, Weights())
    assert total is not None
    better = replace(one, scores=scores, total=total)

    others = [other for other in found if other is not one]
    ahead = [other for other in others if ranking_key(other) < ranking_key(one)]
    still_ahead = [other for other in others if ranking_key(other) < ranking_key(better)]
    assert set(ids(still_ahead)) <= set(ids(ahead))


@given(SCORES, st.sampled_from(["document", "test", "interview"]), POINTS)
def test_total_never_falls_with_a_better_score(scores: Scores, name: str, other: Decimal) -> None:
    better = replace(scores, **{name: max(other, getattr(scores, name))})

    before, after = weighted_total(scores, Weights()), weighted_total(better, Weights())
    assert before is not None
    assert after is not None
    assert before <= after


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9))
def test_mean_lies_between_the_lowest_and_the_highest(scores: list[int]) -> None:
    assert min(scores) <= panel_mean(scores) <= max(scores)
