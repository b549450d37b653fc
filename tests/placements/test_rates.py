from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.rates import (
    Hire,
    Rate,
    completion_rate,
    counts_as_employed,
    employment_deadline,
    employment_rate,
    evidence_due,
    pooled,
    retention_6,
    strict_employment_rate,
)
from placements.states import JobKind

AS_OF = date(2027, 4, 30)
END = date(2026, 10, 8)


def test_employment_rate_of_the_worked_example() -> None:
    found = employment_rate(employed=45, early=2, completed=78, excluded=6, as_of=AS_OF)

    assert (found.numerator, found.denominator, found.excluded, found.as_of) == (47, 74, 6, AS_OF)
    assert str(found.value) == "63.5"


def test_strict_employment_rate_leaves_nobody_out() -> None:
    found = strict_employment_rate(employed=45, early=2, completed=78, as_of=AS_OF)

    assert (found.numerator, found.denominator, str(found.value)) == (47, 80, "58.8")


def test_published_68_8_was_of_80_not_of_all_155() -> None:
    assert Rate(55, 80, 75, AS_OF).value == Decimal("68.8")
    assert Rate(55, 155, 0, AS_OF).value == Decimal("35.5")


def test_rate_of_nobody_is_unknown() -> None:
    assert completion_rate(0, 0, AS_OF).value is None
    assert employment_rate(0, 0, 6, 6, AS_OF).value is None


def test_more_employed_than_completed_is_a_counting_mistake() -> None:
    with pytest.raises(ValueError, match="miscounted"):
        employment_rate(employed=75, early=0, completed=78, excluded=6, as_of=AS_OF)


def test_completion_of_cohorts_is_the_sum_not_the_mean() -> None:
    found = pooled([completion_rate(10, 10, END), completion_rate(50, 100, END)], AS_OF)

    assert found == Rate(60, 110, 0, AS_OF)
    assert found.value == Decimal("54.5")


@pytest.mark.parametrize(
    ("hire", "counts"),
    [
        (Hire(date(2026, 10, 30)), (1, 1, 0)),
        (Hire(date(2026, 10, 31)), (1, 1, 0)),
        (Hire(date(2026, 11, 1)), (0, 0, 1)),
        (Hire(date(2026, 8, 31), left_on=date(2027, 2, 28)), (1, 1, 0)),
        (Hire(date(2026, 8, 31), left_on=date(2027, 2, 27)), (0, 1, 0)),
        (Hire(date(2026, 12, 1), left_on=date(2027, 1, 5)), (0, 0, 1)),
    ],
    ids=["six months", "month end", "not yet", "stayed to the day", "left a day before", "left, not yet countable"],
)
def test_retention_counts_only_hires_of_six_months_ago(hire: Hire, counts: tuple[int, int, int]) -> None:
    found = retention_6([hire], AS_OF)

    assert (found.numerator, found.denominator, found.excluded) == counts


@pytest.mark.parametrize(
    ("started_on", "counts"),
    [(END, False), (date(2026, 10, 9), True), (date(2027, 4, 8), True), (date(2027, 4, 9), False)],
)
def test_job_must_begin_within_six_months_of_the_end(started_on: date, counts: bool) -> None:
    assert counts_as_employed(JobKind.CONTRACT, started_on, END) == counts


def test_policy_may_allow_fewer_months() -> None:
    assert not counts_as_employed(JobKind.CONTRACT, date(2027, 1, 9), END, months=3)


def test_job_may_begin_once_completion_is_met() -> None:
    met, during = date(2026, 9, 18), date(2026, 9, 21)

    assert counts_as_employed(JobKind.CONTRACT, during, END, completed_on=met)
    assert not counts_as_employed(JobKind.CONTRACT, met, END, completed_on=met)
    assert not counts_as_employed(JobKind.DAILY, during, END, completed_on=met)


def test_months_after_a_month_end_last_to_the_month_end() -> None:
    assert employment_deadline(date(2026, 2, 28)) == date(2026, 8, 31)
    assert evidence_due(date(2026, 2, 28)) == date(2026, 9, 30)


COHORTS = st.tuples(st.integers(0, 100), st.integers(0, 20), st.integers(0, 100), st.integers(0, 30))


@given(COHORTS)
def test_exclusions_never_lower_the_rate(cohort: tuple[int, int, int, int]) -> None:
    employed, early, idle, excluded = cohort
    completed = employed + idle + excluded

    usual = employment_rate(employed, early, completed, excluded, AS_OF)
    strict = strict_employment_rate(employed, early, completed, AS_OF)

    assert usual.denominator + usual.excluded == strict.denominator
    assert usual.value is None or strict.value is None or 0 <= strict.value <= usual.value <= 100


@given(st.lists(COHORTS, max_size=5))
def test_pooling_equals_counting_everybody_at_once(cohorts: list[tuple[int, int, int, int]]) -> None:
    rates = [employment_rate(e, early, e + idle + out, out, AS_OF) for e, early, idle, out in cohorts]
    sums = [sum(column) for column in zip(*cohorts, strict=True)] or [0, 0, 0, 0]

    assert pooled(rates, AS_OF) == employment_rate(sums[0], sums[1], sums[0] + sums[2] + sums[3], sums[3], AS_OF)


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.none() | st.integers(0, 400)), max_size=9))
def test_every_hire_is_either_countable_or_not_yet(hires: list[tuple[date, int | None]]) -> None:
    known = [Hire(day, None if stayed is None else day + timedelta(days=stayed)) for day, stayed in hires]

    found = retention_6(known, AS_OF)
    later = retention_6(known, date(2030, 1, 1))

    assert found.denominator + found.excluded == len(known)
    assert later.excluded == 0
    assert found.numerator <= later.numerator
