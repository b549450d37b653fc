"""The results of a coding test on their way in: read, shown row by row, then applied as a whole."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.imports import FileImport
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ExamImportQuerySet(models.QuerySet["ExamImport"]):
    def visible_to(self, user: "User") -> "ExamImportQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()


class ExamImport(FileImport):
    """An uploaded file of test results."""

    NAME = "exam"

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="exams")
    out_of = models.PositiveSmallIntegerField(
        _("full score"), default=100, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )

    objects = ExamImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("test results")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="exam_host_key"),
            models.CheckConstraint(condition=Q(out_of__gt=0), name="full_score_positive"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("cohorts:exam", args=[self.pk])


class ExamLine(HostOwned):
    """One row of a file of results, judged. A row with a resident number keeps none of its values."""

    class Outcome(models.TextChoices):
        OK = "ok", pgettext_lazy("exam", "Ready")
        UNKNOWN = "unknown", pgettext_lazy("exam", "Nobody found")
        DUPLICATE = "duplicate", pgettext_lazy("exam", "Duplicate")
        ABSENT = "absent", pgettext_lazy("exam", "No score")
        ERROR = "error", pgettext_lazy("exam", "Error")

    class Change(models.TextChoices):
        NEW = "new", pgettext_lazy("exam", "New")
        CHANGED = "changed", pgettext_lazy("exam", "Changed")
        SAME = "same", pgettext_lazy("exam", "Same")
        NONE = "none", pgettext_lazy("exam", "Not taken")

    exam = models.ForeignKey(ExamImport, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    change = models.CharField(_("change"), max_length=10, choices=Change.choices, default=Change.NONE)
    shown = models.JSONField(default=dict)  # as they were typed
    application = models.ForeignKey("cohorts.Application", models.CASCADE, null=True, related_name="+")
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True)
    before = models.DecimalField(_("points so far"), max_digits=5, decimal_places=2, null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "number"], name="one_exam_line_per_row"),
            models.CheckConstraint(
                condition=Q(outcome__in=["ok", "unknown", "duplicate", "absent", "error"]), name="exam_outcome_known"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="ok") | Q(application__isnull=False, points__isnull=False),
                name="ready_line_has_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"
