"""A person in training."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.states import COUNTS_AS_TRAINEE, IN_TRAINING, EnrolmentState
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: "User") -> "EnrolmentQuerySet":
        """Mentors see trainees through their teams (`placements`), never here."""
        from cohorts.models.cohort import CohortStaff

        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.INSTRUCTOR:
            return self.filter(cohort__in=CohortStaff.objects.filter(membership=user.acting_id).values("cohort"))
        if user.role == Role.TRAINEE:
            return self.filter(person__user=user.pk)
        return self.none()

    def active(self) -> "EnrolmentQuerySet":
        return self.filter(state__in=IN_TRAINING)

    def counted(self) -> "EnrolmentQuerySet":
        """수강인원: without those who left in the registration window or never came."""
        return self.filter(state__in=COUNTS_AS_TRAINEE)

    def for_list(self) -> "EnrolmentQuerySet":
        return self.select_related("person", "track", "cohort")


class Enrolment(HostOwned):
    """A trainee (교육생) in a cohort, from the first day to the outcome of the course."""

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="enrolments")
    person = models.ForeignKey("cohorts.Person", models.PROTECT, related_name="enrolments")
    track = models.ForeignKey("cohorts.Track", models.PROTECT, null=True, related_name="enrolments")
    application = models.OneToOneField("cohorts.Application", models.PROTECT, null=True, related_name="enrolment")
    number = models.PositiveIntegerField(_("trainee number"))
    state = models.CharField(
        _("state"), max_length=15, choices=EnrolmentState.choices, default=EnrolmentState.ACTIVE, editable=False
    )
    starts_on = models.DateField(_("first day"))
    ended_on = models.DateField(_("last day"), null=True)
    end_reason = models.TextField(_("reason"), blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainee")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="enrolment_host_key"),
            models.UniqueConstraint(fields=["id", "person"], name="enrolment_person_key"),
            models.UniqueConstraint(fields=["cohort", "person"], name="enrolled_once"),
            models.UniqueConstraint(fields=["cohort", "number"], name="one_trainee_per_number"),
            models.CheckConstraint(condition=Q(state__in=EnrolmentState.values), name="enrolment_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=IN_TRAINING) | Q(ended_on__isnull=False), name="ended_enrolment_has_its_day"
            ),
        ]
        indexes = [models.Index(fields=["cohort", "state"]), models.Index(fields=["person"])]

    def __str__(self) -> str:
        return f"{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("curriculum:trainee", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state in IN_TRAINING
