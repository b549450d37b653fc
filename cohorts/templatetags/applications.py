"""A row of a list of applications as cells: one call per row, since a template takes several times as long."""

from functools import lru_cache
from html import escape  # Django's own looks for lazy texts, which none of these is
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cohorts.queries.application_rows import Row
from cohorts.states import ApplicationState
from portal.common.templatetags.parts import badge

register = template.Library()
LABELS = dict(ApplicationState.choices)


@lru_cache(maxsize=4_096)
def address(name: str, pk: int) -> str:
    return reverse(name, args=[pk])


def moment(value: Any, form: str) -> str:
    return str(date_format(timezone.localtime(value), form)) if value else ""


@register.filter
def application_row(row: Row, can_be_ticked: Any = False) -> SafeString:
    """`{{ row|application_row:bulk_verbs }}`: the cells of `application_rows`, the number as head and link."""
    number, pk = escape(row["receipt_number"] or ""), row["pk"]
    cells = ['<th scope="row" class="p-nowrap">']
    if can_be_ticked:
        cells.append(
            f'<span class="krds-form-check medium"><input type="checkbox" id="row-{pk}" name="rows" value="{pk}" '
            f'form="bulk"><label for="row-{pk}"><span class="sr-only">{_("Choose")} {number}</span></label></span> '
        )
    cells.append(f'<a href="{address("cohorts:application", pk)}">{number or "–"}</a></th>')
    if "person__name" in row:
        mobile, email = escape(row["person__mobile"]), escape(row["person__email"])
        cells.append(f'<td class="p-nowrap">{escape(row["person__name"])}</td>')
        cells.append(f'<td>{mobile}<br><span class="p-meta p-break">{email}</span></td>')
    cells.append(f'<td>{escape(row["cohort__name"])}</td><td class="p-nowrap">{escape(row["track__name"] or "–")}</td>')
    cells.append(f"<td>{badge(row['state'], LABELS[row['state']])}</td>")
    cells.append(f'<td class="p-nowrap">{moment(row["submitted_at"], "SHORT_DATETIME_FORMAT")}</td>')
    return mark_safe("".join(cells))  # noqa: S308  # each part is escaped


@register.filter
def review_row(row: Row, stage: str) -> SafeString:
    """`{{ row|review_row:stage }}`: the cells of `review_rows`; the number leads to the form of that stage."""
    points = row["my_points"]
    mine = badge("warning", _("to score")) if points is None else localize(points)
    cells = (
        f'<th scope="row" class="p-nowrap"><a href="{address("cohorts:score-edit", row["pk"])}?stage={stage}">'
        f"{escape(row['receipt_number'])}</a></th><td>{escape(row['cohort__name'])}</td>"
        f"<td>{escape(row['track__name'] or '–')}</td>"
        f'<td class="p-nowrap">{moment(row["submitted_at"], "DATETIME_FORMAT")}</td>'
        f'<td class="p-right">{localize(row["score_count"])}</td><td class="p-right">{mine}</td>'
    )
    return mark_safe(cells)  # noqa: S308  # each part is escaped
