"""Adjusted scores: only the reviewers' leniency is taken out, and only where they can be compared."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cohorts.calibration import Spread, calibrate

POINTS = st.decimals(0, 100, places=2)


@st.composite
def designs(draw, most=6):
    """Some applications, each with a panel of one or more of some reviewers."""
    reviewers = draw(st.integers(1, 5))
    panels = draw(st.lists(st.sets(st.integers(1, reviewers), min_size=1), min_size=1, max_size=most))
    return [(number, who, draw(POINTS)) for number, panel in enumerate(panels) for who in sorted(panel)]


def means(scores):
    found = {}
    for application, _who, points in scores:
        found.setdefault(application, []).append(Fraction(points))
    return {application: sum(given) / len(given) for application, given in found.items()}


@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_where_everybody_scores_everything_the_adjusted_score_is_the_mean(applications, reviewers, data):
    scores = [(one, who, data.draw(POINTS)) for one in range(applications) for who in range(reviewers)]

    assert calibrate(scores).adjusted == means(scores)


@given(designs(), POINTS, st.data())
def test_a_reviewer_who_becomes_more_lenient_changes_no_difference_of_a_group(scores, more, data):
    found = calibrate(scores)
    whom = data.draw(st.sampled_from(sorted(found.leniency)))
    shifted = calibrate([(one, who, points + more * (who == whom)) for one, who, points in scores])

    groups = {one: found.group[who] for one, who, _points in scores}
    for one in found.adjusted:
        for other in found.adjusted:
            if groups[one] == groups[other]:
                before, after = (side.adjusted[one] - side.adjusted[other] for side in (found, shifted))
                assert before == after


@given(designs())
def test_each_group_keeps_its_raw_mean_and_its_zero(scores):
    found = calibrate(scores)
    for number in set(found.group.values()):
        mine = [(one, who, points) for one, who, points in scores if found.group[who] == number]
        assert sum(found.leniency[who] for _one, who, _points in mine) == 0
        assert sum(found.adjusted[one] for one, _who, _points in mine) == sum(Fraction(points) for *_, points in mine)


@given(designs(), st.lists(st.fractions(-20, 20), min_size=5, max_size=5))
def test_no_other_leniency_fits_the_scores_better(scores, others):
    """Least squares: with any other leniencies, and the best levels for them, the squares are no smaller."""

    def squares(leniency):
        panels = {}
        for one, who, points in scores:
            panels.setdefault(one, []).append(Fraction(points) - leniency[who])
        return sum((value - sum(panel) / len(panel)) ** 2 for panel in panels.values() for value in panel)

    found = calibrate(scores)

    assert squares(found.leniency) <= squares(dict(enumerate(others, start=1)))


@given(designs(), st.randoms())
def test_the_order_of_the_scores_does_not_matter(scores, draw):
    mixed = [*scores]
    draw.shuffle(mixed)

    assert calibrate(mixed) == calibrate(scores)


@given(st.lists(POINTS, min_size=1, max_size=4), st.lists(st.integers(-10, 10), min_size=2, max_size=3))
def test_a_known_leniency_is_found_again(levels, leniencies):
    """Points made of a level and a leniency, in a chain: each application is read by two neighbours."""
    scores = [
        (number * 10 + place, who, level + leniencies[who])
        for number, level in enumerate(levels)
        for place in range(len(leniencies) - 1)
        for who in (place, place + 1)
    ]
    found = calibrate(scores).leniency

    for one, other in zip(range(len(leniencies)), range(1, len(leniencies)), strict=False):
        assert found[other] - found[one] == leniencies[other] - leniencies[one]


def test_who_shares_no_application_with_others_is_compared_with_nobody():
    found = calibrate([(1, 7, Decimal(90)), (2, 8, Decimal(40)), (2, 9, Decimal(60))])

    assert found.group == {7: 1, 8: 2, 9: 2}
    assert found.leniency == {7: 0, 8: -10, 9: 10}
    assert found.adjusted == {1: 90, 2: 50}


@given(st.lists(POINTS, min_size=1, max_size=9))
def test_the_spread_of_points(points):
    found = Spread(points)

    assume(len(points) > 1)
    assert found.range == max(points) - min(points)
    assert 0 <= found.deviation <= found.range / 2 + Decimal("0.01")
    assert (found.deviation == 0) == (found.range == 0) or found.range < Decimal("0.05")


def test_no_points_have_no_spread():
    with pytest.raises(ValueError, match="no spread"):
        Spread([])
