"""The questions a cohort asks beside the usual ones, in versions, and what applicants answered."""

import secrets
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cohorts.questions import holds
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class QuestionKind(models.TextChoices):
    SHORT = "short", pgettext_lazy("question", "Short text")
    LONG = "long", pgettext_lazy("question", "Long text")
    CHOICE = "choice", pgettext_lazy("question", "One choice")
    SEVERAL = "several", pgettext_lazy("question", "Several choices")
    DATE = "date", pgettext_lazy("question", "Date")
    NUMBER = "number", pgettext_lazy("question", "Number")
    FILE = "file", pgettext_lazy("question", "File")
    CONSENT = "consent", pgettext_lazy("question", "Consent")


OWN_REASON = "question_"  # before the key, among the reasons why somebody is not eligible
YES = "yes"  # the value of a consent that is given
TEXTS = (QuestionKind.SHORT, QuestionKind.LONG)
HAS_CHOICES = (QuestionKind.CHOICE, QuestionKind.SEVERAL)
DECIDES = (*HAS_CHOICES, QuestionKind.CONSENT)  # other questions may depend on its answer


class ApplicationFormQuerySet(models.QuerySet["ApplicationForm"]):
    def visible_to(self, user: "User") -> "ApplicationFormQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()

    def published(self) -> "ApplicationFormQuerySet":
        return self.filter(published_at__isnull=False)

    def drafts(self) -> "ApplicationFormQuerySet":
        return self.filter(published_at=None)


class ApplicationForm(HostOwned):
    """One version of a cohort's own questions. Published, it never changes: applicants have begun with it."""

    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="forms")
    version = models.PositiveSmallIntegerField(_("version"))
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", editable=False)

    objects = ApplicationFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("application form")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="application_form_host_key"),
            models.UniqueConstraint(fields=["cohort", "version"], name="one_form_per_version"),
            models.UniqueConstraint(fields=["cohort"], condition=Q(published_at=None), name="one_form_draft"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_form_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:application-form", args=[self.cohort_id])

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


def new_key() -> str:
    return secrets.token_hex(4)


class Question(HostOwned):
    """One question of a form.

    `key` is the same in every version, so that answers to two of them stand in one column.
    A choice is stored by its Korean words: `choices` is [{"ko": …, "en": …}].
    """

    form = models.ForeignKey(ApplicationForm, models.CASCADE, related_name="questions")
    key = models.CharField(max_length=8, default=new_key, editable=False)
    position = models.PositiveSmallIntegerField(_("position"))
    page = models.CharField(_("page"), max_length=60)
    page_en = models.CharField(_("page in English"), max_length=60, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=8, choices=QuestionKind.choices)
    label = models.CharField(_("question"), max_length=200)
    label_en = models.CharField(_("question in English"), max_length=200, blank=True)
    help = models.CharField(_("help text"), max_length=500, blank=True)
    help_en = models.CharField(_("help text in English"), max_length=500, blank=True)
    required = models.BooleanField(_("must be answered"), default=True)
    # Letters as `TextField` counts them: a Korean syllable is one.
    most_letters = models.PositiveSmallIntegerField(_("at most (letters)"), null=True, blank=True)
    least = models.IntegerField(_("smallest number"), null=True, blank=True)
    most = models.IntegerField(_("largest number"), null=True, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    asked_if = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="dependents")
    asked_values = models.JSONField(default=list, blank=True)
    turns_away = models.JSONField(_("these answers exclude"), default=list, blank=True)
    turned_away = models.CharField(_("what is said to whom it excludes"), max_length=200, blank=True)
    turned_away_en = models.CharField(_("the same in English"), max_length=200, blank=True)
    blind = models.BooleanField(_("hidden from reviewers"), default=False)

    class Meta:
        verbose_name = _("question")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="question_host_key"),
            models.UniqueConstraint(fields=["form", "key"], name="one_question_per_key"),
            models.UniqueConstraint(
                fields=["form", "position"], name="one_question_per_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=TEXTS) | Q(most_letters__range=(1, 5000)), name="text_has_its_limit"
            ),
            models.CheckConstraint(
                condition=Q(most__gte=F("least")) | Q(most=None) | Q(least=None), name="numbers_in_order"
            ),
            models.CheckConstraint(condition=~Q(asked_if=F("id")), name="question_not_of_itself"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_question_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=pgtrigger.Func(
                    "IF EXISTS (SELECT 1 FROM cohorts_applicationform WHERE published_at IS NOT NULL AND id IN "
                    "(OLD.form_id, NEW.form_id)) THEN "
                    "RAISE EXCEPTION 'pgtrigger: the questions of a published form never change'; END IF; "
                    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.said("label")

    def said(self, name: str) -> str:
        """A text in the language of the page; in Korean where there is no English."""
        english: str = getattr(self, f"{name}_en") if get_language() == "en" else ""
        return english or getattr(self, name)

    @property
    def reason_code(self) -> str:
        """As `Application.ineligible_reasons` keeps it; the same in every version."""
        return f"{OWN_REASON}{self.key}"

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Value and words of each choice, in the language of the page."""
        english = get_language() == "en"
        return [(one["ko"], (one.get("en") if english else "") or one["ko"]) for one in self.choices]

    @property
    def values(self) -> list[str]:
        """What an answer that others depend on may be."""
        return [YES] if self.kind == QuestionKind.CONSENT else [one["ko"] for one in self.choices]

    @property
    def condition(self) -> str:
        """When it is asked, in words; empty for everybody. Join `asked_if`."""
        if self.asked_if is None:
            return ""
        said = self.asked_if.shown(self.asked_values)
        return str(_("after “%(answer)s” to “%(question)s”") % {"answer": said, "question": self.asked_if})

    @property
    def dialog(self) -> str:
        """The id of the question before it is removed."""
        return f"remove-{self.pk}"

    def shown(self, value: Any) -> str:
        """An answer in words."""
        if self.kind == QuestionKind.CONSENT:
            return str(_("Agreed") if holds(value, [YES]) else _("Not agreed"))
        words = dict(self.offered)
        if isinstance(value, list):
            return ", ".join(words.get(one, one) for one in value)
        if value in (None, ""):
            return ""
        if self.kind == QuestionKind.DATE:
            return date_format(date.fromisoformat(value))
        if self.kind == QuestionKind.NUMBER:
            return f"{Decimal(value).normalize():f}"  # 12, not 12.00
        return words.get(value, str(value))


class Answer(HostOwned):
    """What an applicant answered: text, a date as ISO, a number as text, or the values chosen."""

    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    value = models.JSONField()
    answered_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("answer")
        ordering = ["question__position"]
        constraints = [models.UniqueConstraint(fields=["application", "question"], name="answered_once")]

    def __str__(self) -> str:
        return f"{self.application_id} / {self.question_id}"
