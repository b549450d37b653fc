"""Who may have which figures, and with whose names."""

from typing import TYPE_CHECKING

from cohorts.models import Cohort
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role

if TYPE_CHECKING:
    from portal.reports.models import Export


def can_see_report(user: User, cohort: Cohort) -> bool:
    """Figures without names: the host's staff and admins."""
    return user.role == Role.ADMIN or (user.role in HOST_STAFF and user.organization_id == cohort.host_id)


def can_request_export(user: User, cohort: Cohort) -> bool:
    return can_see_report(user, cohort)


def can_export_register(user: User) -> bool:
    """The offices that keep registers; what is in the file is what the reader sees in the list."""
    return user.role == Role.ADMIN or user.role in HOST_STAFF


def can_take_export(user: User, export: "Export") -> bool:
    """Still, once it is made."""
    if export.cohort is None:
        return can_export_register(user)
    return can_request_export(user, export.cohort)


def can_unmask(user: User, cohort: Cohort) -> bool:
    """Names in full (domain.md 6.7): the host's officials and admins, never the operators."""
    return can_see_report(user, cohort) and user.role != Role.OPERATOR
