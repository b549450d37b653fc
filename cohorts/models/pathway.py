"""A pathway: the schools of its stages, and everybody's way through them, stay after stay."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models.cohort import CohortStaff, Programme, ProgrammeStage
from cohorts.states import ENDS_THE_WAY, ProgrammeKind, Standing, StayEnd
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.prepared import TODAY

if TYPE_CHECKING:
    from portal.accounts.models import User

DAY = timedelta(days=1)


def year_name(stage: ProgrammeStage, year: int) -> str:
    return str(_("%(stage)s year %(year)d") % {"stage": stage.name, "year": year})


class DateRange(Func):
    """`[first, second)`; an empty one, where both are the same day, overlaps nothing."""

    function = "DATERANGE"
    output_field = DateRangeField()


class PlaceOfStudyQuerySet(models.QuerySet["PlaceOfStudy"]):
    def visible_to(self, user: "User") -> "PlaceOfStudyQuerySet":
        return self.filter(stage__programme__in=Programme.objects.visible_to(user))

    def for_list(self) -> "PlaceOfStudyQuerySet":
        return self.select_related("stage__programme", "school").order_by(
            "stage__programme", "stage__position", "school__name"
        )


class PlaceOfStudy(HostOwned):
    """A school at which a stage of a pathway can be done."""

    stage = models.ForeignKey(ProgrammeStage, models.PROTECT, related_name="places", verbose_name=_("stage"))
    school = models.ForeignKey(
        "partners.Organization", models.PROTECT, related_name="places_of_study", verbose_name=_("school")
    )

    objects = PlaceOfStudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of study")
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="place_of_study_host_key"),
            models.UniqueConstraint(fields=["stage", "school"], name="one_place_per_stage_and_school"),
        ]

    def __str__(self) -> str:
        return str(self.school)

    @property
    def dialog(self) -> str:
        """The id of the question before the school is removed."""
        return f"remove-{self.pk}"


class ProgressionQuerySet(models.QuerySet["Progression"]):
    def visible_to(self, user: "User") -> "ProgressionQuerySet":
        return self.filter(place__in=PlaceOfStudy.objects.visible_to(user))

    def for_list(self) -> "ProgressionQuerySet":
        return self.select_related("place__stage__programme", "place__school", "made_by")


class Progression(HostOwned):
    """What was decided of a class at the end of its year; undone as a whole, on the same day."""

    place = models.ForeignKey(PlaceOfStudy, models.PROTECT, related_name="progressions")
    year = models.PositiveSmallIntegerField(_("year of the stage"))
    on = models.DateField(_("first day of the new year"))
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = ProgressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("progression")
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["id", "host"], name="progression_host_key")]

    def __str__(self) -> str:
        return f"{self.place} {self.year}"

    @property
    def class_name(self) -> str:
        """Needs the place's stage."""
        return year_name(self.place.stage, self.year)

    @property
    def can_be_undone(self) -> bool:
        """Until midnight, Korean time."""
        return self.undone_at is None and timezone.localdate(self.made_at) == timezone.localdate()


class StayQuerySet(models.QuerySet["Stay"]):
    def visible_to(self, user: "User") -> "StayQuerySet":
        """The host's staff; an instructor at work in the entry year; everybody their own."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.INSTRUCTOR:
            mine = CohortStaff.objects.filter(membership=user.acting_id).values("cohort")
            return self.filter(enrolment__cohort__in=mine)
        if user.role == Role.TRAINEE:
            return self.filter(person__user=user.pk)
        return self.none()

    def open(self) -> "StayQuerySet":
        return self.filter(until=None)

    def at_school(self) -> "StayQuerySet":
        return self.open().filter(on_leave=False)

    def as_of(self, day: date) -> "StayQuerySet":
        """One stay of each entrant who had entered by `day`: where they were, or how it had ended.

        With `standing`, and `spot`: the stage and year as "12-3" of who is at school, else the standing.
        True because stays follow each other without a gap and nothing follows what ends the way.
        """
        over = Q(until__lte=day)
        standing = Case(
            When(over & Q(end=StayEnd.LEFT), then=Value(Standing.LEFT.value)),
            When(over & Q(end=StayEnd.COMPLETED), then=Value(Standing.COMPLETED.value)),
            When(on_leave=True, then=Value(Standing.ON_LEAVE.value)),
            default=Value(Standing.STUDYING.value),
            output_field=models.CharField(),
        )
        text = models.CharField()
        at_school = Concat(Cast("place__stage", text), Value("-"), Cast("year", text), output_field=text)
        there = ~over | Q(until=None) | Q(end__in=ENDS_THE_WAY)
        return self.filter(there, starts_on__lte=day).annotate(
            standing=standing,
            spot=Case(When(standing=Standing.STUDYING, then=at_school), default=F("standing"), output_field=text),
        )

    def overdue(self) -> "StayQuerySet":
        """On leave, and the day has passed on which they were to come back."""
        return self.open().filter(on_leave=True, expected_on__lt=TODAY)

    def for_list(self) -> "StayQuerySet":
        return self.select_related("person", "place__school", "place__stage", "enrolment__cohort__programme")


class Stay(HostOwned):
    """A time on somebody's way: in one year of a stage at one school, or on leave from it.

    It begins on `starts_on` and holds until the day before `until`. The next one begins on `until`,
    so that the stays of an enrolment have no gap. Two steps on one day leave an empty stay between them.
    """

    enrolment = models.ForeignKey("cohorts.Enrolment", models.PROTECT, related_name="stays")
    # The same as the enrolment's, which the database holds: nobody is at two schools at once.
    person = models.ForeignKey("cohorts.Person", models.PROTECT, related_name="stays")
    place = models.ForeignKey(PlaceOfStudy, models.PROTECT, related_name="stays", verbose_name=_("school"))
    year = models.PositiveSmallIntegerField(_("year of the stage"))
    on_leave = models.BooleanField(_("on leave"), default=False)
    starts_on = models.DateField(_("first day"))
    until = models.DateField(_("until"), null=True)
    end = models.CharField(_("how it ended"), max_length=12, choices=StayEnd.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)  # of its end
    expected_on = models.DateField(_("expected back on"), null=True)  # of a leave
    begun_in = models.ForeignKey(Progression, models.PROTECT, null=True, related_name="begun")
    ended_in = models.ForeignKey(Progression, models.PROTECT, null=True, related_name="ended")

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = _("stay")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__in=["", *StayEnd.values]), name="stay_end_known"),
            models.CheckConstraint(
                condition=Q(until=None, end="") | (Q(until__isnull=False) & ~Q(end="")),
                name="ended_stay_says_how_it_ended",
            ),
            models.CheckConstraint(condition=Q(until__gte=F("starts_on")) | Q(until=None), name="stay_days_in_order"),
            models.CheckConstraint(condition=Q(year__gt=0), name="stay_year_positive"),
            models.CheckConstraint(condition=Q(on_leave=True) | Q(expected_on=None), name="only_a_leave_expects"),
            models.UniqueConstraint(fields=["person"], condition=Q(until=None), name="one_open_stay_each"),
            ExclusionConstraint(
                name="one_stay_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("starts_on", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["enrolment", "starts_on"]),
            models.Index(fields=["place", "year"], condition=Q(until=None), name="open_stays_of_a_class"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.starts_on}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:way", args=[self.enrolment_id])

    @property
    def is_open(self) -> bool:
        return self.until is None

    @property
    def class_name(self) -> str:
        """Needs the place's stage."""
        return year_name(self.place.stage, self.year)

    @property
    def standing_words(self) -> str:
        """Of a row `as_of` a day."""
        return str(Standing(self.standing).label)  # type: ignore[attr-defined]  # annotated

    @property
    def since(self) -> date:
        """Of a row `as_of` a day: the first day of where the person stands."""
        over = self.standing in (Standing.LEFT, Standing.COMPLETED)  # type: ignore[attr-defined]  # annotated
        return self.until if over and self.until else self.starts_on

    @property
    def last_day(self) -> date | None:
        """None while it is open, and of a stay that was over before it began."""
        return self.until - DAY if self.until and self.until > self.starts_on else None


def is_pathway(programme: Any) -> bool:
    return bool(programme.kind == ProgrammeKind.PATHWAY)
