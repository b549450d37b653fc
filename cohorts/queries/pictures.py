"""What the charts of a cohort show."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from cohorts.models import (
    Cohort,
)
from cohorts.states import (
    HOLDS_A_SEAT,
    RECEIVED,
    WAS_OFFERED,
    ApplicationState,
    Outcome,
)


@dataclass(frozen=True)
class Picture:
    """Rows of a chart and its finding in one sentence."""

    rows: list[Any]
    finding: str
    series: list[str] = field(default_factory=list)


def funnel(cohort: Cohort) -> Picture:
    """From the applications received to the people enrolled; one query."""
    states = dict(cohort.applications.received().order_by().values_list("state").annotate(Count("pk")))

    def among(chosen: Iterable[str]) -> int:
        return sum(states.get(state, 0) for state in chosen)

    received, offered, seated = among(RECEIVED), among(WAS_OFFERED), among(HOLDS_A_SEAT)
    rows = [
        (_("Received"), received),
        (_("Eligible"), received - states.get(ApplicationState.INELIGIBLE, 0)),
        (_("Offered a seat"), offered),
        (_("Accepted"), seated),
        (_("Enrolled"), states.get(ApplicationState.ENROLLED, 0)),
    ]
    finding = _("Of %(received)d applications %(offered)d were offered a seat and %(seated)d have taken it.")
    return Picture(rows, finding % {"received": received, "offered": offered, "seated": seated})


BIN = 10  # points


def distribution(totals: Iterable[tuple[Decimal | None, str]]) -> Picture:
    """How many have which total, by what is decided of them."""
    found = [(min(int(total) // BIN * BIN, 100 - BIN), outcome) for total, outcome in totals if total is not None]
    counts = Counter(found)
    bins = range(min((low for low, _outcome in found), default=0), 100, BIN)
    rows = [
        (f"{low}–{low + BIN - 1 if low + BIN < 100 else 100}", [counts[low, outcome] for outcome in Outcome])
        for low in bins
    ]
    whole = sum(counts.values())
    top = max(rows, key=lambda row: sum(row[1]))
    finding = _("Most of the %(whole)d totals lie between %(range)s points.") % {"whole": whole, "range": top[0]}
    return Picture(rows, finding, [str(outcome.label) for outcome in Outcome])
