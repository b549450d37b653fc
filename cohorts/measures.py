"""How cohorts count towards what an agreement promises."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse

from cohorts.models import Cohort, Enrolment
from partners.measures import counts
from partners.models import Commitment
from partners.states import Measure


def _cohorts_of(commitment: Commitment) -> str:
    return f"{reverse('cohorts:cohort-list')}?agreement={commitment.agreement_id}"


def per_agreement(commitments: list[Commitment], rows: Iterable[Any]) -> dict[int, int]:
    """Numbers by agreement, the same for each of its commitments. `rows`: pairs of agreement id and number."""
    found = dict(rows)
    return {one.pk: found.get(one.agreement_id) or 0 for one in commitments}


@counts(Measure.SEATS, url=_cohorts_of)
def seats(commitments: list[Commitment]) -> dict[int, int]:
    """Seats of the published cohorts under the agreement."""
    under = Cohort.objects.public().filter(programme__agreement__in={one.agreement_id for one in commitments})
    return per_agreement(commitments, under.order_by().values_list("programme__agreement").annotate(Sum("capacity")))


@counts(Measure.TRAINEES, url=_cohorts_of)
def trainees(commitments: list[Commitment]) -> dict[int, int]:
    """수강인원 of the cohorts under the agreement."""
    under = Enrolment.objects.counted().filter(
        cohort__programme__agreement__in={one.agreement_id for one in commitments}
    )
    return per_agreement(
        commitments, under.order_by().values_list("cohort__programme__agreement").annotate(Count("pk"))
    )
