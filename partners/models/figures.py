"""What is delivered of each commitment and where it stands, as of a moment: lists and sums read these rows."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Commitment, Organization
from partners.states import PromiseState
from portal.accounts.roles import Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class CommitmentFigureQuerySet(models.QuerySet["CommitmentFigure"]):
    def visible_to(self, user: "User") -> "CommitmentFigureQuerySet":
        """Of the agreements one may see."""
        if user.role == Role.ADMIN:
            return self
        return self.filter(agreement__in=Agreement.objects.visible_to(user).order_by().values("pk"))

    def for_list(self) -> "CommitmentFigureQuerySet":
        return self.select_related("commitment", "agreement", "organization", "host")


class CommitmentFigure(HostOwned):
    """The figure of one commitment. Written by `refresh_figures` alone: each hour, and at once when one acts.

    Agreement and organization are those of the commitment, kept here so that 30,000 are summed from one table.
    """

    commitment = models.OneToOneField(Commitment, models.CASCADE, related_name="figure")
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="figures")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="figures")
    number = models.BigIntegerField(_("delivered"), null=True)  # None: nothing counts this measure
    state = models.CharField(_("state"), max_length=10, choices=PromiseState.choices, blank=True)  # "": nothing due
    as_of = models.DateTimeField(_("as of"))

    objects = CommitmentFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        ordering = ["commitment_id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["", *PromiseState.values]), name="promise_state_known"),
        ]
        indexes = [
            models.Index(fields=["host", "state"]),
            models.Index(fields=["organization", "state"]),
            models.Index(fields=["agreement", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.number}"
