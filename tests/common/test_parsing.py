"""Dates, times and numbers as typed."""
# ruff: noqa: DTZ001 cells of a spreadsheet have no zone

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.korean import Unacceptable
from portal.common.parsing import KST, parse_date, parse_datetime, parse_integer

DEADLINE = dt.date(2026, 4, 14)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def refusal(read, value, **options) -> str:
    with pytest.raises(Unacceptable) as caught:
        read(value, **options)
    assert str(caught.value).endswith((".", "다.", "요."))
    return caught.value.code


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-05",
        "2026-3-5",
        "2026.3.5",
        "2026. 3. 5.",
        "2026/3/5",
        "2026년 3월 5일",
        "20260305",
        "２０２６．３．５",
        " 2026-03-05\u200b",
        "2026-03-05 00:00:00",
        20260305,
        46086,
        "46086",
        46086.0,
        dt.date(2026, 3, 5),
        dt.datetime(2026, 3, 5, 23, 59),
        dt.datetime(2026, 3, 4, 15, 0, tzinfo=dt.UTC),
    ],
)
def test_rows_33_47_one_day_in_many_spellings(typed: object) -> None:
    assert parse_date(typed) == dt.date(2026, 3, 5)


def test_row_47_an_excel_serial_is_a_day() -> None:
    assert parse_date(45000) == dt.date(2023, 3, 15)


@pytest.mark.parametrize(
    ("row", "typed", "code"),
    [
        (32, "2026-02-30", "date_invalid"),
        (34, "3/5/26", "date_year_digits"),
        (34, "26-3-5", "date_year_digits"),
        (34, "26. 3. 5.", "date_year_digits"),
        (34, "260305", "date_year_digits"),
        (35, "0001-01-01", "date_out_of_range"),
        (35, "9999-12-31", "date_out_of_range"),
        (35, dt.date(1899, 12, 31), "date_out_of_range"),
        (0, "2026-3.5", "date_invalid"),
        (0, "05-03-2026", "date_invalid"),
        (0, "5", "date_invalid"),
        (0, "next Tuesday", "date_invalid"),
        pytest.param(0, "9" * 5_000, "date_invalid", id="5000-digits"),
        (0, True, "date_invalid"),
        (0, "", "date_missing"),
        (0, None, "date_missing"),
    ],
)
def test_rows_32_34_35_days_that_are_refused(row: int, typed: object, code: str) -> None:
    assert refusal(parse_date, typed) == code


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("050730", dt.date(2005, 7, 30)),
        ("930111", dt.date(1993, 1, 11)),
        ("071208", dt.date(2007, 12, 8)),
        ("300101", dt.date(1930, 1, 1)),
        ("000229", dt.date(2000, 2, 29)),
        (950107, dt.date(1995, 1, 7)),
        (71208, dt.date(2007, 12, 8)),  # as a serial it is the year 2094
        ("1999-12-31", dt.date(1999, 12, 31)),
    ],
)
def test_six_digits_are_a_birth_date_where_asked(typed: object, born: dt.date) -> None:
    assert parse_date(typed, six_digits_on=DEADLINE) == born


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("991301", "date_invalid"),
        ("990230", "date_invalid"),
        ("200101", "date_year_digits"),  # six years old, or 106
        (30407, "date_year_digits"),  # 2003-04-07 without its zero, or the serial of 1983-04-01
    ],
)
def test_six_digits_in_doubt_are_refused(typed: object, code: str) -> None:
    assert refusal(parse_date, typed, six_digits_on=DEADLINE) == code


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y. %m. %d.", "%Y%m%d", "%Y.%m.%d", "%Y/%m/%d"]))
def test_a_written_day_is_read_as_itself(day: dt.date, form: str) -> None:
    # strftime drops the zeros of years on some platforms; all of ours have four digits.
    assert parse_date(day.strftime(form)) == day


@given(st.dates(dt.date(1930, 1, 1), dt.date(2018, 1, 1)))
def test_six_digits_of_anybody_alive_are_read_as_their_birth_date(born: dt.date) -> None:
    assert parse_date(f"{born:%y%m%d}", six_digits_on=DEADLINE) == born


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans()))
def test_no_value_breaks_a_parser(value: object) -> None:
    for read in (parse_date, parse_datetime, parse_integer):
        try:
            read(value)
        except Unacceptable as refused:
            assert refused.message  # noqa: PT017 either outcome is fine; any other exception is not


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-14 18:00",
        "2026-04-14T18:00",
        "2026-04-14 18:00:00",
        "2026. 4. 14. 18:00",
        "2026. 4. 14 오후 6:00:00",
        "2026-04-14 6:00 PM",
        "2026-04-14T09:00:00Z",
        "2026-04-14T18:00:00+09:00",
        dt.datetime(2026, 4, 14, 18, 0),
        dt.datetime(2026, 4, 14, 9, 0, tzinfo=dt.UTC),
        46126.75,
    ],
)
def test_row_40_one_moment_in_many_spellings_is_korean(typed: object) -> None:
    moment = parse_datetime(typed)
    assert moment == dt.datetime(2026, 4, 14, 18, 0, tzinfo=KST)
    assert moment.utcoffset() == dt.timedelta(hours=9)


def test_row_38_24_00_is_the_last_second_of_the_day() -> None:
    assert parse_datetime("2026-04-14 24:00") == dt.datetime(2026, 4, 14, 23, 59, 59, tzinfo=KST)


@pytest.mark.parametrize(
    ("row", "typed", "code"),
    [
        (36, "1988-05-08 02:30", "time_skipped"),
        (32, "2026-02-30 18:00", "date_invalid"),
        (34, "26-3-5 18:00", "date_year_digits"),
        (35, "9999-12-31 18:00", "date_out_of_range"),
        (35, "0001-01-01T00:00:00Z", "date_invalid"),
        (0, "2026-04-14 25:00", "time_invalid"),
        (0, "2026-04-14 24:01", "time_invalid"),
        (0, "2026-04-14", "time_missing"),
        (0, "", "date_missing"),
    ],
)
def test_row_36_moments_that_are_refused(row: int, typed: str, code: str) -> None:
    assert refusal(parse_datetime, typed) == code


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 12, 31)).map(lambda at: at.replace(microsecond=0)))
def test_a_written_moment_is_read_as_itself(at: dt.datetime) -> None:
    assert parse_datetime(f"{at:%Y-%m-%d %H:%M:%S}") == at.replace(tzinfo=KST)


@pytest.mark.parametrize(
    ("row", "typed", "number"),
    [(25, "1,000", 1000), (26, "１００", 100), (0, "1,234,567", 1234567), (0, "-5", -5), (0, 7.0, 7), (0, "007", 7)],
)
def test_rows_25_26_numbers_as_people_write_them(row: int, typed: object, number: int) -> None:
    assert parse_integer(typed) == number


@pytest.mark.parametrize(
    ("row", "typed"),
    [
        (25, "1_000"),
        (25, "1,00"),
        (27, "1e1000000"),
        pytest.param(28, "9" * 5_000, id="5000-digits"),
        pytest.param(28, 10**5_000, id="5000-digits-cell"),
        (29, "NaN"),
        (29, "Infinity"),
        (29, float("nan")),
        (29, float("inf")),
        (0, "1.5"),
        (0, 1.5),
        (0, True),
        (0, "백"),
    ],
)
def test_rows_25_to_29_what_is_no_whole_number(row: int, typed: object) -> None:
    assert refusal(parse_integer, typed) == "number_invalid"


@pytest.mark.parametrize(
    ("typed", "code"), [("-1", "number_too_small"), ("0", "number_too_small"), (10**9, "number_too_large")]
)
def test_row_30_seats_have_a_range(typed: object, code: str) -> None:
    assert refusal(parse_integer, typed, minimum=1, maximum=1_000) == code


@given(st.integers(-(10**17), 10**17))
def test_a_written_number_is_read_as_itself(number: int) -> None:
    assert parse_integer(f"{number:,}") == parse_integer(str(number)) == number
