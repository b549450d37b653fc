"""Field projects, and the teams that do them."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, CohortStaff, Enrolment
from placements.states import (
    MENTOR_MAY_SEE_TEAM,
    ProjectState,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.counting import counted_per
from portal.common.models import HostOwned

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
            return self.filter(cohort__in=CohortStaff.objects.filter(membership=user.acting_id).values("cohort"))
        if user.role == Role.MENTOR:
            return self.filter(company=user.organization_id)
        if user.role == Role.TRAINEE:
            mine = Enrolment.objects.filter(person__user=user.pk).values("cohort")
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
    # Found by a consortium that another office may keep.
    joint_project = models.ForeignKey(
        "partners.JointProject", models.SET_NULL, null=True, blank=True, related_name="field_projects",
        verbose_name=_("part of the joint project"),
    )  # fmt: skip
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
            return self.filter(cohort__in=CohortStaff.objects.filter(membership=user.acting_id).values("cohort"))
        if user.role == Role.MENTOR:
            return self.filter(mentor=user.acting_id)
        if user.role == Role.TRAINEE:
            return self.filter(members__enrolment__person__user=user.pk, members__left_on=None)
        return self.none()

    def running(self) -> "TeamQuerySet":
        return self.filter(project__state__in=MENTOR_MAY_SEE_TEAM)

    def for_list(self) -> "TeamQuerySet":
        members = counted_per(TeamMember.objects.filter(left_on=None), "team")
        return self.select_related("project__company", "cohort", "mentor__user").annotate(member_count=members)


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
