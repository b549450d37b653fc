"""More time for one person (지원 기한 연장)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from datetime import datetime

    from cohorts.models.application import Application
    from cohorts.models.cohort import Cohort
    from portal.accounts.models import User


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def visible_to(self, user: "User") -> "ExtensionQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()

    def in_force(self) -> "ExtensionQuerySet":
        """Not taken back; its time may be over."""
        return self.filter(ended_at=None)

    def of_account(self, user: "User", cohort: "Cohort") -> "ExtensionQuerySet":
        return self.filter(Q(email=user.email) | Q(application__person__user=user.pk), cohort=cohort)

    def of_application(self, application: "Application") -> "ExtensionQuerySet":
        person = application.person
        mine = Q(application=application) | Q(application__person=person) | Q(email=person.email)
        return self.filter(mine, cohort=application.cohort_id)

    def of_outer_application(self) -> "ExtensionQuerySet":
        """As `of_application`, within a query of applications."""
        mine = Q(application__person=OuterRef("person")) | Q(email=OuterRef("person__email"))
        return self.filter(mine, cohort=OuterRef("cohort"))


class Extension(HostOwned):
    """One person may apply until later than everybody else; who granted it and why is kept."""

    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="extensions")
    application = models.ForeignKey("cohorts.Application", models.CASCADE, null=True, related_name="extensions")
    email = models.EmailField(_("e-mail address"))
    # The first instant that is too late, as `Cohort.apply_closes_at`.
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    granted_at = models.DateTimeField(_("granted"), auto_now_add=True)
    granted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("taken back"), null=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        ordering = ["-granted_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="extension_email_lower_case"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_a_reason"),
        ]
        indexes = [models.Index(fields=["cohort", "email"])]

    def __str__(self) -> str:
        return f"{self.email} → {self.cohort_id}"

    @property
    def stated(self) -> "datetime":
        """The last minute in time."""
        return self.until - timedelta(minutes=1)

    @property
    def dialog(self) -> str:
        """The id of the question before it is taken back."""
        return f"end-{self.pk}"
