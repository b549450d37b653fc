"""The one sheet of a CSV file, in whatever encoding an office saved it."""

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal.common.korean import strip_invisible
from portal.common.spreadsheets.reading import MAX_COLUMNS, RawSheet, Row, UnreadableFile, save_as_xlsx
from portal.common.spreadsheets.writing import needs_quoting

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_CELL = 1_000_000
_TYPED_TEXT = re.compile(r'="([\d\- ]*)"')  # how other programs keep the zeros of a number in a CSV


def sheets(data: bytes, most_rows: int) -> Iterator[RawSheet]:
    """One sheet with up to `most_rows` filled rows."""
    if data.startswith(_OLE):
        raise _ole(data)
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"%pdf", b"\x89png", b"{\\rtf")):
        raise save_as_xlsx()
    text = _decoded(data)
    yield RawSheet("csv", lambda: _rows(text, most_rows))


def _ole(data: bytes) -> UnreadableFile:
    """The container of old Office files, and of new ones behind a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return UnreadableFile(
            "password", _("The file is locked with a password. Remove the password and send it again.")
        )
    return save_as_xlsx()


# Encodings ----------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _mixed(data[: error.start].count(b"\n") + 1) from None
    if b"\x00" in data:
        return _utf16(data)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _cp949(data)


def _utf16(data: bytes) -> str:
    """Without a mark the byte order is the one that gives a text; a binary file gives none."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and any(letter in text for letter in ",\t;"):
            return text
    raise save_as_xlsx()


def _cp949(data: bytes) -> str:
    """CP949, unless some lines are Korean in UTF-8: then two programs wrote this file."""
    lines = data.split(b"\n")
    korean = [number for number, line in enumerate(lines, 1) if _is_korean_utf8(line)]
    others = [number for number, line in enumerate(lines, 1) if not _decodes(line, "utf-8")]
    if korean:
        raise _mixed(min(korean, others, key=len)[0])
    for number in others:
        if not _decodes(lines[number - 1], "cp949"):
            raise _mixed(number)
    return data.decode("cp949")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_korean_utf8(line: bytes) -> bool:
    return _decodes(line, "utf-8") and any("가" <= letter <= "힣" for letter in line.decode())


def _mixed(line: int) -> UnreadableFile:
    message = _("Line %(line)s is in another encoding than the rest. Save the file as “CSV UTF-8” and send it again.")
    return UnreadableFile("mixed_encodings", message % {"line": line})


# Rows -----------------------------------------------------------------------------


def _rows(text: str, most_rows: int) -> Iterator[Row]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found, line = 0, 1
    try:
        for values in reader:
            row = Row(line, tuple(_value(value) for value in values[:MAX_COLUMNS]))
            line = reader.line_num + 1
            if not row.is_blank:
                found += 1
                yield row
            if found >= most_rows:
                return
    except csv.Error:
        message = _("Line %(line)s cannot be read: a quotation mark is missing or a cell is too long.")
        raise UnreadableFile("broken_csv", message % {"line": line}) from None


def _delimiter(text: str) -> str:
    """The one that the first lines agree on most; Excel's "Unicode text" has tabs."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    return max(",\t;", key=lambda mark: sum(line.count(mark) > 0 for line in lines))


def _value(text: str) -> str | None:
    if found := _TYPED_TEXT.fullmatch(text):
        text = found[1]
    elif text.startswith("'") and needs_quoting(text):
        text = text[1:]  # what csv_rows and others put before a text that looks like a formula
    return text if strip_invisible(text).strip() else None
