"""Files made for somebody who gave a reason: what was asked, made and taken."""

import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User

DOWNLOADABLE = timedelta(hours=24)
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_expiry() -> Any:
    return timezone.now() + DOWNLOADABLE


def file_name(export: "Export", name: str) -> str:
    """Says nothing of its content, and cannot be guessed."""
    return f"reports/{secrets.token_hex(16)}.{export.format}"


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: "User") -> "ExportQuerySet":
        """Who asked for it, as long as the right to have asked for it is still theirs."""
        mine = self.filter(requested_by=user)
        if user.role == Role.ADMIN:
            return mine
        if user.role in HOST_STAFF:
            mine = mine.filter(host=user.organization_id)
            return mine if user.role == Role.OFFICIAL else mine.filter(unmasked=False)
        return self.none()

    def for_list(self) -> "ExportQuerySet":
        return self.select_related("cohort", "job", "host")

    def to_destroy(self, now: Any) -> "ExportQuerySet":
        """Files nobody may take any more."""
        return self.filter(expires_at__lte=now).exclude(file="")


class Export(HostOwned):
    """A placement report or the applications of a cohort, or the register of agreements, made by a job and kept for 24 hours."""

    class Kind(models.TextChoices):
        PLACEMENT = "placement", pgettext_lazy("export", "Placement report")
        REGISTER = "register", pgettext_lazy("export", "Agreement register")
        APPLICATIONS = "applications", pgettext_lazy("export", "Applications with answers")

    class Format(models.TextChoices):
        XLSX = "xlsx", pgettext_lazy("export", "Excel (xlsx)")
        CSV = "csv", pgettext_lazy("export", "CSV")

    class State(models.TextChoices):
        MAKING = "running", pgettext_lazy("export", "Being made")
        READY = "done", pgettext_lazy("export", "Ready")
        EXPIRED = "expired", pgettext_lazy("export", "Expired")
        FAILED = "failed", pgettext_lazy("export", "Not made")

    kind = models.CharField(gettext_lazy("kind"), max_length=20, choices=Kind.choices)
    format = models.CharField(max_length=4, choices=Format.choices, default=Format.XLSX)
    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, null=True, related_name="exports")
    query = models.TextField(blank=True)  # of the address of the register
    as_of = models.DateField(gettext_lazy("as of"))
    reason = models.TextField(gettext_lazy("reason"))
    unmasked = models.BooleanField(gettext_lazy("with personal data"), default=False)
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey("jobs.Job", models.PROTECT, null=True, related_name="+", editable=False)
    file = models.FileField(upload_to=file_name, max_length=200, blank=True)
    rows = models.PositiveIntegerField(pgettext_lazy("export", "rows"), default=0)
    size = models.PositiveIntegerField(gettext_lazy("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    expires_at = models.DateTimeField(default=export_expiry)
    downloads = models.PositiveIntegerField(gettext_lazy("downloads"), default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("export")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="register") | Q(cohort__isnull=False), name="placement_report_has_its_cohort"
            ),
            models.CheckConstraint(condition=Q(sha256="") | Q(size__gt=0), name="made_export_has_its_size"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reports:export", args=[self.pk])

    @property
    def state(self) -> State:
        """Where it stands now; asks for `job`."""
        if self.expires_at <= timezone.now():
            return self.State.EXPIRED
        if self.sha256:
            return self.State.READY
        return self.State.MAKING if self.job is None or self.job.is_live else self.State.FAILED

    @property
    def name(self) -> str:
        """The name of the file for whoever takes it."""
        day: date = self.as_of
        named = {"what": self.get_kind_display(), "about": self.about, "day": day.isoformat()}
        return f"{_('%(what)s %(about)s %(day)s') % named}.{self.format}"

    @property
    def about(self) -> Any:
        """What it tells of: a cohort, or the office whose register it is."""
        return self.cohort or self.host

    @property
    def again_url(self) -> str:
        """Where to ask for the same once more."""
        if self.cohort_id is None:
            return f"{reverse('reports:register-export')}?{self.query}"
        if self.kind == self.Kind.APPLICATIONS:
            return reverse("reports:applications-export", args=[self.cohort_id])
        return f"{reverse('reports:export-create', args=[self.cohort_id])}?as_of={self.as_of.isoformat()}"

    @property
    def content_type(self) -> str:
        return XLSX if self.format == self.Format.XLSX else CSV
