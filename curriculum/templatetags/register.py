"""The fields of a register: a hundred lines have six hundred, too many to be put together by a template."""

from typing import TYPE_CHECKING

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from curriculum.forms import Line

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
