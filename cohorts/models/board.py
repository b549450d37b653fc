"""Bonus points with their evidence, and seats kept for or limited to a group (가점, 지역 할당)."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.quotas import QuotaRule
from cohorts.states import BonusState
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_POINTS = 20


class BonusRule(HostOwned):
    """Points for what a file proves. Rules of 0 points only say that somebody belongs to a group, for a quota."""

    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="bonus_rules")
    name = models.CharField(_("name"), max_length=60)
    points = models.DecimalField(
        _("points"), max_digits=4, decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(MOST_POINTS))],
    )  # fmt: skip
    evidence = models.CharField(_("evidence asked for"), max_length=200)

    class Meta:
        verbose_name = _("bonus rule")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="bonus_rule_host_key"),
            models.UniqueConstraint(fields=["cohort", "name"], name="one_bonus_rule_per_name"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=MOST_POINTS), name="bonus_points_in_range"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def group(self) -> str:
        """As a quota names those for whom this is confirmed."""
        return f"bonus:{self.pk}"

    @property
    def dialog(self) -> str:
        """The id of the question before it is removed."""
        return f"bonus-rule-{self.pk}"


class BonusClaimQuerySet(models.QuerySet["BonusClaim"]):
    def visible_to(self, user: "User") -> "BonusClaimQuerySet":
        """The office's, and one's own; not the reviewers': points are not for those who judge."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(application__person__user=user.pk)
        return self.none()

    def undecided(self) -> "BonusClaimQuerySet":
        return self.filter(state=BonusState.CLAIMED)

    def confirmed(self) -> "BonusClaimQuerySet":
        return self.filter(state=BonusState.CONFIRMED)

    def for_list(self) -> "BonusClaimQuerySet":
        return self.select_related("application__person", "application__cohort", "rule", "file", "decided_by")


class BonusClaim(HostOwned):
    """An applicant's claim to bonus points; only what an official confirms counts."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="bonus_claims")
    rule = models.ForeignKey(BonusRule, models.PROTECT, related_name="claims", verbose_name=_("bonus rule"))
    state = models.CharField(
        _("state"), max_length=10, choices=BonusState.choices, default=BonusState.CLAIMED, editable=False
    )
    file = models.ForeignKey(
        "cohorts.ApplicationFile", models.CASCADE, null=True, related_name="bonus_claims", verbose_name=_("file")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = BonusClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("bonus claim")
        ordering = ["claimed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "rule"], name="one_bonus_claim_each"),
            models.CheckConstraint(condition=Q(state__in=BonusState.values), name="bonus_claim_state_known"),
            models.CheckConstraint(
                condition=Q(state=BonusState.CLAIMED, decided_at=None)
                | (~Q(state=BonusState.CLAIMED) & Q(decided_at__isnull=False)),
                name="bonus_claim_decided_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=BonusState.REFUSED) | ~Q(reason=""), name="bonus_refusal_has_reason"
            ),
            models.CheckConstraint(condition=Q(file__isnull=False) | ~Q(note=""), name="bonus_claim_has_evidence"),
        ]
        indexes = [models.Index(fields=["host", "state"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.rule_id} {self.state}"


class QuotaGroup(models.TextChoices):
    """Whom a quota means."""

    REGION = "region", pgettext_lazy("quota", "Residents of a region")
    BONUS = "bonus", pgettext_lazy("quota", "Those with a confirmed claim")
    EDUCATION = "education", pgettext_lazy("quota", "An education")


class QuotaUnit(models.TextChoices):
    SEATS = "seats", pgettext_lazy("quota", "seats")
    PERCENT = "percent", pgettext_lazy("quota", "% of the seats")


class QuotaRuleChoice(models.TextChoices):
    AT_LEAST = QuotaRule.AT_LEAST.value, pgettext_lazy("quota", "at least")
    AT_MOST = QuotaRule.AT_MOST.value, pgettext_lazy("quota", "at most")


class SeatQuota(HostOwned):
    """At least or at most so many seats of a track, or of each track, for a group (`cohorts.quotas`).

    `value` is the region, the code of the education, or the pk of the bonus rule.
    """

    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="quotas")
    track = models.ForeignKey("cohorts.Track", models.CASCADE, null=True, blank=True, related_name="quotas")
    kind = models.CharField(_("group"), max_length=10, choices=QuotaGroup.choices)
    value = models.CharField(_("which"), max_length=40)
    rule = models.CharField(_("rule"), max_length=10, choices=QuotaRuleChoice.choices)
    amount = models.PositiveSmallIntegerField(_("how many"))
    unit = models.CharField(_("unit"), max_length=10, choices=QuotaUnit.choices, default=QuotaUnit.SEATS)

    class Meta:
        verbose_name = _("quota")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "track", "kind", "value", "rule"], name="one_quota_each", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(kind__in=QuotaGroup.values), name="quota_group_known"),
            models.CheckConstraint(condition=Q(rule__in=QuotaRuleChoice.values), name="quota_rule_known"),
            models.CheckConstraint(
                condition=Q(unit=QuotaUnit.SEATS) | Q(unit=QuotaUnit.PERCENT, amount__lte=100), name="quota_unit_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.rule} {self.amount} {self.unit}"

    @property
    def group(self) -> str:
        return f"{self.kind}:{self.value}"

    def seats_of(self, capacity: int) -> int:
        """Of a track: a part of a seat is one more to keep, but none more to allow (half of 25: 13, or 12)."""
        if self.unit == QuotaUnit.SEATS:
            return self.amount
        whole, rest = divmod(capacity * self.amount, 100)
        return whole + (1 if rest and self.rule == QuotaRuleChoice.AT_LEAST else 0)
