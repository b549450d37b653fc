"""Kept seats and limits of groups: the published example, and what must hold whatever the quotas are."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from cohorts.quotas import Quota, QuotaRule
from cohorts.ranking import BonusPolicy, Candidate, Scores, Weights, ranking_key, select, weighted_total
from portal.common.dates import KST

OPENED = datetime(2026, 4, 1, 9, 0, tzinfo=KST)
GROUPS = ("local", "veteran", "graduate")
LEAST, MOST = QuotaRule.AT_LEAST, QuotaRule.AT_MOST


def people(order: str) -> list[Candidate]:
    """ "a b c:L" is three by merit, the last one of group L."""
    found = []
    for place, one in enumerate(order.split()):
        _name, _colon, groups = one.partition(":")
        found.append(
            Candidate(
                place, "t", Scores(), Decimal(90 - place), OPENED, groups=frozenset(filter(None, groups.split("+")))
            )
        )
    return found


def seated(order: str, seats: int, *quotas: Quota, **options) -> str:
    found = select(people(order), {"t": seats}, quotas={"t": quotas}, **options)
    return " ".join(order.split()[one.id].partition(":")[0] for one in found.selected["t"])


def reasons(order: str, seats: int, *quotas: Quota) -> dict[str, tuple[str, ...]]:
    found = select(people(order), {"t": seats}, quotas={"t": quotas})
    return {order.split()[pk].partition(":")[0]: why for pk, why in found.reasons.items()}


def test_the_example_of_the_docstring():
    order, half = "a b c d:L e f:L", Quota("L", LEAST, 2)

    assert seated(order, 4, half) == "a b d f"
    assert reasons(order, 4, half) == {"c": ("behind_kept_seats",), "f": ("kept_for:L",)}
    assert seated("a b c d:L e f", 4, half) == "a b c d"


def test_gwangju_keeps_half_of_180_seats_for_locals():
    """domain.md 1: half reserved for locals [S7]. 374 sat the test; the 60 best and every fifth after them are locals."""
    order = [
        Candidate(n, "t", Scores(), Decimal(500 - n), OPENED, groups=frozenset({"L"} if n < 60 or n % 5 == 0 else ()))
        for n in range(374)
    ]
    found = select(order, {"t": 180}, quotas={"t": [Quota("L", LEAST, 90)]}).selected["t"]

    assert len(found) == 180
    assert sum("L" in one.groups for one in found) == 90  # 60 by merit, 30 more
    assert max(one.id for one in found if "L" not in one.groups) == 172


def test_a_limit_leaves_seats_empty_rather_than_be_passed():
    assert seated("a:G b:G c:G", 3, Quota("G", MOST, 2)) == "a b"
    assert seated("a:G b:G c:G d e", 3, Quota("G", MOST, 1)) == "a d e"
    assert reasons("a:G b:G c:G d e", 3, Quota("G", MOST, 1)) == {
        "b": ("limit:G",), "c": ("limit:G",), "d": ("moved_up",), "e": ("moved_up",)
    }  # fmt: skip


def test_people_of_two_groups_make_room_for_each_other():
    """x sits on a seat kept for V until w comes; then x moves to one kept for L."""
    quotas = Quota("L", LEAST, 1), Quota("V", LEAST, 1)

    assert seated("x:L+V w:V", 2, *quotas) == "x w"
    assert seated("x:L+V a w:V", 2, *quotas) == "x w"
    assert seated("x:L+V a l:L", 2, *quotas) == "x l"


def test_more_kept_seats_than_seats_are_cut_in_their_order():
    assert seated("a:V b:L c:L", 2, Quota("L", LEAST, 2), Quota("V", LEAST, 2)) == "b c"


def test_a_bonus_counts_up_to_its_limit_and_lifts_nobody_over_a_minimum():
    assert BonusPolicy(Decimal(5)).counted(Decimal(8), Decimal(70)) == 5
    assert BonusPolicy(Decimal(5)).counted(Decimal(5), Decimal(98)) == 2
    assert BonusPolicy(None, above_full=True).counted(Decimal(5), Decimal(98)) == 5
    low = Candidate(1, "t", Scores(), Decimal(62), OPENED, bonus=Decimal(5))

    found = select([low], {"t": 1}, minimum=Decimal(60))

    assert (found.selected["t"], found.reasons) == ([], {1: ("minimum_total",)})


def test_who_fails_gets_nothing_and_stands_last():
    best, next_ = people("a b")
    found = select([replace(best, failures=("veto",)), next_], {"t": 2})

    assert found.selected["t"] == [next_]
    assert [one.id for one in found.ranked["t"]] == [1, 0]
    assert found.reasons == {0: ("veto",)}


# Whatever the quotas are ---------------------------------------------------------------------

quota_sets = st.lists(
    st.builds(Quota, st.sampled_from(GROUPS), st.sampled_from(QuotaRule), st.integers(0, 6)), max_size=4
)


@st.composite
def fields(draw: st.DrawFn) -> list[Candidate]:
    """Few points, so that many totals are equal; any groups, some who fail, some with a bonus."""
    few = st.sampled_from([Decimal(60), Decimal(70), Decimal("70.05"), Decimal(80)])
    found = []
    for id in range(draw(st.integers(0, 14))):
        scores = Scores(draw(few), draw(few), draw(few))
        found.append(
            rated(
                Candidate(
                    id, draw(st.sampled_from("tu")), scores, Decimal(), OPENED + timedelta(minutes=draw(st.integers(0, 2))),
                    bonus=Decimal(draw(st.sampled_from([0, 0, 5]))), groups=draw(st.frozensets(st.sampled_from(GROUPS))),
                    failures=("veto",) if draw(st.integers(0, 9)) == 0 else (),
                )
            )
        )  # fmt: skip
    return found


def rated(one: Candidate) -> Candidate:
    base = weighted_total(one.scores, Weights())
    assert base is not None
    return replace(one, total=base + one.bonus)


def taken(found, track: str) -> set[int]:
    return {one.id for one in found.selected[track]}


@given(fields(), st.integers(0, 8), quota_sets, st.sampled_from([0, 65, 70]), st.data())
def test_the_order_of_entry_never_matters_and_every_rule_holds(everybody, seats, quotas, minimum, data):
    by_track = {"t": seats, "u": seats}
    options = {"quotas": dict.fromkeys("tu", quotas), "minimum": Decimal(minimum)}
    found = select(everybody, by_track, **options)

    assert select(data.draw(st.permutations(everybody)), by_track, **options) == found
    for track in "tu":
        here = [one for one in everybody if one.track == track]
        able = [one for one in here if not one.failures and one.total - one.bonus >= minimum]
        seated = [one for one in able if one.id in taken(found, track)]
        assert len(seated) == len(found.selected[track]) <= seats
        assert len(found.ranked[track]) == len(here)
        limited = {q.group for q in quotas if q.rule == MOST}
        for quota in quotas:
            members = sum(quota.group in one.groups for one in seated)
            if quota.rule == MOST:
                assert members <= quota.seats
        if not limited:
            assert len(seated) == min(seats, len(able))
        kept_seats_are_met(seated, able, quotas, seats, limited)


def kept_seats_are_met(seated, able, quotas, seats, limited):
    """With no limit in the way, and no more kept than there is: all of the group, or as many as are kept."""
    kept = [quota for quota in quotas if quota.rule == LEAST]
    if limited or sum(quota.seats for quota in kept) > seats:
        return
    for group in {quota.group for quota in kept}:
        wanted = sum(quota.seats for quota in kept if quota.group == group)
        there = sum(group in one.groups for one in able)
        if all(len(one.groups & {quota.group for quota in kept}) <= 1 for one in able):
            assert sum(group in one.groups for one in seated) >= min(wanted, there)
        elif sum(group in one.groups for one in seated) < wanted:
            left = [one for one in able if one not in seated and one.groups & {group}]
            assert not left


@given(fields(), st.integers(0, 6), quota_sets, st.sampled_from([0, 70]), st.data())
def test_a_better_score_never_costs_a_seat(everybody, seats, quotas, minimum, data):
    """Of one's own, in the same track, with any quotas, groups that overlap included."""
    assume(everybody)
    one = data.draw(st.sampled_from(everybody))
    stage = data.draw(st.sampled_from(["document", "test", "interview"]))
    raised = max(data.draw(st.sampled_from([Decimal(71), Decimal(79), Decimal(100)])), getattr(one.scores, stage))
    better = rated(replace(one, scores=replace(one.scores, **{stage: raised})))
    options = {"quotas": dict.fromkeys("tu", quotas), "minimum": Decimal(minimum)}
    before = select(everybody, {"t": seats, "u": seats}, **options)

    after = select([better if other is one else other for other in everybody], {"t": seats, "u": seats}, **options)

    assert ranking_key(better) <= ranking_key(one)
    if one.id in taken(before, one.track):
        assert one.id in taken(after, one.track)


@given(fields(), st.integers(0, 6), quota_sets)
def test_a_reason_is_given_where_the_place_alone_does_not_decide(everybody, seats, quotas):
    found = select(everybody, {"t": seats, "u": seats}, quotas=dict.fromkeys("tu", quotas))

    for track in "tu":
        able = [one for one in found.ranked[track] if not one.failures]
        for place, one in enumerate(able, start=1):
            assert ((place <= seats) != (one.id in taken(found, track))) == (one.id in found.reasons)
