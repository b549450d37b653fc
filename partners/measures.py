"""How live records count towards a commitment. The apps above say how:

@counts(Measure.TRAINEES, url=lambda agreement: f"{reverse('cohorts:…')}?agreement={agreement.pk}")
def trainees(agreement: Agreement) -> dict[int, int]:
    "Delivered by commitment id, in one query whatever the number of commitments."
"""

from collections.abc import Callable
from dataclasses import dataclass

from partners.models import Agreement
from partners.states import Measure

Count = Callable[[Agreement], dict[int, int]]
Address = Callable[[Agreement], str]


@dataclass(frozen=True)
class Counter:
    count: Count
    url: Address | None


@dataclass(frozen=True)
class Delivered:
    """What live records show for one commitment, and where those records are."""

    number: int
    url: str


COUNTERS: dict[str, Counter] = {}


def counts(measure: Measure, *, url: Address | None = None) -> Callable[[Count], Count]:
    def register(count: Count) -> Count:
        COUNTERS[measure] = Counter(count, url)
        return count

    return register


def delivered(agreement: Agreement) -> dict[int, Delivered]:
    """By commitment id; one call of each counter that the agreement's commitments name."""
    found: dict[int, Delivered] = {}
    commitments = list(agreement.commitments.all())
    for measure in {commitment.measure for commitment in commitments} & COUNTERS.keys():
        counter = COUNTERS[measure]
        numbers = counter.count(agreement)
        url = counter.url(agreement) if counter.url else ""
        for commitment in commitments:
            if commitment.measure == measure:
                found[commitment.pk] = Delivered(numbers.get(commitment.pk, 0), url)
    return found
