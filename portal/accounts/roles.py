"""The roles a person can work in, and what each may reach."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    ADMIN = "admin", pgettext_lazy("role", "Programme admin")
    OFFICIAL = "official", pgettext_lazy("role", "City official")
    OPERATOR = "operator", pgettext_lazy("role", "Operator")
    INSTRUCTOR = "instructor", pgettext_lazy("role", "Instructor")
    REVIEWER = "reviewer", pgettext_lazy("role", "Reviewer")
    MENTOR = "mentor", pgettext_lazy("role", "Company mentor")
    # Everybody with an account applies and learns in this role; it needs no membership.
    TRAINEE = "trainee", pgettext_lazy("role", "Applicant or trainee")


HOST_STAFF = (Role.OFFICIAL, Role.OPERATOR)  # see and run all cohorts of their host
COHORT_STAFF = (Role.INSTRUCTOR, Role.REVIEWER)  # see the cohorts they are assigned to
STAFF = (Role.ADMIN, *HOST_STAFF, *COHORT_STAFF)
EVERYBODY = tuple(Role)
MFA_REQUIRED_ROLES = frozenset(Role) - {Role.TRAINEE}
# Who may invite whom.
INVITES = {
    Role.ADMIN: frozenset(Role),
    Role.OFFICIAL: frozenset({Role.OFFICIAL, Role.OPERATOR, Role.INSTRUCTOR, Role.REVIEWER, Role.MENTOR, Role.TRAINEE}),
    Role.OPERATOR: frozenset({Role.INSTRUCTOR, Role.REVIEWER, Role.MENTOR, Role.TRAINEE}),
}
