"""The rubric (평가표) of a stage: its criteria, and the marks that reviewers give for them."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.rubric import WHOLE, Element
from cohorts.states import Stage
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from cohorts.models.selection import Score


class Criterion(HostOwned):
    """What a stage is judged by. The criteria of one stage give 100 points together (`actions.rubric`)."""

    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="criteria")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    description_en = models.CharField(_("description in English"), max_length=500, blank=True)
    most = models.PositiveSmallIntegerField(
        _("most points"), validators=[MinValueValidator(1), MaxValueValidator(WHOLE)]
    )
    minimum = models.PositiveSmallIntegerField(_("minimum mark"), null=True, blank=True)
    low_below = models.PositiveSmallIntegerField(_("low below"), null=True, blank=True)

    class Meta:
        verbose_name = _("criterion")
        ordering = ["stage", "position"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="criterion_host_key"),
            models.UniqueConstraint(fields=["cohort", "stage", "position"], name="one_criterion_per_position"),
            models.UniqueConstraint(fields=["cohort", "stage", "name"], name="one_criterion_per_name"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="criterion_stage_known"),
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=WHOLE), name="criterion_gives_points"),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(minimum__gte=1, minimum__lte=F("most")), name="minimum_can_be_reached"
            ),
            models.CheckConstraint(
                condition=Q(low_below=None) | Q(low_below__gte=1, low_below__lte=F("most")), name="low_is_within"
            ),
        ]

    def __str__(self) -> str:
        return self.in_language(self.name, self.name_en)

    @property
    def explanation(self) -> str:
        return self.in_language(self.description, self.description_en)

    @staticmethod
    def in_language(korean: str, english: str) -> str:
        return (english if get_language() == "en" else "") or korean

    @property
    def element(self) -> Element:
        return Element(self.pk, self.most, self.minimum, self.low_below)


class CriterionPoints(HostOwned):
    """One reviewer's mark for one criterion: part of a score, whose points are the sum of all its marks."""

    score: "models.ForeignKey[Score]" = models.ForeignKey("cohorts.Score", models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="marks")
    points = models.PositiveSmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("mark")
        ordering = ["criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["score", "criterion"], name="one_mark_each"),
            models.CheckConstraint(condition=Q(points__lte=WHOLE), name="mark_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.points}"
