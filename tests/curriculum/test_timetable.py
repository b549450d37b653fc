import pathlib
from collections import Counter
from datetime import date, time, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from curriculum.timetable import Module, Slot, TeachingDay, TimetableError, in_order, plan
from portal.common.dates import working_days

CURRICULUM = pathlib.Path(__file__).parent.parent / "data" / "curriculum.yaml"
START, END = date(2026, 4, 13), date(2026, 10, 11)


def curriculum() -> list[Module]:
    modules = yaml.safe_load(CURRICULUM.read_text(encoding="utf-8"))["modules"]
    return [Module(module["code"], module["hours"], tuple(module["after"])) for module in modules]


def days(count: int) -> list[date]:
    return [START + timedelta(days=n) for n in range(count)]


def test_26_weeks_from_13_april_hold_the_960_hours_exactly() -> None:
    found = plan(curriculum(), working_days(START, END))

    assert sum(slot.hours for slot in found.slots) == 960
    assert (found.hours_left, found.days_missing, found.days_free) == ({}, 0, ())
    assert found.slots[-1] == Slot(date(2026, 10, 8), "PRJ", 8, time(9), time(18))


def test_a_holiday_announced_late_leaves_hours_over() -> None:
    training = [day for day in working_days(START, END) if day != date(2026, 7, 6)]

    found = plan(curriculum(), training)

    assert (found.hours_left, found.days_missing) == ({"PRJ": 8}, 1)


def test_an_hour_cut_by_the_break_goes_on_after_it() -> None:
    found = plan([Module("A", 3), Module("B", 1)], days(1), TeachingDay(starts=time(9, 30)))

    assert [(slot.starts, slot.ends) for slot in found.slots] == [
        (time(9, 30), time(13, 30)),
        (time(13, 30), time(14, 30)),
    ]


def test_no_lesson_on_a_holiday() -> None:
    taught = {slot.day for slot in plan(curriculum(), working_days(START, END)).slots}

    assert date(2026, 5, 4) in taught
    assert date(2026, 5, 5) not in taught


def test_modules_keep_their_order_where_nothing_forbids_it() -> None:
    assert [module.code for module in in_order(curriculum())] == ["PY", "DS", "SQL", "ML", "DL", "CLD", "CAR", "PRJ"]


def test_prerequisites_come_first() -> None:
    modules = [Module("PRJ", 8, ("DL",)), Module("DL", 8, ("PY",)), Module("PY", 8), Module("CAR", 8)]

    assert [module.code for module in in_order(modules)] == ["PY", "DL", "PRJ", "CAR"]


def test_two_modules_share_a_day_around_the_break() -> None:
    found = plan([Module("A", 4), Module("B", 4), Module("C", 3), Module("D", 2)], days(3))

    assert found.slots == (
        Slot(START, "A", 4, time(9), time(14)),
        Slot(START, "B", 4, time(14), time(18)),
        Slot(START + timedelta(days=1), "C", 3, time(9), time(12)),
        Slot(START + timedelta(days=1), "D", 2, time(13), time(15)),
    )
    assert found.days_free == (START + timedelta(days=2),)


@pytest.mark.parametrize(
    ("modules", "codes"),
    [
        ([Module("A", 8, ("C",)), Module("B", 8, ("A",)), Module("C", 8, ("B",)), Module("D", 8, ("A",))], "A B C"),
        ([Module("A", 8, ("A",))], "A"),
        ([Module("A", 8, ("X", "Y"))], "X Y"),
        ([Module("A", 8), Module("A", 16)], "A"),
    ],
    ids=["cycle", "itself", "missing", "twice"],
)
def test_impossible_curriculum_is_refused_by_its_codes(modules: list[Module], codes: str) -> None:
    with pytest.raises(TimetableError) as refused:
        plan(modules, days(1))

    assert refused.value.codes == tuple(codes.split())
    assert all(code in str(refused.value) for code in codes.split())


@st.composite
def curricula(draw: st.DrawFn) -> list[Module]:
    """Modules that build only on earlier ones, in any order."""
    hours = draw(st.lists(st.integers(0, 40), max_size=7))
    earlier = [draw(st.sets(st.integers(0, n - 1))) if n else set() for n in range(len(hours))]
    modules = [
        Module(f"M{n}", hours[n], tuple(f"M{before}" for before in sorted(earlier[n]))) for n in range(len(hours))
    ]
    return draw(st.permutations(modules))


@given(curricula(), st.integers(0, 20), st.integers(1, 9))
def test_plan_loses_no_hour_and_overfills_no_day(modules: list[Module], length: int, hours: int) -> None:
    found = plan(modules, days(length), TeachingDay(hours=hours))

    planned = Counter(found.hours_left)
    per_day: Counter[date] = Counter()
    for slot in found.slots:
        planned[slot.module_code] += slot.hours
        per_day[slot.day] += slot.hours
    assert +planned == +Counter({module.code: module.hours for module in modules})
    assert all(count <= hours for count in per_day.values())
    assert found.days_missing == 0 or not found.days_free


@given(curricula())
def test_plan_finishes_a_prerequisite_before_what_builds_on_it(modules: list[Module]) -> None:
    slots = plan(modules, days(40)).slots

    first = {slot.module_code: (slot.day, slot.starts) for slot in reversed(slots)}
    last = {slot.module_code: (slot.day, slot.ends) for slot in slots}
    for module in modules:
        for before in set(module.after) & first.keys():
            assert module.code not in first or last[before] <= first[module.code]


@given(curricula())
def test_missing_days_are_just_enough(modules: list[Module]) -> None:
    missing = plan(modules, []).days_missing

    assert not plan(modules, days(missing)).hours_left
    assert missing == 0 or plan(modules, days(missing - 1)).hours_left
