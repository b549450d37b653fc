"""The parts of a form that a page has by the dozen, as HTML: a field with its label, an input, a select.

Drawn in Python, since a register's filters as templates took a third of its page. `portal.common.forms`
names them; what is seldom on a page (file, textarea) is a template in templates/krds/forms/widgets/.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape as escaped
from typing import Any

from django.forms import BoundField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def attributes(given: Mapping[str, Any]) -> str:
    """` id="id_q" maxlength="100"`: all but the class, which is written with the portal's own."""
    told = (item for item in given.items() if item[0] != "class" and item[1] is not False)
    return "".join(f" {name}" if value is True else f' {name}="{text(value)}"' for name, value in told)


def text(value: Any) -> str:
    """Escaped; what is marked as safe stays as it is."""
    return escaped(value) if type(value) is str else str(conditional_escape(value))


@lru_cache(maxsize=2)
def required_words(language: str | None, required: bool) -> str:
    """In the language that is active now."""
    css, words = ("p-req", _("(required)")) if required else ("p-opt", _("(optional)"))
    return f'<span class="{css}"> {words}</span>'


def field(context: Mapping[str, Any]) -> str:
    """A field: its label, what helps to fill it in, the widget, and what is wrong with it."""
    bound: BoundField = context["field"]
    label = text(bound.label) + required_words(get_language(), bound.field.required)
    wrong = " is-error" if bound.errors else ""
    errors = str(bound.errors) if wrong else ""
    widget_type = bound.widget_type
    if widget_type == "checkbox":
        hint = _hint(bound, '<div class="krds-form-check-cnt"><p class="krds-form-check-p"', "</p></div>")
        return (
            f'<div class="form-group"><div class="form-conts{wrong}"><div class="krds-form-check medium">{bound}'
            f'<label for="{bound.id_for_label}"><span>{label}</span></label>{hint}</div></div>{errors}</div>'
        )
    hint = _hint(bound, '<div class="form-hint"', "</div>")
    if bound.use_fieldset:
        described = f' aria-describedby="{ids}"' if (ids := bound.aria_describedby) else ""
        return (
            f'<fieldset class="form-group"{described}><legend class="form-tit p-legend">{label}</legend>{hint}'
            f'<div class="form-conts{wrong}">{bound}</div>{errors}</fieldset>'
        )
    return (
        f'<div class="form-group"><div class="form-tit"><label for="{bound.id_for_label}"><span>{label}</span></label>'
        f'</div>{hint}<div class="form-conts{wrong}">{bound}</div>{errors}</div>'
    )


def _hint(bound: BoundField, begin: str, end: str) -> str:
    return f'{begin} id="{bound.auto_id}_helptext">{bound.help_text}{end}' if bound.help_text else ""


def input_(context: Mapping[str, Any]) -> str:
    """An input of one line."""
    widget = context["widget"]
    value = "" if widget["value"] is None else f' value="{text(str(widget["value"]))}"'
    return f'<input type="{widget["type"]}" name="{widget["name"]}"{value}{_look("krds-input", widget)}>'


def select(context: Mapping[str, Any]) -> str:
    """A select; some have hundreds of options."""
    widget = context["widget"]
    parts = [f'<select name="{widget["name"]}"{_look("krds-form-select", widget)}>']
    for group, options, _index in widget["optgroups"]:
        parts += [f'<optgroup label="{text(group)}">'] if group else []
        for one in options:
            said = (" selected" if one["selected"] else "") + (" disabled" if one["attrs"].get("disabled") else "")
            parts.append(f'<option value="{text(str(one["value"]))}"{said}>{text(str(one["label"]))}</option>')
        parts += ["</optgroup>"] if group else []
    return "".join([*parts, "</select>"])


def choices(context: Mapping[str, Any]) -> str:
    """Radio buttons, or boxes of which several may be ticked."""
    widget = context["widget"]
    parts = [f'<div class="krds-check-area chk-column" id="{text(widget["attrs"].get("id", ""))}">']
    for group, options, _index in widget["optgroups"]:
        parts += [f'<p class="p-meta">{text(group)}</p>'] if group else []
        parts += [
            f'<div class="krds-form-check medium"><input type="{one["type"]}" name="{one["name"]}" '
            f'value="{text(str(one["value"]))}"{attributes(one["attrs"])}><label for="{text(one["attrs"].get("id", ""))}">'
            f"<span>{text(str(one['label']))}</span></label></div>"
            for one in options
        ]
    return "".join([*parts, "</div>"])


def _look(css: str, widget: Mapping[str, Any]) -> str:
    more = widget["attrs"].get("class")
    return f' class="{css}{" " + more if more else ""}"{attributes(widget["attrs"])}'


LINES = ("text", "search", "email", "tel", "url", "number", "password", "date", "time", "datetime", "input")
DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "krds/forms/field.html": field,
    "django/forms/widgets/select.html": select,
    "django/forms/widgets/radio.html": choices,
    "django/forms/widgets/checkbox_select.html": choices,
    **{f"django/forms/widgets/{kind}.html": input_ for kind in LINES},
}


def drawn(template_name: str, context: Mapping[str, Any]) -> SafeString | None:
    """The HTML of what is drawn here; None for what has a template. Every part of it is escaped."""
    draw = DRAWN.get(template_name)
    return mark_safe(draw(context)) if draw else None  # noqa: S308
