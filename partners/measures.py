"""How live records count towards a commitment. The apps above say how:

@counts(Measure.TRAINEES, url=lambda commitment: f"{reverse('cohorts:…')}?agreement={commitment.agreement_id}")
def trainees(commitments: list[Commitment]) -> dict[int, int]:
    "Delivered by commitment id, in one query, of however many agreements the commitments are."

The commitments given are those that name the measure, each with its party; one without an entry has 0.
"""

from collections import Counter as Counts
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from partners.models import Agreement, Commitment, Delivery, Party
from partners.periods import is_behind
from partners.states import LIVE, Measure, PromiseState

Count = Callable[[list[Commitment]], dict[int, int]]
Address = Callable[[Commitment], str]


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


def delivered(commitments: Iterable[Commitment]) -> dict[int, Delivered]:
    """By commitment id; one call of each counter that the commitments name, whatever their number."""
    found: dict[int, Delivered] = {}
    by_measure: dict[str, list[Commitment]] = {}
    for commitment in commitments:
        by_measure.setdefault(commitment.measure, []).append(commitment)
    for measure in by_measure.keys() & COUNTERS.keys():
        counter, named = COUNTERS[measure], by_measure[measure]
        numbers = counter.count(named)
        for one in named:
            found[one.pk] = Delivered(numbers.get(one.pk, 0), counter.url(one) if counter.url else "")
    return found | _entered(by_measure.get(Measure.NONE, []))


def _entered(commitments: list[Commitment]) -> dict[int, Delivered]:
    """What was entered by hand with its evidence; one query, none without such commitments."""
    if not commitments:
        return {}
    rows = Delivery.objects.filter(commitment__in=commitments, withdrawn_at=None)
    sums = dict(rows.order_by().values_list("commitment").annotate(Sum("amount")))
    return {
        one.pk: Delivered(sums.get(one.pk, 0), reverse("partners:delivery-list", args=[one.agreement_id, one.pk]))
        for one in commitments
    }


def standing(agreement: Agreement, commitment: Commitment, live: Delivered | None) -> PromiseState | None:
    """Where the commitment stands today; None where no quantity was agreed or nothing is due yet.

    It is due on its own day, else on the agreement's last. At risk: behind four fifths of the even pace.
    """
    begins, due = agreement.valid_from or agreement.signed_on, commitment.due_on or agreement.valid_until
    if commitment.quantity is None or begins is None or agreement.is_editable:
        return None
    number, today = live.number if live else 0, timezone.localdate()
    if number >= commitment.quantity:
        return PromiseState.MET
    if agreement.state not in LIVE or (due and due < today):
        return PromiseState.MISSED
    behind = due is not None and is_behind(number, commitment.quantity, begins, due, today)
    return PromiseState.AT_RISK if behind else PromiseState.ON_COURSE


@dataclass(frozen=True)
class Promise:
    commitment: Commitment
    live: Delivered | None
    state: PromiseState | None


def roll_up(promises: list[Promise]) -> list[tuple[Party, list[tuple[PromiseState, int]]]]:
    """How many commitments of each party stand where; parties without a measurable one are left out."""
    counted: dict[Party, Counts[PromiseState]] = {}
    for promise in promises:
        if promise.state:
            counted.setdefault(promise.commitment.party, Counts())[promise.state] += 1
    return [(party, [(state, n[state]) for state in PromiseState if n[state]]) for party, n in counted.items()]


def promises_of(agreement: Agreement) -> list[Promise]:
    """Each commitment with what is delivered and where it stands."""
    commitments = list(agreement.commitments.all())
    live = delivered(commitments)
    found = [(one, live.get(one.pk)) for one in commitments]
    return [Promise(one, number, standing(agreement, one, number)) for one, number in found]
