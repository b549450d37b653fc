from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.numbers import percent, round_half_up, round_ratio


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("58.75"), 1, "58.8"),
        (Decimal("1.005"), 2, "1.01"),
        (80, 1, "80.0"),
    ],
)
def test_a_half_goes_up_and_the_decimals_are_kept(value: Fraction | Decimal | int, places: int, rounded: str) -> None:
    assert str(round_half_up(value, places)) == rounded


@given(st.fractions(0, 1000), st.integers(0, 6))
def test_rounding_moves_a_value_by_half_a_step_at_most(value: Fraction, places: int) -> None:
    moved = Fraction(round_half_up(value, places)) - value

    assert -Fraction(1, 2) < moved * 10**places <= Fraction(1, 2)


@pytest.mark.parametrize(("part", "whole", "expected"), [(47, 74, "63.5"), (47, 80, "58.8"), (1, 1, "100.0")])
def test_percent_has_one_decimal(part: int, whole: int, expected: str) -> None:
    assert str(percent(part, whole)) == expected


def test_percent_of_nothing_is_unknown_not_zero() -> None:
    assert percent(0, 0) is None
    assert percent(0, 5) == 0


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.integers(0, 6))
def test_round_ratio_is_the_same_as_rounding_the_fraction(part: int, whole: int, places: int) -> None:
    exact = Fraction(part, whole)
    rounded = Fraction(round_ratio(part, whole, places))

    assert -Fraction(1, 2) < (rounded - exact) * 10**places <= Fraction(1, 2)
