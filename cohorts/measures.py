"""How cohorts count towards what an agreement promises."""

from django.db.models import Count, Sum
from django.urls import reverse

from cohorts.models import Cohort, Enrolment
from partners.measures import counts
from partners.models import Agreement
from partners.states import Measure


def _cohorts_of(agreement: Agreement) -> str:
    return f"{reverse('cohorts:cohort-list')}?agreement={agreement.pk}"


@counts(Measure.SEATS, url=_cohorts_of)
def seats(agreement: Agreement) -> dict[int, int]:
    """Seats of the published cohorts under the agreement, the same for each commitment that counts seats."""
    found = Cohort.objects.public().filter(programme__agreement=agreement).aggregate(seats=Sum("capacity"))["seats"]
    return _each(agreement, Measure.SEATS, found or 0)


@counts(Measure.TRAINEES, url=_cohorts_of)
def trainees(agreement: Agreement) -> dict[int, int]:
    """수강인원 of the cohorts under the agreement."""
    found = Enrolment.objects.counted().filter(cohort__programme__agreement=agreement).aggregate(n=Count("pk"))["n"]
    return _each(agreement, Measure.TRAINEES, found)


def _each(agreement: Agreement, measure: Measure, number: int) -> dict[int, int]:
    return {one.pk: number for one in agreement.commitments.all() if one.measure == measure}
