"""A spreadsheet of applicants on its way in: read, shown row by row, then applied as a whole."""

from typing import TYPE_CHECKING

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


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: "User") -> "RosterImportQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()


class RosterImport(FileImport):
    """An uploaded roster (지원자 명단)."""

    NAME = "roster"

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="rosters")

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["id", "host"], name="roster_host_key")]

    def get_absolute_url(self) -> str:
        return reverse("cohorts:roster", args=[self.pk])


class RosterLine(HostOwned):
    """One row of a roster, judged. A row with a resident number keeps none of its values."""

    class Outcome(models.TextChoices):
        OK = "ok", pgettext_lazy("roster", "Ready")
        INELIGIBLE = "ineligible", pgettext_lazy("roster", "Not eligible")
        DUPLICATE = "duplicate", pgettext_lazy("roster", "Duplicate")
        ERROR = "error", pgettext_lazy("roster", "Error")

    class Change(models.TextChoices):
        NEW = "new", pgettext_lazy("roster", "New")
        CHANGED = "changed", pgettext_lazy("roster", "Changed")
        SAME = "same", pgettext_lazy("roster", "Same")
        NONE = "none", pgettext_lazy("roster", "Not taken")

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    change = models.CharField(_("change"), max_length=10, choices=Change.choices, default=Change.NONE)
    notes = models.JSONField(default=list)
    values = models.JSONField(default=dict)  # as they will be stored
    shown = models.JSONField(default=dict)  # as they were typed
    application = models.ForeignKey("cohorts.Application", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="one_line_per_row"),
            models.CheckConstraint(
                condition=Q(outcome__in=["ok", "ineligible", "duplicate", "error"]), name="line_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"
