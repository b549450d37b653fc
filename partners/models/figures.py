"""What is delivered of each commitment and where it stands, as of a moment: lists and sums read these rows."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Commitment, Organization, seen_agreements
from partners.states import PromiseState
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class CommitmentFigureQuerySet(models.QuerySet["CommitmentFigure"]):
    def visible_to(self, user: "User") -> "CommitmentFigureQuerySet":
        return self.filter(seen_agreements(user, "agreement"))

    def for_list(self) -> "CommitmentFigureQuerySet":
        return self.select_related("commitment__party__organization", "commitment__agreement", "host")

    def tally(self) -> dict[str, Any]:
        """How many stand where, by PromiseState; `total` of them; and since when that holds. One query."""
        counted = {state.value: Count("pk", filter=Q(state=state)) for state in PromiseState}
        return self.aggregate(**counted, total=Count("pk"), as_of=Min("as_of"))


def tallied(rows: models.QuerySet[Any], figures: str, user: "User") -> Any:
    """Rows with commitments that `user` may see, each with the numbers of `tally`; `figures`: the way to them."""
    seen = seen_agreements(user, f"{figures}__agreement", f"{figures}__host")
    counted = {state.value: Count(figures, filter=Q(**{f"{figures}__state": state})) for state in PromiseState}
    return rows.filter(seen, **{f"{figures}__isnull": False}).annotate(total=Count(figures), **counted)


class CommitmentFigure(HostOwned):
    """The figure of one commitment. Written by `refresh_figures` alone: each hour, and at once when one acts.

    Agreement and organization are those of the commitment, kept here so that 30,000 are summed from one table.
    """

    host = models.ForeignKey(Organization, models.PROTECT, related_name="kept_figures", verbose_name=_("host"))
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
