"""Who may do what, by role and relation. What the state allows is the actions' to say."""

from typing import TYPE_CHECKING

from cohorts.models import Application, Cohort, CohortStaff, Enrolment, Offer
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


def is_host_staff(user: "User", thing: HostOwned) -> bool:
    """An official or operator of the very organization that answers for the thing."""
    return user.role in HOST_STAFF and user.organization_id == thing.host_id


def can_score(user: "User", application: Application) -> bool:
    """Reviewers of the cohort."""
    if user.role != Role.REVIEWER:
        return False
    return CohortStaff.objects.filter(cohort=application.cohort_id, membership=user.acting).exists()


def can_select(user: "User", cohort: Cohort) -> bool:
    """Prepare, discard and release a selection."""
    return is_host_staff(user, cohort)


def can_offer_place(user: "User", application: Application) -> bool:
    return is_host_staff(user, application)


def can_answer_offer(user: "User", offer: Offer) -> bool:
    """The applicant; and the staff, for somebody who answers by telephone."""
    if user.role == Role.TRAINEE:
        return offer.application.person.user_id == user.pk
    return is_host_staff(user, offer)


def can_enrol(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_end_enrolment(user: "User", enrolment: Enrolment) -> bool:
    return is_host_staff(user, enrolment)
