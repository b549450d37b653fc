"""Rows 43 to 65 of the catalogue of bad input: the files that offices and attackers send."""
# ruff: noqa: DTZ001 cells of a spreadsheet have no zone

import datetime as dt
import io
import pathlib
import time
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from portal.common.parsing import parse_date
from portal.common.spreadsheets import CellError, UnreadableFile, read_table

DATA = pathlib.Path(__file__).parent.parent / "data"
HEADER = ["성명", "생년월일", "지원동기"]


def workbook(*rows, header=HEADER, edit=None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (header, *rows):
        sheet.append(row)
    if edit:
        edit(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(data: bytes, **parts: str | bytes) -> bytes:
    """The same XLSX with parts replaced (`sheet`) or added (`path=...` with / written as __)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        names = {"sheet": "xl/worksheets/sheet1.xml"}
        parts = {names.get(name, name.replace("__", "/")): content for name, content in parts.items()}
        for name in old.namelist():
            new.writestr(name, parts.pop(name, None) or old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def sheet_xml(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def refusal(data: bytes, **options) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, **options)
    return caught.value


def csv_text(encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    return "성명,전공\r\n홍길동,수학\r\n똠방각하,물리\r\n".replace(",", delimiter).encode(encoding)


@pytest.mark.parametrize(
    ("row", "data"),
    [
        (43, csv_text("cp949")),
        (44, csv_text("utf-8-sig")),
        (0, csv_text()),
        (45, csv_text("utf-16")),
        (45, csv_text("utf-16-le")),
        (45, csv_text("utf-16-be")),
        (45, csv_text("utf-16", "\t")),
        (0, csv_text(delimiter=";")),
    ],
)
def test_rows_43_44_45_encodings_are_told_from_the_bytes(row: int, data: bytes) -> None:
    table = read_table(data)
    assert table.header == ("성명", "전공")
    assert [one.values for one in table.rows] == [("홍길동", "수학"), ("똠방각하", "물리")]


def test_row_43_korean_excel() -> None:
    table = read_table(DATA / "applicants_cp949.csv")
    assert len(table.rows) == 60
    assert table.rows[0].values[1] == "박영일"


def test_row_46_mixed_encodings_name_the_line() -> None:
    mixed = csv_text("utf-8") + "김철수,화학\r\n".encode("cp949")
    assert refusal(mixed).code == "mixed_encodings"
    assert "4" in refusal(mixed).sentence
    assert "3" in refusal(csv_text("cp949").replace("똠방각하".encode("cp949"), "똠방각하".encode())).sentence
    assert "2" in refusal("성명,전공\r\n".encode("cp949") + b"\xff\xff,a\r\n").sentence


def test_row_47_a_serial_number_is_a_day() -> None:
    [row] = read_table(workbook(["홍길동", 45000, "a"])).rows
    assert parse_date(row.values[1]) == dt.date(2023, 3, 15)


def test_row_48_dates_texts_and_numbers_stay_what_they_are() -> None:
    day = dt.datetime(2000, 8, 12)
    rows = read_table(workbook(["a", day, 1], ["b", "2000. 8. 12.", "01"], ["c", "050730", 1.5])).rows
    assert [row.values[1:] for row in rows] == [(day, 1), ("2000. 8. 12.", "01"), ("050730", 1.5)]


@pytest.mark.parametrize("cells", ["B1:C1", "A1:A2"])
def test_row_49_a_merged_header_is_named(cells: str) -> None:
    data = workbook(["홍길동", "2000-01-01", "a"], ["a", "b", "c"], edit=lambda _book, sheet: sheet.merge_cells(cells))
    assert cells in refusal(data, looks_like_header=lambda header: header[:1] == ["성명"]).sentence


def test_row_49_a_merged_title_does_no_harm_and_merged_values_are_told() -> None:
    def edit(_book, sheet) -> None:
        sheet.insert_rows(1, 3)
        sheet["A1"] = "접수현황"
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A5:A6")

    table = read_table(workbook(["홍길동", "x", "a"], ["", "y", "b"], edit=edit))
    assert [row.number for row in table.rows] == [5, 6]
    assert "A5:A6" in table.notes[0]


def test_row_50_a_million_rows_stop_at_the_limit() -> None:
    data = workbook(header=["성명", "번호"])
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="n"><v>{n}</v></c></row>' for n in range(2, 1_000_001))
    many = repacked(data, sheet=sheet_xml(data).replace("</sheetData>", rows + "</sheetData>"))

    started = time.monotonic()
    refused = refusal(many)
    assert time.monotonic() - started < 5
    assert refused.code == "too_many_rows"


def test_row_50_exactly_the_limit_is_read() -> None:
    data = workbook(*[["홍길동", "x", "y"]] * 5)
    assert len(read_table(data, limit=5).rows) == 5
    assert refusal(data, limit=4).code == "too_many_rows"
    lines = "성명,전공\n" + "a,b\n" * 5
    assert len(read_table(lines.encode(), limit=5).rows) == 5
    assert refusal(lines.encode(), limit=4).code == "too_many_rows"


@pytest.mark.parametrize("claim", ["A1", "A1:XFD1048576"])
def test_row_51_a_lying_dimension_is_not_believed(claim: str) -> None:
    data = workbook(["홍길동", "x", "y"])
    lying = repacked(data, sheet=sheet_xml(data).replace('ref="A1:C2"', f'ref="{claim}"'))
    table = read_table(lying)
    assert [row.values for row in table.rows] == [("홍길동", "x", "y")]
    assert len(table.header) == 3


def test_row_51_far_cells_and_rows_are_bounded() -> None:
    def edit(_book, sheet) -> None:
        sheet["XFD2"] = "far"
        sheet["A1048576"] = "김철수"

    table = read_table(workbook(["홍길동", "x", "y"], edit=edit))
    assert [row.number for row in table.rows] == [2, 1048576]
    assert len(table.rows[0].values) == 3


def test_row_52_hidden_sheets_and_rows_are_listed() -> None:
    def edit(book, sheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        hidden = book.create_sheet("숨김", 0)
        hidden.append(HEADER)
        hidden.sheet_state = "hidden"

    table = read_table(workbook(["홍길동", "x", "y"], ["김철수", "x", "y"], edit=edit))
    assert len(table.rows) == 2
    assert "숨김" in table.notes[0]
    assert "3" in table.notes[1]
    assert "B" in table.notes[2]


def test_row_53_errors_and_formulas_without_a_result_are_named() -> None:
    def edit(_book, sheet) -> None:
        sheet["B2"].value, sheet["B2"].data_type = "#REF!", "e"
        sheet["C2"] = "=A2&B2"

    [row] = read_table(workbook(["홍길동", None, None], edit=edit)).rows
    assert row.values[1:] == (CellError("B2", "#REF!"), CellError("C2", "formula"))
    assert all(value.cell in value.sentence for value in row.values[1:])


def test_row_53_a_formula_with_a_result_is_its_result(tmp_path) -> None:
    target = tmp_path / "formula.xlsx"
    with xlsxwriter.Workbook(str(target)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["성명", "합계"])
        page.write_string(1, 0, "홍길동")
        page.write_formula(1, 1, "=1+1", None, 2)
    assert [row.values for row in read_table(target).rows] == [("홍길동", 2)]


@pytest.mark.parametrize("second", ["성명", "성 명", "\u200b성명 "])
def test_row_54_a_duplicate_header_names_its_columns(second: str) -> None:
    refused = refusal(workbook(["a", "b", "c"], header=["성명", "전공", second]))
    assert refused.code == "duplicate_header"
    assert "A, C" in refused.sentence


def test_row_58_a_text_like_a_formula_is_a_text() -> None:
    def edit(_book, sheet) -> None:
        sheet["C2"].value, sheet["C2"].data_type = '=HYPERLINK("http://evil.example")', "s"

    [row] = read_table(workbook(["홍길동", "x", None], edit=edit)).rows
    assert row.values[2] == '=HYPERLINK("http://evil.example")'


def test_row_59_quotes_and_line_breaks_inside_cells() -> None:
    table = read_table('성명,동기\r\n홍길동,"그는 ""네""\r\n라고, 했다"\r\n김철수,b\r\n'.encode())
    assert [row.values for row in table.rows] == [("홍길동", '그는 "네"\r\n라고, 했다'), ("김철수", "b")]
    assert [row.number for row in table.rows] == [2, 4]
    assert refusal('성명,동기\r\n홍길동,"열린\r\n'.encode()).code == "broken_csv"


@pytest.mark.parametrize(
    "data",
    [
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600,
        b"<html><table><tr><td>a</td></tr></table>",
        b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\x00\x01\x02\x03",
    ],
)
def test_row_60_another_format_under_the_name_of_xlsx(data: bytes) -> None:
    assert refusal(data).code == "other_format"
    assert "xlsx" in refusal(data).sentence


def test_row_61_a_password_is_told() -> None:
    locked = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert refusal(locked).code == "password"


def test_row_62_an_xml_bomb_is_refused(caplog) -> None:
    data = workbook(["a", "b", "c"])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet_xml(data).replace("지원동기", "&b;")
    assert refusal(repacked(data, sheet=bomb)).code == "broken: EntitiesForbidden"
    assert "EntitiesForbidden" in caplog.text


@pytest.mark.parametrize(
    "parts", [{"xl__media__big.bin": b"\x00" * 60_000_000}, {f"xl__{n}": b"x" for n in range(1_001)}]
)
def test_row_63_a_zip_bomb_is_refused(parts: dict[str, bytes], caplog) -> None:
    assert refusal(repacked(workbook(["a", "b", "c"]), **parts)).code == "too_large"
    assert "too_large" in caplog.text


def test_row_63_macros_and_broken_files_are_refused() -> None:
    data = workbook(["a", "b", "c"])
    assert (
        refusal(repacked(data, xl__vbaProject__bin=b"x").replace(b"vbaProject/bin", b"vbaProject.bin")).code == "macros"
    )
    assert refusal(data[: len(data) // 2]).code.startswith("broken")
    assert refusal(repacked(data, sheet=sheet_xml(data)[:300])).code.startswith("broken")


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\xef\xbb\xbf", csv_text()[:15], workbook(), workbook(header=[])])
def test_row_65_nothing_or_only_a_header(data: bytes) -> None:
    assert refusal(data).code == "empty"


def test_a_file_without_headings_is_refused() -> None:
    assert refusal(b"1,2\n3,4\n").code == "no_header"


def test_the_sheet_with_the_asked_header_is_taken() -> None:
    def edit(book, _sheet) -> None:
        other = book.create_sheet("명단")
        other.append(["2026년 명단"])
        other.append(["이름", "휴대전화"])
        other.append(["홍길동", "010-1234-5678"])

    table = read_table(workbook(["a", "b", "c"], edit=edit), looks_like_header=lambda header: "휴대전화" in header)
    assert table.header == ("이름", "휴대전화")
    assert table.rows[0].number == 3


def test_columns_without_a_heading_are_told() -> None:
    table = read_table("성명,,전공\n홍길동,메모,수학,끝\n".encode())
    assert "B, D" in table.notes[0]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", "성명,전공\n".encode()):
        try:
            assert read_table(prefix + data).rows
        except UnreadableFile as refused:
            assert refused.sentence  # noqa: PT017 either outcome is fine; any other exception is not
