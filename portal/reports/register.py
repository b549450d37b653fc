"""The register of agreements as a file: exactly the rows, columns and order of an address of the register."""

from collections.abc import Callable, Iterator
from typing import IO, Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from partners.columns import RegisterColumn, chosen_columns, register_rows, sorts
from partners.forms.filters import AgreementFilter
from partners.models import Agreement
from portal.accounts.models import User
from portal.common.listing import ordered
from portal.common.spreadsheets import Column, csv_rows, write_xlsx
from portal.reports.models import Export

CHUNK = 1_000  # rows read at once
WIDE = {"title": 40, "parties": 40, "number": 14}  # letters


def write_register(
    target: IO[bytes], export: Export, *, by: User, notes: list[str], told: Callable[[int], None]
) -> int:
    """The register as `by` sees it now; `told` hears of every row. Returns how many rows there are."""
    columns, form, rows = selection(export.query, by)
    shown = [_column(column) for column in columns]
    lines = _lines(columns, rows, told)
    if export.format == Export.Format.CSV:
        return _write_csv(target, shown, lines)
    filters = [f"{label}: {value}" for label, value in form.words()]
    said = " · ".join(filters) or _("All agreements, without a filter")
    return write_xlsx(target, _("Agreement register"), shown, lines, export.as_of, [str(export.host), said, *notes])


def selection(query: str, user: User) -> tuple[list[RegisterColumn], AgreementFilter, QuerySet[Any, Any]]:
    """What an address of the register shows to a reader: columns, filters, rows in their order."""
    asked = QueryDict(query)
    columns = chosen_columns(user, asked.getlist("columns"))
    form = AgreementFilter(asked, user=user)
    rows = register_rows(user, columns, form.narrow(Agreement.objects.visible_to(user), form.chosen()))
    sort = asked.get("sort", "")
    return columns, form, ordered(rows, sorts(), sort if sort.removeprefix("-") in sorts() else "-number")


def _column(column: RegisterColumn) -> Column:
    return Column(column.key, column.label, column.kind, WIDE.get(column.key))


def _lines(
    columns: list[RegisterColumn], rows: QuerySet[Any, Any], told: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows.iterator(chunk_size=CHUNK), 1):
        told(number)
        yield {column.key: column.value(row) for column in columns}


def _write_csv(target: IO[bytes], columns: list[Column], lines: Iterator[dict[str, Any]]) -> int:
    count = -1  # the line of headings
    for chunk in csv_rows(columns, lines):
        target.write(chunk)
        count += 1
    return count
