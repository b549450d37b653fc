"""Agreements that a company proposes to an office, before they are in its register."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Organization
from partners.states import AgreementKind, Measure, ProposalState
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: "User") -> "ProposalQuerySet":
        """Both sides: the office it was made to, and the company."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.filter(company=user.organization_id) if user.role == Role.MENTOR else self.none()

    def open(self) -> "ProposalQuerySet":
        return self.filter(state=ProposalState.OPEN)

    def for_list(self) -> "ProposalQuerySet":
        return self.select_related("host", "company", "proposed_by", "agreement")


class Proposal(HostOwned):
    """What a company would agree on with `host`, and what it would promise itself."""

    company = models.ForeignKey(Organization, models.PROTECT, related_name="proposals", verbose_name=_("company"))
    title = models.CharField(_("title"), max_length=150)
    kind = models.CharField(_("kind"), max_length=5, choices=AgreementKind.choices, default=AgreementKind.MOU)
    purpose = models.TextField(_("purpose"))
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN, editable=False
    )
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    agreement = models.OneToOneField(Agreement, models.PROTECT, null=True, related_name="proposal")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "company", "title"],
                condition=Q(state=ProposalState.OPEN),
                name="one_open_proposal_of_a_title",
            ),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.ACCEPTED, agreement__isnull=False)
                | (~Q(state=ProposalState.ACCEPTED) & Q(agreement=None)),
                name="accepted_proposal_is_an_agreement",
            ),
        ]
        indexes = [models.Index(fields=["host", "state"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("partners:proposal", args=[self.pk])


class ProposedCommitment(models.Model):
    """What the company would promise; it becomes a commitment when the proposal is accepted."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="commitments")
    what = models.CharField(_("what is promised"), max_length=200)
    unit = models.CharField(_("unit"), max_length=20)
    quantity = models.PositiveBigIntegerField(_("quantity"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    measure = models.CharField(_("counted by"), max_length=20, choices=Measure.choices, default=Measure.NONE)

    class Meta:
        verbose_name = _("commitment")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "what"], name="proposed_once")]

    def __str__(self) -> str:
        return self.what
