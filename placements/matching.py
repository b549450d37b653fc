"""Matching of trainees to field projects: deferred acceptance, with teams (domain.md section 5).

1. Every trainee asks the project of the first preference, then of the next as long as refused (Gale and
   Shapley). A project keeps the best of all who asked so far, up to its teams times the greatest team size,
   and refuses the rest for good.
2. A project orders trainees by the company's own list first; those it did not list follow in the order of one
   lottery. The lottery is a hash of seed and trainee, so the same seed always draws the same, whoever else
   takes part and in whatever order they are given.
3. Whom a project lacks modules for, or who is blocked from it, it never takes.
4. A project that holds too few for a team cannot take place. One such project, that with the fewest trainees,
   is closed and everything begins anew without it, until every project left forms whole teams.

The result is stable among the projects that take place: no trainee and project would both rather have each
other than what they got. No trainee gains by stating other preferences than the true ones, as far as no
project closes.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Trainee:
    id: int
    preferences: tuple[int, ...]  # ids of projects, the first choice first
    modules: frozenset[str] = frozenset()  # codes of what the trainee has learnt


@dataclass(frozen=True)
class Project:
    id: int
    teams: int
    needs: frozenset[str] = frozenset()  # codes of the modules everybody in it must have
    wanted: tuple[int, ...] = ()  # ids of trainees in the order the company put them
    smallest_team: int = 3
    greatest_team: int = 5

    def holds(self, members: int) -> int:
        """The greatest number of these members that fits into whole teams."""
        return next((n for n in range(members, 0, -1) if self.teams_for(n)), 0)

    def teams_for(self, members: int) -> int:
        """The fewest teams that these members fill exactly, or 0 if no number of teams does."""
        teams = -(-members // self.greatest_team)
        return teams if teams <= self.teams and members >= teams * self.smallest_team else 0


class Cause(StrEnum):
    """Why a trainee did not get a project of the own preferences."""

    NOT_OFFERED = "not_offered"  # no such project (any more)
    BLOCKED = "blocked"
    LACKS_MODULES = "lacks_modules"
    FULL = "full"  # others came first
    TOO_FEW = "too_few"  # the project found no whole team


@dataclass(frozen=True)
class Unmatched:
    """A trainee to be placed by hand, with the cause for each preference in turn; none if there were none."""

    trainee: int
    causes: tuple[tuple[int, Cause], ...]


@dataclass(frozen=True)
class Matching:
    teams: dict[int, list[list[int]]]  # by project: its teams of trainee ids; only projects that take place
    unmatched: list[Unmatched]
    closed: tuple[int, ...]  # projects that somebody asked for, but too few for a team


def match(
    trainees: Sequence[Trainee],
    projects: Sequence[Project],
    *,
    blocked: Collection[tuple[int, int]] = frozenset(),
    seed: str,
) -> Matching:
    """Match trainees and projects as the module describes; `blocked` are pairs of trainee and project ids."""
    by_id = {project.id: project for project in projects}
    refusals = {trainee.id: _refusals(trainee, by_id, blocked) for trainee in trainees}
    seats = {project.id: project.teams * project.greatest_team for project in projects}
    closed: list[int] = []
    while True:
        held = _deferred_acceptance(trainees, by_id, seats, refusals, seed)
        broken = [id for id, members in held.items() if by_id[id].holds(len(members)) < len(members)]
        if not broken:
            break
        weakest = min(broken, key=lambda id: (len(held[id]), id))
        seats[weakest] = by_id[weakest].holds(len(held[weakest]))
        if not seats[weakest]:
            closed.append(weakest)
    placed = {trainee for members in held.values() for trainee in members}
    return Matching(
        {id: _teams(by_id[id], members) for id, members in held.items() if members},
        [_unmatched(trainee, refusals[trainee.id], closed) for trainee in trainees if trainee.id not in placed],
        tuple(closed),
    )


def lottery(seed: str, trainee: int) -> str:
    """The lot of a trainee: the smaller one goes first."""
    return hashlib.sha256(f"{seed}:{trainee}".encode()).hexdigest()


def standing(project: Project, trainee: int, seed: str) -> tuple[int, str]:
    """How a project orders trainees, the smallest first."""
    listed = project.wanted.index(trainee) if trainee in project.wanted else len(project.wanted)
    return (
        listed,  # whom the company wants most
        lottery(seed, trainee),  # then by lot
    )


def _refusals(
    trainee: Trainee, projects: Mapping[int, Project], blocked: Collection[tuple[int, int]]
) -> dict[int, Cause]:
    """The preferences of a trainee that can never come true."""
    causes: dict[int, Cause] = {}
    for id in trainee.preferences:
        if id not in projects:
            causes[id] = Cause.NOT_OFFERED
        elif (trainee.id, id) in blocked:
            causes[id] = Cause.BLOCKED
        elif not projects[id].needs <= trainee.modules:
            causes[id] = Cause.LACKS_MODULES
    return causes


def _deferred_acceptance(
    trainees: Sequence[Trainee],
    projects: Mapping[int, Project],
    seats: Mapping[int, int],
    refusals: Mapping[int, Mapping[int, Cause]],
    seed: str,
) -> dict[int, list[int]]:
    """The trainees each project holds in the end, best standing first."""
    held: dict[int, list[int]] = {id: [] for id in projects}
    to_ask = {trainee.id: [id for id in trainee.preferences if id not in refusals[trainee.id]] for trainee in trainees}
    asking = list(to_ask)
    while asking:
        trainee = asking.pop()
        if not to_ask[trainee]:
            continue
        id = to_ask[trainee].pop(0)
        members = sorted([*held[id], trainee], key=lambda member: standing(projects[id], member, seed))
        held[id], refused = members[: seats[id]], members[seats[id] :]
        asking += refused
    return held


def _teams(project: Project, members: Sequence[int]) -> list[list[int]]:
    """As few teams as hold all members, of equal size but for one; dealt in turn, so that none is the weakest."""
    teams = project.teams_for(len(members))
    return [list(members[first::teams]) for first in range(teams)]


def _unmatched(trainee: Trainee, refusals: Mapping[int, Cause], closed: Collection[int]) -> Unmatched:
    def cause(id: int) -> Cause:
        return refusals.get(id) or (Cause.TOO_FEW if id in closed else Cause.FULL)

    return Unmatched(trainee.id, tuple((id, cause(id)) for id in trainee.preferences))
