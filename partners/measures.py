"""How live records count towards a commitment. The apps above say how:

@counts(Measure.TRAINEES, url=lambda commitment: f"{reverse('cohorts:…')}?agreement={commitment.agreement_id}")
def trainees(commitments: list[Commitment]) -> dict[int, int]:
    "Delivered by commitment id, in one query, of however many agreements the commitments are."

The commitments given are those that name the measure, each with its party; one without an entry has 0. The address
shows exactly the records that were counted, to those who `opens(user, commitment)`: without it, the keeper's people.

What is counted is kept as dated rows (`CommitmentFigure`); pages read these. An action that changes what counts calls
`partners.actions.figures.refresh_figures(agreement_id)` at its end; each hour all of them are counted anew.
"""

from collections import Counter as Counts
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from partners.models import Agreement, Commitment, Delivery, Party
from partners.periods import is_behind
from partners.states import BY_HAND, LIVE, Measure, PromiseState
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role

Count = Callable[[list[Commitment]], dict[int, int]]
Address = Callable[[Commitment], str]
Opens = Callable[[User, Commitment], bool]


def keepers(user: User, commitment: Commitment) -> bool:
    """Those whose lists hold every record of the keeper: its staff, and the programme's admin."""
    kept = commitment.agreement.host_id == user.organization_id
    return user.role == Role.ADMIN or (user.role in HOST_STAFF and kept)


def keepers_and_company(user: User, commitment: Commitment) -> bool:
    """And the mentors of the company that promised it, who see all of the own company's."""
    own = user.role == Role.MENTOR and commitment.party.organization_id == user.organization_id
    return own or keepers(user, commitment)


@dataclass(frozen=True)
class Counter:
    count: Count
    url: Address | None
    opens: Opens = keepers


@dataclass(frozen=True)
class Delivered:
    """What live records show for one commitment, and where those records are."""

    number: int
    url: str


COUNTERS: dict[str, Counter] = {}


def counts(measure: Measure, *, url: Address | None = None, opens: Opens = keepers) -> Callable[[Count], Count]:
    def register(count: Count) -> Count:
        COUNTERS[measure] = Counter(count, url, opens)
        return count

    return register


def delivered(commitments: Iterable[Commitment]) -> dict[int, Delivered]:
    """By commitment id; one call of each counter that the commitments name, whatever their number."""
    found: dict[int, Delivered] = {}
    by_measure: dict[str, list[Commitment]] = {}
    for commitment in commitments:
        by_measure.setdefault(commitment.measure, []).append(commitment)
    for measure in by_measure.keys() & COUNTERS.keys():
        named = by_measure[measure]
        numbers = COUNTERS[measure].count(named)
        for one in named:
            found[one.pk] = Delivered(numbers.get(one.pk, 0), records_of(one))
    return found | _entered([one for measure in BY_HAND for one in by_measure.get(measure, [])])


def records_of(commitment: Commitment) -> str:
    """The address of exactly the records that count; empty where there is none."""
    if commitment.measure in BY_HAND:
        return reverse("partners:delivery-list", args=[commitment.agreement_id, commitment.pk])
    counter = COUNTERS.get(commitment.measure)
    return counter.url(commitment) if counter and counter.url else ""


def opens_records(user: User, commitment: Commitment) -> bool:
    """Whether `user` would find there what was counted; evidence is for all who see the agreement."""
    counter = COUNTERS.get(commitment.measure)
    return commitment.measure in BY_HAND or bool(counter and counter.opens(user, commitment))


def _entered(commitments: list[Commitment]) -> dict[int, Delivered]:
    """What was entered by hand with its evidence; one query, none without such commitments."""
    if not commitments:
        return {}
    rows = Delivery.objects.filter(commitment__in=commitments, withdrawn_at=None)
    sums = dict(rows.order_by().values_list("commitment").annotate(Sum("amount")))
    return {one.pk: Delivered(int(sums.get(one.pk, 0)), records_of(one)) for one in commitments}


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
    """A commitment as one reader sees it: its figure, and where the records are that this reader may open."""

    commitment: Commitment
    number: int | None
    url: str
    state: PromiseState | None
    as_of: datetime | None


def promise_of(user: User | None, commitment: Commitment) -> Promise:
    """`commitment` with agreement, party and figure; no query. Without a reader, without an address."""
    figure = getattr(commitment, "figure", None)
    url = records_of(commitment) if user and opens_records(user, commitment) else ""
    if figure is None:
        return Promise(commitment, None, url, None, None)
    state = PromiseState(figure.state) if figure.state else None
    return Promise(commitment, figure.number, url, state, figure.as_of)


def promises_of(agreement: Agreement, user: User | None = None) -> list[Promise]:
    """Each commitment with what is delivered and where it stands; `for_detail` has brought the figures."""
    return [promise_of(user, one) for one in agreement.commitments.all()]


def roll_up(promises: list[Promise]) -> list[tuple[Party, list[tuple[PromiseState, int]]]]:
    """How many commitments of each party stand where; parties without a measurable one are left out."""
    counted: dict[Party, Counts[PromiseState]] = {}
    for promise in promises:
        if promise.state:
            counted.setdefault(promise.commitment.party, Counts())[promise.state] += 1
    return [(party, [(state, n[state]) for state in PromiseState if n[state]]) for party, n in counted.items()]
