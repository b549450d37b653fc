"""The invented applicants of a demo, as their office's spreadsheet."""

import io
import pathlib
import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

FILE = pathlib.Path(__file__).parent.parent / "demo_data" / "applicants.xlsx"
DEADLINE = date(2026, 4, 14)  # of the file
SUBMITTED = "접수일시"
HEADINGS = (
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
    SUBMITTED,
)
DISTRICTS = ("중구", "성산구", "의창구", "북구")
FAMILY = "김이박최정강조윤장임한오서신권황안송류전홍"
GIVEN = (
    "서연",
    "민준",
    "지우",
    "하준",
    "서윤",
    "도윤",
    "하은",
    "예준",
    "지민",
    "시우",
    "수아",
    "주원",
    "채원",
    "건우",
    "다은",
    "현우",
)
MAJORS = ("컴퓨터공학", "기계공학", "경영학", "통계학", "산업디자인", "전자공학", "수학", "화학공학")
WISH = "지역 기업에서 데이터로 문제를 푸는 일을 하고 싶어 지원합니다."


def moved(deadline: date) -> SimpleUploadedFile:
    """The file of 412 with its times of submission moved to another deadline; the rest as it is."""
    book = openpyxl.load_workbook(FILE)
    for sheet in book:
        column = None
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == SUBMITTED:
                    column = cell.column
                elif cell.column == column:
                    cell.value = later(cell.value, deadline - DEADLINE)  # type: ignore[assignment]  # what was there
                if cell.data_type == "f":
                    cell.data_type = "s"  # a text that looks like a formula stays one
    return upload(book, "지원자 명단.xlsx")


def later(value: object, by: timedelta) -> object:
    """A time of submission moved; anything else is left for the portal to complain about."""
    if isinstance(value, datetime):
        return value + by
    try:
        return (datetime.fromisoformat(str(value)) + by).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return value


def invented(
    count: int, *, region: str, deadline: date, track: str, seed: int, districts: Sequence[str] = DISTRICTS
) -> SimpleUploadedFile:
    """A clean list of so many applicants of a region."""
    draw = random.Random(seed)  # noqa: S311  # the same people in every demo
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADINGS)
    for number in range(1, count + 1):
        sent = datetime.combine(deadline, time(9)) - timedelta(minutes=draw.randrange(20_000))
        born = date(deadline.year - draw.randrange(20, 33), draw.randrange(1, 13), draw.randrange(1, 28))
        sheet.append(
            (
                number,
                draw.choice(FAMILY) + draw.choice(GIVEN),
                born.isoformat(),
                f"010-{seed % 90 + 10}{draw.randrange(10, 99)}-{number:04d}",
                f"applicant{seed}.{number}@example.kr",
                f"{region} {draw.choice(districts)} {draw.randrange(1, 200)}",
                draw.choice(("대학교 졸업", "전문대 졸업", "대학교 졸업예정")),
                draw.choice(MAJORS),
                draw.choice(("미취업", "구직중")),
                track,
                WISH,
                sent.strftime("%Y-%m-%d %H:%M:%S"),
            )
        )
    return upload(book, "지원자.xlsx")


def upload(book: openpyxl.Workbook, name: str) -> SimpleUploadedFile:
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile(name, file.getvalue())
