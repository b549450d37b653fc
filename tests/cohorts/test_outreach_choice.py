"""The order in which schools get visits, whatever the requests."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.outreach_choice import Rule, Wish, choose, line_up
from portal.common.dates import KST

OPENED = datetime(2026, 4, 1, 9, 0, tzinfo=KST)
WISHES = st.lists(
    st.builds(
        Wish,
        id=st.integers(1, 1_000),
        school=st.sampled_from("abcdefgh"),
        rural=st.booleans(),
        submitted_at=st.integers(0, 5).map(lambda minutes: OPENED + timedelta(minutes=minutes)),
    ),
    max_size=25,
    unique_by=lambda wish: wish.id,
)
RULES = st.builds(
    Rule,
    visits=st.integers(1, 12),
    rural_percent=st.integers(0, 100),
    once_per_school=st.booleans(),
    waitlist=st.none() | st.integers(0, 10),
)


def wish(id: int, *, school: str = "", rural: bool = False, minutes: int = 0) -> Wish:
    return Wish(id, school or f"school {id}", rural, OPENED + timedelta(minutes=minutes))


def ids(wishes: list[Wish]) -> list[int]:
    return [one.id for one in wishes]


def accepted(*wishes: Wish, **rule) -> list[int]:
    return ids(choose(wishes, Rule(**rule)).accepted)


def test_who_asked_first_gets_the_visit_and_then_the_older_record():
    assert accepted(wish(1, minutes=9), wish(3), wish(2), visits=2) == [2, 3]


def test_rural_schools_come_first_up_to_their_share():
    wishes = [wish(1), wish(2), wish(3), wish(4, rural=True, minutes=5), wish(5, rural=True, minutes=6)]

    assert accepted(*wishes, visits=3, rural_percent=0) == [1, 2, 3]
    assert accepted(*wishes, visits=3, rural_percent=34) == [4, 5, 1]  # two of three, rounded up
    assert accepted(*wishes, visits=3, rural_percent=30) == [4, 1, 2]
    assert accepted(*wishes, visits=4, rural_percent=100) == [4, 5, 1, 2]  # what they leave goes to the others


def test_a_second_visit_only_once_every_school_has_one():
    wishes = [wish(1, school="a", rural=True), wish(2, school="a", rural=True), wish(3, school="b", minutes=9)]

    assert accepted(*wishes, visits=2, rural_percent=100) == [1, 3]
    assert accepted(*wishes, visits=3, rural_percent=100) == [1, 3, 2]
    assert accepted(*wishes, visits=2, rural_percent=100, once_per_school=False) == [1, 2]


def test_the_waitlist_goes_on_in_the_same_order_and_ends():
    found = choose([wish(n) for n in range(1, 6)], Rule(visits=2, waitlist=2))

    assert (ids(found.accepted), ids(found.waitlisted), ids(found.turned_down)) == ([1, 2], [3, 4], [5])


@pytest.mark.parametrize(("left", "following"), [(4, 5), (1, 2)])
def test_a_free_visit_goes_to_a_rural_school_as_long_as_they_lack_their_share(left, following):
    """Of two visits one is kept for rural schools: who leaves decides who follows."""
    wishes = [wish(1), wish(2), wish(4, rural=True), wish(5, rural=True, minutes=1)]
    rule = Rule(visits=2, rural_percent=50)
    found = choose(wishes, rule)
    assert ids(found.accepted) == [4, 1]

    taken = [one for one in found.accepted if one.id != left]

    assert ids(line_up(found.waitlisted, taken, rule, 1)) == [following]


@given(WISHES, RULES, st.randoms())
def test_the_choice_is_total_and_stable(wishes, rule, random):
    found = choose(wishes, rule)
    again = list(wishes)
    random.shuffle(again)

    assert choose(again, rule) == found
    assert sorted(ids(found.accepted + found.waitlisted + found.turned_down)) == sorted(ids(wishes))


@given(WISHES, RULES)
def test_no_visit_is_given_twice_and_none_is_left_while_somebody_waits(wishes, rule):
    found = choose(wishes, rule)

    assert len(found.accepted) == min(rule.visits, len(wishes))
    if rule.waitlist is not None:
        assert len(found.waitlisted) == min(rule.waitlist, len(wishes) - len(found.accepted))


@given(WISHES, RULES)
def test_rural_schools_have_their_share(wishes, rule):
    wishes = [replace(one, rural=one.school in "abcd") for one in wishes]  # a school is rural or is not
    rural = [one.school for one in wishes if one.rural]
    able = len(set(rural)) if rule.once_per_school else len(rural)

    found = choose(wishes, rule)

    assert sum(one.rural for one in found.accepted) >= min(rule.reserved, able)


@given(WISHES, RULES)
def test_no_school_gets_a_second_visit_while_another_has_none(wishes, rule):
    found = choose(wishes, rule)
    got = [one.school for one in found.accepted]
    waits = {one.school for one in found.waitlisted + found.turned_down}

    if rule.once_per_school and len(set(got)) < len(got):
        assert waits <= set(got)


@given(WISHES, RULES)
def test_one_who_leaves_the_waitlist_moves_nobody_down(wishes, rule):
    found = choose(wishes, rule)
    for gone in found.waitlisted[:3]:
        left = [one for one in wishes if one.id != gone.id]
        assert choose(left, rule).accepted == found.accepted
