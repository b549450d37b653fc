"""Field projects, the teams that do them, what mentors write, and the jobs that follow."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, CohortStaff, Enrolment
from placements.states import (
    MENTOR_MAY_SEE_TEAM,
    Exclusion,
    JobKind,
    JobState,
    LogState,
    ProjectState,
    Verification,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned, StoredFile
from portal.common.numbers import round_half_up

if TYPE_CHECKING:
    from portal.accounts.models import User


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: "User") -> "ProjectQuerySet":
        """A trainee sees the projects of the own cohort; a mentor, the own company's."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.INSTRUCTOR:
            return self.filter(cohort__in=CohortStaff.objects.filter(membership=user.acting).values("cohort"))
        if user.role == Role.MENTOR:
            return self.filter(company=user.organization_id)
        if user.role == Role.TRAINEE:
            mine = Enrolment.objects.filter(person__user=user).values("cohort")
            return self.filter(cohort__in=mine).exclude(state=ProjectState.PROPOSED)
        return self.none()

    def open(self) -> "ProjectQuerySet":
        return self.filter(state=ProjectState.OPEN)

    def for_list(self) -> "ProjectQuerySet":
        return self.select_related("company", "cohort").annotate(
            team_count=Count("teams", distinct=True), preference_count=Count("preferences", distinct=True)
        )


class Project(HostOwned):
    """A task from a company, done by teams of trainees (현장 프로젝트)."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="projects")
    company = models.ForeignKey(
        "partners.Organization", models.PROTECT, related_name="projects", verbose_name=_("company")
    )
    title = models.CharField(_("title"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    teams_max = models.PositiveSmallIntegerField(
        _("teams at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    needs = models.ManyToManyField("curriculum.Module", blank=True, related_name="+", verbose_name=_("needs"))
    nda = models.BooleanField(_("confidentiality agreement needed"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ProjectState.choices, default=ProjectState.PROPOSED, editable=False
    )
    started_on = models.DateField(_("began"), null=True, editable=False)
    finished_on = models.DateField(_("finished"), null=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("field project")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="project_host_key"),
            models.UniqueConstraint(fields=["cohort", "company", "title"], name="one_project_per_title"),
            models.CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_known"),
            models.CheckConstraint(condition=Q(teams_max__gt=0), name="project_takes_a_team"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("placements:project", args=[self.pk])


class Preference(HostOwned):
    """A trainee's wish for a project (지망): 1 is the dearest."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="preferences")
    project = models.ForeignKey(Project, models.CASCADE, related_name="preferences")
    rank = models.PositiveSmallIntegerField(_("choice"))

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "rank"], name="one_project_per_choice"),
            models.UniqueConstraint(fields=["enrolment", "project"], name="one_choice_per_project"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=3), name="three_choices"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.rank}"


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: "User") -> "TeamQuerySet":
        """A mentor sees the own teams, and their people only while the project runs."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.INSTRUCTOR:
            return self.filter(cohort__in=CohortStaff.objects.filter(membership=user.acting).values("cohort"))
        if user.role == Role.MENTOR:
            return self.filter(mentor=user.acting)
        if user.role == Role.TRAINEE:
            return self.filter(members__enrolment__person__user=user, members__left_on=None)
        return self.none()

    def running(self) -> "TeamQuerySet":
        return self.filter(project__state__in=MENTOR_MAY_SEE_TEAM)

    def for_list(self) -> "TeamQuerySet":
        return self.select_related("project__company", "cohort", "mentor__user").annotate(
            member_count=Count("members", filter=Q(members__left_on=None), distinct=True)
        )


class Team(HostOwned):
    """Three to five trainees on one project, with one mentor of its company."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="teams")
    project = models.ForeignKey(Project, models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=50)
    mentor = models.ForeignKey(
        "accounts.Membership", models.PROTECT, null=True, blank=True, related_name="teams", verbose_name=_("mentor")
    )
    formed_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="team_host_key"),
            models.UniqueConstraint(fields=["cohort", "name"], name="one_team_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("placements:team", args=[self.pk])


class TeamMember(HostOwned):
    """A trainee's place in a team (배치)."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="team_places")
    choice = models.PositiveSmallIntegerField(_("choice met"), null=True)
    reason = models.CharField(_("reason of a placement by hand"), max_length=200, blank=True)
    joined_on = models.DateField(auto_now_add=True)
    left_on = models.DateField(null=True)

    class Meta:
        ordering = ["enrolment__number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment"], condition=Q(left_on=None), name="one_team_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.enrolment_id}"


class TimeRange(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class Meeting(Func):
    """One number for a meeting of a team, the same for all versions of its log."""

    template = "((team_id * 100000) + number)"
    output_field = models.BigIntegerField()


class MentoringLogQuerySet(models.QuerySet["MentoringLog"]):
    def visible_to(self, user: "User") -> "MentoringLogQuerySet":
        """Trainees see what is approved; the host's side, what is submitted."""
        if user.role == Role.MENTOR:
            return self.filter(mentor=user.acting)
        if user.role == Role.TRAINEE:
            return self.filter(team__in=Team.objects.visible_to(user), state=LogState.APPROVED)
        return self.filter(team__in=Team.objects.visible_to(user)).exclude(state=LogState.DRAFT)

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
        return round_half_up(Fraction(int((self.ends_at - self.starts_at).total_seconds()), 3600), 2)


class EmploymentQuerySet(models.QuerySet["Employment"]):
    def visible_to(self, user: "User") -> "EmploymentQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(enrolment__person__user=user)
        return self.none()

    def verified(self) -> "EmploymentQuerySet":
        return self.filter(state=JobState.VERIFIED)

    def for_list(self) -> "EmploymentQuerySet":
        return self.select_related("enrolment__person", "enrolment__cohort")


class Employment(HostOwned):
    """A job a trainee found: reported by anybody, counted once its evidence is verified."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="employments")
    kind = models.CharField(_("kind"), max_length=10, choices=JobKind.choices)
    company = models.CharField(_("company"), max_length=100)
    business_number = models.CharField(_("business registration number"), max_length=12, blank=True)
    in_region = models.BooleanField(_("in the host's region"), default=True)
    work = models.CharField(_("work"), max_length=100, blank=True)
    contract = models.CharField(_("form of employment"), max_length=50, blank=True)
    hired_on = models.DateField(_("hired on"))
    insured_on = models.DateField(_("insured since"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.REPORTED, editable=False
    )
    verification = models.CharField(_("verified by"), max_length=12, choices=Verification.choices, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, editable=False)
    verified_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", editable=False)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        ordering = ["-hired_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="employment_host_key"),
            models.UniqueConstraint(fields=["enrolment", "company", "hired_on"], name="one_job_once"),
            models.CheckConstraint(condition=Q(left_on=None) | Q(left_on__gte=F("hired_on")), name="left_after_hired"),
            models.CheckConstraint(
                condition=~Q(state=JobState.VERIFIED) | (Q(verified_on__isnull=False) & ~Q(verification="")),
                name="verified_job_says_how",
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "state"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.company}"

    def get_absolute_url(self) -> str:
        return reverse("placements:employment", args=[self.pk])


class EmploymentEvidence(HostOwned, StoredFile):
    """A paper that proves a job."""

    employment = models.ForeignKey(Employment, models.PROTECT, related_name="evidence")

    class Meta:
        ordering = ["uploaded_at", "pk"]


class OutcomeExclusion(HostOwned):
    """Somebody left out of the employment rate, and why (산정제외)."""

    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="exclusion")
    reason = models.CharField(_("reason"), max_length=12, choices=Exclusion.choices)
    since = models.DateField(_("since"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("exclusion")

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.reason}"
