"""Which of a cohort's own questions are asked, given what was answered, and what of it counts. Pure.

A condition refers to an earlier question, so one pass in order settles all of them.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Asks(Protocol):
    """What the rules need to know of a question."""

    @property
    def pk(self) -> Any: ...
    @property
    def kind(self) -> Any: ...
    @property
    def page(self) -> Any: ...
    @property
    def required(self) -> Any: ...
    @property
    def asked_if_id(self) -> Any: ...
    @property
    def asked_values(self) -> Any: ...
    @property
    def turns_away(self) -> Any: ...


Q = TypeVar("Q", bound=Asks)
FILE = "file"


def holds(value: Any, wanted: Container[Any]) -> bool:
    """Whether an answer is, or has among several, one of the values wanted."""
    chosen = value if isinstance(value, list) else [value]
    return any(one in wanted for one in chosen)


def asked(questions: Iterable[Q], answers: Mapping[Any, Any]) -> list[Q]:
    """Those that are asked: without a condition, or whose condition an asked question's answer meets."""
    found: dict[Any, Q] = {}
    for question in questions:
        before = question.asked_if_id
        if before is None or (before in found and holds(answers.get(before), question.asked_values)):
            found[question.pk] = question
    return list(found.values())


def missing(questions: Iterable[Q], answers: Mapping[Any, Any], files: Container[Any]) -> list[Q]:
    """What must be answered, is asked, and is not answered. What is hidden never counts."""

    def answered(question: Q) -> bool:
        return question.pk in files if question.kind == FILE else answers.get(question.pk) not in (None, "", [])

    return [one for one in asked(questions, answers) if one.required and not answered(one)]


def hidden(questions: Sequence[Q], answers: Mapping[Any, Any]) -> list[Q]:
    """Those not asked: their answers do not belong to what is submitted."""
    shown = {one.pk for one in asked(questions, answers)}
    return [one for one in questions if one.pk not in shown]


def turning_away(questions: Iterable[Q], answers: Mapping[Any, Any]) -> list[Q]:
    """Asked questions whose answer keeps the applicant out."""
    return [one for one in asked(questions, answers) if holds(answers.get(one.pk), one.turns_away)]


@dataclass(frozen=True)
class Page(Generic[Q]):
    slug: str  # questions-1, …
    questions: list[Q]


def pages(questions: Iterable[Q]) -> list[Page[Q]]:
    """One topic per page. A new page begins with a new title, and before a question that depends on this page:
    so a page never shows what may not be asked, with script or without."""
    found: list[Page[Q]] = []
    for question in questions:
        here = found[-1].questions if found else []
        depends = question.asked_if_id is not None and question.asked_if_id in {one.pk for one in here}
        if not here or here[-1].page != question.page or depends:
            found.append(Page(f"questions-{len(found) + 1}", []))
        found[-1].questions.append(question)
    return found


class Checked(Asks, Protocol):
    @property
    def values(self) -> list[str]: ...
    @property
    def turned_away(self) -> Any: ...
    @property
    def label(self) -> Any: ...


NO_CHOICES: Promise = _("Give at least two choices, each different.")
NOT_EARLIER: Promise = _("A question can only depend on one that stands before it.")
NO_SUCH_ANSWER: Promise = _("Another question, or this one, counts on an answer that is not offered any more.")
NO_SENTENCE: Promise = _("Say to those whom an answer excludes why they cannot apply.")


def faults(questions: Iterable[Checked]) -> Iterator[tuple[Checked, Promise, str]]:
    """What keeps a form from being used: the question, the sentence, the field it belongs to."""
    earlier: dict[Any, Checked] = {}
    for one in questions:
        values = one.values
        if one.kind in ("choice", "several") and (len(values) < 2 or len(set(values)) < len(values)):
            yield one, NO_CHOICES, "choices"
        if one.asked_if_id is not None:
            parent = earlier.get(one.asked_if_id)
            if parent is None:
                yield one, NOT_EARLIER, "asked"
            elif not one.asked_values or not set(one.asked_values) <= set(parent.values):
                yield one, NO_SUCH_ANSWER, "asked"
        if not set(one.turns_away) <= set(values):
            yield one, NO_SUCH_ANSWER, "turns_away"
        if one.turns_away and not one.turned_away:
            yield one, NO_SENTENCE, "turned_away"
        earlier[one.pk] = one
