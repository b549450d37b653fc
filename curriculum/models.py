"""Modules, days of training, what is taught when, and who was there."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, CohortStaff, Enrolment
from curriculum.states import ExcuseKind
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ModuleQuerySet(models.QuerySet["Module"]):
    def visible_to(self, user: "User") -> "ModuleQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF or user.role == Role.INSTRUCTOR:
            return self.filter(host=user.organization_id)
        return self.none()

    def for_list(self) -> "ModuleQuerySet":
        return self.select_related("programme").prefetch_related("after")


class Module(HostOwned):
    """A subject of a programme (교과목), with the modules that must come before it."""

    programme = models.ForeignKey("cohorts.Programme", models.PROTECT, related_name="modules")
    code = models.CharField(_("code"), max_length=10)
    title = models.CharField(_("title"), max_length=100)
    hours = models.PositiveSmallIntegerField(_("hours"))
    after = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="before", verbose_name=_("after")
    )

    objects = ModuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("module")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="one_module_per_code"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="module_has_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Holiday(models.Model):
    """A day without training: announced late by the state, or a host's own.

    The statutory holidays come from `portal.common.dates`; this table adds to them.
    """

    host = models.ForeignKey("partners.Organization", models.CASCADE, null=True, blank=True, related_name="holidays")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=50)

    class Meta:
        verbose_name = _("holiday")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["host", "date"], name="one_holiday_per_day", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class TrainingDayQuerySet(models.QuerySet["TrainingDay"]):
    def visible_to(self, user: "User") -> "TrainingDayQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.INSTRUCTOR:
            return self.filter(cohort__in=CohortStaff.objects.filter(membership=user.acting_id).values("cohort"))
        if user.role == Role.TRAINEE:
            return self.filter(cohort__in=Enrolment.objects.filter(person__user=user.pk).values("cohort"))
        return self.none()


class TrainingDay(HostOwned):
    """A scheduled day (소정훈련일). Their number is the N of every attendance rate."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="days")
    date = models.DateField(_("date"))
    # Set when an instructor has saved the register of this day.
    registered_at = models.DateTimeField(_("register saved"), null=True)
    registered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = TrainingDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("training day")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="training_day_host_key"),
            models.UniqueConstraint(fields=["cohort", "date"], name="one_training_day_per_date"),
        ]

    def __str__(self) -> str:
        return f"{self.date}"


class Lesson(models.Model):
    """Hours of one module on one day of the timetable."""

    day = models.ForeignKey(TrainingDay, models.CASCADE, related_name="lessons")
    module = models.ForeignKey(Module, models.PROTECT, related_name="lessons")
    position = models.PositiveSmallIntegerField(_("position"))
    hours = models.PositiveSmallIntegerField(_("hours"))

    class Meta:
        ordering = ["day", "position"]
        constraints = [
            models.UniqueConstraint(fields=["day", "position"], name="one_lesson_per_position"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="lesson_has_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.module_id} {self.hours}h"


class Attendance(HostOwned):
    """When a trainee came and went on a training day, and what the policy makes of it.

    `absent`, `late`, `left_early` and `outings` are judged by `curriculum.attendance` when
    the register is saved, so that lists and rates add them up in the database.
    """

    day = models.ForeignKey(TrainingDay, models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendances")
    check_in = models.TimeField(_("check-in"), null=True, blank=True)
    check_out = models.TimeField(_("check-out"), null=True, blank=True)
    # [["13:00", "14:30"], …]
    outings = models.JSONField(_("outings"), default=list, blank=True)
    excuse = models.CharField(_("excused"), max_length=10, choices=ExcuseKind.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    attended_minutes = models.PositiveSmallIntegerField(default=0, editable=False)
    absent = models.BooleanField(default=False, editable=False)
    late = models.BooleanField(default=False, editable=False)
    left_early = models.BooleanField(default=False, editable=False)
    events = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("attendance")
        constraints = [
            models.UniqueConstraint(fields=["day", "enrolment"], name="one_attendance_per_day"),
            models.CheckConstraint(
                condition=Q(check_out__gt=F("check_in")) | Q(check_in=None) | Q(check_out=None),
                name="check_out_after_check_in",
            ),
            models.CheckConstraint(condition=Q(check_out=None) | Q(check_in__isnull=False), name="no_check_out_alone"),
            models.CheckConstraint(condition=Q(absent=False) | Q(events=0), name="absence_has_no_events"),
        ]
        indexes = [models.Index(fields=["enrolment", "day"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.day_id}"
