"""Who may have which figures, and with whose names."""

from cohorts.models import Cohort
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role


def can_see_report(user: User, cohort: Cohort) -> bool:
    """Figures without names: the host's staff and admins."""
    return user.role == Role.ADMIN or (user.role in HOST_STAFF and user.organization_id == cohort.host_id)


def can_request_export(user: User, cohort: Cohort) -> bool:
    return can_see_report(user, cohort)


def can_unmask(user: User, cohort: Cohort) -> bool:
    """Names in full (domain.md 6.7): the host's officials and admins, never the operators."""
    return can_see_report(user, cohort) and user.role != Role.OPERATOR
