"""The rules of a rubric: a sum only when nothing is blank, minimum marks of the mean, a veto of the majority."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rubric import Element, failures, is_below_minimum, is_vetoed, total

ELEMENTS = [Element(1, 30), Element(2, 50), Element(3, 20)]
PANELS = st.lists(st.integers(0, 20), min_size=1, max_size=9)


@given(st.tuples(st.integers(0, 30), st.integers(0, 50), st.integers(0, 20)))
def test_the_sum_is_that_of_all_marks_and_never_above_a_hundred(marks):
    found = total(ELEMENTS, dict(zip((1, 2, 3), marks, strict=True)))

    assert found == sum(marks)
    assert 0 <= found <= 100


@given(st.sets(st.sampled_from([1, 2, 3]), max_size=2))
def test_a_blank_is_not_a_nought(given_ones):
    assert total(ELEMENTS, dict.fromkeys(given_ones, 0)) is None
    assert total(ELEMENTS, {1: 0, 2: 0, 3: 0}) == 0


@pytest.mark.parametrize("points", [-1, 31])
def test_a_mark_that_a_criterion_does_not_give_is_no_mark(points):
    with pytest.raises(ValueError, match="0 to 30"):
        total(ELEMENTS, {1: points, 2: 0, 3: 0})


@given(PANELS, st.integers(1, 20))
def test_the_minimum_is_held_against_the_mean_without_rounding(panel, minimum):
    assert is_below_minimum(Element(1, 20, minimum), panel) == (sum(panel) / len(panel) < minimum)


def test_nobody_has_marked_it_yet_fails_nobody():
    assert failures(Element(1, 20, 10, 5), []) == []


@given(PANELS, st.integers(1, 20))
def test_half_of_a_panel_vetoes_nothing_one_more_does(panel, low_below):
    low = len([points for points in panel if points < low_below])

    assert is_vetoed(Element(1, 20, None, low_below), panel) == (low > len(panel) - low)


@given(PANELS, st.integers(1, 20), st.integers(0, 8), st.integers(1, 20))
def test_a_better_mark_never_fails_anybody(panel, low_below, place, minimum):
    element = Element(1, 20, minimum, low_below)
    better = [*panel]
    better[place % len(panel)] = 20

    assert set(failures(element, better)) <= set(failures(element, panel))


def test_without_minimum_and_veto_nothing_fails():
    assert failures(Element(1, 20), [0, 0, 0]) == []
    assert failures(Element(1, 20, 10, 8), [7, 7, 20]) == ["veto:1"]
    assert failures(Element(1, 20, 10, 8), [7, 8, 9]) == ["below:1"]
