"""Registers of agreements: an office's old one as a file, and a large one in the database."""

import io
from datetime import date, timedelta
from itertools import islice

import openpyxl
from django.utils import timezone

from partners.models import Agreement, Commitment, Organization, Party
from partners.states import AgreementState
from portal.accounts.models import User

HEADINGS = (
    "연번", "관리번호", "협약명", "협약\n기관", "체결일자", "유효기간", "자동연장", "담당부서", "담당자", "재정부담", "추진상태", "비고",
)  # fmt: skip
FIELDS = (
    "인공지능 인재 양성",
    "로봇 실증 지원",
    "청년 취업 연계",
    "데이터 개방·활용",
    "스마트팩토리 확산",
    "창업 보육",
    "진로 교육",
)
PARTNERS = (
    "(주)가온테크", "나래소프트㈜", "주식회사 다온", "한빛대학교", "대구창조진흥원", "한국AI산업협회", "구미전자공고", "경상북도",
    "마루코리아", "새론데이터(주)",
)  # fmt: skip
ENDS = ("2년", "3년", "1년")


def rows(count: int = 412, since: date = date(2009, 3, 2)):
    """The rows of an old register: most clean, some with what offices really write. The office is 한빛시."""
    for n in range(count):
        signed = since + timedelta(days=n * 15)
        until = signed.replace(year=signed.year + 1 + n % 3, day=min(signed.day, 28))
        partner = PARTNERS[n % len(PARTNERS)]
        parties = f"한빛시, {partner}" if n % 4 else f"{partner} / 협력사{n // 20}(교육 지원)"
        typed = (
            signed,
            f"{signed:%Y}. {signed.month}. {signed.day}.",
            f"{signed:%Y-%m-%d}",
            f"'{signed:%y}.{signed:%m}.{signed:%d}",
        )
        state = "해지" if n % 40 == 7 else ("완료" if n % 25 == 3 else "")
        yield [
            n + 1, f"{signed.year}-{n + 1:03d}", f"{FIELDS[n % len(FIELDS)]} 업무협약({partner})", parties, typed[n % 4],
            f"{signed:%Y.%m.%d}.~{until:%Y.%m.%d}." if n % 5 else f"체결일로부터 {ENDS[n % 3]}",
            "자동연장(1년)" if n % 17 == 0 else "없음", ("일자리정책과", "투자유치과", "미래산업과")[n % 3], "이정원" if n % 6 == 0 else "",
            ("없음", "50,000천원", "1억 2,000만원", "유")[n % 4] if n % 8 == 0 else "무", state, "원본 문서고" if n % 30 == 0 else "",
        ]  # fmt: skip


def nasty(table: list[list]) -> list[list]:
    """The same with unknown days, a month, a serial number for a date, an error, a repeated number, a resident number."""
    table = [list(row) for row in table]
    table[10][4] = "미상"
    table[11][4] = "2010.8."
    table[12][4] = 40300  # a date cell that lost its format: 2010-05-02
    table[13][4] = "2010.13.45."
    table[14][1] = table[15][1]
    table[16][2] = ""
    table[17][11] = "담당 880101-1234567"
    table[18][5] = "별도 합의 시까지"
    table[19][3] = "-"
    table[20][3] = "한빛시, (주)가온테크 등 5개 기관"
    return table


def workbook(table, *, headings=HEADINGS, hidden=(), merged_head=False) -> bytes:
    """As an office keeps it: a title, a day, the headings, the rows, a line of totals."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["업무협약 관리대장"])
    sheet.append(["(2026. 3. 31. 기준)"])
    sheet.append([])
    sheet.append(list(headings))
    for row in table:
        sheet.append(row)
    sheet.append(["합계", f"{len(table)}건"])
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    if merged_head:
        sheet.merge_cells("C4:D4")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_of(table, encoding: str = "cp949", headings=HEADINGS) -> bytes:
    lines = [[str(cell).replace("\n", "") for cell in headings], *table]
    text = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    return text.encode(encoding)


# A large one ---------------------------------------------------------------------------------


def make_register(host: Organization, count: int = 10_000, *, in_charge: User | None = None) -> list[Agreement]:
    """So many agreements of an office over fifteen years, each with its parties and a commitment."""
    today = timezone.localdate()
    partners = Organization.objects.bulk_create(
        Organization(kind="company", name=f"{PARTNERS[n % 3]} {host.pk}-{n}") for n in range(max(1, count // 20))
    )
    states = list(AgreementState)
    made = Agreement.objects.bulk_create(
        (_agreement(host, n, count, today, states[n % len(states)], in_charge) for n in range(count)), batch_size=2_000
    )
    parties = Party.objects.bulk_create(
        (
            Party(agreement=one, organization=organization, role=role)
            for n, one in enumerate(made)
            for organization, role in ((host, "운영"), (partners[n % len(partners)], "교육 지원"))
        ),
        batch_size=5_000,
    )
    Commitment.objects.bulk_create(
        (
            Commitment(agreement=party.agreement, party=party, what="교육", unit="명", quantity=20 + n % 80)
            for n, party in enumerate(islice(parties, 1, None, 2))
        ),
        batch_size=5_000,
    )
    return made


def _agreement(host: Organization, n: int, count: int, today: date, state: str, in_charge: User | None) -> Agreement:
    begins = today - timedelta(days=5_400 - n * 5_400 // count)
    until = begins + timedelta(days=365 * (1 + n % 4))
    over = state not in (AgreementState.DRAFT, AgreementState.SIGNED, AgreementState.IN_FORCE)
    return Agreement(
        host=host, number=f"{begins.year}-{n + 1:05d}", title=f"{FIELDS[n % len(FIELDS)]} 업무협약 {n + 1}", state=state,
        signed_on=begins, valid_from=begins, valid_until=until, ended_on=until if over else None,
        department=("일자리정책과", "투자유치과", "미래산업과")[n % 3], in_charge=in_charge if n % 9 == 0 else None,
        has_burden=n % 7 == 0, burden_amount=n * 1_000 if n % 7 == 0 else None,
    )  # fmt: skip
