"""Admission interviews (면접): panels, their slots, who is invited, and who has booked.

What must never be false is the database's to hold: a panel has no two slots at once, a panellist no two
panels, an applicant no two live bookings, and a slot no more bookings than places. Triggers keep
`taken` and the sittings; their functions stand in the migration.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.interviewing import change_until
from cohorts.models.reviewing import ReviewConflict
from cohorts.models.visit import TimeRange
from cohorts.states import IN_SELECTION
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.prepared import NOW

if TYPE_CHECKING:
    from portal.accounts.models import User


class BookingState(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("interview", "Booked")
    CANCELLED = "cancelled", pgettext_lazy("interview", "Cancelled")
    NO_SHOW = "no_show", pgettext_lazy("interview", "Did not come")


TAKES_A_PLACE = (BookingState.BOOKED, BookingState.NO_SHOW)  # of its slot


class PanelQuerySet(models.QuerySet["InterviewPanel"]):
    def visible_to(self, user: "User") -> "PanelQuerySet":
        """A host's staff see its panels; a reviewer, those they sit in."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.REVIEWER:
            return self.filter(host=user.organization_id, pk__in=sits_in(user).values("panel"))
        return self.none()


class InterviewPanel(HostOwned):
    """Who interviews together, and where. Its row is the lock of its members and slots."""

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="panels", verbose_name=_("cohort"))
    name = models.CharField(_("name"), max_length=50)
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link of the online meeting"), max_length=500, blank=True)
    reviewers: "models.ManyToManyField[User, InterviewPanelMember]" = models.ManyToManyField(
        "accounts.User", through="InterviewPanelMember", related_name="panels", verbose_name=_("panellists")
    )

    objects = PanelQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview panel")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="panel_host_key"),
            models.UniqueConstraint(fields=["id", "cohort"], name="panel_cohort_key"),
            models.UniqueConstraint(fields=["cohort", "name"], name="one_panel_per_name"),
            models.CheckConstraint(condition=~Q(place="") | ~Q(link=""), name="panel_meets_somewhere"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cohorts:admission-panel", args=[self.pk])

    @property
    def where(self) -> str:
        """As mail and calendars name it."""
        return " · ".join(part for part in (self.place, self.link) if part)


class InterviewPanelMember(HostOwned):
    """A reviewer of the cohort who sits in a panel."""

    panel = models.ForeignKey(InterviewPanel, models.CASCADE, related_name="members")
    reviewer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("panellist"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["panel", "reviewer"], name="sits_in_panel_once")]
        triggers = [
            pgtrigger.Trigger(
                name="member_sits",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=pgtrigger.Func(
                    "PERFORM 1 FROM cohorts_interviewpanel WHERE id = NEW.panel_id FOR NO KEY UPDATE; "
                    "INSERT INTO cohorts_interviewsitting (slot_id, reviewer_id, starts_at, ends_at) "
                    "SELECT id, NEW.reviewer_id, starts_at, ends_at FROM cohorts_interviewslot "
                    "WHERE panel_id = NEW.panel_id; RETURN NULL;"
                ),
            ),
            pgtrigger.Trigger(
                name="member_leaves",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func=pgtrigger.Func(
                    "DELETE FROM cohorts_interviewsitting USING cohorts_interviewslot WHERE slot_id = "
                    "cohorts_interviewslot.id AND panel_id = OLD.panel_id AND reviewer_id = OLD.reviewer_id; RETURN NULL;"
                ),
            ),
            pgtrigger.Protect(name="member_stays_who_it_is", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} → {self.panel_id}"


class SlotQuerySet(models.QuerySet["InterviewSlot"]):
    def free(self) -> "SlotQuerySet":
        return self.filter(taken__lt=F("capacity"))

    def after(self, moment: datetime) -> "SlotQuerySet":
        return self.filter(starts_at__gt=moment)

    def without_conflict(self, application_id: int) -> "SlotQuerySet":
        """Not before a panellist whose conflict with this application is declared (domain.md 1)."""
        return self.exclude(panel__in=barred_panels(Q(application=application_id)).values("panel"))


class InterviewSlot(HostOwned):
    """A time at which a panel sees one applicant, or `capacity` of them together."""

    panel = models.ForeignKey(InterviewPanel, models.PROTECT, related_name="slots")
    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="interview_slots")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveSmallIntegerField(
        _("applicants at a time"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    taken = models.PositiveSmallIntegerField(default=0, editable=False)  # kept by a trigger of the bookings

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview slot")
        ordering = ["starts_at", "panel", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="slot_host_key"),
            models.UniqueConstraint(fields=["id", "cohort"], name="slot_cohort_key"),
            models.UniqueConstraint(fields=["id", "starts_at", "ends_at"], name="slot_times_key"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="slot_has_a_place"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="slot_never_overbooked"),
            ExclusionConstraint(
                name="panel_has_one_slot_at_a_time",
                expressions=[
                    ("panel", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at"])]
        triggers = [
            pgtrigger.Trigger(
                name="slot_is_sat",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=pgtrigger.Func(
                    "PERFORM 1 FROM cohorts_interviewpanel WHERE id = NEW.panel_id FOR NO KEY UPDATE; "
                    "INSERT INTO cohorts_interviewsitting (slot_id, reviewer_id, starts_at, ends_at) "
                    "SELECT NEW.id, reviewer_id, NEW.starts_at, NEW.ends_at FROM cohorts_interviewpanelmember "
                    "WHERE panel_id = NEW.panel_id; RETURN NULL;"
                ),
            ),
            pgtrigger.Protect(
                name="slot_stays_with_its_panel",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__panel__df=pgtrigger.F("new__panel")),
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def places_left(self) -> int:
        return self.capacity - self.taken

    def changeable(self, hours: int, now: datetime | None = None) -> bool:
        return (now or timezone.now()) < change_until(self.starts_at, hours)


class InterviewSitting(models.Model):
    """A panellist in a slot. Triggers write it; nobody sits in two panels at once, of whatever cohort."""

    # A composite key of the migration holds the slot and its times together.
    slot = models.ForeignKey(InterviewSlot, models.CASCADE, related_name="sittings", db_constraint=False)
    reviewer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "reviewer"], name="sits_in_slot_once"),
            ExclusionConstraint(
                name="panellist_sits_in_one_panel_at_a_time",
                expressions=[
                    ("reviewer", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} {self.starts_at:%Y-%m-%d %H:%M}"


class InterviewInvitation(HostOwned):
    """An application whose person may choose a time until `book_until`."""

    application = models.OneToOneField("cohorts.Application", models.CASCADE, related_name="interview_invitation")
    book_until = models.DateTimeField(_("choose a time until"))
    invited_at = models.DateTimeField(_("invited"), auto_now_add=True)
    invited_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("invitation to the interview")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application_id}"


class BookingQuerySet(models.QuerySet["InterviewBooking"]):
    def visible_to(self, user: "User") -> "BookingQuerySet":
        """The applicant's own; a host's staff, all; a panellist, those of the own panels but for conflicts."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.REVIEWER:
            barred = ReviewConflict.objects.filter(application=OuterRef("application"), reviewer=user.pk)
            return self.filter(~Exists(barred), slot__panel__in=sits_in(user).values("panel"))
        if user.role == Role.TRAINEE:
            return self.filter(application__person__user=user.pk)
        return self.none()

    def live(self) -> "BookingQuerySet":
        return self.filter(state=BookingState.BOOKED)

    def standing(self) -> "BookingQuerySet":
        """Those that take a place of their slot."""
        return self.filter(state__in=TAKES_A_PLACE)

    def conflicted(self) -> "BookingQuerySet":
        """To come, before a panellist who has declared a conflict since."""
        declared = ReviewConflict.objects.filter(
            application=OuterRef(OuterRef("application")), reviewer=OuterRef("reviewer")
        )
        barred = InterviewPanelMember.objects.filter(Exists(declared), panel=OuterRef("slot__panel"))
        return self.live().filter(Exists(barred), slot__starts_at__gt=NOW)

    def for_list(self) -> "BookingQuerySet":
        return self.select_related("slot__panel", "application__person", "application__track")


class InterviewBooking(HostOwned):
    """A place in a slot. It is moved, not made anew, so that calendars follow it by its number and `sequence`."""

    slot = models.ForeignKey(InterviewSlot, models.PROTECT, related_name="bookings")
    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="interview_bookings")
    application = models.ForeignKey("cohorts.Application", models.PROTECT, related_name="interview_bookings")
    person = models.ForeignKey("cohorts.Person", models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=BookingState.choices, default=BookingState.BOOKED, editable=False
    )
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)  # of RFC 5545
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview booking")
        ordering = ["slot__starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BookingState.values), name="booking_state_known"),
            models.UniqueConstraint(
                fields=["cohort", "person"], condition=Q(state=BookingState.BOOKED), name="one_live_booking_per_cohort"
            ),
        ]
        indexes = [models.Index(fields=["slot"]), models.Index(fields=["application", "-id"])]
        triggers = [
            pgtrigger.Trigger(
                name="booking_takes_a_place",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=pgtrigger.Func(
                    "IF TG_OP <> 'INSERT' AND OLD.state <> 'cancelled' THEN "
                    "UPDATE cohorts_interviewslot SET taken = taken - 1 WHERE id = OLD.slot_id; END IF; "
                    "IF TG_OP <> 'DELETE' AND NEW.state <> 'cancelled' THEN "
                    "UPDATE cohorts_interviewslot SET taken = taken + 1 WHERE id = NEW.slot_id; END IF; RETURN NULL;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.state}"

    @property
    def is_live(self) -> bool:
        return self.state == BookingState.BOOKED

    @property
    def is_over(self) -> bool:
        return self.slot.starts_at <= timezone.now()


def sits_in(user: "User") -> "models.QuerySet[InterviewPanelMember]":
    """Where a reviewer sits, of the cohorts they are still at work in."""
    from cohorts.models.cohort import CohortStaff

    at_work = CohortStaff.objects.filter(membership=user.acting_id, cohort=OuterRef("panel__cohort"))
    return InterviewPanelMember.objects.filter(Exists(at_work), reviewer=user.pk).order_by()


def barred_panels(applications: Q) -> "models.QuerySet[InterviewPanelMember]":
    """The members of panels whose conflict with these applications (a Q of ReviewConflict) is declared."""
    declared = ReviewConflict.objects.filter(applications, reviewer=OuterRef("reviewer"))
    return InterviewPanelMember.objects.filter(Exists(declared)).order_by()


def to_invite() -> Q:
    """Of applications: in selection, and not invited yet."""
    return Q(state__in=IN_SELECTION, interview_invitation=None)
