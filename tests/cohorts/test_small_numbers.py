"""Nobody is singled out on a paper, neither by a small number nor by what can be worked out; and addresses name districts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.districts import district_of
from cohorts.small_numbers import LEAST, joined, merged

NUMBERS = st.lists(st.integers(0, 40), max_size=12)


COLUMNS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(st.none() | st.integers(0, 20), min_size=width, max_size=width), max_size=12)
)


@given(COLUMNS)
def test_neighbours_are_joined_until_no_small_number_is_left(columns):
    rows = [(str(n), values) for n, values in enumerate(columns)]

    found = joined(rows)

    assert not [n for _label, values in found for n in values if n and n < LEAST]
    for place in range(len(columns[0]) if columns else 0):
        whole = sum(values[place] or 0 for values in columns)
        shown = sum(values[place] or 0 for _label, values in found)
        assert shown == (whole if whole >= LEAST else 0)
    covered = [label.split(" ~ ") for label, _values in found]
    assert [ends[0] for ends in covered] == [str(n) for n in _begins(covered)]


def _begins(covered):
    """Each span begins where the one before has ended."""
    following = 0
    for ends in covered:
        yield following
        following = int(ends[-1]) + 1


@given(NUMBERS)
def test_merged_rows_keep_their_sum_and_show_no_small_number(numbers):
    rows = [(f"{n}구", number) for n, number in enumerate(numbers)]

    found = merged(rows, "others")

    assert all(number >= LEAST for _name, number in found)
    lost = sum(numbers) - sum(number for _name, number in found)
    assert lost == 0 or lost == sum(numbers) < LEAST


@given(NUMBERS)
def test_a_merged_row_holds_more_than_one_small_row_or_none(numbers):
    rows = [(f"{n}구", number) for n, number in enumerate(numbers) if number]

    kept = dict(merged(rows, "others"))

    assert len(rows) - len([name for name in kept if name != "others"]) != 1 or len(rows) == 1


@pytest.mark.parametrize(
    ("address", "home", "district"),
    [
        ("대구광역시 수성구 범어로 1", "대구", "수성구"),
        ("대구  달성군  화원읍", "대구", "달성군"),
        ("경상북도 구미시 대학로 1", "경북", "구미시"),
        ("경상북도 구미시 대학로 1", "대구", "경북"),
        ("경상북도 군위군 군위읍", "대구", "군위군"),
        ("대구광역시 수성구", "", "대구 수성구"),
        ("대구광역시 범어로 1", "대구", "대구"),
        ("서울 강남구", "대구", "서울"),
        ("수성구 범어로 1", "대구", None),
        ("", "대구", None),
    ],
)
def test_an_address_names_its_district(address, home, district):
    assert district_of(address, home) == district
