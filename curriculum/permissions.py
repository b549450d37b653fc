"""Who may do what with the timetable and the attendance of a cohort."""

from cohorts.models import Cohort
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role


def can_edit_modules(user: User, host_id: int) -> bool:
    return user.role in HOST_STAFF and user.organization_id == host_id


def can_plan_timetable(user: User, cohort: Cohort) -> bool:
    return user.role in HOST_STAFF and user.organization_id == cohort.host_id


def can_take_attendance(user: User, cohort: Cohort) -> bool:
    """Host staff and the assigned instructors (`visible_to` has seen to the assignment)."""
    return user.role in (*HOST_STAFF, Role.INSTRUCTOR) and user.organization_id == cohort.host_id


def can_complete(user: User, cohort: Cohort) -> bool:
    return user.role in HOST_STAFF and user.organization_id == cohort.host_id
