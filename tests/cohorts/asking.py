"""A form with own questions, for the tests."""

from typing import Any

from cohorts.actions import questions as actions
from cohorts.models import ApplicationForm, Cohort, Question

CHOICES = [{"ko": "있음", "en": "Yes"}, {"ko": "없음", "en": "No"}]
KINDS: dict[str, dict[str, Any]] = {
    "short": {"most_letters": 50},
    "long": {"most_letters": 300},
    "choice": {"choices": CHOICES},
    "several": {"choices": CHOICES},
}


def ask(form: ApplicationForm, label: str = "지원 경로", kind: str = "short", **asks: Any) -> Question:
    values: dict[str, Any] = {"page": "추가 질문", "kind": kind, "label": label} | KINDS.get(kind, {})
    return actions.ask_question(form, by=None, **values | asks)


def published(cohort: Cohort, **first: Any) -> tuple[ApplicationForm, Question, Question, Question]:
    """A choice; a text that is asked only after its first; a file."""
    form = actions.draft_form(cohort, by=None)
    choice = ask(form, "자격증이 있습니까?", "choice", **first)
    text = ask(form, "어떤 자격증입니까?", asked_if=choice, asked_values=["있음"])
    file = ask(form, "자격증 사본", "file", page="자격증", asked_if=choice, asked_values=["있음"])
    return actions.publish_form(form, by=None), choice, text, file
