"""A cohort's own questions as one applicant meets them."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from cohorts import questions as rules
from cohorts.models import Answer, Application, ApplicationFile, Cohort, Question
from cohorts.models.cohort import CohortQuerySet
from cohorts.models.questions import ApplicationForm
from portal.common.prepared import Prepared, Slot


def published_form(cohort: Cohort) -> ApplicationForm | None:
    """The version with which a new applicant begins."""
    return cohort.forms.published().order_by("-version").first()


@dataclass(frozen=True)
class OwnAnswers:
    """The questions of the form one has begun with, and what was answered so far."""

    questions: list[Question]
    values: dict[int, Any]
    files: dict[int, ApplicationFile]

    @cached_property
    def asked(self) -> list[Question]:
        return rules.asked(self.questions, self.values)

    @cached_property
    def pages(self) -> list[rules.Page[Question]]:
        """The pages with something to ask now. A page keeps its address whatever is hidden before it."""
        now = {one.pk for one in self.asked}
        found = (rules.Page(page.slug, [one for one in page.questions if one.pk in now]) for page in self.all_pages)
        return [page for page in found if page.questions]

    @cached_property
    def titles(self) -> dict[str, str]:
        """By page; the second page of a title, after a question that others depend on, says so."""
        found: dict[str, str] = {}
        seen: Counter[str] = Counter()
        for page in self.pages:
            title = page.questions[0].said("page")
            seen[title] += 1
            found[page.slug] = title if seen[title] == 1 else f"{title} ({seen[title]})"
        return found

    @property
    def all_pages(self) -> list[rules.Page[Question]]:
        return rules.pages(self.questions)

    @cached_property
    def missing_pages(self) -> list[str]:
        lacking = {one.pk for one in rules.missing(self.questions, self.values, self.files)}
        return [page.slug for page in self.pages if lacking & {one.pk for one in page.questions}]

    def rows(self, asked: "list[Question] | None" = None) -> list[tuple[Question, str, ApplicationFile | None]]:
        """Each question asked, with its answer in words and its file."""
        found = self.asked if asked is None else asked
        return [(one, one.shown(self.values.get(one.pk)), self.files.get(one.pk)) for one in found]


NOTHING = OwnAnswers([], {}, {})
_questions = Prepared(Question.objects.filter(form=Slot("form")))
_values = Prepared(Answer.objects.filter(application=Slot("application")).order_by().values_list("question", "value"))
_files = Prepared(ApplicationFile.objects.filter(application=Slot("application"), question__isnull=False))
_newest = ApplicationForm.objects.published().filter(cohort=Slot("cohort")).order_by("-version").values("pk")[:1]
_first_questions = Prepared(Question.objects.filter(form=Subquery(_newest)))


def own_answers(application: Application) -> OwnAnswers:
    """Three queries; none for an application without own questions."""
    if application.form_id is None:
        return NOTHING
    values = dict(_values(application=application.pk))
    files = {file.question_id: file for file in _files(application=application.pk)}
    return OwnAnswers(_questions(form=application.form_id), values, files)


def unanswered(cohort: Cohort) -> OwnAnswers:
    """As the form begins, for somebody without a draft."""
    questions = _first_questions(cohort=cohort.pk)
    return OwnAnswers(questions, {}, {}) if questions else NOTHING


def with_deciding(cohorts: CohortQuerySet) -> CohortQuerySet:
    """Each with `decides`: whether `deciding_questions` has something to read."""
    found = Question.objects.filter(form__cohort=OuterRef("pk"), form__published_at__isnull=False, asked_if=None)
    return cohorts.annotate(decides=Exists(found.exclude(turns_away=[])))


def deciding_questions(cohort: Cohort) -> list[Question]:
    """Of the form in use, those asked of everybody whose answer may exclude: what the notice lets one try."""
    if not cohort.decides:  # type: ignore[attr-defined]  # of `with_deciding`
        return []
    newest = cohort.forms.published().order_by("-version").values("pk")[:1]
    return list(Question.objects.filter(form=Subquery(newest), asked_if=None).exclude(turns_away=[]))
