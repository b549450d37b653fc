import csv
import pathlib
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum.attendance import (
    AttendancePolicy,
    DayRecord,
    Expulsion,
    Summary,
    allowance,
    count,
    course_expulsion_at,
    judge_day,
    near_expulsion,
    rate,
    summarise,
    unit_expulsion_at,
)

GOLDEN = pathlib.Path(__file__).parent.parent / "data" / "attendance_golden.csv"
FULL = DayRecord(time(9), time(18))
LATE = DayRecord(time(9, 11), time(18))
EARLY = DayRecord(time(9), time(17, 49))
ABSENT = DayRecord()
LATE_AND_EARLY = DayRecord(time(9, 20), time(17, 30))


def parse(text: str) -> DayRecord:
    """A day as the golden file writes it: `09:00~18:00 out 14:00~15:00`, `09:00~-`, `excused`."""
    if text == "excused":
        return DayRecord(excused=True)
    stay, *outings = (part.split("~") for part in text.split(" out "))
    check_in, check_out = (None if at == "-" else time.fromisoformat(at) for at in stay)
    return DayRecord(
        check_in, check_out, tuple((time.fromisoformat(left), time.fromisoformat(back)) for left, back in outings)
    )


def out(*outings: tuple[time, time]) -> DayRecord:
    return DayRecord(time(9), time(18), outings)


def golden() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", golden(), ids=lambda row: row["case"])
def test_golden_row(row: dict[str, str]) -> None:
    found = summarise(parse(day) for day in row["days"].split(" | "))

    assert found.rate is not None
    assert [str(value) for value in (found.scheduled, found.absences, found.events, found.rate)] == [
        row[name] for name in ("scheduled_days", "absences", "events", "rate")
    ]
    assert (found.rate >= AttendancePolicy().minimum_rate) == (row["at_least_80"] == "yes")


@pytest.mark.parametrize(
    ("scheduled", "absences", "events", "expected"),
    [(20, 3, 4, "80.0"), (20, 3, 6, "75.0"), (22, 4, 2, "81.8"), (21, 4, 0, "81.0"), (123, 25, 0, "79.7")],
)
def test_rate_of_the_published_examples(scheduled: int, absences: int, events: int, expected: str) -> None:
    assert str(rate(scheduled, absences, events)) == expected


def test_rate_never_falls_below_zero() -> None:
    three_times_out = out((time(9), time(10)), (time(14), time(15)), (time(16), time(17)))

    assert summarise([ABSENT, three_times_out]).rate == 0
    assert rate(1, 0, 7) == 0


def test_rate_is_unknown_without_a_scheduled_day() -> None:
    assert rate(0, 0, 0) is None
    assert summarise([]).rate is None


@pytest.mark.parametrize(
    ("record", "minutes"),
    [
        (DayRecord(time(6), time(23, 59)), 480),
        (DayRecord(time(12), time(13)), 0),
        (DayRecord(time(9), None), 0),
        (DayRecord(time(18), time(9)), 0),
        (out((time(11, 30), time(13, 30))), 420),
        (out((time(14), time(15)), (time(14, 30), time(15, 30))), 390),
        (out((time(17), time(20))), 420),
    ],
    ids=[
        "long day",
        "only lunch",
        "no check-out",
        "wrong way round",
        "out over lunch",
        "outings overlap",
        "out past the end",
    ],
)
def test_only_taught_minutes_count_and_none_twice(record: DayRecord, minutes: int) -> None:
    assert judge_day(record).attended_minutes == minutes


@pytest.mark.parametrize(
    ("record", "outings"),
    [
        (out((time(14), time(14, 1))), 1),
        (out((time(10), time(10, 30)), (time(15), time(15, 30))), 2),
        (out((time(12, 5), time(12, 55))), 0),
        (out((time(18, 5), time(18, 30))), 0),
    ],
    ids=["one minute", "two outings", "in the break", "after the day"],
)
def test_an_outing_counts_if_it_cost_a_taught_minute(record: DayRecord, outings: int) -> None:
    assert (judge_day(record).outings, judge_day(record).events) == (outings, outings)


def test_seconds_do_not_make_anybody_late() -> None:
    assert not judge_day(DayRecord(time(9, 10, 59), time(18))).late


def test_an_absent_day_has_no_events_besides() -> None:
    assert judge_day(DayRecord(time(12), time(15))).events == 0


def test_policy_can_count_a_compound_day_once() -> None:
    once = AttendancePolicy(compound_counts_twice=False)

    assert (judge_day(LATE_AND_EARLY).events, judge_day(LATE_AND_EARLY, once).events) == (2, 1)


def test_policy_can_convert_each_kind_for_itself() -> None:
    days = [LATE, LATE, EARLY, *[FULL] * 17]

    assert summarise(days).converted == 1
    assert summarise(days, AttendancePolicy(pooled=False)).converted == 0
    assert summarise([LATE, *days], AttendancePolicy(pooled=False)).converted == 1


def test_allowance_is_what_the_course_leaves() -> None:
    three_weeks_in = summarise([ABSENT, ABSENT, LATE, LATE, EARLY, *[FULL] * 10])

    assert allowance(three_weeks_in, total_days=120) == 24 - 3


def test_allowance_is_no_more_than_the_days_to_come() -> None:
    assert allowance(summarise([FULL] * 38), total_days=40) == 2


def test_allowance_is_none_when_the_minimum_is_out_of_reach() -> None:
    assert allowance(summarise([ABSENT] * 5), total_days=20) is None
    assert allowance(summarise([ABSENT] * 4), total_days=20) == 0


@pytest.mark.parametrize(("scheduled", "expected"), [(13, None), (14, 7), (21, 11), (22, 11)])
def test_expulsion_in_a_unit(scheduled: int, expected: int | None) -> None:
    assert unit_expulsion_at(scheduled) == expected


def test_between_completion_and_expulsion_there_is_a_gap() -> None:
    at_the_limit = rate(123, course_expulsion_at(123) - 1, 0)

    assert course_expulsion_at(123) == 26
    assert at_the_limit == Decimal("79.7")


@pytest.mark.parametrize(
    ("held", "absences", "events", "found"),
    [
        (12, 8, 0, None),
        (12, 9, 0, Expulsion(9, 11, 2)),
        (12, 8, 3, Expulsion(9, 11, 2)),
        (12, 11, 0, Expulsion(11, 11, 2)),
        (20, 9, 0, None),  # the one day to come cannot bring it to eleven
        (21, 12, 0, Expulsion(12, 11, 2)),
    ],
)
def test_expulsion_in_a_unit_of_21_days_is_near_two_absences_before(
    held: int, absences: int, events: int, found: Expulsion | None
) -> None:
    assert near_expulsion(count(held, absences, events), 21, unit=2) == found


def test_who_has_missed_nothing_is_not_near_however_short_the_course() -> None:
    assert near_expulsion(count(1, 0, 0), 4) is None
    assert near_expulsion(count(1, 1, 0), 4) == Expulsion(1, 2)


@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_whoever_has_reached_the_number_that_expels_is_told(total: int, held: int, absences: int) -> None:
    held = min(held, total)
    so_far = count(held, min(absences, held), 0)

    found = near_expulsion(so_far, total)

    assert bool(found and found.reached) == (so_far.missed >= course_expulsion_at(total))


TIMES = st.times()
RECORDS = st.builds(
    DayRecord,
    st.none() | TIMES,
    st.none() | TIMES,
    st.lists(st.tuples(TIMES, TIMES), max_size=3).map(tuple),
    st.booleans(),
)
COURSES = st.lists(RECORDS, min_size=1, max_size=40)


@given(RECORDS)
def test_a_day_is_either_absent_or_at_least_half_attended(record: DayRecord) -> None:
    day = judge_day(record)

    assert 0 <= day.attended_minutes <= 480
    assert day.absent == (day.attended_minutes < 240)
    assert day.events == 0 if day.absent else day.events == day.late + day.left_early + day.outings


@given(RECORDS, st.tuples(TIMES, TIMES))
def test_another_outing_never_adds_a_minute(record: DayRecord, outing: tuple[time, time]) -> None:
    more = DayRecord(record.check_in, record.check_out, (*record.outings, outing), record.excused)

    assert judge_day(more).attended_minutes <= judge_day(record).attended_minutes


@given(COURSES)
def test_rate_lies_between_0_and_100_whatever_the_order_of_days(days: list[DayRecord]) -> None:
    found = summarise(days)

    assert found.rate is not None
    assert 0 <= found.rate <= 100
    assert summarise(reversed(days)) == found


@given(COURSES, st.integers(0, 39))
def test_an_excuse_never_lowers_the_rate(days: list[DayRecord], which: int) -> None:
    excused = list(days)
    excused[which % len(days)] = DayRecord(excused=True)

    before, after = summarise(days).rate, summarise(excused).rate
    assert before is not None
    assert after is not None
    assert after >= before


@given(COURSES, st.integers(0, 80))
def test_allowance_is_the_greatest_number_that_still_passes(days: list[DayRecord], to_come: int) -> None:
    so_far = summarise(days)
    total = len(days) + to_come

    def passes(further: int) -> bool:
        end = summarise([*days, *[ABSENT] * further, *[FULL] * (to_come - further)])
        return end.rate is not None and end.rate >= 80

    left = allowance(so_far, total)
    assert [n for n in range(to_come + 1) if passes(n)] == ([] if left is None else list(range(left + 1)))


def test_missed_days_are_absences_and_converted_events() -> None:
    assert summarise([ABSENT, LATE, LATE_AND_EARLY, FULL]) == Summary(4, absences=1, events=3, converted=1)
