"""The text that an office's papers are made of (협약서 서식)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.states import PaperKind
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class PaperTemplateQuerySet(models.QuerySet["PaperTemplate"]):
    def visible_to(self, user: "User") -> "PaperTemplateQuerySet":
        if user.role == Role.ADMIN:
            return self
        return self.filter(host=user.organization_id) if user.role in HOST_STAFF else self.none()


class PaperTemplate(HostOwned):
    """One version of it; each saving adds the next, and the old ones stay."""

    kind = models.CharField(_("kind"), max_length=10, choices=PaperKind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    body = models.TextField(_("wording"))
    made_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of papers")
        ordering = ["-version", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["host", "kind", "version"], name="one_template_per_version"),
            models.CheckConstraint(condition=Q(kind__in=["agreement", "amendment"]), name="paper_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"
