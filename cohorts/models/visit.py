"""A visit of an expert to a school, or of a class to a company: its people are numbers, unless a gate asks for names."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models.outreach import OutreachRound, SchoolRequest
from cohorts.outreach_states import ConsentWay, Grade, VisitFormat, VisitState
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.prepared import NOW

if TYPE_CHECKING:
    from portal.accounts.models import User

REPORT_WITHIN = timedelta(days=3)


class TimeRange(Func):
    """tstzrange(starts, ends): two visits that only touch do not overlap."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: "User") -> "VisitQuerySet":
        """The host's staff see all of the host; a mentor, those of the own company."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.MENTOR:
            return self.filter(company=user.organization_id)
        return self.none()

    def planned(self) -> "VisitQuerySet":
        return self.filter(state=VisitState.PLANNED)

    def held(self) -> "VisitQuerySet":
        return self.filter(state=VisitState.HELD)

    def standing(self) -> "VisitQuerySet":
        return self.exclude(state=VisitState.CANCELLED)

    def unreported(self, now: datetime | None = None) -> "VisitQuerySet":
        """Over, and nobody has said how many were there."""
        return self.planned().filter(ends_at__lte=now or NOW)

    def for_list(self) -> "VisitQuerySet":
        return self.select_related("round", "school", "company", "expert__user", "request")


class Visit(HostOwned):
    """One expert, one school, one day. It is held once somebody has said how many were there."""

    round = models.ForeignKey(OutreachRound, models.PROTECT, related_name="visits", verbose_name=_("round of visits"))
    request = models.ForeignKey(SchoolRequest, models.PROTECT, related_name="visits", verbose_name=_("school request"))
    company = models.ForeignKey("partners.Organization", models.PROTECT, related_name="+", verbose_name=_("company"))
    school = models.ForeignKey("partners.Organization", models.PROTECT, related_name="+", verbose_name=_("school"))
    # A mentor of the company with an account, or somebody who is only named.
    expert = models.ForeignKey(
        "accounts.Membership", models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("expert")
    )
    expert_name = models.CharField(_("name of the expert"), max_length=50, blank=True)
    format = models.CharField(_("format"), max_length=10, choices=VisitFormat.choices)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=VisitState.choices, default=VisitState.PLANNED, editable=False
    )
    arranged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", editable=False)
    cancel_reason = models.TextField(_("why it was cancelled"), blank=True, editable=False)
    # How many were there: by grade, and their sum, which is what is counted.
    headcount = models.JSONField(_("pupils by grade"), default=dict, editable=False)
    pupils = models.PositiveIntegerField(_("pupils"), null=True, editable=False)
    teachers = models.PositiveSmallIntegerField(_("teachers"), null=True, editable=False)
    report = models.TextField(_("report"), blank=True, editable=False)
    reported_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", editable=False)
    reported_at = models.DateTimeField(_("reported"), null=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("school visit")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="visit_host_key"),
            models.UniqueConstraint(
                fields=["request"], condition=~Q(state=VisitState.CANCELLED), name="one_visit_per_request"
            ),
            models.CheckConstraint(condition=Q(state__in=VisitState.values), name="visit_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="visit_ends_after_start"),
            models.CheckConstraint(
                condition=Q(expert__isnull=False, expert_name="") | Q(expert=None) & ~Q(expert_name=""),
                name="visit_has_one_expert",
            ),
            models.CheckConstraint(
                condition=~Q(state=VisitState.HELD)
                | Q(pupils__gt=0, teachers__isnull=False, reported_at__isnull=False),
                name="held_visit_is_counted",
            ),
            ExclusionConstraint(
                name="expert_is_at_one_place_at_a_time",
                expressions=[
                    ("expert", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(expert__isnull=False) & ~Q(state=VisitState.CANCELLED),
            ),
            ExclusionConstraint(
                name="named_expert_is_at_one_place_at_a_time",
                expressions=[
                    ("company", RangeOperators.EQUAL),
                    ("expert_name", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(expert=None) & ~Q(state=VisitState.CANCELLED),
            ),
        ]
        indexes = [
            models.Index(fields=["host", "-starts_at", "id"], name="visits_of_host"),
            models.Index(fields=["company", "-starts_at", "id"], name="visits_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.school} {timezone.localtime(self.starts_at):%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:visit", args=[self.pk])

    @property
    def who(self) -> str:
        """The expert, as pages and mail name them."""
        return str(self.expert.user) if self.expert else self.expert_name

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def lacks_report(self) -> bool:
        return self.state == VisitState.PLANNED and self.ends_at <= timezone.now()

    @property
    def counted(self) -> list[tuple[str, int]]:
        """Grade and number, in the order of the grades."""
        return [(str(grade.label), self.headcount[grade]) for grade in Grade if self.headcount.get(grade)]


class VisitPupil(HostOwned):
    """A pupil's name for the gate of a company. Without the consent of a guardian no child's name is kept."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="named_pupils")
    name = models.CharField(_("name"), max_length=50)
    under_14 = models.BooleanField(_("younger than 14"), default=True)
    guardian = models.CharField(_("guardian who consented"), max_length=50, blank=True)
    consent_way = models.CharField(_("how the consent was given"), max_length=10, choices=ConsentWay.choices)
    consented_on = models.DateField(_("consent given on"))
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "name", "guardian"], name="one_line_per_pupil"),
            models.CheckConstraint(condition=Q(under_14=False) | ~Q(guardian=""), name="child_has_guardians_consent"),
            models.CheckConstraint(condition=Q(consent_way__in=ConsentWay.values), name="consent_says_how"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.pk}"


MARK = [MinValueValidator(1), MaxValueValidator(5)]


class VisitFeedback(HostOwned):
    """What a school says of a visit: three marks from 1 to 5 and a few words about the visit, about nobody."""

    visit = models.OneToOneField(Visit, models.CASCADE, related_name="feedback")
    level = models.PositiveSmallIntegerField(_("It fitted what the pupils know"), validators=MARK)
    interest = models.PositiveSmallIntegerField(_("It made the pupils curious about the field"), validators=MARK)
    running = models.PositiveSmallIntegerField(_("It was well prepared and run"), validators=MARK)
    words = models.TextField(_("In your words"), blank=True)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)

    QUESTIONS = ("level", "interest", "running")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level__range=(1, 5), interest__range=(1, 5), running__range=(1, 5)),
                name="marks_from_1_to_5",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}"
