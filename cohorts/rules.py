"""By what rules a cohort selects, and the people as the rules see them. Frozen with a selection as plain data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cohorts.quotas import Quota, QuotaRule
from cohorts.ranking import TIE_ORDER, BonusPolicy, Candidate, Scores, Selection, Tie, Weights, select, weighted_total


@dataclass(frozen=True)
class Rules:
    """Everything that decides beside the people and the number of seats."""

    weights: Weights = field(default_factory=Weights)
    minimum: Decimal = Decimal()  # of the total
    minimums: Mapping[str, Decimal] = field(default_factory=dict)  # by stage
    tie_order: tuple[Tie, ...] = TIE_ORDER
    bonus: BonusPolicy = field(default_factory=BonusPolicy)
    quotas: Mapping[str, tuple[Quota, ...]] = field(default_factory=dict)  # by track


@dataclass(frozen=True, slots=True)
class Entry:
    """One application as it is ranked; `track` names the seats it runs for, `bonus` are confirmed points.

    `failures`: the minimum marks and vetoes of single criteria (`cohorts.rubric`).
    """

    id: int
    track: str
    scores: Scores
    submitted_at: datetime
    bonus: Decimal = Decimal()
    groups: frozenset[str] = frozenset()
    failures: tuple[str, ...] = ()


def candidate(entry: Entry, rules: Rules) -> Candidate | None:
    """With its total; None while a score that counts is missing. A stage that does not count fails nobody."""
    base = weighted_total(entry.scores, rules.weights)
    if base is None:
        return None
    bonus = rules.bonus.counted(entry.bonus, base) if entry.bonus else entry.bonus
    below = tuple(
        f"minimum_{stage}"
        for stage, least in rules.minimums.items()
        if getattr(rules.weights, stage) and getattr(entry.scores, stage) < least
    )
    failures = below + entry.failures
    return Candidate(
        entry.id, entry.track, entry.scores, base + bonus, entry.submitted_at, bonus, entry.groups, failures
    )


def select_by(rules: Rules, candidates: Iterable[Candidate], seats: Mapping[str, int]) -> Selection:
    return select(candidates, seats, minimum=rules.minimum, tie_order=rules.tie_order, quotas=rules.quotas)


# As a selection keeps them -----------------------------------------------------------------


def as_inputs(rules: Rules) -> dict[str, Any]:
    """Plain data that JSON holds to the digit; `of_inputs` reads it."""
    return {
        "weights": {stage: weight for stage, weight in vars(rules.weights).items() if weight},
        "minimum": str(rules.minimum),
        "minimums": {stage: str(least) for stage, least in rules.minimums.items() if getattr(rules.weights, stage)},
        "tie_order": [str(tie) for tie in rules.tie_order],
        "bonus": {
            "limit": None if rules.bonus.limit is None else str(rules.bonus.limit),
            "above_full": rules.bonus.above_full,
        },
        "quotas": [
            {"track": track, "group": quota.group, "rule": str(quota.rule), "seats": quota.seats}
            for track, quotas in rules.quotas.items()
            for quota in quotas
        ],
    }


def of_inputs(inputs: Mapping[str, Any]) -> Rules:
    bonus = inputs.get("bonus") or {"limit": None, "above_full": False}
    weights = {"document": 0, "test": 0, "interview": 0} | inputs["weights"]
    return Rules(
        Weights(**weights),
        Decimal(inputs["minimum"]),
        {stage: Decimal(least) for stage, least in inputs.get("minimums", {}).items()},
        tuple(Tie(tie) for tie in inputs["tie_order"]),
        BonusPolicy(None if bonus["limit"] is None else Decimal(bonus["limit"]), bonus["above_full"]),
        _quotas(inputs.get("quotas", [])),
    )


def _quotas(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Quota, ...]]:
    found: dict[str, tuple[Quota, ...]] = {}
    for row in rows:
        quota = Quota(row["group"], QuotaRule(row["rule"]), row["seats"])
        found[row["track"]] = (*found.get(row["track"], ()), quota)
    return found


def facts_of(entry: Entry) -> dict[str, Any]:
    """What a decision keeps of the person beside the scores."""
    return {
        "track": entry.track,
        "submitted_at": entry.submitted_at.isoformat(),
        "bonus": str(entry.bonus),
        "groups": sorted(entry.groups),
        "failures": list(entry.failures),
    }


def entry_of(pk: int, scores: Mapping[str, str], facts: Mapping[str, Any]) -> Entry:
    return Entry(
        pk,
        facts["track"],
        Scores(**{stage: Decimal(points) for stage, points in scores.items()}),
        datetime.fromisoformat(facts["submitted_at"]),
        Decimal(facts["bonus"]),
        frozenset(facts["groups"]),
        tuple(facts["failures"]),
    )
