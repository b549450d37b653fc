"""The pages of a cohort's own questions, as applicants fill them in."""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import escape

from cohorts.models import Question, QuestionKind
from cohorts.models.questions import HAS_CHOICES, YES
from portal.common.fields import DateField, DecimalField, TextField
from portal.common.forms import NOT_OFFERED, PortalForm, required_message
from portal.common.uploads import UploadField

LARGEST = 1_000_000_000
FEW = 7  # choices that one sees at a glance; more of them go into a list


def _choice(question: Question, **more: Any) -> forms.Field:
    many = len(question.choices) > FEW
    offered = [("", "–"), *question.offered] if many else question.offered
    return forms.ChoiceField(choices=offered, widget=forms.Select if many else forms.RadioSelect, **more)


MAKE: dict[str, Callable[..., forms.Field]] = {
    QuestionKind.SHORT: lambda q, **more: TextField(max_letters=q.most_letters, **more),
    QuestionKind.LONG: lambda q, **more: TextField(
        max_letters=q.most_letters, lines=True, widget=forms.Textarea(attrs={"rows": 10}), **more
    ),
    QuestionKind.CHOICE: _choice,
    QuestionKind.SEVERAL: lambda q, **more: forms.MultipleChoiceField(
        choices=q.offered, widget=forms.CheckboxSelectMultiple, **more
    ),
    QuestionKind.DATE: lambda q, **more: DateField(**more),
    QuestionKind.NUMBER: lambda q, **more: DecimalField(
        places=2, min_value=q.least, max_value=LARGEST if q.most is None else q.most, **more
    ),
    QuestionKind.FILE: lambda q, **more: UploadField(**more),
    QuestionKind.CONSENT: lambda q, **more: forms.BooleanField(**more),
}


class QuestionsForm(PortalForm):
    """One page: a field for each question on it, `q<pk>`. `files`: questions that have theirs already."""

    def __init__(
        self,
        *args: Any,
        questions: Iterable[Question],
        answers: Mapping[int, Any] | None = None,
        files: Container[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions, answers = list(questions), answers or {}
        for question in self.questions:
            self.fields[name_of(question)] = field_of(
                question, needed=question.pk not in files, initial=typed(question, answers.get(question.pk))
            )

    def so_far(self) -> dict[int, Any]:
        """What is valid or was emptied, as `Answer.value` keeps it, by the pk of its question."""
        pks = {name_of(one): one.pk for one in self.questions}
        emptied = {name: "" for name in pks if self.has_error(name, "required")}
        return {pks[name]: stored(value) for name, value in (self.cleaned_data | emptied).items()}


def field_of(question: Question, *, needed: bool = True, initial: Any = None) -> forms.Field:
    """The field of a question, in the language of the page."""
    more: dict[str, Any] = {
        "label": question.said("label"), "required": question.required and needed, "initial": initial,
    }  # fmt: skip
    if text := question.said("help"):
        more["help_text"] = escape(text)
    field = MAKE[question.kind](question, **more)
    field.error_messages["required"] = required_message(field)
    if question.kind in HAS_CHOICES:
        field.error_messages["invalid_choice"] = NOT_OFFERED
    return field


def name_of(question: Question) -> str:
    return f"q{question.pk}"


def stored(value: Any) -> Any:
    if isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def typed(question: Question, value: Any) -> Any:
    """A stored answer as its field begins with it."""
    if question.kind == QuestionKind.DATE and value:
        return date.fromisoformat(value)
    return value == YES if question.kind == QuestionKind.CONSENT else value
