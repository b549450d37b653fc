"""What happened, who did it, and who has seen whose data.

The database refuses UPDATE, DELETE and TRUNCATE on both tables.
"""

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import Role

if TYPE_CHECKING:
    from portal.accounts.models import User


def append_only(name: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Protect(name=f"{name}_rows", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=pgtrigger.Func("RAISE EXCEPTION 'pgtrigger: cannot truncate {meta.db_table}';"),
        ),
    ]


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: "User") -> "AuditEventQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in (Role.OFFICIAL, Role.OPERATOR):
            return self.filter(host=user.organization_id)
        return self.filter(actor=user.pk)

    def about(self, thing: models.Model) -> "AuditEventQuerySet":
        """The history of one object, the newest first."""
        found = self.filter(object_type=thing._meta.label_lower, object_id=thing.pk)
        return found.select_related("actor").order_by("-at", "-pk")


class AuditEvent(models.Model):
    """One action: written in the action's own transaction."""

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    verb = models.CharField(_("what happened"), max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    host = models.ForeignKey("partners.Organization", models.PROTECT, null=True, related_name="+")
    # Empty where the system acted by a rule.
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    role = models.CharField(_("role"), max_length=20, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id", "-at"])]
        triggers = append_only("audit_event")

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class AccessRecord(models.Model):
    """Who has seen or taken whose data, from where, and why (안전성 확보조치 기준 제8조).

    Kept for two years. `subject_id` is a `cohorts.Person`; an export of many names none
    and gives their number.
    """

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    host = models.ForeignKey("partners.Organization", models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True, db_index=True)
    people = models.PositiveIntegerField(default=1)
    reason = models.TextField(blank=True)

    class Meta:
        triggers = append_only("access_record")

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id or self.people}"
