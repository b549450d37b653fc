"""Exact rounding: no binary fraction comes near a published figure."""

from decimal import Decimal
from fractions import Fraction


def round_half_up(value: Fraction | Decimal | int, places: int) -> Decimal:
    """`value` to so many decimals; a half goes up (S1 art. 36), not to the even neighbour."""
    return round_ratio(*value.as_integer_ratio(), places)


def round_ratio(part: int, whole: int, places: int) -> Decimal:
    """`round_half_up(Fraction(part, whole), places)` for a positive `whole`, in whole numbers: a tenth of its time."""
    return Decimal((2 * part * 10**places + whole) // (2 * whole)).scaleb(-places)


def percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent with one decimal; None where there is nothing to divide by, never 0."""
    return round_half_up(Fraction(100 * part, whole), 1) if whole > 0 else None
