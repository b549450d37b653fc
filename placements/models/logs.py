"""What mentors write of the meetings with their teams."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment
from placements.states import (
    LogState,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.numbers import round_half_up

if TYPE_CHECKING:
    from portal.accounts.models import User
from placements.models.projects import Team


class TimeRange(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class Meeting(Func):
    """One number for a meeting of a team, the same for all versions of its log."""

    template = "((team_id * 100000) + number)"
    output_field = models.BigIntegerField()


def hours_between(start: datetime, end: datetime) -> Decimal:
    """With two decimals."""
    return round_half_up(Fraction(int((end - start).total_seconds()), 3600), 2)


class MentoringLogQuerySet(models.QuerySet["MentoringLog"]):
    def visible_to(self, user: "User") -> "MentoringLogQuerySet":
        """Trainees see what is approved; the host's side, what is submitted."""
        if user.role == Role.MENTOR:
            return self.filter(mentor=user.acting_id)
        if user.role == Role.TRAINEE:
            return self.filter(team__in=Team.objects.visible_to(user), state=LogState.APPROVED)
        sent = self.exclude(state=LogState.DRAFT)
        if user.role in HOST_STAFF:
            return sent.filter(host=user.organization_id)  # a join less than by its teams
        return sent.filter(team__in=Team.objects.visible_to(user))

    def approved(self) -> "MentoringLogQuerySet":
        """Those that count: approved, and not replaced by a newer version."""
        return self.current().filter(state=LogState.APPROVED)

    def current(self) -> "MentoringLogQuerySet":
        return self.filter(superseded_at=None)

    def for_list(self) -> "MentoringLogQuerySet":
        return self.select_related("team__project__company", "team__cohort", "mentor__user")


class MentoringLog(HostOwned):
    """What a mentor and a team did in one meeting (멘토링 일지, domain.md 5)."""

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")

    team = models.ForeignKey(Team, models.PROTECT, related_name="logs")
    mentor = models.ForeignKey("accounts.Membership", models.PROTECT, related_name="logs", verbose_name=_("mentor"))
    number = models.PositiveSmallIntegerField(_("meeting number"))
    # An approved log is never changed: a correction is a new version of the same meeting.
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    superseded_at = models.DateTimeField(_("replaced"), null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=LogState.choices, default=LogState.DRAFT, editable=False
    )
    starts_at = models.DateTimeField(_("began"))
    ends_at = models.DateTimeField(_("ended"))
    mode = models.CharField(_("how"), max_length=10, choices=Mode.choices, default=Mode.ON_SITE)
    place = models.CharField(_("place"), max_length=100, blank=True)
    attendees = models.ManyToManyField(Enrolment, related_name="+", verbose_name=_("who was there"))
    topic = models.CharField(_("topic"), max_length=100)
    content = models.TextField(_("what was done"))
    progress = models.PositiveSmallIntegerField(_("progress (%)"), validators=[MaxValueValidator(100)])
    issues = models.TextField(_("problems"), blank=True)
    feedback = models.TextField(_("feedback"))
    next_task = models.TextField(_("next task"), blank=True)
    next_due = models.DateField(_("due"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    return_reason = models.TextField(_("why it was returned"), blank=True, editable=False)

    objects = MentoringLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring log")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "number", "version"], name="one_log_per_version"),
            models.UniqueConstraint(
                fields=["team", "number"], condition=~Q(state=LogState.APPROVED), name="one_open_version_per_meeting"
            ),
            models.UniqueConstraint(
                fields=["team", "number"],
                condition=Q(state=LogState.APPROVED, superseded_at=None),
                name="one_approved_version_per_meeting",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(state=LogState.APPROVED), name="only_approved_logs_are_replaced"
            ),
            models.CheckConstraint(condition=Q(state__in=LogState.values), name="log_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="progress_in_percent"),
            models.CheckConstraint(
                condition=~Q(state=LogState.APPROVED) | Q(confirmed_at__isnull=False), name="approved_log_is_confirmed"
            ),
            ExclusionConstraint(
                name="mentor_meets_one_team_at_a_time",
                expressions=[
                    ("mentor", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                    (Meeting(), RangeOperators.NOT_EQUAL),  # versions of one meeting may overlap
                ],
                condition=Q(superseded_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="approved_log_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="approved"),
                func=pgtrigger.Func(
                    "IF to_jsonb(OLD) - 'superseded_at' IS DISTINCT FROM to_jsonb(NEW) - 'superseded_at' THEN "
                    "RAISE EXCEPTION 'pgtrigger: an approved log is never changed'; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Protect(
                name="approved_log_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="approved"),
            ),
        ]
        indexes = [models.Index(fields=["team", "state", "-starts_at"])]

    def __str__(self) -> str:
        return f"{self.team_id} #{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("placements:log", args=[self.pk])

    @property
    def hours(self) -> Decimal:
        """Its length in hours, with two decimals."""
        return hours_between(self.starts_at, self.ends_at)
