"""Exact rounding: no binary fraction comes near a published figure."""

import math
from decimal import Decimal
from fractions import Fraction


def round_half_up(value: Fraction | Decimal | int, places: int) -> Decimal:
    """`value` to so many decimals; a half goes up (S1 art. 36), not to the even neighbour."""
    return Decimal(math.floor(Fraction(value) * 10**places + Fraction(1, 2))).scaleb(-places)


def percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent with one decimal; None where there is nothing to divide by, never 0."""
    return round_half_up(Fraction(100 * part, whole), 1) if whole > 0 else None
