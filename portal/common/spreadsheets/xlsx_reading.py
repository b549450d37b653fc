"""The sheets of an XLSX file.

openpyxl knows the format (numbers, dates, styles), but its own sheets trust the file: they pad rows up to
a claimed dimension, read every shared string first, and cannot tell an empty cell from a formula without
a result. So its parser is driven here row by row, and shared strings are looked up afterwards, only those
that the rows within the limit need.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from openpyxl import DEFUSEDXML
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import (
    COL_TAG,
    FORMULA_TAG,
    INLINE_STRING,
    MERGE_TAG,
    ROW_TAG,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.worksheet.merge import MergeCells
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from portal.common.spreadsheets.reading import (
    MAX_COLUMNS,
    CellError,
    RawSheet,
    Row,
    UnreadableFile,
    as_stream,
    listed,
    save_as_xlsx,
    too_large,
)

if not DEFUSEDXML:
    raise ImproperlyConfigured("openpyxl does not use defusedxml: spreadsheets from outside would be unsafe to read.")

MAX_ENTRIES = 1_000
MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 100  # genuine files reach about 20
_SMALL = 10 * 2**20  # below this no ratio does harm
_BLANK_RUN = 20_000  # formatted but empty rows: the table is over

_TEXT, _RUN = f"{{{SHEET_MAIN_NS}}}t", f"{{{SHEET_MAIN_NS}}}r"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheets(data: bytes, most_rows: int) -> Iterator[RawSheet]:
    """The visible sheets in their order, each with up to `most_rows` filled rows."""
    try:
        with zipfile.ZipFile(as_stream(data)) as archive:
            _check(archive, len(data))
        yield from _sheets(_Workbook(data), most_rows)
    except UnreadableFile:
        raise
    except Exception as error:  # a broken part makes openpyxl raise nearly anything
        raise UnreadableFile(
            f"broken: {type(error).__name__}",
            _("The file is damaged. Open it in Excel, save it as a new xlsx file and send that file."),
        ) from error


def _check(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile(
            "password", _("The file is locked with a password. Remove the password and send it again.")
        )
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > max(_SMALL, MAX_RATIO * size):
        raise too_large()
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableFile("macros", _("The file holds macros. Save it as xlsx without macros and send that file."))
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise save_as_xlsx()
    if any(name.endswith("workbook.bin") for name in names):  # xlsb
        raise save_as_xlsx()


class _Workbook:
    """The parts of a workbook that reading its rows needs, and no others."""

    def __init__(self, data: bytes) -> None:
        reader = ExcelReader(as_stream(data), read_only=True, data_only=True, keep_links=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of what it leaves out: charts, extensions
            reader.read_manifest()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
        self._reader = reader
        self._files = set(reader.valid_files)
        self.sheets = [
            (sheet.name, sheet.state, rel.target)
            for sheet, rel in reader.parser.find_sheets()
            if rel.target in self._files and "chartsheet" not in rel.Type
        ]

    def parser(self, path: str) -> "_Parser":
        book = self._reader.wb
        return _Parser(
            self._reader.archive.open(path),
            _Deferred(),
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )

    def strings(self, wanted: set[int]) -> dict[int, str]:
        """The shared strings of these numbers; reading stops at the last of them."""
        part = self._reader.package.find(SHARED_STRINGS)
        found: dict[int, str] = {}
        if part is None or not wanted:
            return found
        last, number = max(wanted), -1
        with self._reader.archive.open(part.PartName[1:]) as source:
            for _event, node in iterparse(source):
                if node.tag != f"{{{SHEET_MAIN_NS}}}si":
                    continue
                number += 1
                if number in wanted:
                    found[number] = _unescaped(_text(node))
                node.clear()
                if number == last:
                    break
        return found


class _SharedString(int):
    """The number of a shared string, until it is looked up."""


class _Deferred:
    def __getitem__(self, number: int) -> _SharedString:
        return _SharedString(number)


class _Parser(WorkSheetParser):
    """openpyxl's parser of rows and cells, without the parts of a sheet that hold no values."""

    def rows(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
            elif element.tag == COL_TAG:
                self.parse_column_dimensions(element)
            elif element.tag == MERGE_TAG:
                self.merged_cells = MergeCells.from_tree(element)

    def parse_cell(self, element: Element) -> dict[str, Any]:
        if element.get("t") == "inlineStr" and element.get("r") and (node := element.find(INLINE_STRING)) is not None:
            # The same, but openpyxl would build an object with a font for each of them.
            row, column = coordinate_to_tuple(element.get("r", ""))
            return {"row": row, "column": column, "value": _text(node), "data_type": "s"}
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            result = element.find(VALUE_TAG)
            if result is None or element.get("t") != "str":  # a formula may well result in an empty text
                cell.update(value="formula", data_type="e")
        return cell


def _sheets(book: _Workbook, most_rows: int) -> Iterator[RawSheet]:
    hidden = [name for name, state, _path in book.sheets if state != "visible"]
    for _name, state, path in book.sheets:
        if state == "visible":
            sheet = RawSheet("xlsx", lambda: iter(()))
            if hidden:
                sheet.notes.append(_("Hidden sheets were not read: %(sheets)s.") % {"sheets": listed(hidden)})
            rows = _rows(book, path, most_rows, sheet)
            sheet.rows = lambda rows=rows: iter(rows)
            yield sheet


def _rows(book: _Workbook, path: str, most_rows: int, sheet: RawSheet) -> list[Row]:
    parser = book.parser(path)
    rows: list[Row] = []
    blank = 0
    with parser.source, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a day beyond the calendar becomes an error cell, which we tell ourselves
        for number, cells in parser.rows():
            row = Row(number, _values(cells))
            if row.is_blank:
                blank += 1
                if blank > _BLANK_RUN:
                    message = _("Nothing was read below row %(row)s: only empty rows followed for a long way.")
                    sheet.notes.append(message % {"row": number})
                    break
                continue
            blank = 0
            rows.append(row)
            if len(rows) >= most_rows:
                break
    _note_hidden(parser, sheet)
    if parser.merged_cells:
        sheet.merged = [(area.min_row, area.max_row, area.coord) for area in parser.merged_cells.mergeCell]
    return _with_strings(book, rows)


def _values(cells: list[dict[str, Any]]) -> tuple[object, ...]:
    values: list[object] = []
    for cell in cells:
        column, value = cell["column"], cell["value"]
        if not 0 < column <= MAX_COLUMNS or value is None:
            continue
        values += [None] * (column - len(values))
        if cell["data_type"] == "e":
            value = CellError(f"{get_column_letter(column)}{cell['row']}", str(value))
        elif isinstance(value, str):
            value = _unescaped(value)
        values[column - 1] = value
    return tuple(values)


def _with_strings(book: _Workbook, rows: list[Row]) -> list[Row]:
    wanted = {int(value) for row in rows for value in row.values if isinstance(value, _SharedString)}
    if not wanted:
        return rows
    strings = book.strings(wanted)
    return [
        Row(row.number, tuple(strings[value] if isinstance(value, _SharedString) else value for value in row.values))
        for row in rows
    ]


def _note_hidden(parser: _Parser, sheet: RawSheet) -> None:
    if rows := _hidden(parser.row_dimensions):
        sheet.notes.append(_("Hidden rows were read like the others: %(rows)s.") % {"rows": listed(rows)})
    if columns := _hidden(parser.column_dimensions):
        sheet.notes.append(_("Hidden columns were read like the others: %(columns)s.") % {"columns": listed(columns)})


def _hidden(shapes: dict[Any, dict[str, str]]) -> list[str]:
    return [str(at) for at, shape in shapes.items() if shape.get("hidden") in {"1", "true"}]


def _text(node: Element) -> str:
    """Plain or in runs of several fonts; the reading aids (rPh) are no part of it."""
    parts = (child for child in node if child.tag in {_TEXT, _RUN})
    return "".join(part.text or "" if part.tag == _TEXT else part.findtext(_TEXT, "") for part in parts)


def _unescaped(text: str) -> str:
    """Excel writes control characters as _x000D_, and a literal _x as _x005F_x."""

    def letter(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPED.sub(letter, text) if "_x" in text else text
