"""The scores of a stage beside each other: by application, and by reviewer."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cohorts.calibration import PLACES, Spread, calibrate
from cohorts.models import Cohort, Score
from cohorts.states import ApplicationState, Stage
from portal.accounts.models import User
from portal.common.numbers import round_half_up


@dataclass(frozen=True)
class ScoredApplication:
    pk: int
    receipt: str
    name: str
    raw: Spread
    adjusted: Decimal
    group: int  # only within one can adjusted scores be compared

    @property
    def difference(self) -> Decimal:
        return self.adjusted - self.raw.mean


@dataclass(frozen=True)
class ScoringReviewer:
    reviewer: User
    raw: Spread
    leniency: Decimal
    group: int


@dataclass(frozen=True)
class ScoresOfStage:
    applications: "Rows" = field(default_factory=lambda: Rows())
    reviewers: list[ScoringReviewer] = field(default_factory=list)

    @property
    def groups(self) -> int:
        return len({one.group for one in self.reviewers})


class Rows(list[ScoredApplication]):
    """Sorted in memory: every adjusted score hangs on all scores."""

    ordered = True

    def order_by(self, *keys: str) -> "Rows":
        rows = list(self)
        for key in reversed(keys):
            rows.sort(key=lambda row: SORTED_BY[key.removeprefix("-")](row), reverse=key.startswith("-"))
        return Rows(rows)


SORTED_BY: dict[str, Any] = {
    "pk": lambda row: row.pk,
    "receipt": lambda row: row.receipt,
    "mean": lambda row: row.raw.mean,
    "range": lambda row: row.raw.range,
    "deviation": lambda row: row.raw.deviation,
    "adjusted": lambda row: row.adjusted,
    "difference": lambda row: row.difference,
    "number": lambda row: row.raw.number,
}


def scores_of_stage(cohort: Cohort, stage: Stage) -> ScoresOfStage:
    """What reviewers gave; imported points have no reviewer to be lenient. Two queries."""
    rows = Score.objects.filter(application__cohort=cohort, stage=stage).exclude(reviewer=None)
    rows = rows.exclude(application__state=ApplicationState.WITHDRAWN).order_by("application", "reviewer")
    shown = ("application", "reviewer", "points", "application__receipt_number", "application__person__name")
    people: dict[int, tuple[str, str]] = {}
    panels: dict[int, list[Decimal]] = defaultdict(list)
    given: dict[int, list[Decimal]] = defaultdict(list)
    scores = []
    for application, reviewer, points, receipt, name in rows.values_list(*shown):
        people[application] = receipt or f"#{application}", name
        panels[application].append(points)
        given[reviewer].append(points)
        scores.append((application, reviewer, points))
    if not scores:
        return ScoresOfStage()
    found = calibrate(scores)
    group = {application: found.group[reviewer] for application, reviewer, _points in scores}
    applications = Rows(
        ScoredApplication(pk, *people[pk], Spread(panel), round_half_up(found.adjusted[pk], PLACES), group[pk])
        for pk, panel in panels.items()
    )
    return ScoresOfStage(applications, _reviewers(given, found.leniency, found.group))


def _reviewers(given: Any, leniency: Any, group: Any) -> list[ScoringReviewer]:
    users = User.objects.filter(pk__in=given).order_by("name", "pk")
    return [
        ScoringReviewer(one, Spread(given[one.pk]), round_half_up(leniency[one.pk], PLACES), group[one.pk])
        for one in users
    ]
