"""A row of the register as cells: one call per row, since a loop in a template takes ten times as long."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from html import escape  # Django's own looks for lazy texts, which none of these is
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy

from partners.columns import COLUMNS, RegisterColumn, Row
from partners.states import LIVE
from partners.timeline import Year
from portal.accounts.roles import Role
from portal.common.tabs import tabs_of
from portal.common.templatetags.parts import badge

register = template.Library()
SHORT = 160  # letters of a long text in a list; the print and the file have all of it
SOON = 90  # days
CSS = {"date": "p-nowrap", "datetime": "p-nowrap", "integer": "p-right"}
NOWRAP = ("number", "state")


@lru_cache(maxsize=4_096)
def address(pk: int) -> str:
    return reverse("partners:agreement", args=[pk])


def css_of(column: RegisterColumn) -> str:
    return "p-nowrap" if column.key in NOWRAP else CSS.get(column.kind, "")


def state_cell(column: RegisterColumn, row: Row) -> SafeString:
    return badge(row["state"], column.text(row))


def until_cell(column: RegisterColumn, row: Row) -> str:
    """The last day, with a warning in the last ninety."""
    until = row["valid_until"]
    left = (until - timezone.localdate()).days if until and row["state"] in LIVE else None
    if left is None or not 0 <= left <= SOON:
        return plain_cell(column, row)
    words = ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}
    return format_html("{}<br>{}", column.text(row), badge("warning", words))


CELLS: dict[str, Callable[[RegisterColumn, Row], str]] = {"state": state_cell, "until": until_cell}


def plain_cell(column: RegisterColumn, row: Row) -> str:
    text = column.text(row)
    return escape(f"{text[:SHORT]}…" if len(text) > SHORT else text) or "–"


# The pages around the register: the name of the URL, what it is called.
PAGES: tuple[tuple[str, Promise], ...] = (
    ("partners:agreement-list", pgettext_lazy("pages of the register", "Register")),
    ("partners:agreement-timeline", gettext_lazy("Timeline")),
    ("partners:commitment-list", gettext_lazy("Commitments")),
    ("partners:amendment-register", gettext_lazy("Amendments")),
    ("partners:initiative-list", gettext_lazy("Initiatives")),
    ("partners:proposal-list", gettext_lazy("Proposals")),
    ("partners:consortium-list", gettext_lazy("Consortia")),
    ("partners:check-list", gettext_lazy("Compliance checks")),
    ("partners:document-list", gettext_lazy("Documents")),
)
NOT_FOR_MENTORS = frozenset({"partners:check-list"})


@register.simple_tag(takes_context=True)
def register_pages(context: dict[str, Any]) -> SafeString:
    """The pages around the register that the reader may open, this one marked; no query."""
    request = context["request"]
    return _pages(get_language(), request.resolver_match.view_name, request.user.role == Role.MENTOR)


@lru_cache(maxsize=100)
def _pages(_language: str | None, here: str, for_mentor: bool) -> SafeString:
    pages = ((label, name) for name, label in PAGES if not (for_mentor and name in NOT_FOR_MENTORS))
    return render_to_string("components/_tabs.html", {"tabs": tabs_of(pages, here)})


@register.filter
def register_row(row: Row, columns: Iterable[RegisterColumn]) -> SafeString:
    """`{{ row|register_row:columns }}`: the cells of a list, the title as the head and link of its row."""
    cells: list[str] = []
    for column in columns:
        if column.key == "title":
            title = escape(row["title"])
            cells.append(f'<th scope="row" class="p-title"><a href="{address(row["pk"])}">{title}</a></th>')
            continue
        css = css_of(column)
        words = CELLS.get(column.key, plain_cell)(column, row)
        cells.append(f'<td class="{css}">{words}</td>' if css else f"<td>{words}</td>")
    return mark_safe("".join(cells))  # noqa: S308  # each part is escaped


@register.filter
def register_state(row: Row) -> SafeString:
    return state_cell(COLUMNS["state"], row)


@register.filter
def register_line(row: Row, columns: Iterable[RegisterColumn]) -> SafeString:
    """The same for paper: words alone, nothing cut."""
    cells = []
    for column in columns:
        tag = 'th scope="row"' if column.key == "title" else f'td class="{css_of(column)}"'
        cells.append(f"<{tag}>{escape(column.text(row)) or '–'}</{tag[:2]}>")
    return mark_safe("".join(cells))  # noqa: S308  # each part is escaped


@register.filter
def sort_key(column: RegisterColumn) -> str:
    """For `th`: the column's own key where the list can be sorted by it."""
    return column.key if column.sort else ""


@register.filter
def css(column: RegisterColumn) -> str:
    return "p-right" if column.kind == "integer" else ""


# The timeline ------------------------------------------------------------------------------

BEFORE = '<text class="p-tl-on" x="2" y="50%" dy="5">◂</text>'  # it began before the picture does
AFTER = '<text class="p-tl-on" x="100%" dx="-13" y="50%" dy="5">▸</text>'
HIDDEN = ' aria-hidden="true"'


@register.filter
def timeline_row(row: Row) -> SafeString:
    """The cells of a row of the picture: title, state, validity, bar. The grid is drawn once and used by each."""
    link = address(row["pk"])
    grid = '<svg class="p-tl-row"{}><use href="#tl-grid"/>'
    if bar := row["bar"]:
        hatched = ' fill="url(#tl-ended)"' if bar.look == "ended" else ""
        drawn = (
            f'<a href="{link}" tabindex="-1" aria-hidden="true">{grid.format("")}'
            f'<rect class="p-tl-bar p-tl-{bar.look}" x="{bar.x}%" y="50%" '
            f'width="{bar.width}%" height="16" transform="translate(0 -8)"{hatched}/>'
            f"{BEFORE if bar.before else ''}{AFTER if bar.after else ''}</svg></a>"
        )
    else:
        drawn = f"{grid.format(HIDDEN)}</svg>"
    return mark_safe(  # noqa: S308  # each part is escaped
        f'<th scope="row" class="p-title"><a href="{link}">{escape(row["title"])}</a></th>'
        f'<td class="p-nowrap">{register_state(row)}</td><td class="p-nowrap">{escape(row["dates"])}</td>'
        f'<td class="p-tl-cell">{drawn}</td>'
    )


@register.filter
def timeline_grid(years: Iterable[Year]) -> SafeString:
    """A line where each year begins."""
    lines = (f'<line class="p-grid" x1="{year.at}%" x2="{year.at}%" y1="0" y2="100%"/>' for year in years)
    return mark_safe("".join(lines))  # noqa: S308  # numbers


@register.filter
def timeline_years(years: Iterable[Year], height: int) -> SafeString:
    """The number of each year beside its line."""
    texts = (f'<text x="{year.at}%" dx="4" y="{height}">{year.year}</text>' for year in years)
    return mark_safe("".join(texts))  # noqa: S308  # numbers


@register.filter
def timeline_months(months: Iterable[tuple[date, int]]) -> SafeString:
    """The rows of the table that says what the band shows."""
    language = get_language()
    return mark_safe(  # noqa: S308  # words of a date and whole numbers
        "".join(
            f'<tr><th scope="row">{month_in_words(month, language)}</th><td class="p-right">{number}</td></tr>'
            for month, number in months
        )
    )


@lru_cache(maxsize=2_000)
def month_in_words(month: date, language: str | None) -> str:
    return str(formats.date_format(month, "YEAR_MONTH_FORMAT"))
