"""Who reviews what: the same number of reviewers for each application, none with a conflict, loads as even as can be."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Assignment:
    """Ids throughout. Loads are at most one apart unless `uneven` names who cannot hand over enough."""

    reviewers: dict[int, frozenset[int]]  # by application
    loads: dict[int, int]  # by reviewer
    short: dict[int, int]  # by application, how many reviewers it lacks: too few are free of a conflict
    uneven: frozenset[int]  # reviewers whose applications nobody with less to do may take


def assign(
    applications: Sequence[int],
    reviewers: Sequence[int],
    each: int,
    *,
    conflicts: Collection[tuple[int, int]] = (),
    kept: Mapping[int, Collection[int]] | None = None,
) -> Assignment:
    """Give `each` reviewers to every application; the same input gives the same answer.

    `conflicts` are pairs (application, reviewer) that may never meet. `kept` are reviewers by application who
    have begun and keep their part, unless they have a conflict since. The sum of the squares of the loads is
    the least there is: wherever loads at most one apart can be had, they are.
    """
    barred = frozenset(conflicts)
    part = _Part(applications, reviewers, barred, kept or {})
    part.fill(each)
    while way := part.way_to_even():
        part.hand_over(way)
    found = {application: frozenset(chosen) for application, chosen in part.chosen.items()}
    short = {application: each - len(chosen) for application, chosen in found.items() if len(chosen) < each}
    return Assignment(found, part.loads(), short, part.stuck())


class _Part:
    """The state of one assignment while it is worked out."""

    def __init__(
        self,
        applications: Sequence[int],
        reviewers: Sequence[int],
        barred: frozenset[tuple[int, int]],
        kept: Mapping[int, Collection[int]],
    ) -> None:
        self.allowed = {one: [who for who in reviewers if (one, who) not in barred] for one in applications}
        self.fixed = {one: set(kept.get(one, ())) & set(self.allowed[one]) for one in applications}
        self.chosen = {one: set(fixed) for one, fixed in self.fixed.items()}
        self.work: dict[int, set[int]] = {who: set() for who in reviewers}
        for one, chosen in self.chosen.items():
            for who in chosen:
                self.work[who].add(one)

    def loads(self) -> dict[int, int]:
        return {who: len(work) for who, work in self.work.items()}

    def fill(self, each: int) -> None:
        """Everybody gets what is missing from who has the least to do; the hardest to place first."""
        for one in sorted(self.allowed, key=lambda one: len(self.allowed[one])):
            free = [who for who in self.allowed[one] if who not in self.chosen[one]]
            free.sort(key=lambda who: len(self.work[who]))  # stable: the order of the reviewers decides a tie
            for who in free[: max(0, each - len(self.chosen[one]))]:
                self.chosen[one].add(who)
                self.work[who].add(one)

    def handovers(self, giver: int) -> Iterator[tuple[int, int]]:
        """Each reviewer who could take something from `giver`, with the first application that could go over."""
        found: set[int] = set()
        for one in sorted(self.work[giver]):
            if giver in self.fixed[one]:
                continue
            for taker in self.allowed[one]:
                if taker not in found and taker not in self.chosen[one]:
                    found.add(taker)
                    yield taker, one

    def ways_from(self, giver: int) -> dict[int, list[tuple[int, int, int]]]:
        """By reviewer, the shortest chain of handovers (application, from, to) that takes work from `giver` there."""
        ways: dict[int, list[tuple[int, int, int]]] = {giver: []}
        waiting = deque([giver])
        while waiting:
            here = waiting.popleft()
            for taker, one in self.handovers(here):
                if taker not in ways:
                    ways[taker] = [*ways[here], (one, here, taker)]
                    waiting.append(taker)
        return ways

    def way_to_even(self) -> list[tuple[int, int, int]]:
        """A chain of handovers between two whose loads are two or more apart; empty if there is none."""
        least = min(map(len, self.work.values()), default=0)
        for giver in sorted(self.work, key=lambda who: -len(self.work[who])):
            if len(self.work[giver]) < least + 2:
                break
            ways = self.ways_from(giver)
            taker = min(ways, key=lambda who: len(self.work[who]))
            if len(self.work[taker]) <= len(self.work[giver]) - 2:
                return ways[taker]
        return []

    def hand_over(self, way: list[tuple[int, int, int]]) -> None:
        """Carried out from the far end, so that nobody holds the same application twice on the way."""
        for one, giver, taker in reversed(way):
            self.chosen[one].remove(giver)
            self.chosen[one].add(taker)
            self.work[giver].remove(one)
            self.work[taker].add(one)

    def stuck(self) -> frozenset[int]:
        """Who has the most to do, and everybody among whom that work can be passed round; none if all is even."""
        loads = self.loads()
        if not loads or max(loads.values()) - min(loads.values()) < 2:
            return frozenset()
        most = max(loads, key=lambda who: loads[who])
        return frozenset(self.ways_from(most))
