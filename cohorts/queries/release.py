"""Who may release a selection beside the one who asks for it, and whether the frozen inputs say the same again."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cohorts import rules
from cohorts.models import Decision, Selection
from cohorts.queries.ranking import outcomes_of
from cohorts.states import Outcome
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF

if TYPE_CHECKING:
    from cohorts.ranking import Candidate


def second_pairs(host_id: int, user: User) -> list[User]:
    """The other officials and operators of a host; one query."""
    at_work = {"memberships__organization": host_id, "memberships__role__in": HOST_STAFF, "memberships__ended_at": None}
    return list(User.objects.filter(**at_work, is_active=True).exclude(pk=user.pk).distinct().order_by("pk"))


@dataclass(frozen=True)
class Difference:
    """A decision that the frozen inputs do not give; None: nothing was decided, or nothing follows."""

    application_id: int
    decided: tuple[str, int, Decimal | None] | None  # outcome, rank, total
    recomputed: tuple[str, int, Decimal | None] | None


def recompute(selection: Selection) -> list[Difference]:
    """Rank again from what the selection has frozen and from nothing else; one query, empty when it is the same.

    Scores, policy, people and seats of today have no part in it.
    """
    decisions = list(selection.decisions.order_by("application_id"))
    found = recomputed(selection, decisions)
    decided = {one.application_id: (one.outcome, one.rank, one.total) for one in decisions}
    return [
        Difference(pk, decided.get(pk), found.get(pk))
        for pk in sorted(decided.keys() | found.keys())
        if decided.get(pk) != found.get(pk)
    ]


def recomputed(selection: Selection, decisions: Iterable[Decision]) -> dict[int, tuple[str, int, Decimal | None]]:
    """By application: outcome, rank and total. Who lacked a score or a track is turned down behind the others."""
    by = rules.of_inputs(selection.inputs)
    seats = {track: int(number) for track, number in selection.inputs["seats"].items()}
    last = {track: int(number) for track, number in selection.inputs.get("last", {}).items()}
    candidates: list[Candidate] = []
    left: list[Decision] = []
    for one in decisions:
        entry = rules.entry_of(one.application_id, one.scores, one.facts) if one.facts.get("submitted_at") else None
        if entry and (ranked := rules.candidate(entry, by)):
            candidates.append(ranked)
        else:
            left.append(one)
    chosen = rules.select_by(by, candidates, seats)
    outcomes = outcomes_of(chosen)
    found: dict[int, tuple[str, int, Decimal | None]] = {}
    behind: dict[str | None, int] = {}
    for track, ranked_here in chosen.ranked.items():
        for number, ranked in enumerate(ranked_here, start=last.get(track, 0) + 1):
            found[ranked.id] = str(outcomes[ranked.id]), number, ranked.total
            behind[track] = number
    for one in left:
        track = one.facts.get("track")
        behind[track] = behind.get(track, 0) + 1
        found[one.application_id] = str(Outcome.REJECTED), behind[track], None
    return found
