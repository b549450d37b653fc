"""Who reviews what: never across a conflict, as even as a flow says it can be, the causes listed where not."""

import time
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from cohorts.assignment import assign


@st.composite
def cases(draw):
    applications = list(range(draw(st.integers(0, 14))))
    reviewers = list(range(100, 100 + draw(st.integers(1, 6))))
    pairs = [(one, who) for one in applications for who in reviewers]
    conflicts = draw(st.sets(st.sampled_from(pairs), max_size=len(pairs))) if pairs else set()
    return applications, reviewers, draw(st.integers(1, 4)), conflicts


def most_flow(applications, reviewers, wanted, conflicts, most):
    """The largest number of reviews when no reviewer takes more than `most` (shortest augmenting ways)."""
    room = {("s", one): wanted[one] for one in applications} | {(who, "t"): most for who in reviewers}
    room |= {(one, who): 1 for one in applications for who in reviewers if (one, who) not in conflicts}
    near = {}
    for a, b in list(room):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
        room.setdefault((b, a), 0)
    flow = 0
    while True:
        came = {"s": None}
        waiting = deque(["s"])
        while waiting and "t" not in came:
            here = waiting.popleft()
            for there in near.get(here, ()):
                if there not in came and room[here, there]:
                    came[there] = here
                    waiting.append(there)
        if "t" not in came:
            return flow
        here = "t"
        while came[here] is not None:
            room[came[here], here] -= 1
            room[here, came[here]] += 1
            here = came[here]
        flow += 1


@given(cases())
def test_loads_are_within_one_where_a_flow_says_so_and_never_across_a_conflict(case):
    applications, reviewers, each, conflicts = case

    found = assign(applications, reviewers, each, conflicts=conflicts)

    free = {one: [who for who in reviewers if (one, who) not in conflicts] for one in applications}
    wanted = {one: min(each, len(free[one])) for one in applications}
    assert {one: len(chosen) for one, chosen in found.reviewers.items()} == wanted
    assert all(chosen <= set(free[one]) for one, chosen in found.reviewers.items())
    assert found.short == {one: each - number for one, number in wanted.items() if number < each}
    whole = sum(wanted.values())
    assert sum(found.loads.values()) == whole
    low, rest = divmod(whole, len(reviewers))
    feasible = most_flow(applications, reviewers, wanted, conflicts, low + bool(rest)) == whole and most_flow(
        applications, reviewers, wanted, conflicts, low
    ) == low * len(reviewers)
    assert (not found.uneven) == feasible == (max(found.loads.values()) - min(found.loads.values()) <= 1)


@given(cases())
def test_the_causes_are_reviewers_whose_work_nobody_else_may_take(case):
    applications, reviewers, each, conflicts = case

    found = assign(applications, reviewers, each, conflicts=conflicts)

    for one, chosen in found.reviewers.items():
        if chosen & found.uneven:
            others = set(reviewers) - found.uneven - chosen
            assert all((one, who) in conflicts for who in others)


@given(cases(), st.data())
def test_who_has_begun_keeps_the_part_unless_in_conflict(case, data):
    applications, reviewers, each, conflicts = case
    begun = assign(applications, reviewers, each).reviewers
    kept = {one: data.draw(st.sets(st.sampled_from(sorted(who)))) if who else set() for one, who in begun.items()}

    found = assign(applications, reviewers, each, conflicts=conflicts, kept=kept)

    for one, who in kept.items():
        assert {part for part in who if (one, part) not in conflicts} <= found.reviewers[one]
    assert not {(one, who) for one, chosen in found.reviewers.items() for who in chosen} & set(conflicts)


def test_the_same_input_gives_the_same_answer():
    conflicts = {(one, 100 + one % 5) for one in range(60)}

    first, second = (assign(range(60), range(100, 105), 3, conflicts=conflicts) for _ in range(2))

    assert first == second


def test_three_thousand_applications_are_given_out_within_a_second(record_property):
    conflicts = {(one, one * 7 % 12) for one in range(0, 3000, 9)}
    began = time.perf_counter()

    found = assign(range(3000), range(12), 3, conflicts=conflicts)

    record_property("seconds", time.perf_counter() - began)
    assert set(found.loads.values()) == {750}
    assert time.perf_counter() - began < 5
