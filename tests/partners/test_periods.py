from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.periods import auto_renewed_until, council_report_due, last_notice_day
from portal.common.dates import is_working_day

DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
END = date(2026, 12, 31)


def test_report_due_on_a_holiday_friday_moves_to_monday() -> None:
    assert council_report_due(date(2026, 3, 12), 50) == date(2026, 5, 4)


def test_report_due_stays_where_the_ordinance_does_not_roll() -> None:
    assert council_report_due(date(2026, 3, 12), rolls=False) == date(2026, 5, 1)


@given(DAYS, st.integers(0, 365))
def test_report_is_never_due_early_nor_on_a_holiday(signed_on: date, days: int) -> None:
    due = council_report_due(signed_on, days)

    assert due >= signed_on + timedelta(days=days)
    assert is_working_day(due)


@pytest.mark.parametrize(
    ("notice", "today", "until"),
    [
        (None, date(2026, 12, 1), END),
        (None, date(2026, 12, 2), date(2027, 12, 31)),
        (None, date(2027, 12, 2), date(2028, 12, 31)),
        (date(2026, 12, 1), date(2027, 6, 1), END),
        (date(2026, 12, 2), date(2027, 6, 1), date(2027, 12, 31)),
        (date(2026, 12, 2), date(2030, 6, 1), date(2027, 12, 31)),
    ],
    ids=["notice still possible", "no notice", "no notice twice", "in time", "a day late", "late one ends the next"],
)
def test_agreement_renews_unless_notice_came_in_time(notice: date | None, today: date, until: date) -> None:
    assert last_notice_day(END, 30) == date(2026, 12, 1)
    assert auto_renewed_until(END, 12, 30, notice, today) == until


def test_renewals_keep_the_month_end_after_a_short_month() -> None:
    assert auto_renewed_until(date(2026, 8, 31), 6, 30, None, date(2027, 1, 15)) == date(2027, 2, 28)
    assert auto_renewed_until(date(2026, 8, 31), 6, 30, None, date(2027, 8, 1)) == date(2027, 8, 31)


def test_without_notice_days_the_last_day_itself_is_in_time() -> None:
    assert auto_renewed_until(END, 12, None, END, date(2027, 6, 1)) == END


def test_agreement_without_renewal_ends_as_signed() -> None:
    assert auto_renewed_until(END, None, 30, None, date(2030, 1, 1)) == END


@given(DAYS, st.integers(1, 36), st.integers(0, 90), st.none() | DAYS, DAYS)
def test_end_in_force_never_moves_back_as_time_passes(
    end: date, months: int, notice_days: int, notice: date | None, today: date
) -> None:
    until = auto_renewed_until(end, months, notice_days, notice, today)

    assert until >= end
    assert auto_renewed_until(end, months, notice_days, notice, today + timedelta(days=40)) >= until
