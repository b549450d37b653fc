"""Who may do what with a job. What one may know of: `Job.objects.visible_to`."""

from typing import TYPE_CHECKING

from portal.accounts.roles import HOST_STAFF, Role
from portal.jobs.models import Job

if TYPE_CHECKING:
    from portal.accounts.models import User


def can_retry_job(user: "User", job: Job) -> bool:
    """Staff of the host, and admins: a dead job is theirs to look after."""
    return user.role == Role.ADMIN or (user.role in HOST_STAFF and job.host_id == user.organization_id)


def can_cancel_job(user: "User", job: Job) -> bool:
    return can_retry_job(user, job) or job.created_by_id == user.pk
