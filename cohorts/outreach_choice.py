"""In which order schools get the visits of a round: rural ones first where its rule says so (domain.md section 4)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Rule:
    """`rural_percent` of the visits, rounded up, are kept for rural schools; what they leave goes to the others."""

    visits: int
    rural_percent: int = 0  # 0: rural schools have no priority
    once_per_school: bool = True
    waitlist: int | None = None  # its length; None for no end

    @property
    def reserved(self) -> int:
        return -(-self.visits * self.rural_percent // 100)


@dataclass(frozen=True)
class Wish:
    """A school's request: `school` is the same for all requests of one school."""

    id: int
    school: str
    rural: bool
    submitted_at: datetime


@dataclass(frozen=True)
class Choice:
    accepted: list[Wish]  # in the order in which they were chosen
    waitlisted: list[Wish]  # next in line first
    turned_down: list[Wish]


def next_in_line(waiting: Iterable[Wish], taken: Sequence[Wish], rule: Rule) -> Wish | None:
    """Who gets the next visit after those who have one; None if nobody waits. Nobody stands on the same place."""
    schools = Counter(wish.school for wish in taken)
    rural_wanting = sum(wish.rural for wish in taken) < rule.reserved

    def key(wish: Wish) -> tuple[bool, bool, datetime, int]:
        return (
            rule.once_per_school and wish.school in schools,  # a school without a visit first
            rural_wanting and not wish.rural,  # then rural ones, until they have their share
            wish.submitted_at,  # then who asked first
            wish.id,  # then the older record, so that no draw is needed
        )

    return min(waiting, key=key, default=None)


def line_up(waiting: Iterable[Wish], taken: Sequence[Wish], rule: Rule, most: int) -> list[Wish]:
    """The first `most` of those who wait, in the order in which visits become theirs."""
    left, line = {wish.id: wish for wish in waiting}, list(taken)
    while len(line) - len(taken) < most and (found := next_in_line(left.values(), line, rule)):
        line.append(left.pop(found.id))
    return line[len(taken) :]


def choose(wishes: Iterable[Wish], rule: Rule) -> Choice:
    """All of a round at once: the visits, then the waitlist in its order, then those for whom neither is left."""
    wishes = list(wishes)
    line = line_up(wishes, [], rule, rule.visits + (len(wishes) if rule.waitlist is None else rule.waitlist))
    left = [wish for wish in wishes if wish not in line]
    left.sort(key=lambda wish: (wish.submitted_at, wish.id))
    return Choice(line[: rule.visits], line[rule.visits :], left)
