"""The jobs that follow the course, and who is left out of the rate."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment
from placements.states import (
    Exclusion,
    JobKind,
    JobState,
    Verification,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned, StoredFile

if TYPE_CHECKING:
    from portal.accounts.models import User


class EmploymentQuerySet(models.QuerySet["Employment"]):
    def visible_to(self, user: "User") -> "EmploymentQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(enrolment__person__user=user.pk)
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
