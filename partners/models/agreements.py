"""Organizations and what they have agreed on."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, Expression, F, OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.months import first_month, last_month
from partners.periods import last_notice_day
from partners.states import (
    EDITABLE,
    HOST_KINDS,
    LIVE,
    SIGNED_ONCE,
    AgreementKind,
    AgreementState,
    AmendmentState,
    CouncilActKind,
    DatePrecision,
    Measure,
    OrganizationKind,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.counting import counted_per
from portal.common.models import HostOwned, WithLabels
from portal.common.prepared import TODAY, Among, Prepared, Slot

if TYPE_CHECKING:
    from portal.accounts.models import User


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: "User") -> "OrganizationQuerySet":
        """Organizations are public facts; only those who work with them list them."""
        return self if user.acting else self.none()

    def hosts(self) -> "OrganizationQuerySet":
        return self.filter(kind__in=HOST_KINDS)

    def companies(self) -> "OrganizationQuerySet":
        return self.filter(kind=OrganizationKind.COMPANY)

    def named_like(self, text: str) -> "OrganizationQuerySet":
        """By a part of the name, or by one that is nearly the same."""
        return self.filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(name__trigram_similar=text))

    def for_list(self, user: "User") -> "OrganizationQuerySet":
        """With the number of agreements that `user` may see."""
        agreements = counted_per(Party.objects.visible_to(user), "organization")
        return self.select_related("parent").annotate(agreement_count=agreements)


class Organization(WithLabels):
    """A city, ministry, agency, company, university, school or association."""

    key = models.SlugField(_("key"), unique=True, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind.choices)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    region = models.CharField(_("province or metropolitan city"), max_length=20, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("belongs to"))
    business_number = models.CharField(_("business registration number"), max_length=12, blank=True)
    contact = models.CharField(_("department and telephone"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "kind"], name="one_organization_per_name_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=OrganizationKind.values), name="organization_kind_known"),
        ]
        indexes = [
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="organization_name_trgm"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="organization_name_part"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partners:organization", args=[self.pk])

    @property
    def can_host(self) -> bool:
        return self.kind in HOST_KINDS


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    def visible_to(self, user: "User") -> "InitiativeQuerySet":
        """Public facts for those who keep agreements; a mentor sees those that the own company's are part of."""
        if user.role in (Role.ADMIN, *HOST_STAFF):
            return self
        if user.role == Role.MENTOR:
            return self.filter(agreements__in=Agreement.objects.visible_to(user).order_by().values("pk")).distinct()
        return self.none()


class Initiative(models.Model):
    """A wider plan or an alliance, under which agreements are made."""

    key = models.SlugField(unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=150, unique=True)
    lead = models.ForeignKey(Organization, models.PROTECT, related_name="initiatives", verbose_name=_("led by"))
    since = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partners:initiative", args=[self.pk])


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: "User") -> "AgreementQuerySet":
        return self.filter(seen_agreements(user, "pk"))

    def live(self) -> "AgreementQuerySet":
        return self.filter(state__in=LIVE)

    def undated(self) -> "AgreementQuerySet":
        """Drafts that cannot be signed yet: their day of signing is not known."""
        unknown = Q(signed_on=None) | ~Q(signed_precision=DatePrecision.DAY)
        return self.filter(unknown, state=AgreementState.DRAFT)

    def waiting_for_force(self) -> "AgreementQuerySet":
        """Signed, and their first day has come."""
        begun = Q(valid_from=None) | Q(valid_from__lte=TODAY)
        return self.filter(begun, state=AgreementState.SIGNED)

    def ending_within(self, days: int) -> "AgreementQuerySet":
        return self.ending_between(TODAY, TODAY + timedelta(days=days))

    def to_report(self) -> "AgreementQuerySet":
        """Signed ones of which the council has not heard yet (domain.md section 4)."""
        return self.filter(report_due_on__isnull=False).exclude(council_acts__kind=CouncilActKind.REPORT)

    def amendment_to_report(self) -> "AgreementQuerySet":
        """With an amendment in effect of which the council has to hear, and has not yet."""
        waiting = Agreement.objects.filter(
            pk=OuterRef("pk"),
            amendments__state=AmendmentState.EFFECTIVE,
            amendments__report_due_on__isnull=False,
            amendments__reported_on=None,
        )
        return self.filter(Exists(waiting))

    def report_overdue(self) -> "AgreementQuerySet":
        return self.to_report().filter(report_due_on__lt=TODAY)

    def titled_like(self, text: str) -> "AgreementQuerySet":
        """By a part of the title, the register number or a party's name; by a like title if there is none such."""
        if _any_saying()(text=text):
            return self.filter(pk__in=_saying().inside(text=text))
        return self.filter(title__trigram_word_similar=text)

    def of_party_named(self, text: str) -> "AgreementQuerySet":
        return self.filter(pk__in=_of_party_named().inside(text=text))

    def ending_between(self, first: date | Expression, last: date | Expression) -> "AgreementQuerySet":
        return self.live().filter(valid_until__range=(first, last))

    def extending_themselves(self) -> "AgreementQuerySet":
        """In force, and nobody has said that they shall end."""
        running = self.filter(state=AgreementState.IN_FORCE, renewal_months__gt=0, notice_given_on=None)
        return running.select_related("in_charge")

    def for_list(self) -> "AgreementQuerySet":
        return self.select_related("host", "in_charge").prefetch_related(
            Prefetch("parties", Party.objects.select_related("organization"))
        )

    def neighbours_of(self, agreement: "Agreement", user: "User") -> "AgreementQuerySet":
        """Those before and after it. `is_open`: whether `user` may open it; another city may keep it."""
        around = self.filter(Q(pk=agreement.predecessor_id) | Q(predecessor=agreement.pk))
        return around.annotate(is_open=Exists(Agreement.objects.visible_to(user).filter(pk=OuterRef("pk"))))

    def for_detail(self) -> "AgreementQuerySet":
        part_of = Initiative.objects.filter(agreements=OuterRef("pk"))
        shown = self.select_related("host__ordinance", "in_charge", "consortium").annotate(
            part_of=ArraySubquery(part_of.values(one=JSONObject(pk="pk", name="name"))),
            is_succeeded=Exists(Agreement.objects.filter(predecessor=OuterRef("pk"))),
        )
        return shown.prefetch_related(
            "council_acts",
            Prefetch("parties", Party.objects.select_related("organization")),
            Prefetch("commitments", Commitment.objects.select_related("party__organization", "figure")),
        )


class Agreement(HostOwned):
    """A 업무협약 between any number of parties, as kept in a host's register (협약 관리대장)."""

    key = models.SlugField(unique=True, null=True, blank=True)
    number = models.CharField(_("register number"), max_length=30, blank=True)
    title = models.CharField(_("title"), max_length=150)
    kind = models.CharField(_("kind"), max_length=5, choices=AgreementKind.choices, default=AgreementKind.MOU)
    state = models.CharField(
        _("state"), max_length=12, choices=AgreementState.choices, default=AgreementState.DRAFT, editable=False
    )
    purpose = models.TextField(_("purpose"), blank=True)
    area = models.CharField(_("field of cooperation"), max_length=60, blank=True)
    binding = models.BooleanField(_("legally binding"), default=False)
    has_burden = models.BooleanField(_("financial burden"), default=False)
    burden_amount = models.PositiveBigIntegerField(_("amount (won)"), null=True, blank=True)
    burden_source = models.CharField(_("source of the money"), max_length=100, blank=True)
    review_opinion = models.TextField(_("opinion of the prior review"), blank=True)
    is_public = models.BooleanField(_("open to the public"), default=True)
    # Unknown at first, and sometimes known by its month only; a signed one has its day.
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_precision = models.CharField(
        max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY, editable=False
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    renewal_months = models.PositiveSmallIntegerField(_("extends itself by (months)"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("notice before the end (days)"), null=True, blank=True)
    notice_given_on = models.DateField(
        _("notice given on"),
        null=True,
        blank=True,
        help_text=_("The day on which a party said that it shall not extend itself."),
    )
    training_months = models.PositiveSmallIntegerField(
        _("training lasts at least (months)"),
        null=True,
        blank=True,
        help_text=_("An intensive cohort under this agreement may not be shorter."),
    )
    department = models.CharField(_("department in charge"), max_length=60, blank=True)
    in_charge = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person in charge")
    )
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors")
    initiatives = models.ManyToManyField(
        Initiative, blank=True, related_name="agreements", verbose_name=_("initiative")
    )
    # As the host's ordinance says on the day of signing; None where it asks for no report.
    report_due_on = models.DateField(_("council report due"), null=True, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    first_month, last_month = first_month(), last_month()
    end_reason = models.TextField(_("reason of the end"), blank=True, editable=False)
    remark = models.TextField(_("remark"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="agreement_host_key"),
            models.UniqueConstraint(fields=["host", "number"], condition=~Q(number=""), name="one_register_number"),
            models.CheckConstraint(condition=Q(state__in=AgreementState.values), name="agreement_state_known"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")) | Q(valid_from=None) | Q(valid_until=None),
                name="agreement_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(has_burden=True) | Q(burden_amount=None, burden_source=""),
                name="agreement_amount_is_a_burden",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SIGNED_ONCE) | Q(signed_on__isnull=False, signed_precision="day"),
                name="signed_agreement_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["host", "state", "valid_until"]),
            models.Index(fields=["report_due_on"]),
            models.Index(fields=["-number", "-id"], name="agreement_newest_first"),
            models.Index(fields=["-valid_from", "-id"], name="agreement_latest_first"),
            models.Index(OpClass(Upper("number"), "text_pattern_ops"), name="agreement_number_begins"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="agreement_title_trgm"),
            GinIndex(OpClass(Upper("title"), "gin_trgm_ops"), name="agreement_title_part"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("partners:agreement", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def signed_day(self) -> date | None:
        """The day of signing, if it is known to the day."""
        return self.signed_on if self.signed_precision == DatePrecision.DAY else None

    @property
    def days_left(self) -> int | None:
        """Days until the last day of validity; negative once it has passed."""
        return (self.valid_until - timezone.localdate()).days if self.valid_until else None

    @property
    def last_notice_day(self) -> date | None:
        """Until when a party may say that it shall not extend itself; None if it does not, or has no end."""
        extends = self.renewal_months and self.valid_until
        return last_notice_day(self.valid_until, self.notice_days or 0) if extends else None  # type: ignore[arg-type]

    @property
    def days_of_validity(self) -> int | None:
        return (self.valid_until - self.valid_from).days + 1 if self.valid_from and self.valid_until else None

    @property
    def days_gone(self) -> int:
        """Of its validity, up to today."""
        whole = self.days_of_validity
        return max(0, min(whole, whole - (self.days_left or 0))) if whole else 0


def _all_saying() -> models.QuerySet[Any, Any]:
    """Each part in a query of its own, so that each finds its own index, whatever the text."""
    text, agreements = Slot("text"), Agreement.objects.order_by().values("pk")
    titled, numbered = agreements.filter(title__icontains=text), agreements.filter(number__istartswith=text)
    return titled.union(numbered, _parties_named().values("agreement"), all=True)


@cache
def _saying() -> Prepared:
    return Prepared(_all_saying())


@cache
def _any_saying() -> Prepared:
    """One of them, or none."""
    return Prepared(_all_saying()[:1])


def _parties_named() -> "PartyQuerySet":
    """Whose organization has a text in its name. The few organizations first, then an index of theirs."""
    named = Organization.objects.order_by().filter(name__icontains=Slot("text")).values("pk")
    return Party.objects.order_by().filter(Among(F("organization"), ArraySubquery(named)))


@cache
def _of_party_named() -> Prepared:
    return Prepared(_parties_named().values("agreement"))


def seen_agreements(user: "User", agreement: str, host: str = "host") -> Q:
    """Officials see what their city keeps or is a party to; a mentor, the own company's; an admin, all.

    `agreement`, `host`: the columns that name the agreement and its keeper, in whichever table this narrows.
    """
    if user.role == Role.ADMIN:
        return Q()
    if user.role in HOST_STAFF:
        others = _of_others().inside(organization=user.organization_id)
        return Q(**{host: user.organization_id}) | Q(**{f"{agreement}__in": others})
    if user.role == Role.MENTOR:
        joined = Party.objects.filter(organization=user.organization_id).values("agreement")
        return Q(**{f"{agreement}__in": joined})
    return Q(pk__in=[])


@cache
def _of_others() -> Prepared:
    """The agreements to which an organization is a party while another keeps them. A partial index answers alone."""
    parties = Party.objects.filter(organization=Slot("organization")).exclude(organization=F("host"))
    return Prepared(parties.order_by().values("agreement"))


class PartyQuerySet(models.QuerySet["Party"]):
    def visible_to(self, user: "User") -> "PartyQuerySet":
        return self.filter(seen_agreements(user, "agreement"))

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        parties = list(objs)
        for party in parties:
            party.host_id = party.agreement.host_id
        return super().bulk_create(parties, *args, **kwargs)


class Party(HostOwned):
    """An organization's part in an agreement. `host` is the agreement's keeper; saving sets it."""

    # What the signed paper says of it; whom to call there is not in it.
    SIGNED_AS = ("role", "signatory", "signatory_title")

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="parties")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="parties", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=100, blank=True)
    signatory = models.CharField(_("signatory"), max_length=50, blank=True)
    signatory_title = models.CharField(_("title of the signatory"), max_length=50, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    # Where in the signed paper it stands, if it was written down only after the signing.
    transcribed_from = models.CharField(_("where in the signed paper"), max_length=200, blank=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organization"], name="one_part_each"),
            models.UniqueConstraint(fields=["id", "host"], name="party_host_key"),
        ]
        # Whose agreements an office may see is asked for every list; these indexes alone answer. Of those it keeps
        # itself nobody asks whether it is a party to them.
        indexes = [
            models.Index(fields=["organization", "agreement"], name="party_agreements"),
            models.Index(
                fields=["organization", "agreement"], condition=~Q(organization=F("host")), name="party_of_others"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)

    @property
    def signed_as(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.SIGNED_AS}

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.host_id = self.agreement.host_id
        super().save(*args, **kwargs)


class Commitment(models.Model):
    """What a party has promised (이행과제): unit, quantity, due date."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="commitments")
    party = models.ForeignKey(Party, models.PROTECT, related_name="commitments", verbose_name=_("party"))
    what = models.CharField(_("what is promised"), max_length=200)
    unit = models.CharField(_("unit"), max_length=20)
    quantity = models.PositiveBigIntegerField(_("quantity"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    measure = models.CharField(_("counted by"), max_length=20, choices=Measure.choices, default=Measure.NONE)
    # Where in the signed paper it stands, if it was written down only after the signing.
    transcribed_from = models.CharField(_("where in the signed paper"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("commitment")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "what"], name="one_commitment_each"),
            models.CheckConstraint(condition=Q(quantity=None) | Q(quantity__gt=0), name="commitment_quantity_positive"),
        ]

    def __str__(self) -> str:
        return self.what
