"""Days that ordinances and terms lead to: month ends, leap days, holidays and their substitutes (domain.md section 4)."""

from datetime import date

import pytest

from partners.periods import auto_renewed_until, check_period_end, council_report_due, last_notice_day


def day(text: str) -> date:
    return date.fromisoformat(text)


REPORTS = [
    # signed, days, due; the day the limit would end on
    ("2026-03-12", 50, "2026-05-04"),  # Labour Day, a Friday
    ("2026-03-13", 50, "2026-05-04"),  # Saturday
    ("2026-03-14", 50, "2026-05-04"),  # Sunday
    ("2026-03-15", 50, "2026-05-04"),  # Monday, as it is
    ("2026-03-16", 50, "2026-05-06"),  # Children's Day
    ("2026-04-04", 50, "2026-05-26"),  # Buddha's birthday on a Sunday; its substitute follows
    ("2026-04-05", 50, "2026-05-26"),  # the substitute itself
    ("2026-04-14", 50, "2026-06-04"),  # local elections
    ("2026-04-17", 50, "2026-06-08"),  # Memorial Day on a Saturday has no substitute
    ("2026-05-28", 50, "2026-07-20"),  # Constitution Day, a Friday, a holiday again since 2026
    ("2026-06-26", 50, "2026-08-18"),  # Liberation Day on a Saturday, its substitute on Monday
    ("2026-08-05", 50, "2026-09-28"),  # the day before Chuseok, a Thursday
    ("2026-08-14", 50, "2026-10-06"),  # Foundation Day on a Saturday, its substitute on Monday
    ("2026-08-20", 50, "2026-10-12"),  # Hangeul Day, a Friday
    ("2026-11-05", 50, "2026-12-28"),  # Christmas, a Friday
    ("2026-11-12", 50, "2027-01-04"),  # New Year, a Friday, of another year
    ("2026-12-18", 50, "2027-02-10"),  # Lunar New Year over a weekend, with its substitute
    ("2024-12-08", 50, "2025-01-31"),  # the extra holiday before Lunar New Year
    ("2025-01-10", 50, "2025-03-04"),  # 1 March on a Saturday
    ("2025-03-16", 50, "2025-05-07"),  # two holidays on one day, a substitute the day after
    ("2025-08-14", 50, "2025-10-10"),  # the long Chuseok up to Hangeul Day
    ("2026-01-31", 1, "2026-02-02"),
    ("2026-01-31", 30, "2026-03-03"),  # 1 March on a Sunday and its substitute
    ("2024-01-30", 30, "2024-02-29"),  # a leap day is a day
    ("2023-01-30", 30, "2023-03-02"),  # in a common year it is 1 March
    ("2024-02-29", 365, "2025-02-28"),
    ("2024-02-29", 366, "2025-03-04"),  # 1 March on a Saturday
    ("2027-08-10", 62, "2027-10-12"),  # the substitute of Hangeul Day
    ("2027-11-05", 50, "2027-12-28"),  # Christmas on a Saturday, its substitute on Monday
    ("2027-03-14", 50, "2027-05-04"),  # the substitute of Labour Day
]


@pytest.mark.parametrize(("signed", "days", "due"), REPORTS)
def test_a_report_is_due(signed: str, days: int, due: str) -> None:
    assert council_report_due(day(signed), days) == day(due)


@pytest.mark.parametrize(
    ("signed", "days", "due"),
    [
        ("2026-03-12", 50, "2026-05-01"),
        ("2026-03-13", 50, "2026-05-02"),
        ("2026-08-05", 50, "2026-09-24"),
        ("2026-11-12", 50, "2027-01-01"),
        ("2024-01-31", 29, "2024-02-29"),
        ("2023-01-31", 29, "2023-03-01"),
    ],
)
def test_a_report_is_due_where_limits_do_not_roll(signed: str, days: int, due: str) -> None:
    assert council_report_due(day(signed), days, rolls=False) == day(due)


@pytest.mark.parametrize(
    ("end", "days", "last"),
    [
        ("2026-12-31", 30, "2026-12-01"),
        ("2026-12-31", 60, "2026-11-01"),
        ("2026-12-31", 90, "2026-10-02"),
        ("2024-02-29", 30, "2024-01-30"),
        ("2024-03-30", 30, "2024-02-29"),
        ("2023-03-30", 30, "2023-02-28"),
        ("2026-01-15", 30, "2025-12-16"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_the_last_day_of_notice(end: str, days: int, last: str) -> None:
    assert last_notice_day(day(end), days) == day(last)


RENEWALS = [
    # end, months, notice days, notice given, today, end as it stands
    ("2026-12-31", 12, 30, None, "2026-12-01", "2026-12-31"),
    ("2026-12-31", 12, 30, None, "2026-12-02", "2027-12-31"),
    ("2026-12-31", 12, 30, "2026-12-01", "2027-03-01", "2026-12-31"),
    ("2026-12-31", 12, 30, "2026-12-02", "2026-12-02", "2027-12-31"),
    ("2026-12-31", 12, 30, "2026-12-02", "2029-01-01", "2027-12-31"),  # in time for the next
    ("2026-12-31", 24, 90, None, "2026-10-03", "2028-12-31"),
    ("2024-02-29", 12, 30, None, "2024-02-01", "2025-02-28"),  # a leap day's year ends in February
    ("2024-02-29", 48, 30, None, "2024-02-01", "2028-02-29"),
    ("2023-02-28", 12, 30, None, "2023-02-01", "2024-02-29"),  # a term up to the month's end keeps it
    ("2024-02-28", 12, 30, None, "2024-02-01", "2025-02-28"),
    ("2026-01-31", 1, 0, None, "2026-02-01", "2026-02-28"),
    ("2026-01-31", 1, 0, None, "2026-03-01", "2026-03-31"),
    ("2028-01-31", 1, 0, None, "2028-02-01", "2028-02-29"),
    ("2026-08-31", 6, 30, None, "2026-08-02", "2027-02-28"),
    ("2026-04-30", 1, 0, None, "2026-05-01", "2026-05-31"),
    ("2026-03-12", 12, 30, None, "2026-02-11", "2027-03-12"),
    ("2026-05-05", 12, 30, None, "2026-04-06", "2027-05-05"),  # a term may end on a holiday
    ("2026-12-31", None, 30, None, "2027-06-01", "2026-12-31"),
]


@pytest.mark.parametrize(("end", "months", "days", "given", "today", "until"), RENEWALS)
def test_a_term_extends_itself(
    end: str, months: int | None, days: int, given: str | None, today: str, until: str
) -> None:
    notice = day(given) if given else None

    assert auto_renewed_until(day(end), months, days, notice, day(today)) == day(until)


@pytest.mark.parametrize(
    ("begins", "months", "today", "ended"),
    [
        ("2026-03-12", 12, "2027-03-11", None),  # its last day is not over
        ("2026-03-12", 12, "2027-03-12", "2027-03-11"),
        ("2026-03-12", 12, "2028-03-11", "2027-03-11"),
        ("2026-03-12", 12, "2029-08-01", "2029-03-11"),
        ("2026-01-01", 6, "2026-07-01", "2026-06-30"),
        ("2026-01-01", 6, "2027-01-01", "2026-12-31"),
        ("2026-08-31", 6, "2027-03-01", "2027-02-28"),
        ("2026-08-31", 6, "2027-08-31", "2027-08-30"),
        ("2024-02-29", 12, "2025-03-01", "2025-02-28"),
        ("2024-02-29", 12, "2028-02-29", "2028-02-28"),
        ("2026-03-12", 12, "2026-03-12", None),
        ("2027-03-12", 12, "2026-03-12", None),
    ],
)
def test_the_last_interval_that_is_over(begins: str, months: int, today: str, ended: str | None) -> None:
    assert check_period_end(day(begins), months, day(today)) == (day(ended) if ended else None)
