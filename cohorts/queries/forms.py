"""The versions of a cohort's form."""

from django.db.models import Count, Q

from cohorts.models import ApplicationForm, Cohort
from cohorts.states import RECEIVED


def versions_of(cohort: Cohort) -> list[ApplicationForm]:
    """The newest first, each with `question_count`, and how many have `begun` with it and `received` came of it."""
    counted = cohort.forms.annotate(
        question_count=Count("questions", distinct=True),
        begun=Count("applications", distinct=True),
        received=Count("applications", filter=Q(applications__state__in=RECEIVED), distinct=True),
    )
    return list(counted.select_related("published_by").order_by("-version"))  # counting drops the order of the model
