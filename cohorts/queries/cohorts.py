"""Reads of cohorts: which are open, their figures, and what is to be done with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cohorts.eligibility import EligibilityRules
from cohorts.models import (
    Application,
    Cohort,
    CohortPolicy,
    CohortStaff,
    Enrolment,
    Track,
)
from cohorts.models.cohort import CohortQuerySet
from cohorts.states import (
    IN_TRAINING,
    TAKES_APPLICATIONS,
    CohortState,
)
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.common.counting import counts_per_role
from portal.common.prepared import NOW, TODAY, Prepared, Slot
from portal.common.todos import Todo, where


def open_cohorts(now: datetime | None = None) -> QuerySet[Cohort]:
    """Published courses that take applications now or will, the next deadline first. Public facts only."""
    now = now or timezone.now()
    found = Cohort.objects.filter(state__in=TAKES_APPLICATIONS, apply_closes_at__gt=now)
    return found.select_related("programme", "host", "policy").order_by("apply_closes_at", "pk")


def eligibility_rules(policy: CohortPolicy) -> EligibilityRules:
    """The rules of a cohort as `eligibility.judge` takes them. Touches `policy.cohort`."""
    return EligibilityRules(
        closes_at=policy.cohort.apply_closes_at,
        age_min=policy.age_min,
        age_max=policy.age_max,
        age_reference_date=policy.age_reference_date,
        region=policy.region,
        unemployed_only=policy.unemployed_only,
    )


def last_change(cohort: Cohort) -> int:
    """The newest event of a cohort, by which two editors notice each other; 0 if it has none."""
    newest = AuditEvent.objects.filter(object_type="cohorts.cohort", object_id=cohort.pk).aggregate(last=Max("pk"))
    return newest["last"] or 0


def staff_ever(cohort: Cohort) -> list[CohortStaff]:
    """Unsaved rows with the ids of everybody who was ever at work here, for the history."""
    about = Q(after__cohort=cohort.pk) | Q(before__cohort=cohort.pk)
    events = AuditEvent.objects.filter(about, object_type="cohorts.cohortstaff", host=cohort.host_id)
    return [CohortStaff(pk=pk) for pk in events.order_by().values_list("object_id", flat=True).distinct()]


@dataclass(frozen=True)
class CohortNumbers:
    """The figures of a cohort's page."""

    received: int
    seated: int
    in_training: int
    ended: int


_received = Prepared(
    Application.objects.received().filter(cohort=Slot("cohort")).order_by().values_list("state").annotate(n=Count("pk"))
)
_enrolled = Prepared(
    Enrolment.objects.filter(cohort=Slot("cohort")).order_by().values_list("state").annotate(n=Count("pk"))
)


def cohort_numbers(cohort: Cohort, tracks: Iterable[Track]) -> CohortNumbers:
    """Two queries, however many people. The tracks know the seats: taken by who accepted one or entered a pathway,
    and no longer by who gave it back or left in the window."""
    states, lives = dict(_received(cohort=cohort.pk)), dict(_enrolled(cohort=cohort.pk))
    training = sum(lives.get(state, 0) for state in IN_TRAINING)
    seated = sum(track.seats_taken for track in tracks)
    return CohortNumbers(sum(states.values()), seated, training, sum(lives.values()) - training)


SOON = timedelta(days=7)
SHOWN: dict[str, str | Promise] = {
    "closing": gettext_lazy("Applications close within seven days"),
    "over": gettext_lazy("Applications have ended, selection not begun"),
    "unpublished": gettext_lazy("Planned, not published"),
    "due": gettext_lazy("The first day has come, not started"),
    "running": gettext_lazy("Training under way"),
    "ended": gettext_lazy("Past their last day, not finished"),
}


def narrowed(cohorts: CohortQuerySet, show: str) -> CohortQuerySet:
    """The cohorts that a filter of SHOWN means."""
    match show:
        case "closing":
            return cohorts.closing_between(NOW, NOW + SOON)
        case "over":
            return cohorts.filter(state__in=TAKES_APPLICATIONS, apply_closes_at__lte=NOW)
        case "unpublished":
            return cohorts.filter(state=CohortState.PLANNED)
        case "due":
            return cohorts.filter(state=CohortState.SELECTING, starts_on__lte=TODAY)
        case "running":
            return cohorts.filter(state=CohortState.RUNNING)
        case "ended":
            return cohorts.filter(state=CohortState.RUNNING, ends_on__lt=TODAY)
    return cohorts


URGENT = ("over", "due", "ended")  # somebody should have acted


@counts_per_role
def _numbers(reader: User) -> dict[str, CohortQuerySet]:
    visible = Cohort.objects.visible_to(reader).order_by()
    return {show: narrowed(visible, show) for show in SHOWN if show != "running"}  # that a course runs is no task


def cohort_todos(user: User) -> list[Todo]:
    """What is to be done next with the cohorts one may see; one query."""
    return [
        Todo(str(SHOWN[show]), number, where("cohorts:cohort-list", show=show), show in URGENT)
        for show, number in _numbers(user).items()
    ]
