"""Attempts to reach somebody about a seat (연락 시도)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.states import ContactChannel, ContactResult
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ContactAttemptQuerySet(models.QuerySet["ContactAttempt"]):
    def visible_to(self, user: "User") -> "ContactAttemptQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()


class ContactAttempt(HostOwned):
    """One call, text message or e-mail of the office, and whether it reached the person.

    `offer` is the one that waited for an answer then: failed attempts let its seat go on (domain.md 1, S14).
    """

    application = models.ForeignKey("cohorts.Application", models.PROTECT, related_name="contacts")
    offer = models.ForeignKey("cohorts.Offer", models.PROTECT, null=True, related_name="contacts")
    channel = models.CharField(_("way"), max_length=10, choices=ContactChannel.choices)
    result = models.CharField(_("result"), max_length=15, choices=ContactResult.choices)
    contacted_at = models.DateTimeField(_("when"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    logged_at = models.DateTimeField(auto_now_add=True)
    logged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = ContactAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact attempt")
        ordering = ["-contacted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "channel", "contacted_at"], name="one_contact_a_minute"),
            models.CheckConstraint(condition=Q(channel__in=ContactChannel.values), name="contact_channel_known"),
            models.CheckConstraint(condition=Q(result__in=ContactResult.values), name="contact_result_known"),
        ]
        indexes = [models.Index(fields=["offer", "contacted_at"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.channel} {self.result}"
