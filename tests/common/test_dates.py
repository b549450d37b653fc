from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.dates import (
    add_months,
    is_working_day,
    period_end,
    public_holidays,
    roll_forward,
    working_days,
    years_old,
)

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
HOLIDAYS = {
    2026: "01-01 02-16 02-17 02-18 03-01 03-02 05-01 05-05 05-24 05-25 06-03 06-06 07-17 08-15 08-17 "
    "09-24 09-25 09-26 10-03 10-05 10-09 12-25",
    2027: "01-01 02-06 02-07 02-08 02-09 03-01 05-01 05-03 05-05 05-13 06-06 07-17 07-19 08-15 08-16 "
    "09-14 09-15 09-16 10-03 10-04 10-09 10-11 12-25 12-27",
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_public_holidays_are_those_of_the_law_with_their_substitutes(year: int) -> None:
    assert [f"{day:%m-%d}" for day in public_holidays(year)] == HOLIDAYS[year].split()


def test_public_holidays_have_korean_names() -> None:
    assert public_holidays(2026)[date(2026, 7, 17)] == "제헌절"


def test_a_week_with_two_holidays_has_three_working_days() -> None:
    week = working_days(date(2026, 9, 21), date(2026, 9, 27))

    assert [day.day for day in week] == [21, 22, 23]


def test_working_days_of_a_stored_table_ignore_the_law_of_today() -> None:
    assert working_days(date(2026, 5, 1), date(2026, 5, 1), holidays=set()) == [date(2026, 5, 1)]


@given(DAYS, st.integers(-5, 60))
def test_working_days_are_exactly_those_between_both_ends(start: date, length: int) -> None:
    found = working_days(start, start + timedelta(days=length))

    every = [start + timedelta(days=n) for n in range(length + 1)]
    assert found == [day for day in every if is_working_day(day)]


@given(DAYS)
def test_roll_forward_stops_at_the_first_working_day(day: date) -> None:
    rolled = roll_forward(day)

    assert working_days(day, rolled) == [rolled]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(DAYS, st.integers(-600, 600))
def test_add_months_lands_in_that_month(day: date, months: int) -> None:
    later = add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 4, 13), 1, date(2026, 5, 12)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 8, 31), 2, date(2026, 10, 30)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
    ],
)
def test_a_period_of_months_ends_as_the_civil_act_says(start: date, months: int, end: date) -> None:
    assert period_end(start, months) == end


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1991, 4, 15), date(2026, 4, 14), 34),
        (date(1991, 4, 14), date(2026, 4, 14), 35),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
    ],
)
def test_age_is_the_number_of_birthdays_had(born: date, on: date, age: int) -> None:
    assert years_old(born, on) == age


@given(DAYS, DAYS)
def test_age_never_falls_and_rises_by_at_most_one_a_day(born: date, on: date) -> None:
    tomorrow = years_old(born, on + timedelta(days=1))

    assert tomorrow - years_old(born, on) in {0, 1}
