"""What a host's ordinance asks of its agreements, and what was done for it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Organization
from partners.states import ConsentRule, CouncilActKind
from portal.common.models import HostOwned


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
