"""How cohorts count towards what an agreement promises."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Sum, Value
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Cohort, Enrolment, LicencePool, Stay, Visit
from partners.measures import counts, keepers_and_company
from partners.models import Commitment
from partners.states import Measure


def _cohorts_of(commitment: Commitment) -> str:
    return f"{reverse('cohorts:cohort-list')}?agreement={commitment.agreement_id}&show=published"


def _trainees_of(commitment: Commitment) -> str:
    return f"{reverse('cohorts:enrolment-list')}?agreement={commitment.agreement_id}&show=counted"


def per_agreement(commitments: list[Commitment], rows: Iterable[Any]) -> dict[int, int]:
    """Numbers by agreement, the same for each of its commitments. `rows`: pairs of agreement id and number."""
    found = dict(rows)
    return {one.pk: found.get(one.agreement_id) or 0 for one in commitments}


@counts(Measure.SEATS, url=_cohorts_of)
def seats(commitments: list[Commitment]) -> dict[int, int]:
    """Seats of the published cohorts under the agreement."""
    under = Cohort.objects.public().filter(programme__agreement__in={one.agreement_id for one in commitments})
    return per_agreement(commitments, under.order_by().values_list("programme__agreement").annotate(Sum("capacity")))


@counts(Measure.TRAINEES, url=_trainees_of)
def trainees(commitments: list[Commitment]) -> dict[int, int]:
    """수강인원 of the cohorts under the agreement."""
    under = Enrolment.objects.counted().filter(
        cohort__programme__agreement__in={one.agreement_id for one in commitments}
    )
    return per_agreement(
        commitments, under.order_by().values_list("cohort__programme__agreement").annotate(Count("pk"))
    )


def _licences_of(commitment: Commitment) -> str:
    return reverse("cohorts:agreement-licences", args=[commitment.agreement_id])


@counts(
    Measure.LICENCES, url=_licences_of, opens=lambda user, commitment: True
)  # numbers, for all who see the agreement
def licences(commitments: list[Commitment]) -> dict[int, int]:
    """Seats of the provider's pools that are valid today; once the agreement has ended, on its last day.

    A pool that names a commitment counts towards that one alone. A pool that follows another is no new promise
    kept, so pools of different years are not added up.
    """
    day = Least(Coalesce("agreement__ended_on", Value(timezone.localdate())), Value(timezone.localdate()))
    pools = LicencePool.objects.filter(agreement__in={one.agreement_id for one in commitments})
    valid = pools.alias(day=day).filter(valid_from__lte=F("day"), valid_until__gte=F("day"))
    rows = valid.order_by().values("agreement", "provider", "commitment").annotate(n=Sum("seats"))
    found: dict[tuple[int, int, int | None], int] = {
        (row["agreement"], row["provider"], row["commitment"]): row["n"] for row in rows
    }
    return {
        one.pk: sum(found.get((one.agreement_id, one.party.organization_id, named), 0) for named in (one.pk, None))
        for one in commitments
    }


@counts(Measure.ENTRANTS, url=lambda one: f"{reverse('cohorts:way-list')}?agreement={one.agreement_id}")
def entrants(commitments: list[Commitment]) -> dict[int, int]:
    """Everybody whose way has begun on a pathway under the agreement, whatever became of them."""
    stays = Stay.objects.as_of(timezone.localdate())
    under = stays.filter(enrolment__cohort__programme__agreement__in={one.agreement_id for one in commitments})
    rows = under.order_by().values_list("enrolment__cohort__programme__agreement").annotate(Count("pk"))
    return per_agreement(commitments, rows)


def _visits_of(commitment: Commitment) -> str:
    query = f"agreement={commitment.agreement_id}&party={commitment.party.organization_id}&state=held"
    return f"{reverse('cohorts:visit-list')}?{query}"


def _of_held_visits(commitments: list[Commitment], number: Any) -> dict[int, int]:
    """A company's by its own visits under the agreement; the host's, which finds the schools, by all of them."""
    under = "round__programme__agreement"
    held = Visit.objects.held().filter(**{f"{under}__in": {one.agreement_id for one in commitments}})
    found = Counter[tuple[int, int]]()
    for agreement, company, host, n in held.order_by().values_list(under, "company", "host").annotate(n=number):
        found[agreement, company] += n
        found[agreement, host] += n
    return {one.pk: found[one.agreement_id, one.party.organization_id] for one in commitments}


@counts(Measure.LECTURES, url=_visits_of, opens=keepers_and_company)
def lectures(commitments: list[Commitment]) -> dict[int, int]:
    """School visits held; planned ones do not count."""
    return _of_held_visits(commitments, Count("pk"))


@counts(Measure.PUPILS, url=_visits_of, opens=keepers_and_company)
def pupils(commitments: list[Commitment]) -> dict[int, int]:
    """Pupils counted in the visits held."""
    return _of_held_visits(commitments, Sum("pupils"))
