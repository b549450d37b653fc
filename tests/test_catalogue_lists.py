"""Rows 43 to 65 of the catalogue of bad input on the screen that takes in an office's list."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from cohorts.models import Application, Person, RosterImport, RosterLine
from portal.accounts.roles import Role
from tests.common.test_reading import repacked, sheet_xml, workbook
from tests.factories import make_cohort, make_member
from tests.workers import drain

pytestmark = pytest.mark.django_db
HEAD = [
    "연번",
    "성명",
    "생년월일",
    "휴대전화",
    "이메일",
    "주소",
    "최종학력",
    "전공",
    "취업상태",
    "지원트랙",
    "지원동기",
    "접수일시",
]


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture(autouse=True)
def official(cohort, sign_in):
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(user)
    return user


def line(cohort, number=1, **changes) -> list:
    """A row that is taken as it is."""
    values = dict(zip(HEAD, [
        number, "홍길" + "동서남북"[number - 1], "1998-03-15", f"010-1234-{number:04d}", f"a{number}@example.kr", "대구광역시 중구 1", "대학교 졸업",
        "수학", "구직중", "일반", "배우고 싶습니다.", f"{cohort.apply_opens_at + timedelta(hours=30):%Y-%m-%d %H:%M:%S}",
    ], strict=True))  # fmt: skip
    return list((values | changes).values())


def book(*rows, header=HEAD, edit=None) -> bytes:
    return workbook(*rows, header=header, edit=edit)


def csv(*rows: list, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(",".join(map(str, row)) for row in (HEAD, *rows)).encode(encoding)


def send(client, cohort, content: bytes, name: str = "명단.xlsx"):
    upload = SimpleUploadedFile(name, content)
    return client.post(reverse("cohorts:roster-list", args=[cohort.pk]), {"file": upload})


def preview(client, cohort, content: bytes, name: str = "명단.xlsx") -> tuple[RosterImport, HttpResponse]:
    """The list as the job has read it, and its page."""
    answer = send(client, cohort, content, name)
    assert answer.status_code == 302, answer.context["form"].errors
    drain()
    roster = RosterImport.objects.latest("pk")
    assert not Application.objects.exists()
    return roster, client.get(roster.get_absolute_url())


def refusal(client, cohort, content: bytes, name: str = "명단.xlsx") -> str:
    """What the screen says of a file that it does not take, at once or when the job has looked into it."""
    answer = send(client, cohort, content, name)
    if answer.status_code == 422:
        return " ".join(answer.context["form"].errors["file"])
    drain()
    roster = RosterImport.objects.latest("pk")
    assert roster.state == RosterImport.State.UNREADABLE
    assert not RosterLine.objects.exists()
    page = client.get(roster.get_absolute_url())
    assert page.status_code == 200
    return str(roster.problem)


def said(page: HttpResponse) -> list[str]:
    """The reasons of the rows as the page shows them."""
    return [line.sentence for line in page.context["listing"]]


def good(roster: RosterImport) -> list[RosterLine]:
    return list(roster.lines.filter(outcome="ok").order_by("number"))


@pytest.mark.parametrize(("row", "encoding"), [(43, "cp949"), (44, "utf-8-sig"), (45, "utf-16")])
def test_rows_43_44_45_an_encoding_is_found_out(client, cohort, row, encoding):
    roster, page = preview(client, cohort, csv(line(cohort), encoding=encoding), "명단.csv")

    assert [one.values["name"] for one in good(roster)] == ["홍길동"]
    assert "홍길동" in page.content.decode()


def test_row_46_mixed_encodings_name_the_row(client, cohort):
    content = csv(line(cohort, 1), line(cohort, 2), encoding="utf-8") + "\r\n3,김철수".encode("cp949")

    assert "4" in refusal(client, cohort, content, "명단.csv")


def test_row_47_the_number_of_a_day_is_that_day(client, cohort):
    roster, _page = preview(client, cohort, book(line(cohort, 생년월일=36000)))

    assert good(roster)[0].values["birth_date"] == "1998-07-24"


def test_row_48_a_day_in_words_is_read_or_its_cell_named(client, cohort):
    rows = [line(cohort, 1, 생년월일="1998년 3월 5일"), line(cohort, 2, 생년월일="봄에 태어남")]
    roster, page = preview(client, cohort, book(*rows))

    assert good(roster)[0].values["birth_date"] == "1998-03-05"
    assert roster.lines.get(outcome="error").number == 2
    assert "생년월일" in said(page)[1]


def test_row_49_a_merged_heading_names_its_cells(client, cohort):
    content = book(line(cohort), edit=lambda _book, sheet: sheet.merge_cells("B1:C1"))

    assert "B1:C1" in refusal(client, cohort, content)


def test_row_50_more_rows_than_the_limit_are_refused(client, cohort):
    content = csv(*[["1", "홍길동"]] * 20_001)

    assert "20,000" in refusal(client, cohort, content, "명단.csv")


def test_row_51_a_false_dimension_is_not_believed(client, cohort):
    content = book(line(cohort))
    lying = repacked(content, sheet=sheet_xml(content).replace('ref="A1:L2"', 'ref="A1:XFD1048576"'))

    assert len(good(preview(client, cohort, lying)[0])) == 1


def test_row_52_hidden_rows_and_sheets_are_listed(client, cohort):
    def edit(book, sheet) -> None:
        sheet.row_dimensions[3].hidden = True
        book.create_sheet("숨긴 시트").sheet_state = "hidden"

    roster, page = preview(client, cohort, book(line(cohort, 1), line(cohort, 2), edit=edit))

    assert len(good(roster)) == 2
    assert "숨긴 시트" in page.content.decode()
    assert all(str(note) in page.content.decode() for note in roster.notes)


def test_row_53_a_cell_in_error_is_named(client, cohort):
    def edit(_book, sheet) -> None:
        sheet["C2"].value, sheet["C2"].data_type = "#REF!", "e"
        sheet["D3"] = "=A1&A2"

    roster, page = preview(client, cohort, book(line(cohort, 1), line(cohort, 2), edit=edit))

    assert roster.lines.filter(outcome="error").count() == 2
    assert ["C2" in said(page)[0], "D3" in said(page)[1]] == [True, True]


def test_row_54_a_heading_twice_names_the_columns(client, cohort):
    content = book([*line(cohort), "x"], header=[*HEAD, "성명"])

    assert "B, M" in refusal(client, cohort, content)


def test_row_55_columns_in_another_order_are_found_by_name(client, cohort):
    roster, _page = preview(client, cohort, book(line(cohort)[::-1], header=HEAD[::-1]))

    assert good(roster)[0].values["name"] == "홍길동"


def test_row_56_somebody_twice_in_the_file_shows_both_rows(client, cohort):
    twice = [line(cohort, 1), line(cohort, 2, 성명="홍길동", 휴대전화="010-1234-0001", 이메일="a1@example.kr")]
    _roster, page = preview(client, cohort, book(*twice))

    assert [one.outcome for one in page.context["listing"]] == ["ok", "duplicate"]
    assert "1" in said(page)[1]


def test_row_57_somebody_on_record_is_previewed_as_a_change(client, cohort):
    roster, _page = preview(client, cohort, book(line(cohort)))
    client.post(reverse("cohorts:roster-confirm", args=[roster.pk]))
    drain()
    answer = send(client, cohort, book(line(cohort, 전공="통계학")))
    drain()
    page = client.get(RosterImport.objects.latest("pk").get_absolute_url())

    assert answer.status_code == 302
    assert [one.change for one in RosterImport.objects.latest("pk").lines.all()] == ["changed"]
    assert "변경" in page.content.decode()


def test_row_58_a_formula_that_is_text_stays_text_in_and_out(client, cohort):
    link = '=HYPERLINK("http://evil.example")'

    def edit(_book, sheet) -> None:
        for cell in ("H2", "B3"):
            sheet[cell].value, sheet[cell].data_type = link, "s"

    roster, _page = preview(client, cohort, book(line(cohort, 1), line(cohort, 2, 이메일="없음"), edit=edit))

    assert good(roster)[0].values["major"] == link
    out = client.get(reverse("cohorts:roster-left-out", args=[roster.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(out.streaming_content))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(link, "s")]


def test_row_59_quotes_and_line_breaks_within_a_cell(client, cohort):
    content = csv(line(cohort, 지원동기='"그는 ""네""\r\n라고, 했다"'))
    roster, _page = preview(client, cohort, content, "명단.csv")

    assert good(roster)[0].values["motivation"] == '그는 "네"\n라고, 했다'


OLD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600


def test_row_60_an_old_workbook_is_to_be_saved_as_xlsx(client, cohort):
    assert "xlsx" in refusal(client, cohort, OLD)


def test_row_61_a_password_is_to_be_taken_off(client, cohort):
    locked = OLD + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 100

    assert "암호" in refusal(client, cohort, locked)


def test_row_62_an_xml_bomb_is_refused(client, cohort, caplog):
    content = book(line(cohort))
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet_xml(content).replace("홍길동", "&b;")

    assert refusal(client, cohort, repacked(content, sheet=bomb))
    assert "EntitiesForbidden" in caplog.text


def test_row_63_a_zip_bomb_is_refused(client, cohort):
    bomb = repacked(book(line(cohort)), xl__media__big__bin=b"\x00" * 60_000_000)

    assert refusal(client, cohort, bomb)


def test_row_64_the_same_file_again_is_already_on_record(client, cohort):
    content = book(line(cohort))
    roster, _page = preview(client, cohort, content)
    client.post(reverse("cohorts:roster-confirm", args=[roster.pk]))
    drain()
    send(client, cohort, content)
    drain()
    page = client.get(RosterImport.objects.latest("pk").get_absolute_url()).content.decode()

    assert "이미 모두 반영된 파일입니다. 변경 0건입니다." in page
    assert (Application.objects.count(), Person.objects.count()) == (1, 1)


@pytest.mark.parametrize(("name", "content"), [("a.csv", b""), ("a.csv", csv()), ("a.xlsx", book())])
def test_row_65_nothing_in_it(client, cohort, name, content):
    assert re.search("빈 파일|내용이 없습니다", refusal(client, cohort, content, name))
