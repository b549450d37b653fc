"""Why an application got what it got: the own figures of a released selection, and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Min, Q

from cohorts.decision_reasons import explain
from cohorts.models import Application, Criterion, Decision
from cohorts.rules import Rules, of_inputs
from cohorts.states import Outcome, Stage


@dataclass(frozen=True)
class StageResult:
    label: str
    points: Decimal | None
    weight: int
    minimum: Decimal | None

    @property
    def counted(self) -> Decimal | None:
        """What of the total it is, exactly: the sum is rounded, not its parts."""
        return None if self.points is None else self.points * self.weight / 100

    def counted_like(self, others: "Sequence[StageResult]") -> str:
        """With as many decimals as the longest of them, two at the least."""
        if self.counted is None:
            return "–"
        decimals = [len(f"{one.counted.normalize():f}".partition(".")[2]) for one in others if one.counted is not None]
        return f"{self.counted:.{max(2, *decimals)}f}"


@dataclass(frozen=True)
class Result:
    """A released decision as its applicant reads it."""

    decision: Decision
    rules: Rules
    stages: list[StageResult]
    bonus: list[tuple[str, str]]  # what was confirmed, and its points
    ranked: int  # how many were ranked in the track
    seats: int
    cut_off: Decimal | None  # the lowest total that got a seat
    why: list[str]

    @property
    def lines(self) -> list[tuple[StageResult, str]]:
        """Each stage, and what of the total it is, with the same decimals in all of them."""
        return [(stage, stage.counted_like(self.stages)) for stage in self.stages]

    @property
    def base(self) -> Decimal | None:
        return None if self.decision.total is None else self.decision.total - self.decision.bonus


def result_of(application: Application) -> Result | None:
    """Of the newest released selection; None before a release. Two queries."""
    released = application.decisions.filter(selection__released_at__isnull=False)
    decision = released.select_related("selection").order_by("-selection__released_at").first()
    if decision is None:
        return None
    inputs, facts = decision.selection.inputs, decision.facts
    rules, groups = of_inputs(inputs) if inputs.get("weights") else Rules(), inputs.get("groups", {})
    track = str(facts.get("track") or application.track_id or "")
    same = decision.selection.decisions.filter(application__track=application.track_id)
    numbers = same.order_by().aggregate(
        ranked=Count("pk", filter=Q(total__isnull=False)), cut_off=Min("total", filter=Q(outcome=Outcome.SELECTED))
    )
    criteria = {one["id"]: Criterion.in_language(one["name"], one["name_en"]) for one in inputs.get("rubric", [])}
    points = inputs.get("points", {})
    return Result(
        decision,
        rules,
        [
            StageResult(
                str(stage.label),
                Decimal(decision.scores[stage]) if stage in decision.scores else None,
                getattr(rules.weights, stage),
                rules.minimums.get(stage),
            )
            for stage in Stage
            if getattr(rules.weights, stage)
        ],
        [(groups.get(group, group), points[group]) for group in facts.get("groups", ()) if group in points],
        numbers["ranked"],
        int(inputs.get("seats", {}).get(track, 0)),
        numbers["cut_off"],
        explain(decision.reasons, criteria, groups),
    )
