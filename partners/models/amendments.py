"""Amendments of signed agreements (변경협약): what changes, from what to what, and when that was agreed on."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Commitment, Organization, Party
from partners.models.documents import AgreementDocument
from partners.states import AmendmentState, CommitmentChange, ConsentRule
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.prepared import TODAY

if TYPE_CHECKING:
    from partners.models.duties import OrdinanceProfile
    from portal.accounts.models import User


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def visible_to(self, user: "User") -> "AmendmentQuerySet":
        """Those in effect, of the agreements one may see; what is being prepared is the keeper's office's."""
        if user.role == Role.ADMIN:
            return self
        seen = self.filter(agreement__in=Agreement.objects.visible_to(user))
        settled = Q(state=AmendmentState.EFFECTIVE)
        return seen.filter(settled | Q(host=user.organization_id)) if user.role in HOST_STAFF else seen.filter(settled)

    def to_report(self) -> "AmendmentQuerySet":
        """In effect, and the council, which has to hear of them, has not yet."""
        return self.filter(state=AmendmentState.EFFECTIVE, report_due_on__isnull=False, reported_on=None)

    def report_overdue(self) -> "AmendmentQuerySet":
        return self.to_report().filter(report_due_on__lt=TODAY)

    def for_list(self) -> "AmendmentQuerySet":
        return self.select_related("agreement__host__ordinance", "document", "made_by").prefetch_related(
            models.Prefetch("lines", AmendmentLine.objects.select_related("party__organization")),
            models.Prefetch("parties", AmendedParty.objects.select_related("organization")),
        )


class Amendment(HostOwned):
    """제1차, 제2차 … 변경 of an agreement. A draft proposes; in effect, its changes are written."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="amendments", verbose_name=_("agreement"))
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=10, choices=AmendmentState.choices, default=AmendmentState.DRAFT, editable=False
    )
    reason = models.TextField(_("reason"))
    # By field of the agreement: [before, after], as the history keeps values.
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    document = models.ForeignKey(
        AgreementDocument, models.PROTECT, null=True, blank=True, related_name="amends", verbose_name=_("document")
    )
    consent_on = models.DateField(_("consent of the council"), null=True, blank=True)
    consent_session = models.CharField(_("session of the council"), max_length=60, blank=True)
    # As the host's ordinance says on the day of agreeing; None where it asks for no report.
    report_due_on = models.DateField(_("council report due"), null=True, editable=False)
    reported_on = models.DateField(_("reported to the council on"), null=True, editable=False)
    report_session = models.CharField(_("session of the council"), max_length=60, blank=True, editable=False)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        ordering = ["-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="amendment_host_key"),
            models.UniqueConstraint(
                fields=["agreement", "number"], condition=~Q(state="dropped"), name="one_amendment_per_number"
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state="draft"), name="one_amendment_prepared_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "effective", "dropped"]), name="amendment_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="effective") | Q(agreed_on__isnull=False), name="amendment_in_effect_was_agreed_on"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="amendment_number_positive"),
        ]
        indexes = [models.Index(fields=["host", "report_due_on"])]

    def __str__(self) -> str:
        return gettext("Amendment no. %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("partners:amendment", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == AmendmentState.DRAFT

    def needs_consent(self, ordinance: "OrdinanceProfile") -> bool:
        """The council's: by an ordinance that asks for every agreement, or for a burden that this one brings."""
        burden = self.changes.get("has_burden", [None, self.agreement.has_burden])[1]
        touched = any(name in self.changes for name in ("has_burden", "burden_amount", "burden_source"))
        always = ordinance.consent_rule == ConsentRule.ALWAYS
        return always or (ordinance.consent_rule == ConsentRule.BURDEN and burden and touched)

    @property
    def is_report_overdue(self) -> bool:
        due = self.report_due_on
        return due is not None and self.reported_on is None and due < timezone.localdate()


class AmendmentLine(HostOwned):
    """What an amendment does with one commitment: adds it, changes it, removes it."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="lines")
    change = models.CharField(_("kind of change"), max_length=10, choices=CommitmentChange.choices)
    # None for one to be added, and once one was removed; `before` says what it was.
    commitment = models.ForeignKey(Commitment, models.SET_NULL, null=True, related_name="amendment_lines")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    before: Any = models.JSONField(default=dict, blank=True)
    what = models.CharField(_("what is promised"), max_length=200)
    unit = models.CharField(_("unit"), max_length=20)
    quantity = models.PositiveBigIntegerField(_("quantity"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a commitment")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "commitment"], name="one_change_per_commitment"),
            models.CheckConstraint(condition=Q(change__in=["add", "change", "remove"]), name="commitment_change_known"),
        ]

    def __str__(self) -> str:
        return self.what


class AmendedParty(HostOwned):
    """What an amendment does with one party: it joins, or has another role or signatory from then on."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="parties")
    # None for one that is to join.
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="amended", verbose_name=_("party"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("organization"))
    before: Any = models.JSONField(default=dict, blank=True)  # empty for one that joins
    role = models.CharField(_("role"), max_length=100, blank=True)
    signatory = models.CharField(_("signatory"), max_length=50, blank=True)
    signatory_title = models.CharField(_("title of the signatory"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("change of a party")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "organization"], name="one_change_per_party"),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | Q(before={}), name="only_a_party_was_something_before"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)
