"""Files made for somebody who gave a reason: what was asked, made and taken."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User

DOWNLOADABLE = timedelta(hours=24)


def export_expiry() -> Any:
    return timezone.now() + DOWNLOADABLE


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: "User") -> "ExportQuerySet":
        """Who asked for it, as long as the role they asked in is still theirs."""
        if user.role == Role.ADMIN:
            return self.filter(requested_by=user)
        if user.role in HOST_STAFF:
            return self.filter(requested_by=user, host=user.organization_id)
        return self.none()

    def for_list(self) -> "ExportQuerySet":
        return self.select_related("cohort", "requested_by")


class Export(HostOwned):
    """A placement report or list, made by a job and kept for 24 hours."""

    class Kind(models.TextChoices):
        PLACEMENT = "placement", pgettext_lazy("export", "Placement report")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="exports")
    as_of = models.DateField(_("as of"))
    reason = models.TextField(_("reason"))
    unmasked = models.BooleanField(_("with personal data"), default=False)
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(upload_to="reports/", max_length=200, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    expires_at = models.DateTimeField(default=export_expiry)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        ordering = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.cohort_id}"

    def get_absolute_url(self) -> str:
        return reverse("reports:export", args=[self.pk])
