"""The interviews that companies hold with trainees for a job."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment
from placements.states import InterviewKind, InterviewOutcome
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class JobInterviewQuerySet(models.QuerySet["JobInterview"]):
    def visible_to(self, user: "User") -> "JobInterviewQuerySet":
        """A mentor sees the own company's, a trainee the own; whose name a mentor reads is asked by the page."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.MENTOR:
            return self.filter(company=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(enrolment__person__user=user.pk)
        return self.none()

    def counted(self) -> "JobInterviewQuerySet":
        """Those that count: not taken back."""
        return self.filter(withdrawn_at=None)

    def for_list(self) -> "JobInterviewQuerySet":
        return self.select_related("enrolment__person", "enrolment__cohort", "company")


class JobInterview(HostOwned):
    """A company met a trainee for a job (채용 면접), on a day, and what came of it."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="interviews")
    company = models.ForeignKey(
        "partners.Organization", models.PROTECT, related_name="interviews", verbose_name=_("company")
    )
    held_on = models.DateField(_("held on"))
    kind = models.CharField(_("kind"), max_length=10, choices=InterviewKind.choices)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=InterviewOutcome.choices, default=InterviewOutcome.AWAITED
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    # A wrong entry stays, with its reason, and counts no more.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=200, blank=True)

    objects = JobInterviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("job interview")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "company", "held_on", "kind"],
                condition=Q(withdrawn_at=None),
                name="one_interview_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=InterviewKind.values), name="interview_kind_known"),
            models.CheckConstraint(condition=Q(outcome__in=InterviewOutcome.values), name="interview_outcome_known"),
        ]
        indexes = [models.Index(fields=["company", "-held_on"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.held_on}"
