"""Days cut into interviews: none overlaps, none leaves its hours, and no further one would fit."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cohorts.interviewing import KST, change_until, slots_of_day, slots_of_days

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
TIMES = st.times(min_value=time(6), max_value=time(22)).map(lambda at: at.replace(second=0, microsecond=0))
MINUTES, REST = st.integers(5, 240), st.integers(0, 120)


@given(DAYS, TIMES, TIMES, MINUTES, REST)
def test_interviews_stand_in_their_hours_one_after_the_other(day, begins, ends, minutes, rest):
    found = slots_of_day(day, begins, ends, minutes=minutes, rest=rest)

    open_at, close_at = (datetime.combine(day, at, tzinfo=KST) for at in (begins, ends))
    assert all(one.ends_at - one.starts_at == timedelta(minutes=minutes) for one in found)
    assert all(open_at <= one.starts_at and one.ends_at <= close_at for one in found)
    for one, following in pairwise(found):
        assert following.starts_at - one.ends_at == timedelta(minutes=rest)


@given(DAYS, TIMES, TIMES, MINUTES, REST)
def test_no_further_interview_would_fit(day, begins, ends, minutes, rest):
    found = slots_of_day(day, begins, ends, minutes=minutes, rest=rest)

    last = found[-1].ends_at + timedelta(minutes=rest) if found else datetime.combine(day, begins, tzinfo=KST)
    assert last + timedelta(minutes=minutes) > datetime.combine(day, ends, tzinfo=KST)


@given(DAYS, st.integers(0, 20), st.booleans())
def test_each_day_gets_the_same_hours_and_weekends_only_if_wished(first, more, weekends):
    last = first + timedelta(days=more)
    hours = {"minutes": 30, "rest": 10}

    found = list(slots_of_days(first, last, time(10), time(12), **hours, weekends=weekends))

    days = {one.starts_at.date() for one in found}
    wanted = {first + timedelta(days=n) for n in range(more + 1)}
    assert days == (wanted if weekends else {day for day in wanted if day.weekday() < 5})
    assert len(found) == 3 * len(days)


def test_a_morning_of_twenty_minutes_with_five_of_rest():
    found = slots_of_day(date(2026, 12, 1), time(9, 30), time(12), minutes=20, rest=5)

    assert [f"{one.starts_at:%H:%M}" for one in found] == ["09:30", "09:55", "10:20", "10:45", "11:10", "11:35"]
    assert f"{found[0].starts_at:%z}" == "+0900"


def test_the_cutoff_is_the_first_moment_that_is_too_late():
    start = datetime(2026, 12, 2, 10, tzinfo=KST)

    assert change_until(start, 24) == datetime(2026, 12, 1, 10, tzinfo=KST)
