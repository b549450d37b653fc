"""The form an operator sets up: drafted, tried out, published; then a new version for those who begin later."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import ApplicationForm, Cohort, Question
from cohorts.models.questions import DECIDES, HAS_CHOICES, TEXTS, QuestionKind
from cohorts.questions import faults
from cohorts.states import WINDOW_OPEN
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_QUESTIONS = 60
ASKS = (
    "page", "page_en", "kind", "label", "label_en", "help", "help_en", "required", "most_letters", "least", "most",
    "choices", "asked_if", "asked_values", "turns_away", "turned_away", "turned_away_en", "blind",
)  # fmt: skip
COPIED = ("key", "position", *(name for name in ASKS if name != "asked_if"))


@transaction.atomic
def draft_form(cohort: Cohort, *, by: "User | None") -> ApplicationForm:
    """The draft of the cohort's form: the one that is there, or a copy of the newest version to go on from."""
    cohort = _lock(cohort)
    if found := cohort.forms.drafts().first():
        return found
    last = cohort.forms.first()  # the newest version
    return copy_questions(last.questions.all() if last else (), cohort, by=by)


def copy_questions(questions: Iterable[Question], cohort: Cohort, *, by: "User | None") -> ApplicationForm:
    """A draft with the same questions under the same keys, in place of the draft that is there. Lock the cohort."""
    cohort.forms.drafts().delete()
    version = (cohort.forms.aggregate(last=Max("version"))["last"] or 0) + 1
    form = ApplicationForm.objects.create(cohort=cohort, host_id=cohort.host_id, version=version)
    made: dict[int, Question] = {}
    for one in questions:
        values = {name: getattr(one, name) for name in COPIED}
        before = made.get(one.asked_if_id) if one.asked_if_id else None
        made[one.pk] = Question.objects.create(form=form, host_id=form.host_id, asked_if=before, **values)
    audit.record(form, "form.drafted", by=by, after={"version": version, "questions": len(made)})
    return form


@transaction.atomic
def discard_form(form: ApplicationForm, *, by: "User | None") -> None:
    """Put a draft aside; the published version, if there is one, goes on."""
    form = _lock_draft(form)
    audit.record(form, "form.discarded", by=by, before={"version": form.version})
    form.delete()


@transaction.atomic
def ask_question(form: ApplicationForm, *, by: "User | None", **asks: Any) -> Question:
    """Add a question at the end."""
    form = _lock_draft(form)
    last = form.questions.aggregate(last=Max("position"))["last"] or 0
    if form.questions.count() >= MOST_QUESTIONS:
        raise ActionRefused(_("A form has at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    question = Question(form=form, host_id=form.host_id, position=last + 1, **fitting(asks))
    question.save()
    _settle(form, question)
    audit.record(form, "form.question_asked", by=by, after={"question": question.key, "kind": question.kind})
    return question


@transaction.atomic
def edit_question(question: Question, *, by: "User | None", **asks: Any) -> Question:
    form = _lock_draft(question.form)
    question = form.questions.get(pk=question.pk)
    for name, value in fitting(asks).items():
        setattr(question, name, value)
    question.save()
    _settle(form, question)
    audit.record(form, "form.question_edited", by=by, after={"question": question.key})
    return question


@transaction.atomic
def move_question(question: Question, *, by: "User | None", up: bool) -> Question:
    """Change places with the neighbour; at the end of the list nothing happens."""
    form = _lock_draft(question.form)
    order = list(form.questions.all())
    at = next(place for place, one in enumerate(order) if one.pk == question.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return question
    first, second = order[at], order[to]
    first.position, second.position = second.position, first.position
    Question.objects.bulk_update([first, second], ["position"])  # the constraint looks at the end
    _settle(form, None)
    audit.record(form, "form.question_moved", by=by, after={"question": first.key, "position": first.position})
    return first


@transaction.atomic
def remove_question(question: Question, *, by: "User | None") -> None:
    form = _lock_draft(question.form)
    if child := form.questions.filter(asked_if=question).first():
        raise ActionRefused(_("“%(other)s” depends on this question. Change or remove that one first.") % {
            "other": child.label,
        })  # fmt: skip
    audit.record(form, "form.question_removed", by=by, before={"question": question.key, "label": question.label})
    form.questions.filter(pk=question.pk).delete()


@transaction.atomic
def publish_form(form: ApplicationForm, *, by: "User | None") -> ApplicationForm:
    """From now on everybody who begins gets this version; who has begun keeps theirs. It never changes again."""
    form = _lock_draft(form)
    _settle(form, None)
    if form.version == 1 and not form.questions.exists():
        raise ActionRefused(_("Ask at least one question before you publish the form."))
    form.published_at, form.published_by = timezone.now(), by
    form.save(update_fields=["published_at", "published_by"])
    after = {"version": form.version, "questions": form.questions.count()}
    audit.record(form, "form.published", by=by, after=after)
    return form


# Shared --------------------------------------------------------------------------------


def fitting(asks: dict[str, Any]) -> dict[str, Any]:
    """Without what another kind of answer would need."""
    kind = asks["kind"]
    kept = dict(asks)
    if kind not in TEXTS:
        kept["most_letters"] = None
    if kind != QuestionKind.NUMBER:
        kept["least"] = kept["most"] = None
    if kind not in HAS_CHOICES:
        kept["choices"] = []
    if kind not in DECIDES:
        kept["turns_away"] = []
    if not kept.get("turns_away"):
        kept["turned_away"] = kept["turned_away_en"] = ""
    if not kept.get("asked_if"):
        kept["asked_values"] = []
    return kept


def _settle(form: ApplicationForm, mine: Question | None) -> None:
    """Refuse what would leave the form unusable; the sentence names another question that suffers by it."""
    for question, sentence, field in faults(form.questions.all()):
        if mine and question.pk == mine.pk:
            raise ActionRefused(str(sentence), field)
        raise ActionRefused(f"“{question.label}”: {sentence}")


def _lock(cohort: Cohort) -> Cohort:
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.state not in WINDOW_OPEN:
        raise ActionRefused(_("Applications are closed, so the form stays as it is."))
    return cohort


def _lock_draft(form: ApplicationForm) -> ApplicationForm:
    _lock(form.cohort)
    found = ApplicationForm.objects.select_for_update(of=("self",)).filter(pk=form.pk).first()
    if found is None:
        raise ActionRefused(_("This draft was discarded."))
    if not found.is_draft:
        raise ActionRefused(_("This version is published and stays as it is. Begin a new version."))
    return found
