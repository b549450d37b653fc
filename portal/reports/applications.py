"""The applications of a cohort with their answers as a workbook: one line each, one column per question."""

from collections.abc import Callable, Iterator
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Application, Cohort, Question, QuestionKind
from portal.common.korean import mask_name
from portal.common.spreadsheets import Column, write_xlsx
from portal.reports.models import Export

CHUNK = 500  # applications read at once, with their answers
USUAL = [
    Column("number", pgettext_lazy("report", "No."), "integer", 7),
    Column("receipt", gettext_lazy("Receipt number"), width=18),
    Column("state", gettext_lazy("State"), width=12),
    Column("submitted", gettext_lazy("Submitted"), "datetime"),
    Column("name", pgettext_lazy("report", "Name"), width=12),
    Column("birth_year", pgettext_lazy("report", "Year of birth"), width=10),
    Column("track", gettext_lazy("Track"), width=12),
    Column("education", gettext_lazy("Education"), width=16),
    Column("major", gettext_lazy("Major"), width=18),
    Column("employment", gettext_lazy("Present situation"), width=14),
    Column("motivation", gettext_lazy("Motivation"), "long", 60),
]
CONTACTS = [
    Column("birth_date", gettext_lazy("Date of birth"), "date"),
    Column("mobile", gettext_lazy("Mobile telephone"), width=16),
    Column("email", gettext_lazy("E-mail address"), width=26),
    Column("address", gettext_lazy("Address"), width=40),
]


def write_applications(
    target: IO[bytes], export: Export, cohort: Cohort, *, notes: list[str], told: Callable[[int], None]
) -> int:
    """Everything received, in order of its number; `told` hears of every row. Returns how many there are.

    Without names no contacts, and none of the answers that tell who somebody is.
    """
    questions = [one for one in asked_in(cohort) if export.unmasked or not one.blind]
    columns = [*USUAL, *(CONTACTS if export.unmasked else ()), *map(column_of, newest(questions))]
    title = _("Applications for %(cohort)s with answers") % {"cohort": cohort}
    masked = [] if export.unmasked else [_("Names are masked; answers that tell who somebody is are left out.")]
    return write_xlsx(target, title, columns, lines(export, cohort, questions, told), export.as_of, [*notes, *masked])


def asked_in(cohort: Cohort) -> list[Question]:
    """The questions of every version, the newest first."""
    found = Question.objects.filter(form__cohort=cohort, form__published_at__isnull=False)
    return list(found.order_by("-form__version", "position"))


def newest(questions: list[Question]) -> list[Question]:
    """One for each key, in the words of its newest version."""
    return list({one.key: one for one in reversed(questions)}.values())[::-1]


def column_of(question: Question) -> Column:
    long = question.kind == QuestionKind.LONG
    return Column(question.key, str(question), "long" if long else "text", 50 if long else 22)


def lines(
    export: Export, cohort: Cohort, questions: list[Question], told: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    known = {one.pk: one for one in questions}
    rows = cohort.applications.received().select_related("person", "track").order_by("receipt_number", "pk")
    for number, row in enumerate(rows.prefetch_related("answers", "files").iterator(chunk_size=CHUNK), 1):
        told(number)
        answers = {one.question_id: one.value for one in row.answers.all()}
        files = {one.question_id for one in row.files.all()}
        own = {
            one.key: said(one, answers.get(pk), pk in files) for pk, one in known.items() if row.form_id == one.form_id
        }
        yield usual(row, number, unmasked=export.unmasked) | own


def said(question: Question, value: Any, attached: bool) -> str:
    if question.kind == QuestionKind.FILE:
        return _("attached") if attached else ""
    return question.shown(value) if value is not None else ""


def usual(row: Application, number: int, *, unmasked: bool) -> dict[str, Any]:
    person = row.person
    cells: dict[str, Any] = {
        "number": number,
        "receipt": row.receipt_number,
        "state": row.get_state_display(),
        "submitted": row.submitted_at,
        "name": person.name if unmasked else mask_name(person.name),
        "birth_year": str(person.birth_date.year),
        "track": row.track.name if row.track else "",
        "education": row.get_education_display(),
        "major": row.major,
        "employment": row.get_employment_display(),
        "motivation": row.motivation,
    }
    if unmasked:
        cells |= {"birth_date": person.birth_date, "mobile": person.mobile, "email": person.email}
        cells["address"] = row.address
    return cells
