"""Who has a seat and what they lack before they can be enrolled."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from cohorts.models import Application, Cohort, CohortPolicy, Consent, Pledge
from cohorts.models.application import ApplicationQuerySet
from cohorts.readiness import Facts, Lack, lacks
from cohorts.states import HOLDS_A_SEAT, ApplicationState, ConsentKind


def on_the_way(cohort: Cohort) -> ApplicationQuerySet:
    """Those with a seat, with `pledged_at`, `pledge_channel`, `to_companies` and `for_research`; no query for a row."""
    pledge = Pledge.objects.filter(application=OuterRef("pk"))
    given = Consent.objects.given().filter(person=OuterRef("person"))
    return Application.objects.filter(cohort=cohort, state__in=HOLDS_A_SEAT).annotate(
        pledged_at=Subquery(pledge.values("given_at")),
        pledge_channel=Subquery(pledge.values("channel")),
        to_companies=Exists(given.filter(kind=ConsentKind.THIRD_PARTY)),
        for_research=Exists(given.filter(kind=ConsentKind.TRAINING_DATA)),
    )


def lacks_of(application: Application, policy: CohortPolicy) -> list[Lack]:
    """Of an application from `on_the_way`."""
    return lacks(
        Facts(
            needs_pledge=policy.needs_pledge,
            asks_double_benefit=policy.asks_double_benefit,
            pledged=application.pledged_at is not None,  # type: ignore[attr-defined]
            other_training=application.other_training,
            settled=application.other_training_cleared_at is not None,
        )
    )


def lacking(policy: CohortPolicy, lack: str) -> Q:
    """`readiness.lacks` in SQL, for applications from `on_the_way`; `lack` "" means anything at all."""
    each = {
        Lack.PLEDGE: Q(pledged_at=None) if policy.needs_pledge else NOTHING,
        Lack.ANSWER: Q(other_training=None) if policy.asks_double_benefit else NOTHING,
        Lack.DOUBLE_BENEFIT: Q(other_training=True, other_training_cleared_at=None)
        if policy.asks_double_benefit
        else NOTHING,
    }
    return each[Lack(lack)] if lack else each[Lack.PLEDGE] | each[Lack.ANSWER] | each[Lack.DOUBLE_BENEFIT]


NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class DeskNumbers:
    enrolled: int
    ready: int
    lacking: int
    absent: int  # from the orientation


def desk_numbers(cohort: Cohort) -> DeskNumbers:
    """One query."""
    accepted, lack = Q(state=ApplicationState.ACCEPTED), lacking(cohort.policy, "")
    return DeskNumbers(
        **on_the_way(cohort).aggregate(
            enrolled=Count("pk", filter=Q(state=ApplicationState.ENROLLED)),
            ready=Count("pk", filter=accepted & ~lack),
            lacking=Count("pk", filter=accepted & lack),
            absent=Count("pk", filter=accepted & Q(came_to_orientation=False)),
        )
    )
