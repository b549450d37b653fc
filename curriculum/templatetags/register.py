"""The fields of a register and the days of a trainee: hundreds, too many to be put together by a template."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.common.templatetags.parts import badge
from portal.common.todos import where

if TYPE_CHECKING:
    from curriculum.forms import Line
    from curriculum.queries import Row

register = template.Library()


@register.simple_tag
def entry_input(line: "Line", name: str, label: str, kind: str = "text") -> SafeString:
    """`{% entry_input line "check_in" check_in_label "time" %}`, with what is wrong with it below."""
    pk, said = line.trainee.pk, escape(f"{line.trainee.person.name} {label}")
    fault = line.errors.get(name)
    wrong = f' aria-invalid="true" aria-describedby="e-{name}-{pk}"' if fault else ""
    field = mark_safe(  # noqa: S308  # each is escaped
        f'<input class="krds-input small" type="{kind}" name="{name}-{pk}" id="{name}-{pk}"'
        f' value="{escape(line.typed[name])}" aria-label="{said}"{wrong}>'
    )
    return field + _fault(fault, f"e-{name}-{pk}")


@register.simple_tag
def entry_choice(line: "Line", name: str, label: str, choices: list[tuple[str, str]]) -> SafeString:
    """`{% entry_choice line "excuse" excuse_label excuses %}`: a selection whose first choice is nothing."""
    pk, said = line.trainee.pk, escape(f"{line.trainee.person.name} {label}")
    fault, chosen = line.errors.get(name), line.typed[name]
    wrong = f' aria-invalid="true" aria-describedby="e-{name}-{pk}"' if fault else ""
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in [("", "–"), *choices]
    )
    field = mark_safe(  # noqa: S308  # each is escaped
        f'<select class="krds-form-select small" name="{name}-{pk}" id="{name}-{pk}"'
        f' aria-label="{said}"{wrong}>{options}</select>'
    )
    return field + _fault(fault, f"e-{name}-{pk}")


def _fault(text: str | None, key: str) -> SafeString:
    return format_html('<p class="form-hint-invalid" id="{}">{}</p>', key, text) if text else SafeString()


@register.simple_tag
def day_rows(days: Iterable[Any]) -> SafeString:
    """The table rows of `curriculum.queries.days_kept`: day, check-in, check-out and what became of it."""
    language = get_language()
    rows = (
        f'<tr><th scope="row" class="p-nowrap">{_day(day, language)}</th>'
        f"<td>{came.strftime('%H:%M') if came else '–'}</td><td>{went.strftime('%H:%M') if went else '–'}</td>"
        f"<td>{_result(language, *judged)}</td></tr>"
        for day, came, went, *judged in days
    )
    return mark_safe("".join(rows))  # noqa: S308  # no text of anybody is in it


@register.simple_tag
def sheet_days(days: Iterable[date]) -> SafeString:
    """The heads of the columns of a sheet."""
    language = get_language()
    return mark_safe("".join(f'<th scope="col">{_short_day(day, language)}</th>' for day in days))  # noqa: S308


@register.simple_tag
def sheet_rows(rows: "Iterable[Row]") -> SafeString:
    """The lines of `curriculum.queries.sheet_of`: who, the sums, and a mark for each day, of which there are thousands."""
    lines = []
    for row in rows:
        trainee, sums = row.trainee, row.summary
        rate = "–" if sums.rate is None else sums.rate
        marks = f"<td>{'</td><td>'.join(row.marks)}</td>" if row.marks else ""
        lines.append(
            f'<tr><th scope="row"><a href="{where("curriculum:trainee", trainee.pk)}">{trainee.number}. '
            f'{escape(trainee.person.name)}</a></th><td class="p-right">{rate}</td>'
            f'<td class="p-right">{sums.absences}</td><td class="p-right">{sums.events}</td>'
            f"{marks}</tr>"
        )
    return mark_safe("".join(lines))  # noqa: S308  # the name is escaped, the rest are numbers and marks


@lru_cache(maxsize=2_000)
def _short_day(day: date, language: str | None) -> str:
    """In the language that is active now."""
    return date_format(day, "MONTH_DAY_FORMAT")


@lru_cache(maxsize=2_000)
def _day(day: date, language: str | None) -> str:
    """In the language that is active now."""
    return date_format(day, "WEEKDAY_MONTH_DAY_FORMAT")


@lru_cache(maxsize=200)
def _result(
    language: str | None, excused: bool, absent: bool, events: bool, late: bool, left_early: bool, out: bool
) -> str:
    """In the language that is active now."""
    if excused:
        return badge("information", _("Excused"))
    if absent:
        return badge("danger", _("Absent"))
    if not events:
        return badge("success", _("Present"))
    said = ((late, _("Late")), (left_early, _("Left early")), (out, _("Went out")))
    return " ".join(badge("warning", word) for is_so, word in said if is_so)
