"""Reads the first table of an XLSX or CSV file, within bounds that a hostile file cannot move.

The format is told from the bytes, never from the file's name. A file that cannot be read to the
end as one table is refused whole (`UnreadableFile`); a single bad cell becomes a `CellError` in
its place, so that the caller can name it beside its row.
"""

import io
import logging
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from portal.common.korean import as_text, search_key

logger = logging.getLogger(__name__)

MAX_BYTES = 50 * 2**20
MAX_COLUMNS = 256
HEADER_WITHIN = 30  # filled rows: a title, a date and a few notes come first
ROW_LIMIT = 20_000

LooksLikeHeader = Callable[[Sequence[str]], bool]


class UnreadableFile(ValueError):
    """No table can be had from this file; `sentence` says to the person what to do, `code` to the log."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class CellError:
    """A cell whose value is not known: an error of Excel, or a formula that was never calculated."""

    cell: str
    code: str

    @property
    def sentence(self) -> str:
        if self.code == "formula":
            message = _(
                "Cell %(cell)s holds a formula without a result. Save the file in Excel once, or type the value."
            )
        else:
            message = _("Cell %(cell)s shows the error %(code)s. Correct it in the file.")
        return message % {"cell": self.cell, "code": self.code}

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Row:
    """`number` is the row of the sheet, or the line of the CSV file on which it starts."""

    number: int
    values: tuple[object, ...]

    @property
    def is_blank(self) -> bool:
        return not any(map(_filled, self.values))


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: list[Row]
    source_format: str  # "xlsx" or "csv"
    notes: list[str] = field(default_factory=list)  # sentences for the preview


def read_table(
    file: str | pathlib.Path | bytes | BinaryIO,
    *,
    limit: int = ROW_LIMIT,
    looks_like_header: LooksLikeHeader | None = None,
) -> Table:
    """The first table of `file` whose header `looks_like_header` accepts (default: two texts or more).

    XLSX: the first visible sheet with such a row. CSV: UTF-8, UTF-16 or CP949, by comma, tab or
    semicolon. Rows without any value are left out. Values are what the cells hold: int, float, str,
    bool, datetime, None or `CellError`; a text that looks like a formula is a text.
    Raises `UnreadableFile`.
    """
    from portal.common.spreadsheets import csv_reading, xlsx_reading  # they import the types of this module

    try:
        data = _bytes(file)
        sheets = xlsx_reading.sheets if data.startswith(b"PK\x03\x04") else csv_reading.sheets
        return _first_table(sheets(data, limit + HEADER_WITHIN + 1), limit, looks_like_header or _texts)
    except UnreadableFile as refusal:
        logger.warning("Refused a spreadsheet: %s", refusal.code)
        raise


def _bytes(file: str | pathlib.Path | bytes | BinaryIO) -> bytes:
    if isinstance(file, bytes):
        data = file[: MAX_BYTES + 1]
    elif isinstance(file, str | pathlib.Path):
        with pathlib.Path(file).open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    else:
        file.seek(0)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise too_large()
    return data


def too_large() -> UnreadableFile:
    return UnreadableFile("too_large", _("The file is too large. Split it into smaller files."))


def save_as_xlsx() -> UnreadableFile:
    return UnreadableFile(
        "other_format", _("This format cannot be read. Open the file in Excel, save it as xlsx and send that file.")
    )


# From a sheet to a table --------------------------------------------------------


@dataclass
class RawSheet:
    """What a reader found: rows lazily, the rest once they are used up."""

    source_format: str
    rows: Callable[[], Iterator[Row]]
    notes: list[str] = field(default_factory=list)
    merged: list[tuple[int, int, str]] = field(default_factory=list)  # first row, last row, name of the range


def _first_table(sheets: Iterable[RawSheet], limit: int, looks_like_header: LooksLikeHeader) -> Table:
    has_content = False
    for sheet in sheets:
        rows = [row for row in sheet.rows() if not row.is_blank]
        has_content = has_content or bool(rows)
        for at, row in enumerate(rows[:HEADER_WITHIN]):
            header = _trimmed([_heading(value) for value in row.values])
            if looks_like_header(header):
                return _table(sheet, row, header, rows[at + 1 :], limit)
    if not has_content:
        raise _empty()
    raise UnreadableFile(
        "no_header",
        _("No row with column headings was found. Put the headings above the rows, one to each column."),
    )


def _table(sheet: RawSheet, top: Row, header: list[str], rows: list[Row], limit: int) -> Table:
    if len(rows) > limit:
        message = _("The file has more than %(limit)s rows. Split it into smaller files.")
        raise UnreadableFile("too_many_rows", message % {"limit": f"{limit:,}"})
    _refuse_merged_header(sheet, top)
    _refuse_duplicates(header)
    if not rows:
        raise _empty()
    notes = list(sheet.notes)
    if below := [name for first, _last, name in sheet.merged if first > top.number]:
        notes.append(_("Merged cells keep their value in the first cell only: %(cells)s.") % {"cells": listed(below)})
    width = len(header)
    named = {at for at, name in enumerate(header) if name}
    others = set(range(max(len(row.values) for row in rows))) - named
    if nameless := [
        at for at in sorted(others) if any(at < len(row.values) and _filled(row.values[at]) for row in rows)
    ]:
        letters = listed([get_column_letter(at + 1) for at in nameless])
        notes.append(_("Columns without a heading were left out: %(columns)s.") % {"columns": letters})
    cut = [Row(row.number, (row.values + (None,) * width)[:width]) for row in rows]
    return Table(tuple(header), cut, sheet.source_format, notes)


def _refuse_merged_header(sheet: RawSheet, top: Row) -> None:
    names = [name for first, last, name in sheet.merged if first <= top.number <= last]
    if names:
        message = _("The headings in %(cells)s are merged cells. Unmerge them so that each column has its own heading.")
        raise UnreadableFile("merged_header", message % {"cells": listed(names)})


def _refuse_duplicates(header: list[str]) -> None:
    columns: dict[str, list[int]] = {}
    for at, name in enumerate(header):
        if name:
            columns.setdefault(search_key(name).replace(" ", ""), []).append(at)
    for places in columns.values():
        if len(places) > 1:
            letters = listed([get_column_letter(at + 1) for at in places])
            message = _("Columns %(columns)s have the same heading “%(name)s”. Rename or delete all but one.")
            raise UnreadableFile("duplicate_header", message % {"columns": letters, "name": header[places[0]]})


def _empty() -> UnreadableFile:
    return UnreadableFile("empty", _("The file has no rows. Check that the right file was chosen."))


def listed(names: Sequence[str], most: int = 10) -> str:
    """A, B, C … for a sentence, cut where nobody reads on."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _filled(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(search_key(value)))


def _heading(value: object) -> str:
    # Offices break headings into lines to keep columns narrow.
    return " ".join(as_text(value).split()) if isinstance(value, str) else as_text(value)


def _trimmed(header: list[str]) -> list[str]:
    while header and not header[-1]:
        header = header[:-1]
    return header


def _texts(header: Sequence[str]) -> bool:
    filled = [name for name in header if name]
    return len(filled) >= 2 and not any(name.replace(".", "").isdigit() for name in filled)


def as_stream(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)
