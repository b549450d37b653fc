"""The register that a demo's office kept in a spreadsheet before the portal, with its gaps; all of it invented."""

import io
from datetime import date, timedelta

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions import imports, views
from partners.actions.calendar import turn_agreements
from portal.accounts.models import User
from portal.common.dates import add_months, period_end
from portal.dashboard.demo.clock import work_off

HEADINGS = (
    "관리번호",
    "협약명",
    "협약기관",
    "체결일자",
    "유효기간",
    "자동연장",
    "담당부서",
    "재정부담",
    "추진상태",
    "비고",
)
PARTNERS = (
    "(주)달구벌데이터", "금호강소프트㈜", "주식회사 팔공솔루션", "비슬대학교", "대구디지털산업협회", "수성메디컬테크(주)",
    "낙동강공과대학교", "달서제조혁신조합", "(주)앞산클라우드", "동성로창업재단",
)  # fmt: skip
THEMES = ("청년 인재 양성", "스마트공장 확산", "의료 데이터 활용", "창업 보육", "로봇 실증", "소프트웨어 교육")
EVERY, COUNT = 100, 44  # days between two agreements; how many
ENDING_SOON = "ending=365&columns=number&columns=parties&columns=until&columns=renewal&columns=department&sort=until"


def take_in(by: User, today: date) -> None:
    """Send the old register, look at it, take it in; then keep a view that the office works with."""
    host = by.acting.organization if by.acting else None
    if host is None:
        return
    source = imports.receive_register(host, workbook(today), by=by)
    work_off()
    source.refresh_from_db()
    imports.confirm_register(source, by=by)
    work_off()
    turn_agreements()  # as each night: what has ended or extended itself since is in its state
    views.save_view(by=by, name="1년 안에 끝나는 협약", query=ENDING_SOON, shared=True)


def workbook(today: date) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(("업무협약 관리대장",))
    sheet.append(HEADINGS)
    for n in range(COUNT):
        sheet.append(row(n, today - timedelta(days=EVERY * (COUNT - n) + 30)))
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("업무협약 관리대장(이관).xlsx", file.getvalue())


def row(n: int, signed: date) -> tuple[str, ...]:
    """Most are whole; of some the day, the end or a party is not known any more."""
    months = (24, 36, 60)[n % 3]
    until = period_end(signed, months)
    day = {5: "미상", 16: f"{signed.year}.{signed.month}.", 27: f"{signed.year}"}.get(n, f"{signed:%Y.%m.%d}.")
    ended = add_months(signed, 10)
    return (
        f"{signed.year}-{'가나다라'[n % 4]}{n + 1:02d}",
        f"{THEMES[n % len(THEMES)]} 업무협약",
        f"대구광역시, {PARTNERS[n % len(PARTNERS)]}" if n != 38 else "-",
        day,
        f"{signed:%Y.%m.%d}.~{until:%Y.%m.%d}." if n % 7 else "체결일로부터 3년",
        "자동연장(1년)" if n % 9 == 2 else "없음",
        ("일자리정책과", "미래산업과", "투자유치과")[n % 3],
        "50,000천원" if n % 8 == 3 else "없음",
        "해지" if n in (9, 30) else ("완료" if n % 10 == 4 and until < ended + timedelta(days=900) else ""),
        "원본은 문서고" if n % 12 == 0 else "",
    )
