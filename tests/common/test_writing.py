"""Exports: texts stay texts, dates are dates, memory stays flat, and what is written can be read."""

import datetime as dt
import io
import tracemalloc
import unicodedata
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.common.dates import KST
from portal.common.spreadsheets import Column, Sheet, csv_rows, read_table, write_sheets, write_xlsx
from portal.common.spreadsheets.writing import _Page

COLUMNS = [
    Column("number", "연번", "integer"),
    Column("name", "성명"),
    Column("born", "생년월일", "date"),
    Column("paid", "금액", "decimal", total=True),
    Column("at", "접수일시", "datetime"),
]
DAY = dt.date(2026, 4, 14)
MOMENT = dt.datetime(2026, 4, 14, 9, 0, tzinfo=dt.UTC)
ROW = {"number": 1, "name": "홍길동", "born": dt.date(2000, 8, 12), "paid": Decimal("10.5"), "at": MOMENT}
# Letters that a cell can hold: no half surrogates; U+FFFE and U+FFFF are none in XML.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), min_size=1, max_size=40)


def written(rows, columns=COLUMNS, **options) -> io.BytesIO:
    stream = io.BytesIO()
    write_xlsx(stream, "취업 현황", columns, rows, MOMENT, **options)
    return stream


def test_a_sheet_has_title_date_frozen_header_real_dates_and_totals() -> None:
    sheet = openpyxl.load_workbook(written([ROW, ROW | {"number": 2}])).active

    assert sheet["A1"].value == "취업 현황"
    assert "2026. 4. 14. 18:00" in sheet["A2"].value
    assert [cell.value for cell in sheet[4]] == ["연번", "성명", "생년월일", "금액", "접수일시"]
    assert sheet.freeze_panes == "A5"
    assert (sheet["C5"].value, sheet["C5"].number_format) == (dt.datetime(2000, 8, 12), "yyyy-mm-dd")  # noqa: DTZ001
    assert sheet["E5"].value == dt.datetime(2026, 4, 14, 18, 0)  # noqa: DTZ001
    assert sheet["D7"].value == 21
    assert sheet.column_dimensions["B"].width >= 16


@given(st.lists(st.one_of(CELLS, st.floats(allow_nan=False, allow_infinity=False), st.dates(dt.date(1900, 1, 1)),
                          st.sampled_from([" 가", "가\n", "a&b", "_x0041_", "<r>b</r>", "\x01", "😀"])), max_size=30))  # fmt: skip
def test_our_quick_cells_are_byte_for_byte_those_of_xlsxwriter(cells) -> None:
    def sheet(kind) -> bytes:
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_formulas": False}) as book:
            page, style = book.add_worksheet(None, kind), book.add_format({"num_format": "yyyy-mm-dd"})
            for at, cell in enumerate(cells):
                write = {str: page.write_string, float: page.write_number, dt.date: page.write_datetime}[type(cell)]
                write(at, at % 30, cell, style)
                page.write_blank(at, 31, None, style)
        with zipfile.ZipFile(stream) as parts:
            return parts.read("xl/worksheets/sheet1.xml")

    assert sheet(_Page) == sheet(None)


@pytest.mark.parametrize(
    "text", ["=1+1", "+82@cmd|' /C calc'!A0", "-1", "@SUM(A1)", "http://evil.example", "{=1}", "010", "=", "1e5"]
)
def test_row_58_every_text_is_exported_as_text(text: str) -> None:
    cell = openpyxl.load_workbook(written([{"name": text}])).active["B5"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_what_excel_cannot_hold_is_kept_as_text_or_shortened() -> None:
    rows = [{"number": 12345678901234567890, "name": "가" * 40_000, "born": "미정", "paid": float("nan")}]
    cells = openpyxl.load_workbook(written(rows)).active[5]
    assert cells[0].value == "12345678901234567890"
    assert len(cells[1].value) == 32_767
    assert (cells[2].value, cells[3].value) == ("미정", "nan")


def test_a_workbook_has_one_sheet_per_cohort() -> None:
    stream = io.BytesIO()
    sheets = [Sheet(title, COLUMNS, [ROW], DAY) for title in ("대구 1기", "대구/1기", "대구 1기", "가" * 40, "")]
    assert write_sheets(stream, sheets) == 5
    names = openpyxl.load_workbook(stream).sheetnames
    assert names[:3] == ["대구 1기", "대구 1기 (2)", "대구 1기 (3)"]
    assert len({name.casefold() for name in names}) == 5


@settings(max_examples=25)
@given(st.lists(CELLS, min_size=1, max_size=20))
def test_what_xlsx_writes_is_read_again(texts: list[str]) -> None:
    rows = [{"key": number, "text": text} for number, text in enumerate(texts)]
    columns = [Column("key", "번호", "integer"), Column("text", "내용")]
    table = read_table(written(rows, columns))
    assert [row.values[0] for row in table.rows] == list(range(len(texts)))
    for row, text in zip(table.rows, texts, strict=True):
        # XML knows one line break and one form of a letter.
        assert (row.values[1] or "").replace("\r", "\n") == unicodedata.normalize("NFC", text).replace("\r", "\n")


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_what_csv_writes_is_read_again(texts: list[str]) -> None:
    columns = [Column("key", "번호", "integer"), Column("text", "내용")]
    data = b"".join(csv_rows(columns, ({"key": 1, "text": text} for text in texts)))
    for row, text in zip(read_table(data).rows, texts, strict=True):
        blank = not any(letter.isprintable() and not letter.isspace() for letter in text)
        assert blank or row.values[1] == unicodedata.normalize("NFC", text) or row.values[1] is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠"])
def test_row_58_csv_disarms_every_formula(start: str) -> None:
    [header, line] = csv_rows([Column("text", "내용")], [{"text": start + "1"}])
    assert header == "\ufeff내용\r\n".encode()
    assert line.decode().lstrip('"').startswith("'" + start)
    assert line.endswith(b"\r\n")


def test_csv_values() -> None:
    columns = [Column(key, key) for key in ("a", "b", "c", "d", "e")]
    values = {"a": -5, "b": DAY, "c": MOMENT.astimezone(KST), "d": None, "e": 'x"y,z'}
    assert list(csv_rows(columns, [values]))[1] == b'-5,2026-04-14,2026-04-14 18:00,,"x""y,z"\r\n'


def _peak(count: int, target: str) -> int:
    tracemalloc.start()
    write_xlsx(target, "많음", COLUMNS, (ROW for _ in range(count)), DAY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_rows(tmp_path) -> None:
    small, large = (_peak(count, str(tmp_path / f"{count}.xlsx")) for count in (2_000, 10_000))
    assert large < small * 1.2
