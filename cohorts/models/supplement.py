"""Documents that an office asks an applicant for after the deadline (보완 요청)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.states import ENDED_BY_ITSELF, ENDS_SUPPLEMENTS, OPEN_SUPPLEMENT, SupplementState
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.prepared import TODAY

if TYPE_CHECKING:
    from portal.accounts.models import User


class SupplementQuerySet(models.QuerySet["Supplement"]):
    def visible_to(self, user: "User") -> "SupplementQuerySet":
        """The host's staff, and whoever is asked. Reviewers see no evidence."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(application__person__user=user.pk)
        return self.none()

    def waiting(self) -> "SupplementQuerySet":
        return self.filter(state__in=OPEN_SUPPLEMENT)

    def to_send(self) -> "SupplementQuerySet":
        """What an applicant is reminded of: the day is not over, and neither is the application."""
        live = self.waiting().exclude(application__state__in=ENDS_SUPPLEMENTS)
        return live.filter(due_on__gte=TODAY)

    def to_check(self) -> "SupplementQuerySet":
        """Answered or overdue, and nobody of the office has looked at it."""
        return self.filter(state__in=ENDED_BY_ITSELF, checked_at=None)

    def for_list(self) -> "SupplementQuerySet":
        counted = self.annotate(asked=Count("items"), sent=Count("items__file"))
        return counted.select_related("application__person", "application__cohort", "asked_by")


class Supplement(HostOwned):
    """One request; its documents are its items. A state machine (`cohorts.states.SUPPLEMENT_TRANSITIONS`)."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="supplements")
    state = models.CharField(
        _("state"), max_length=10, choices=SupplementState.choices, default=SupplementState.REQUESTED, editable=False
    )
    message = models.TextField(_("message"), blank=True)
    due_on = models.DateField(_("to be sent by"))  # until the end of this day, in Korea
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True)  # answered, cancelled or expired
    checked_at = models.DateTimeField(_("checked"), null=True)
    checked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = SupplementQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for documents")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="supplement_host_key"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(state=SupplementState.REQUESTED), name="one_open_supplement"
            ),
            models.CheckConstraint(condition=Q(state__in=SupplementState.values), name="supplement_state_known"),
            models.CheckConstraint(
                condition=Q(state=SupplementState.REQUESTED, ended_at=None)
                | ~Q(state=SupplementState.REQUESTED) & Q(ended_at__isnull=False),
                name="supplement_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None) | Q(ended_at__lte=F("checked_at")), name="checked_after_end"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due_on}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:supplement", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_SUPPLEMENT and timezone.localdate() <= self.due_on

    @property
    def is_to_check(self) -> bool:
        return self.state in ENDED_BY_ITSELF and self.checked_at is None


class SupplementItem(HostOwned):
    """One document that is asked for, and the file that came for it."""

    supplement = models.ForeignKey(Supplement, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=100)
    file = models.ForeignKey("cohorts.ApplicationFile", models.RESTRICT, null=True, related_name="+")

    class Meta:
        verbose_name = _("document asked for")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["supplement", "position"], name="one_document_per_position"),
            models.UniqueConstraint(fields=["supplement", "name"], name="one_document_per_name"),
        ]

    def __str__(self) -> str:
        return self.name
