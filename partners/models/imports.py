"""An office's old register on its way in: read, shown row by row, then applied as a whole."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.agreements import Agreement
from partners.states import OFFICE_KINDS
from portal.accounts.roles import Role
from portal.common.imports import FileImport
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def visible_to(self, user: "User") -> "RegisterImportQuerySet":
        """The officials of the office whose register it is."""
        if user.role == Role.ADMIN:
            return self
        return self.filter(host=user.organization_id) if user.role == Role.OFFICIAL else self.none()


class RegisterImport(FileImport):
    """An uploaded register of earlier years. `organizations`: those it names that are not known yet.

    Of each, `kind` is a guess by its name until it is `decided`; `same` is the organization that it is after all.
    """

    NAME = "register"

    organizations = models.JSONField(default=list)  # [{"name": "가온테크", "kind": "company", "rows": 3}, …]

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("old register")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["id", "host"], name="register_import_host_key")]

    @property
    def undecided(self) -> list[str]:
        """The names that look like those of offices: somebody says which office each is before it is made."""
        return [one["name"] for one in self.organizations if one["kind"] in OFFICE_KINDS and not one.get("decided")]

    def get_absolute_url(self) -> str:
        return reverse("partners:register-import", args=[self.pk])


class RegisterLine(HostOwned):
    """One row of an old register, judged. A row with a resident number keeps none of its values."""

    class Change(models.TextChoices):
        NEW = "new", pgettext_lazy("import", "New")
        CHANGED = "changed", pgettext_lazy("import", "Changed")
        SAME = "same", pgettext_lazy("import", "Same")
        ERROR = "error", pgettext_lazy("import", "Error")

    source = models.ForeignKey(RegisterImport, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    change = models.CharField(_("change"), max_length=10, choices=Change.choices)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    notes = models.JSONField(default=list)
    values = models.JSONField(default=dict)  # as they will be stored
    shown = models.JSONField(default=dict)  # as they were typed
    becomes = models.CharField(max_length=12, blank=True)  # the state in which it comes in
    agreement = models.ForeignKey(Agreement, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="one_register_line_per_row"),
            models.CheckConstraint(
                condition=Q(change__in=["new", "changed", "same", "error"]), name="register_line_change_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.change}"
