"""Programmes, and the cohorts (기수) in which they run, one after another."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.ranking import TIE_ORDER
from cohorts.states import (
    PUBLISHED,
    RECEIVED,
    STARTED,
    TAKES_APPLICATIONS,
    CohortState,
    ProgrammeKind,
)
from portal.accounts.roles import COHORT_STAFF, HOST_STAFF, Role
from portal.common.counting import counted_per
from portal.common.models import HostOwned
from portal.common.prepared import NOW

if TYPE_CHECKING:
    from django.db.models import Expression

    from portal.accounts.models import User


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: "User") -> "ProgrammeQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in (*HOST_STAFF, *COHORT_STAFF):
            return self.filter(host=user.organization_id)
        return self.none()

    def for_list(self) -> "ProgrammeQuerySet":
        return self.select_related("host", "agreement").annotate(cohort_count=Count("cohorts"))


class Programme(HostOwned):
    """A course a host offers under an agreement: intensive, university, outreach or pathway."""

    agreement = models.ForeignKey(
        "partners.Agreement", models.PROTECT, null=True, blank=True, related_name="programmes",
        verbose_name=_("agreement"),
    )  # fmt: skip
    key = models.SlugField(unique=True, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ProgrammeKind.choices)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    description = models.TextField(_("description"), blank=True)
    target = models.CharField(_("for whom"), max_length=200, blank=True)
    areas = models.CharField(_("areas taught"), max_length=200, blank=True)
    tools = models.CharField(_("tools used"), max_length=200, blank=True)
    months_at_least = models.PositiveSmallIntegerField(_("lasts at least (months)"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("usual capacity"), null=True, blank=True)
    minors = models.BooleanField(_("for children under 14"), default=False)
    modelled_on = models.CharField(_("modelled on"), max_length=200, blank=True)
    partners = models.ManyToManyField(
        "partners.Organization", blank=True, related_name="programmes", verbose_name=_("run together with")
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="programme_host_key"),
            models.UniqueConstraint(fields=["host", "name"], name="one_programme_per_name"),
            models.CheckConstraint(condition=Q(kind__in=ProgrammeKind.values), name="programme_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cohorts:programme", args=[self.pk])

    @property
    def promised_months(self) -> int | None:
        """The least length of a cohort: what the programme or its agreement promises."""
        promises = [self.months_at_least, self.agreement.training_months if self.agreement else None]
        return max((months for months in promises if months), default=None)


class ProgrammeStage(models.Model):
    """A stage of a pathway, at its own kind of school."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=100)
    years = models.PositiveSmallIntegerField(_("years"))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["programme", "position"], name="one_stage_per_position")]

    def __str__(self) -> str:
        return self.name


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: "User") -> "CohortQuerySet":
        """Host staff see their host's cohorts; instructors and reviewers, those they are assigned to."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role in COHORT_STAFF:
            return self.filter(pk__in=CohortStaff.objects.filter(membership=user.acting_id).values("cohort"))
        return self.none()

    def public(self) -> "CohortQuerySet":
        return self.filter(state__in=PUBLISHED)

    def with_time_of(self, account: "int | Expression", email: "str | Expression") -> "CohortQuerySet":
        """With `extended_until`: until when an account may apply here by an extension, None without one."""
        from cohorts.models.extension import Extension

        mine = Q(email=email) | Q(application__person__user=account)
        given = Extension.objects.in_force().filter(mine, cohort=OuterRef("pk")).order_by("-until")
        return self.annotate(extended_until=Subquery(given.values("until")[:1]))

    def with_typed_of(self, account: "int | Expression") -> "CohortQuerySet":
        """With `typed`: what an account has typed at the form and not sent, by page; None for nothing."""
        from cohorts.models.typed import TypedAnswers

        mine = TypedAnswers.objects.filter(cohort=OuterRef("pk"), account=account)
        return self.annotate(typed=Subquery(mine.values("pages")[:1]))

    def taking_applications(self, now: datetime | None = None) -> "CohortQuerySet":
        moment = now or NOW
        return self.filter(state__in=TAKES_APPLICATIONS, apply_opens_at__lte=moment, apply_closes_at__gt=moment)

    def closing_between(self, first: "datetime | Expression", last: "datetime | Expression") -> "CohortQuerySet":
        return self.filter(state__in=TAKES_APPLICATIONS, apply_closes_at__gt=first, apply_closes_at__lte=last)

    def with_seats(self) -> "CohortQuerySet":
        """With `seat_count`: taken by who has accepted one or entered a pathway, and not freed since."""
        taken = Track.objects.filter(cohort=OuterRef("pk")).order_by().values("cohort")
        return self.annotate(seat_count=Coalesce(Subquery(taken.annotate(n=Sum("seats_taken")).values("n")), 0))

    def for_list(self) -> "CohortQuerySet":
        """With `application_count` (received) and `seat_count`, counted for the page alone."""
        Application = apps.get_model("cohorts", "Application")
        received = counted_per(Application.objects.filter(state__in=RECEIVED), "cohort")
        return self.with_seats().select_related("programme", "host").annotate(application_count=received)

    def for_detail(self) -> "CohortQuerySet":
        return self.select_related("programme__agreement", "host", "policy").prefetch_related("tracks")

    def for_notice(self) -> "CohortQuerySet":
        """In one query, with `seats_by_track`: name and capacity of each track."""
        tracks = Track.objects.filter(cohort=OuterRef("pk")).order_by("pk")
        seats = ArraySubquery(tracks.values(row=JSONObject(name="name", capacity="capacity")))
        return self.select_related("programme", "host", "policy").annotate(seats_by_track=seats)


class Cohort(HostOwned):
    """One run of a programme (기수). The organization that runs it is its host."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cohorts", verbose_name=_("programme"))
    number = models.PositiveSmallIntegerField(_("cohort number"))
    name = models.CharField(_("name"), max_length=100)
    state = models.CharField(
        _("state"), max_length=12, choices=CohortState.choices, default=CohortState.PLANNED, editable=False
    )
    notice = models.TextField(_("notice"), blank=True, help_text=_("Shown to everybody on the public page."))
    place = models.CharField(_("place"), max_length=150, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), validators=[MinValueValidator(1), MaxValueValidator(10_000)])
    apply_opens_at = models.DateTimeField(_("applications open"))
    # The first instant that is too late: "14 April 18:00, the stated minute included" is 18:01.
    apply_closes_at = models.DateTimeField(_("applications close"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    orientation_at = models.DateTimeField(_("orientation"), null=True, blank=True)
    orientation_place = models.CharField(_("place of the orientation"), max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="cohort_host_key"),
            models.UniqueConstraint(fields=["programme", "number"], name="one_cohort_per_number"),
            models.CheckConstraint(condition=Q(state__in=CohortState.values), name="cohort_state_known"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="cohort_capacity_positive"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cohort_ends_after_start"),
            models.CheckConstraint(
                condition=Q(apply_closes_at__gt=F("apply_opens_at")), name="cohort_closes_after_opening"
            ),
        ]
        indexes = [models.Index(fields=["host", "state"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cohorts:cohort", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in TAKES_APPLICATIONS and self.apply_opens_at <= timezone.now() < self.apply_closes_at

    @property
    def closes_at_stated(self) -> datetime:
        """The last minute in time, as a notice says it: until 18:00, that minute included."""
        return self.apply_closes_at - timedelta(minutes=1)

    @property
    def opens_later(self) -> bool:
        return self.state in TAKES_APPLICATIONS and timezone.now() < self.apply_opens_at

    @property
    def has_started(self) -> bool:
        return self.state in STARTED


class Track(models.Model):
    """Seats of one kind within a cohort (일반, 심화). Its row is the lock that guards them."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="tracks")
    name = models.CharField(_("name"), max_length=50)
    capacity = models.PositiveIntegerField(_("capacity"), validators=[MinValueValidator(1), MaxValueValidator(10_000)])
    # Accepted and enrolled; kept by `accept_offer` and its undoing, under the row's lock.
    seats_taken = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("track")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name"], name="one_track_per_name"),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("capacity")), name="seats_never_oversold"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def seats_free(self) -> int:
        return self.capacity - self.seats_taken


def default_tie_order() -> list[str]:
    return [tie.value for tie in TIE_ORDER]


class CohortPolicy(models.Model):
    """Every threshold of a cohort, with the national rules as defaults (domain.md, S1).

    Frozen when the cohort starts: `frozen_at` is set and `actions.edit_policy` refuses.
    """

    cohort = models.OneToOneField(Cohort, models.CASCADE, primary_key=True, related_name="policy")
    frozen_at = models.DateTimeField(null=True, editable=False)

    # Who may apply
    age_min = models.PositiveSmallIntegerField(_("age from"), null=True, blank=True, default=18)
    age_max = models.PositiveSmallIntegerField(_("age to"), null=True, blank=True, default=34)
    age_reference_date = models.DateField(
        _("age counted on"), null=True, blank=True, help_text=_("Left empty, the day on which applications close.")
    )
    region = models.CharField(_("residents of"), max_length=20, blank=True)
    unemployed_only = models.BooleanField(_("only people without a job"), default=True)

    # How the selection weighs: percent, together 100
    weight_document = models.PositiveSmallIntegerField(_("weight of documents"), default=30)
    weight_test = models.PositiveSmallIntegerField(_("weight of the coding test"), default=30)
    weight_interview = models.PositiveSmallIntegerField(_("weight of the interview"), default=40)
    minimum_total = models.DecimalField(
        _("least total for a seat"), max_digits=5, decimal_places=2, default=Decimal("0"),
        validators=[MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    # Without them a candidate is turned down whatever the total; blank: none
    minimum_document = models.DecimalField(
        _("minimum mark of the documents"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    minimum_test = models.DecimalField(
        _("minimum mark of the coding test"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    minimum_interview = models.DecimalField(
        _("minimum mark of the interview"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    blind_review = models.BooleanField(_("reviewers do not see whose application it is"), default=True)
    blind_education = models.BooleanField(_("reviewers do not see education and major"), default=False)
    tie_order = ArrayField(
        models.CharField(max_length=12), default=default_tie_order, verbose_name=_("what decides between equal totals")
    )
    bonus_limit = models.DecimalField(
        _("most bonus points"), max_digits=4, decimal_places=2, null=True, blank=True, default=Decimal(10)
    )
    bonus_above_full = models.BooleanField(_("a total may pass 100 by bonus points"), default=False)
    four_eyes = models.BooleanField(_("another person releases the selection"), default=True)
    shows_cut_off = models.BooleanField(_("applicants are told the lowest total that got a seat"), default=False)
    offer_hours = models.PositiveSmallIntegerField(_("time to answer an offer (hours)"), default=72)
    interview_change_hours = models.PositiveSmallIntegerField(
        _("interview can be changed until (hours before)"), default=24
    )
    waitlist_until = models.DateField(_("waitlist is valid until"), null=True, blank=True)
    contact_attempts = models.PositiveSmallIntegerField(_("failed contacts before a seat may go on"), default=3)

    # Entry
    needs_pledge = models.BooleanField(_("ask for the agreement to the rules"), default=True)
    asks_double_benefit = models.BooleanField(_("ask for other training paid by the state"), default=True)
    # Days after the first one: until then somebody who leaves withdraws (수강철회), and the seat goes on (충원).
    replacement_days = models.PositiveSmallIntegerField(_("days in which a seat is filled again"), default=7)
    confirm_days_needed = models.PositiveSmallIntegerField(_("days to attend at the least"), default=3)
    confirm_days_window = models.PositiveSmallIntegerField(_("of the first days"), default=5)

    # A day of training
    day_starts = models.TimeField(_("day starts"), default=time(9))
    day_ends = models.TimeField(_("day ends"), default=time(18))
    break_starts = models.TimeField(_("lunch starts"), default=time(12))
    break_ends = models.TimeField(_("lunch ends"), default=time(13))
    grace_minutes = models.PositiveSmallIntegerField(_("minutes of grace"), default=10)
    absent_below_percent = models.PositiveSmallIntegerField(_("absent below (% of the day)"), default=50)
    events_per_absence = models.PositiveSmallIntegerField(_("lates and leaves that make an absence"), default=3)
    compound_counts_twice = models.BooleanField(_("late and early on one day are two"), default=True)
    minimum_rate = models.DecimalField(
        _("least attendance rate (%)"), max_digits=4, decimal_places=1, default=Decimal("80.0")
    )

    # Field projects and outcomes
    team_min = models.PositiveSmallIntegerField(_("smallest team"), default=3)
    team_max = models.PositiveSmallIntegerField(_("largest team"), default=5)
    silent_days = models.PositiveSmallIntegerField(_("days without an approved log before a reminder"), default=14)
    employment_months = models.PositiveSmallIntegerField(_("months in which a job counts"), default=6)

    class Meta:
        verbose_name = _("policy")
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_document=100 - F("weight_test") - F("weight_interview")), name="weights_make_100"
            ),
            models.CheckConstraint(
                condition=Q(age_max__gte=F("age_min")) | Q(age_min=None) | Q(age_max=None), name="ages_in_order"
            ),
            models.CheckConstraint(condition=Q(day_ends__gt=F("day_starts")), name="day_ends_after_start"),
            models.CheckConstraint(
                condition=Q(confirm_days_window__gte=F("confirm_days_needed")), name="confirm_days_in_order"
            ),
            models.CheckConstraint(condition=Q(contact_attempts__gt=0), name="contact_attempts_positive"),
            models.CheckConstraint(condition=Q(break_ends__gte=F("break_starts")), name="break_ends_after_start"),
            models.CheckConstraint(
                condition=Q(team_max__gte=F("team_min"), team_min__gt=0), name="team_sizes_in_order"
            ),
            models.CheckConstraint(condition=Q(events_per_absence__gt=0), name="events_per_absence_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}"

    @property
    def host_id(self) -> int:
        """The host that answers for it, as the audit asks."""
        return self.cohort.host_id

    @property
    def age_counted_on(self) -> date:
        """domain.md 1.1: the reference date, or the day of the last minute in time, in Korea."""
        return self.age_reference_date or timezone.localdate(self.cohort.closes_at_stated)


class CohortStaff(HostOwned):
    """An instructor or reviewer at work in a cohort."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="staff")
    membership = models.ForeignKey("accounts.Membership", models.PROTECT, related_name="assignments")
    assigned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "membership"], name="assigned_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} → {self.cohort_id}"

    @property
    def dialog(self) -> str:
        """The id of the question before the person is removed."""
        return f"unassign-{self.pk}"
