"""What offices write into their registers, and how it is read."""

from datetime import date

import pytest

from partners.register_sheet import destiny, explain, looks_like_register, read_rows
from partners.register_words import (
    kind_of_organization,
    name_key,
    read_amount,
    read_day,
    read_renewal,
    read_validity,
    split_parties,
)
from portal.common.korean import Unacceptable
from portal.common.spreadsheets import CellError, Row, Table

TODAY = date(2026, 4, 15)
SIGNED = date(2021, 3, 1)


@pytest.mark.parametrize(
    ("typed", "day", "known"),
    [
        ("2021.3.1.", date(2021, 3, 1), "day"), ("2021. 3. 1.(월)", date(2021, 3, 1), "day"),
        ("'21.3.1.", date(2021, 3, 1), "day"), ("’21. 03. 01", date(2021, 3, 1), "day"), (44256, date(2021, 3, 1), "day"),
        ("2021년 3월 1일", date(2021, 3, 1), "day"), (date(2021, 3, 1), date(2021, 3, 1), "day"),
        ("2021.3.", date(2021, 3, 1), "month"), ("2021-03", date(2021, 3, 1), "month"), ("2021년 3월", date(2021, 3, 1), "month"),
        ("2021", None, "year"), (2021, None, "year"), ("2021년", None, "year"), ("", None, ""), ("미상", None, ""), ("-", None, ""),
        (None, None, ""),
    ],
)  # fmt: skip
def test_a_day_is_known_as_far_as_it_is_written(typed, day, known):
    assert read_day(typed) == (day, known)


@pytest.mark.parametrize("typed", ["21.3.1.", "2021.13.1.", "2021.13.", "봄", "2021.2.30."])
def test_a_day_that_would_be_a_guess_is_refused(typed):
    with pytest.raises(Unacceptable):
        read_day(typed)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2021.3.1.~2024.2.28.", date(2021, 3, 1), date(2024, 2, 28)),
        ("2021. 3. 1. ∼ 2024. 2. 28.", date(2021, 3, 1), date(2024, 2, 28)),
        ("2021-03-01 - 2024-02-28", date(2021, 3, 1), date(2024, 2, 28)),
        ("('21.3.1.～'24.2.28.)", date(2021, 3, 1), date(2024, 2, 28)),
        ("2021.3.1.~12.31.", date(2021, 3, 1), date(2021, 12, 31)),
        ("2021.3.1.부터 2024.2.28.까지", date(2021, 3, 1), date(2024, 2, 28)),
        ("2021.3.1.~3년", date(2021, 3, 1), date(2024, 2, 29)),
        ("2021.3.1.~", date(2021, 3, 1), None),
        ("2021.3.1.~해지 시까지", date(2021, 3, 1), None),
        ("체결일로부터 3년", SIGNED, date(2024, 2, 29)),
        ("협약 체결일로부터 1년 6개월", SIGNED, date(2022, 8, 31)),
        ("3년", SIGNED, date(2024, 2, 29)),
        ("24개월간", SIGNED, date(2023, 2, 28)),
    ],
)
def test_a_period_of_validity(typed, first, last):
    assert read_validity(typed, SIGNED) == (first, last)


@pytest.mark.parametrize("typed", ["별도 합의 시까지", "2021~2024", "체결 후 사업 종료 시", "2021.3.~2024.2."])
def test_a_period_that_would_be_a_guess_is_refused(typed):
    with pytest.raises(Unacceptable):
        read_validity(typed, SIGNED)


def test_a_length_needs_the_day_from_which_it_runs():
    with pytest.raises(Unacceptable):
        read_validity("체결일로부터 3년", None)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("없음", (None, None, False)), ("", (None, None, False)), ("X", (None, None, False)), ("자동연장(1년)", (12, None, False)),
        ("1년씩 자동연장", (12, None, False)), ("6개월", (6, None, False)), ("만료 30일 전 통지 없으면 1년", (12, 30, False)),
        ("만료 1개월 전까지 통지, 2년 연장", (24, 30, False)), ("유", (12, None, True)), ("○", (12, None, True)),
    ],
)  # fmt: skip
def test_an_automatic_extension(typed, found):
    assert read_renewal(typed) == found


@pytest.mark.parametrize(
    ("typed", "won"),
    [
        ("50,000천원", 50_000_000), ("1억 2,000만원", 120_000_000), ("5천만원", 50_000_000), ("30백만원", 30_000_000),
        ("1.5억원", 150_000_000), ("50000000", 50_000_000), ("약 5천만원", None), ("시비 50%", None),
    ],
)  # fmt: skip
def test_an_amount(typed, won):
    assert read_amount(typed) == won


@pytest.mark.parametrize(
    ("typed", "parties", "more"),
    [
        ("한빛시, (주)가온", [("한빛시", ""), ("(주)가온", "")], False),
        ("가온㈜(교육 지원) / 한빛대학교", [("가온㈜", "교육 지원"), ("한빛대학교", "")], False),
        ("한국AI·SW협회\n다온(주)", [("한국AI·SW협회", ""), ("다온(주)", "")], False),
        ("가온, (주)가온", [("가온", "")], False),
        ("가온 등 5개 기관", [("가온", "")], True),
        ("가온 외 3개사", [("가온", "")], True),
        ("-", [], False),
    ],
)
def test_parties(typed, parties, more):
    assert split_parties(typed) == (parties, more)


def test_one_company_has_one_key():
    assert len({name_key(name) for name in ("(주)가온", "㈜가온", "주식회사 가온", "가온 (주)", "가온")}) == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("대구광역시", "local_government"), ("구미시청", "local_government"), ("경상북도", "local_government"),
        ("고용노동부", "ministry"), ("한빛대학교", "university"), ("금오공과대학교 산학협력단", "university"),
        ("구미전자공고", "school"), ("한빛중학교", "school"), ("한국AI산업협회", "association"), ("경북테크노파크", "public_agency"),
        ("대구광역시교육청", "public_agency"), ("(주)가온", "company"), ("마이크로소프트", "company"), ("삼성전자 반도체사업부", "company"),
    ],
)  # fmt: skip
def test_the_likely_kind_of_an_organization(name, kind):
    assert kind_of_organization(name) == kind


@pytest.mark.parametrize(
    ("values", "state", "ended_on"),
    [
        ({}, "draft", None),
        ({"signed_on": None}, "draft", None),
        ({"signed_precision": "month"}, "draft", None),
        ({"parties": []}, "draft", None),
        ({"state_word": "draft"}, "draft", None),
        ({"valid_until": date(2024, 2, 28)}, "expired", date(2024, 2, 28)),
        ({"valid_until": date(2024, 2, 28), "renewal_months": 12}, "in_force", None),
        ({"valid_until": date(2026, 4, 15)}, "in_force", None),
        ({"valid_until": date(2026, 4, 14)}, "expired", date(2026, 4, 14)),
        ({"valid_from": date(2026, 5, 1)}, "signed", None),
        ({"state_word": "terminated", "valid_until": date(2030, 1, 1)}, "terminated", None),
        ({"ended_on": date(2022, 1, 1)}, "terminated", date(2022, 1, 1)),
        ({"state_word": "fulfilled", "valid_until": date(2024, 2, 28)}, "fulfilled", date(2024, 2, 28)),
        ({"state_word": "expired"}, "expired", None),
    ],
)
def test_what_becomes_of_an_agreement(values, state, ended_on):
    whole = {"signed_on": SIGNED, "signed_precision": "day", "parties": [["가온", ""]]} if values else {}

    assert destiny(whole | values, TODAY) == (state, ended_on)


# Rows --------------------------------------------------------------------------------------


def read(*cells, header=("관리번호", "협약명", "체결일", "상대기관", "비고")):
    rows = [Row(n + 2, tuple(row)) for n, row in enumerate(cells)]
    return read_rows(Table(header, rows, "xlsx"), TODAY)


def test_headings_are_found_in_any_order_under_the_names_that_offices_use():
    assert looks_like_register(("번호", "제 목", "체결\n일자", "담당 부서"))
    assert not looks_like_register(("성명", "생년월일", "연락처"))
    (row,) = read(("비고", "(주)가온", "협약", 7.0), header=("특이사항", "당사자", "제목(필수)", "번호"))

    assert row.values | {"title": "협약", "number": "7", "remark": "비고", "parties": [["(주)가온", ""]]} == row.values


def test_totals_and_empty_lines_are_no_agreements():
    assert len(read(("1", "협약", "2021.3.1.", "가온", ""), ("합계", "12건", "", "", ""), ("3", "", "", "", ""))) == 1


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("1", "", "2021.3.1.", "가온", ""), "title_missing"),
        (("1", "가" * 151, "2021.3.1.", "가온", ""), "title_too_long"),
        (("1", "협약", "2021.13.1.", "가온", ""), "signed_on_invalid"),
        (("1", "협약", "2027.1.1.", "가온", ""), "signed_in_future"),
        (("1", "협약", CellError("C2", "#REF!"), "가온", ""), "cell_error_C2"),
        (("1", "협약", "2021.3.1.", "가온", "880101-1234567"), "rrn_forbidden"),
    ],
)
def test_a_row_that_cannot_be_kept_says_why(cells, reason):
    (row,) = read(cells)

    assert row.reason == reason
    assert row.values == {}
    assert explain(reason) not in ("", explain("no such code"))
    assert "880101" not in str(row.shown)


def test_what_cannot_be_read_without_a_guess_is_kept_word_for_word():
    header = ("협약명", "체결일", "유효기간", "재정부담", "상대기관", "비고")
    (row,) = read(("협약", "2021", "별도 합의 시까지", "일부", "가온 외 2개사", "문서고"), header=header)

    assert row.values["remark"].splitlines() == [
        "문서고", "협약기관: 가온 외 2개사", "체결일: 2021", "유효기간: 별도 합의 시까지", "재정부담: 일부",
    ]  # fmt: skip
    assert "signed_on" not in row.values
    assert {"year_only", "validity_unread", "parties_incomplete"} <= set(row.notes)
