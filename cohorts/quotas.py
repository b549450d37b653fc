"""Seats kept for a group, and groups that may not have more than so many (domain.md section 1: Gwangju 2020).

Two rules, both per track. *At least* n: n seats are kept for the group; whoever of it is good enough without
that help fills them first, and what the group cannot fill goes to the rest. *At most* n: the group gets no more
than n seats, even when seats stay empty.

Example: 4 seats, at least 2 for locals (L); in the order of merit a, b, c, d(L), e, f(L). The two seats for all go
to a and b; c is passed over, for two seats are still kept; d and f take those. Were f no local, one of the two
kept seats would find nobody, and c would get it.

How: in the order of merit everybody takes a seat if those who already sit can be moved so that one fits them (the
seats of all, and those of their groups), and no limit of a group forbids it. Then, again in order, the kept seats
that nobody of their group took are given out. From this follow, and are tested as properties:

- nobody loses a seat by a higher place: what is already taken before one's turn only shrinks, and a seat that fits
  beside more people fits beside fewer;
- a limit is never passed;
- a kept seat goes to a stranger only when everybody of its group has a seat, or a limit forbids the others;
- without limits as many are chosen as there are seats, or people.

Somebody in two groups takes one kept seat, not two.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class QuotaRule(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Quota:
    """`seats` of one track for those who name `group` among theirs."""

    group: str
    rule: QuotaRule
    seats: int


class Member(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def groups(self) -> frozenset[str]: ...


def choose(ordered: Iterable[Member], seats: int, quotas: Sequence[Quota] = ()) -> set[int]:
    """The ids of those who get a seat; `ordered` is by merit, the best first."""
    ordered = list(ordered)
    if not quotas:
        return {one.id for one in ordered[:seats]}
    limits = _Limits(quotas)
    plan = _Plan(seats, quotas)
    chosen: set[int] = set()
    for one in ordered:
        if plan.full:
            return chosen
        if limits.allow(one) and plan.seat(one.groups):
            limits.count(one)
            chosen.add(one.id)
    for one in ordered:  # the kept seats that their group cannot fill
        if len(chosen) == seats:
            break
        if one.id not in chosen and limits.allow(one):
            limits.count(one)
            chosen.add(one.id)
    return chosen


class _Limits:
    """What each group that is limited may still have."""

    def __init__(self, quotas: Iterable[Quota]) -> None:
        self.left: dict[str, int] = {}
        for quota in quotas:
            if quota.rule == QuotaRule.AT_MOST:
                self.left[quota.group] = min(quota.seats, self.left.get(quota.group, quota.seats))

    def allow(self, one: Member) -> bool:
        return all(self.left[group] > 0 for group in one.groups if group in self.left)

    def count(self, one: Member) -> None:
        for group in one.groups:
            if group in self.left:
                self.left[group] -= 1


FOR_ALL: Final = ""


class _Plan:
    """Seats by whom they are for, and who sits where; people of the same groups are alike."""

    def __init__(self, seats: int, quotas: Iterable[Quota]) -> None:
        self.free: Counter[str] = Counter()
        for quota in quotas:
            if quota.rule == QuotaRule.AT_LEAST:
                kept = min(quota.seats, seats)
                self.free[quota.group] += kept
                seats -= kept
        self.free[FOR_ALL] = seats
        self.sitting: dict[str, Counter[frozenset[str]]] = {kind: Counter() for kind in self.free}
        self.turned_away: set[frozenset[str]] = set()  # and all like them from then on

    @property
    def full(self) -> bool:
        return not any(self.free.values())

    def seat(self, groups: frozenset[str]) -> bool:
        """Whether there is a seat, after others have moved to another of theirs if that helps."""
        may = frozenset({FOR_ALL, *groups} & self.free.keys())
        if may in self.turned_away:
            return False
        came: dict[str, tuple[str, frozenset[str]] | None] = dict.fromkeys(may)
        reached = list(may)
        for kind in reached:
            if self.free[kind]:
                self._move(kind, came, may)
                return True
            for other, number in self.sitting[kind].items():
                for further in other - came.keys() if number else ():
                    came[further] = kind, other
                    reached.append(further)
        self.turned_away.add(may)
        return False

    def _move(self, kind: str, came: dict[str, tuple[str, frozenset[str]] | None], who: frozenset[str]) -> None:
        self.free[kind] -= 1
        while step := came[kind]:
            before, moved = step
            self.sitting[before][moved] -= 1
            self.sitting[kind][moved] += 1
            kind = before
        self.sitting[kind][who] += 1
