"""Tables as XLSX and CSV in which every text is a text: nothing calculates, nothing links.

Both write row by row, so a hundred thousand rows take no more memory than ten.
"""

import csv
import datetime as dt
import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellDatetimeTuple, CellNumberTuple, CellStringTuple, Worksheet

from portal.common.dates import KST

# Texts are the default: a phone number or an identifier must never become a number.
WIDTHS = {"text": 16, "long": 40, "integer": 10, "decimal": 10, "percent": 9, "date": 12, "datetime": 17}
FORMATS = {
    "integer": "#,##0",
    "decimal": "#,##0.00",
    "percent": "0.0",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
_CELL_MAX = 32_767  # letters; Excel calls a file with a longer cell damaged
_FORMULA_STARTS = frozenset("=+-@\t\r\x00＝＋－＠")
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
# What a text must be free of to stand in the file as it is.
_ESCAPED = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\\s|\\s$")


@dataclass(frozen=True)
class Column:
    """`key` of the row's mapping, `label` of the heading; `kind` is one of WIDTHS, `width` in letters.

    `percent` takes 81.8 for 81.8 %. A column with `total` is summed below the rows.
    """

    key: str
    label: str | Promise
    kind: str = "text"
    width: int | None = None
    total: bool = False


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: list[Column]
    rows: Iterable[Mapping[str, Any]]
    as_of: dt.date | dt.datetime
    notes: list[str] = field(default_factory=list)  # below the title: filters, watermark
    last: Callable[[], Mapping[str, Any]] | None = None  # the line below the rows, asked for once they are written


# XLSX -----------------------------------------------------------------------------


def write_xlsx(
    target: str | IO[bytes],
    title: str,
    columns: list[Column],
    rows: Iterable[Mapping[str, Any]],
    as_of: dt.date | dt.datetime,
    notes: Iterable[str] = (),
) -> int:
    """Writes one sheet with its title, as-of row and frozen header; returns the number of rows."""
    return write_sheets(target, [Sheet(title, columns, rows, as_of, list(notes))])


def write_sheets(target: str | IO[bytes], sheets: Iterable[Sheet]) -> int:
    """Writes a workbook of one sheet per cohort, or whatever divides it; returns the number of all rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        styles = _styles(book)
        taken: set[str] = set()
        pages = ((book.add_worksheet(_sheet_name(sheet.title, taken), _Page), sheet) for sheet in sheets)
        return sum(_write_sheet(page, sheet, styles) for page, sheet in pages)


class _Page(Worksheet):
    """xlsxwriter's own sheet, byte for byte; cells that need no escaping in one go, for half the time of a file."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if cell.format is None:
            super()._write_cell(row, col, cell)
            return
        head = f'<c r="{_letters(col)}{row + 1}" s="{cell.format._get_xf_index()}"'
        kind = type(cell)
        if kind is CellStringTuple and not _ESCAPED.search(cell.string):
            self.fh.write(f'{head} t="inlineStr"><is><t>{cell.string}</t></is></c>')
        elif kind in (CellNumberTuple, CellDatetimeTuple):
            self.fh.write(f"{head}><v>{cell.number:.16G}</v></c>")
        else:
            super()._write_cell(row, col, cell)


_letters = lru_cache(maxsize=None)(xl_col_to_name)


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    styles = {kind: book.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}
    styles |= {
        f"total {kind}": book.add_format({"num_format": FORMATS.get(kind, "@"), "bold": True, "top": 1})
        for kind in WIDTHS
    }
    text = book.add_format({"num_format": "@"})  # @ keeps 010 a text even when the cell is edited
    wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14})
    header = book.add_format({"bold": True, "bg_color": "#E8EDF5", "border": 1, "text_wrap": True, "valign": "vcenter"})
    return styles | {"text": text, "long": wrapped, "title": title, "header": header}


def _write_sheet(page: Worksheet, sheet: Sheet, styles: dict[str, Format]) -> int:
    for at, column in enumerate(sheet.columns):
        width = column.width or max(WIDTHS[column.kind], _display_width(str(column.label)) + 2)
        page.set_column(at, at, width)
    page.write_string(0, 0, _writable(sheet.title), styles["title"])
    lines = [_("As of %(day)s") % {"day": _as_of(sheet.as_of)}, *sheet.notes]
    for number, text in enumerate(lines, 1):
        page.write_string(number, 0, _writable(text))
    top = len(lines) + 2
    for at, column in enumerate(sheet.columns):
        page.write_string(top, at, _writable(str(column.label)), styles["header"])
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
    page.set_landscape()
    page.fit_to_pages(1, 0)

    count, totals = 0, dict.fromkeys((column.key for column in sheet.columns if column.total), Decimal())
    cells = [(at, column.key, column.kind, styles[column.kind]) for at, column in enumerate(sheet.columns)]
    for row in sheet.rows:
        count += 1
        line = top + count
        for at, key, kind, style in cells:
            value = row.get(key)
            if value and type(value) is str:  # most cells by far: spare them a call
                page.write_string(line, at, _writable(value), style)
            else:
                _write_cell(page, line, at, value, kind, style)
        for key in totals:
            if _is_number(value := row.get(key)):
                totals[key] += Decimal(str(value))
    if totals:
        _write_totals(page, top + count + 1, sheet.columns, totals, styles)
    elif sheet.last:
        values = sheet.last()
        for place, column in enumerate(sheet.columns):
            style = styles[f"total {column.kind}"]
            _write_cell(page, top + count + 1, place, values.get(column.key), column.kind, style)
    return count


def _write_totals(
    page: Worksheet, at: int, columns: list[Column], totals: dict[str, Decimal], styles: dict[str, Format]
) -> None:
    for place, column in enumerate(columns):
        style = styles[f"total {column.kind}"]
        if column.key in totals:
            page.write_number(at, place, float(totals[column.key]), style)
        else:
            page.write_string(at, place, _("Total") if place == 0 else "", style)


def _write_cell(page: Worksheet, row: int, at: int, value: Any, kind: str, style: Format) -> None:
    """By the column's kind; a value of another type is written as text, never dropped or guessed."""
    if value is None or value == "":
        page.write_blank(row, at, None, style)
    elif kind in {"date", "datetime"} and isinstance(value, dt.date):
        page.write_datetime(row, at, _naive(value), style)
    elif kind in {"integer", "decimal", "percent"} and _is_number(value):
        page.write_number(row, at, float(value), style)
    else:
        page.write_string(row, at, _writable(_as_text(value)), style)


def _is_number(value: Any) -> bool:
    # Excel keeps 15 digits; a longer number is an identifier and would be changed.
    numeric = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return numeric and math.isfinite(value) and abs(value) < 10**15


def _naive(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and value.tzinfo:
        return value.astimezone(KST).replace(tzinfo=None)
    return value


def _writable(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _UNWRITABLE.search(text):
            text = _UNWRITABLE.sub("\ufffd", text)
    return text if len(text) <= _CELL_MAX else text[: _CELL_MAX - 1] + "…"


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _sheet_name(title: str, taken: set[str]) -> str:
    """Excel forbids []:*?/\\ in it, an apostrophe at its ends, more than 31 letters, and two alike."""
    base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", _writable(title)).strip(" '") or _("Sheet")
    name, number = base[:31].strip(" '"), 1
    while name.casefold() in taken or name.casefold() == "history":
        number += 1
        name = f"{base[:26].strip()} ({number})"
    taken.add(name.casefold())
    return name


def _as_of(moment: dt.date | dt.datetime) -> str:
    """As an official letter writes it: 2026. 4. 13. or 2026. 4. 13. 18:00 (Korean time)."""
    if isinstance(moment, dt.datetime):
        moment = moment.astimezone(KST) if moment.tzinfo else moment
        return f"{moment.year}. {moment.month}. {moment.day}. {moment:%H:%M}"
    return f"{moment.year}. {moment.month}. {moment.day}."


# CSV ------------------------------------------------------------------------------


def needs_quoting(text: str) -> bool:
    """Would a spreadsheet take this text for a formula, behind any number of apostrophes?"""
    bare = text.lstrip("'")
    return bool(bare) and bare[0] in _FORMULA_STARTS


def csv_rows(columns: list[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """UTF-8 with BOM and CRLF, a chunk per row, for a streaming response or a file.

    A text that a spreadsheet would calculate gets an apostrophe before it; `read_table` takes it off again.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")

    def line(values: Iterable[str]) -> bytes:
        writer.writerow(values)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    yield b"\xef\xbb\xbf" + line(_inert(str(column.label)) for column in columns)
    for row in rows:
        yield line(_csv_value(row.get(column.key)) for column in columns)


def _csv_value(value: Any) -> str:
    text = _as_text(value)
    return text if isinstance(value, int | float | Decimal) else _inert(text)


def _inert(text: str) -> str:
    text = _UNWRITABLE.sub("\ufffd", unicodedata.normalize("NFC", text))
    return "'" + text if needs_quoting(text) else text


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return f"{_naive(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
