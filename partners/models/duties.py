"""What a host's ordinance asks of its agreements, and what was done for it."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Commitment, Organization
from partners.states import CheckState, ConsentRule, CouncilActKind, Fulfilment
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned, StoredFile
from portal.common.prepared import TODAY

if TYPE_CHECKING:
    from portal.accounts.models import User


class OrdinanceProfile(models.Model):
    """업무협약 관리 조례 of a host, as far as the portal follows it (domain.md section 4)."""

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="ordinance")
    name = models.CharField(_("name of the ordinance"), max_length=100)
    applies_from = models.DateField(_("applies to agreements signed from"))
    report_days = models.PositiveSmallIntegerField(_("report to the council within (days)"), null=True, blank=True)
    report_rolls = models.BooleanField(_("a limit that ends on a holiday moves on"), default=True)
    check_interval_months = models.PositiveSmallIntegerField(_("check every (months)"), null=True, blank=True)
    consent_rule = models.CharField(
        _("consent of the council"), max_length=10, choices=ConsentRule.choices, default=ConsentRule.NONE
    )

    class Meta:
        verbose_name = _("ordinance")
        constraints = [
            models.CheckConstraint(condition=Q(consent_rule__in=ConsentRule.values), name="consent_rule_known"),
            models.CheckConstraint(
                condition=Q(check_interval_months=None) | Q(check_interval_months__gt=0),
                name="check_interval_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, signed_on: date) -> bool:
        return signed_on >= self.applies_from

    def asks_consent_for(self, agreement: Agreement) -> bool:
        burden = self.consent_rule == ConsentRule.BURDEN and agreement.has_burden
        return burden or self.consent_rule == ConsentRule.ALWAYS

    def asks_prior_report_of(self, agreement: Agreement) -> bool:
        return self.consent_rule == ConsentRule.REPORT and agreement.has_burden


class CouncilAct(HostOwned):
    """The council heard of an agreement (보고) or agreed to it (동의), in a session on a day."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="council_acts")
    kind = models.CharField(_("kind"), max_length=10, choices=CouncilActKind.choices)
    made_on = models.DateField(_("date"))
    session = models.CharField(_("session of the council"), max_length=60)
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("act of the council")
        ordering = ["made_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind"], name="one_council_act_of_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=CouncilActKind.values), name="council_act_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.session}"


class ComplianceCheckQuerySet(models.QuerySet["ComplianceCheck"]):
    def visible_to(self, user: "User") -> "ComplianceCheckQuerySet":
        """The keeper's office; what it finds is not for the other parties."""
        if user.role == Role.ADMIN:
            return self
        return self.filter(host=user.organization_id) if user.role in HOST_STAFF else self.none()

    def open(self) -> "ComplianceCheckQuerySet":
        return self.filter(state=CheckState.OPEN)

    def to_review(self, user: "User") -> "ComplianceCheckQuerySet":
        """Filled in by somebody else: nobody reviews the own."""
        return self.filter(~models.Q(filled_by=user.pk) | models.Q(filled_by=None), state=CheckState.FILLED)

    def overdue(self) -> "ComplianceCheckQuerySet":
        return self.filter(due_on__lt=TODAY).exclude(state=CheckState.REVIEWED)

    def unreviewed_since(self, day: date) -> "ComplianceCheckQuerySet":
        """Filled in and due before that day; the officials who were to review them have been told."""
        return self.filter(state=CheckState.FILLED, due_on__lt=day, filled_at__date__lt=day)

    def to_follow_up(self) -> "ComplianceCheckQuerySet":
        return self.filter(follow_up_due_on__isnull=False, follow_up_done_on=None)

    def follow_up_overdue(self) -> "ComplianceCheckQuerySet":
        return self.to_follow_up().filter(follow_up_due_on__lt=TODAY)

    def for_list(self) -> "ComplianceCheckQuerySet":
        return self.select_related("agreement__host", "agreement__in_charge", "host", "filled_by", "reviewed_by")


class ComplianceCheck(HostOwned):
    """이행점검 of an agreement: opened by schedule, filled in by who is in charge, reviewed by another."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="checks", verbose_name=_("agreement"))
    covers_until = models.DateField(_("covers until"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=CheckState.choices, default=CheckState.OPEN)
    opened_at = models.DateTimeField(auto_now_add=True)
    findings = models.TextField(_("findings"), blank=True)
    improvement = models.TextField(_("improvement"), blank=True)
    filled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    filled_at = models.DateTimeField(null=True)
    review_note = models.TextField(_("opinion of the review"), blank=True)
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    follow_up = models.TextField(_("follow-up"), blank=True)
    follow_up_due_on = models.DateField(_("follow-up due on"), null=True)
    follow_up_done_on = models.DateField(_("follow-up done on"), null=True)

    objects = ComplianceCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("compliance check")
        ordering = ["-covers_until", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="compliance_check_host_key"),
            models.UniqueConstraint(fields=["agreement", "covers_until"], name="one_check_per_interval"),
            models.CheckConstraint(condition=Q(state__in=CheckState.values), name="check_state_known"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("filled_by")), name="check_reviewed_by_another"
            ),
        ]
        indexes = [models.Index(fields=["host", "state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.agreement} ({self.covers_until:%Y-%m})"

    def get_absolute_url(self) -> str:
        return reverse("partners:check", args=[self.pk])

    @property
    def is_overdue(self) -> bool:
        return self.state != CheckState.REVIEWED and self.due_on < timezone.localdate()

    @property
    def is_follow_up_overdue(self) -> bool:
        due = self.follow_up_due_on
        return due is not None and self.follow_up_done_on is None and due < timezone.localdate()


class CheckFinding(HostOwned):
    """How one commitment stood at a check."""

    compliance_check = models.ForeignKey(ComplianceCheck, models.CASCADE, related_name="lines")
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="findings")
    state = models.CharField(_("state"), max_length=10, choices=Fulfilment.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("finding")
        ordering = ["commitment_id"]
        constraints = [
            models.UniqueConstraint(fields=["compliance_check", "commitment"], name="one_finding_per_commitment"),
            models.CheckConstraint(condition=Q(state__in=Fulfilment.values), name="fulfilment_known"),
        ]


class Delivery(HostOwned, StoredFile):
    """What a party has delivered of a commitment that no live record counts: amount, day and evidence.

    Of a promise of money: how much was paid (won), on which day, what for, and the paper that shows it.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="deliveries")
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="deliveries")
    amount = models.PositiveBigIntegerField(_("amount"))
    delivered_on = models.DateField(_("delivered on"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    # A wrong entry stays, with its reason, and counts no more.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        ordering = ["-delivered_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="delivery_amount_positive"),
            models.CheckConstraint(condition=~Q(file=""), name="delivery_has_its_evidence"),
            models.UniqueConstraint(
                fields=["commitment", "sha256"], condition=Q(withdrawn_at=None), name="one_delivery_per_evidence"
            ),
        ]
