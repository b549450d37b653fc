"""An objection to the result of a selection (이의신청): received, answered once."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ObjectionResult(models.TextChoices):
    OPEN = "open", pgettext_lazy("objection", "To be answered")
    UPHELD = "upheld", pgettext_lazy("objection", "Accepted: something was wrong")
    DISMISSED = "dismissed", pgettext_lazy("objection", "Not accepted")


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user: "User") -> "ObjectionQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(application__person__user=user.pk)
        return self.none()


class Objection(HostOwned):
    """What somebody objects to, and the answer of the office. It changes no decision by itself."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="objections")
    received_on = models.DateField(_("received on"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    what = models.TextField(_("objection"))
    result = models.CharField(
        _("result"), max_length=10, choices=ObjectionResult.choices, default=ObjectionResult.OPEN, editable=False
    )
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        ordering = ["received_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=ObjectionResult.values), name="objection_result_known"),
            models.CheckConstraint(
                condition=Q(result=ObjectionResult.OPEN, answered_at=None)
                | (~Q(result=ObjectionResult.OPEN) & Q(answered_at__isnull=False) & ~Q(answer="")),
                name="objection_answered_with_words",
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(result=ObjectionResult.OPEN), name="one_open_objection"
            ),
        ]
        indexes = [models.Index(fields=["host", "result"], name="objections_of_host")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.received_on:%Y-%m-%d}"
