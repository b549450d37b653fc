from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from curriculum.calendar import UnitPeriod, unit_periods

DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def test_unit_period_is_a_month_from_the_first_day() -> None:
    units = unit_periods(date(2026, 4, 13), date(2026, 10, 8))

    assert units[:2] == [
        UnitPeriod(1, date(2026, 4, 13), date(2026, 5, 12)),
        UnitPeriod(2, date(2026, 5, 13), date(2026, 6, 12)),
    ]
    assert units[-1] == UnitPeriod(6, date(2026, 9, 13), date(2026, 10, 8))


def test_start_on_the_31st_does_not_drift_after_a_short_month() -> None:
    ends = [unit.end for unit in unit_periods(date(2026, 8, 31), date(2026, 12, 30))]

    assert ends == [date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 30), date(2026, 12, 30)]


@given(DAYS, st.integers(0, 400))
def test_every_day_of_a_course_lies_in_exactly_one_unit(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    units = unit_periods(start, end)

    assert (units[0].start, units[-1].end) == (start, end)
    for day in (start + timedelta(days=n) for n in range(length + 1)):
        assert sum(day in unit for unit in units) == 1
