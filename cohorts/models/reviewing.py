"""Which reviewer looks at which application, and who may not (제척·기피·회피)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models.cohort import CohortStaff
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ConflictKind(models.TextChoices):
    """domain.md section 1: panellists sign 제척, 기피 and 회피."""

    EXCLUSION = "exclusion", pgettext_lazy("conflict", "Excluded by rule: family, teacher, employer")
    CHALLENGE = "challenge", pgettext_lazy("conflict", "Challenged by the applicant")
    RECUSAL = "recusal", pgettext_lazy("conflict", "Stands aside by own wish")


class ConflictQuerySet(models.QuerySet["ReviewConflict"]):
    def visible_to(self, user: "User") -> "ConflictQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.REVIEWER:
            return self.filter(host=user.organization_id, reviewer=user.pk)
        return self.none()


class ReviewConflict(HostOwned):
    """A reviewer who may not see an application. It is never taken back: a file once closed stays closed."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="conflicts")
    reviewer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    kind = models.CharField(_("kind"), max_length=10, choices=ConflictKind.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared"), auto_now_add=True)
    declared_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="one_conflict_each"),
            models.CheckConstraint(condition=Q(kind__in=ConflictKind.values), name="conflict_kind_known"),
        ]
        indexes = [models.Index(fields=["reviewer", "application"])]

    def __str__(self) -> str:
        return f"{self.reviewer_id} × {self.application_id}"


class ReviewAssignment(HostOwned):
    """An application given to a reviewer. Where a cohort has any, reviewers see only their own."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="assignments")
    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    assigned_at = models.DateTimeField(_("assigned"), auto_now_add=True)

    class Meta:
        verbose_name = _("assignment")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "reviewer"], name="given_once")]
        indexes = [models.Index(fields=["cohort", "reviewer"]), models.Index(fields=["reviewer", "application"])]

    def __str__(self) -> str:
        return f"{self.application_id} → {self.reviewer_id}"


class ReviewDraft(HostOwned):
    """What a reviewer has typed and not given yet: kept so that nothing is lost, read by nobody else, never counted."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="drafts")
    reviewer = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    entries = models.JSONField(default=dict)  # by name of the field, as typed
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a review")
        constraints = [models.UniqueConstraint(fields=["application", "reviewer"], name="one_draft_each")]

    def __str__(self) -> str:
        return f"{self.reviewer_id} × {self.application_id}"


def may_review(user: "User") -> Q:
    """Of applications: no conflict, and given to this reviewer, where the cohort's were given out, or seen by a panel they sit in.

    Each part is looked up once, not once for each application.
    """
    from cohorts.models.admission_interviews import InterviewBooking, sits_in

    at_work = CohortStaff.objects.filter(membership=user.acting_id)
    given_out = at_work.filter(Exists(ReviewAssignment.objects.filter(cohort=OuterRef("cohort"))))
    mine = ReviewAssignment.objects.filter(reviewer=user.pk)
    barred = ReviewConflict.objects.filter(reviewer=user.pk)
    before_me = InterviewBooking.objects.standing().filter(slot__panel__in=sits_in(user).values("panel"))
    is_mine = (
        Q(pk__in=before_me.order_by().values("application"))
        | Q(pk__in=mine.order_by().values("application"))
        | ~Q(cohort__in=given_out.values("cohort"))
    )
    return ~Q(pk__in=barred.order_by().values("application")) & is_mine
