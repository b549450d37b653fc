"""The roster of applicants: every row of the real file, and the rules behind its reasons."""

import csv
import datetime as dt
import pathlib

import pytest

from cohorts.eligibility import EligibilityRules
from cohorts.roster import RosterRow, explain, judge_rows, looks_like_roster
from portal.common.dates import KST
from portal.common.spreadsheets import CellError, Row, Table, UnreadableFile, read_table

DATA = pathlib.Path(__file__).parent.parent / "data"
RULES = EligibilityRules(
    closes_at=dt.datetime(2026, 4, 14, 18, 1, tzinfo=KST),
    age_min=18,
    age_max=34,
    region="대구광역시",
    unemployed_only=True,
)
TRACKS = ["일반", "심화"]
HEADER = (
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
)
CELLS = {
    "연번": 1,
    "성명": "홍길동",
    "생년월일": "2000-01-01",
    "휴대전화": "010-1234-5678",
    "이메일": "hong@example.kr",
    "주소": "대구 동구",
    "최종학력": "고졸",
    "전공": "수학",
    "취업상태": "미취업",
    "지원트랙": "일반",
    "지원동기": "열심히 하겠습니다",
    "접수일시": "2026-04-10 10:00",
}


def judged(*changes: dict[str, object], header=HEADER, rules=RULES, tracks=TRACKS) -> list[RosterRow]:
    """A roster of one valid applicant per change, each with an own number, name and contacts."""
    rows = []
    for at, change in enumerate(changes, 1):
        own = {
            "연번": at,
            "성명": "홍길동" + "가나다라"[at - 1],
            "휴대전화": f"010-1234-000{at}",
            "이메일": f"a{at}@example.kr",
        }
        cells = CELLS | own | change
        rows.append(Row(at + 1, tuple(cells.get(name) for name in header)))
    return judge_rows(Table(header, rows, "xlsx"), rules, tracks)


def expected() -> list[tuple[int, str, str]]:
    with (DATA / "applicants.expected.csv").open() as file:
        return [(int(row["row"]), row["outcome"], row["reason"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("name", "count"), [("applicants.xlsx", 412), ("applicants_cp949.csv", 60)])
def test_every_row_of_the_real_files_ends_as_expected(name: str, count: int) -> None:
    table = read_table(DATA / name, looks_like_header=looks_like_roster)

    rows = judge_rows(table, RULES, TRACKS)

    assert [(row.number, row.outcome, row.reason) for row in rows] == expected()[:count]
    codes = {code for row in rows for code in [row.reason, *row.notes] if code}
    assert explain("no_such_code") not in {explain(code) for code in codes}


def test_a_good_row_is_ready_to_be_stored() -> None:
    [row] = judged({"성명": "홍길동", "휴대전화": 1012345678, "생년월일": "000101", "지원트랙": "심화 트랙"})

    assert (row.outcome, row.reason) == ("ok", "")
    assert row.notes == ["birth_century", "mobile_restored"]
    assert row.values == {
        "name": "홍길동",
        "birth_date": dt.date(2000, 1, 1),
        "mobile": "010-1234-5678",
        "email": "a1@example.kr",
        "address": "대구 동구",
        "education": "high_school",
        "major": "수학",
        "employment": "unemployed",
        "track": "심화",
        "motivation": "열심히 하겠습니다",
        "submitted_at": dt.datetime(2026, 4, 10, 10, 0, tzinfo=KST),
    }


@pytest.mark.parametrize("column", [name for name in HEADER if name != "연번"])
def test_a_row_with_a_resident_number_is_neither_kept_nor_repeated(column: str) -> None:
    [row] = judged({column: "번호 950107-1234567"})

    assert (row.outcome, row.reason) == ("error", "rrn_forbidden")
    assert "950107" not in repr(row)
    assert "홍길동" not in repr(row)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"성명": CellError("B2", "#REF!")}, "cell_error_B2"),
        ({"성명": "홍길동😀"}, "name_invalid"),
        ({"생년월일": "3/5/99"}, "birth_date_year_digits"),
        ({"생년월일": "2030-01-01"}, "birth_date_invalid"),
        ({"휴대전화": None}, "mobile_missing"),
        ({"이메일": "a@[127.0.0.1]"}, "email_invalid"),
        ({"이메일": "ａ@d.kr"}, "email_fullwidth"),
        ({"지원트랙": None}, "track_missing"),
        ({"취업상태": "모름"}, "employment_unknown"),
        ({"취업상태": ""}, "employment_missing"),
        ({"접수일시": None}, "submitted_at_missing"),
        ({"접수일시": "2026-04-10"}, "submitted_at_missing"),
        ({"접수일시": "어제"}, "submitted_at_invalid"),
        ({"주소": "대구 " + "가" * 200}, "address_too_long"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_sentence(change: dict[str, object], reason: str) -> None:
    [row] = judged(change)

    assert (row.outcome, row.reason) == ("error", reason)
    assert explain(reason) != explain("no_such_code")


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"성명": "홍길동가", "생년월일": "2000.1.1"}, "same_person_as_row_1"),
        ({"휴대전화": 1012340001}, "same_person_as_row_1"),
        ({"이메일": "A1@EXAMPLE.KR"}, "same_email_as_row_1"),
    ],
)
def test_row_56_the_first_of_two_stays_and_both_are_shown(second: dict[str, object], reason: str) -> None:
    first, later = judged({}, second)

    assert (first.outcome, first.notes) == ("ok", ["repeated_in_row_2"])
    assert (later.outcome, later.reason) == ("duplicate", reason)


def test_the_same_name_with_another_birth_date_is_another_person() -> None:
    rows = judged({"성명": "김민수"}, {"성명": "김민수", "생년월일": "2000-01-02"})
    assert [row.outcome for row in rows] == ["ok", "ok"]


def test_a_row_in_error_takes_nobodys_place() -> None:
    broken, good = judged({"성명": "", "이메일": "same@example.kr"}, {"이메일": "same@example.kr"})
    assert (broken.outcome, good.outcome) == ("error", "ok")


def test_row_17_addresses_that_resemble_are_told_and_kept() -> None:
    _first, second = judged({"이메일": "hong.gildong@d.kr"}, {"이메일": "honggildong+ai@d.kr"})
    assert (second.outcome, second.reason, second.notes) == ("ok", "", ["resembles_row_1"])


@pytest.mark.parametrize(
    ("submitted", "outcome", "reason"),
    [
        ("2026-04-14 17:59:59", "ok", ""),
        ("2026-04-14 18:00:00", "ok", "deadline_minute_inclusive"),
        ("2026-04-14 18:00:59", "ok", "deadline_minute_inclusive"),
        ("2026-04-14 18:01:00", "ineligible", "after_deadline"),
    ],
)
def test_row_39_the_stated_minute_is_in_time(submitted: str, outcome: str, reason: str) -> None:
    [row] = judged({"접수일시": submitted})
    assert (row.outcome, row.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("born", "outcome", "reason"),
    [
        ("1991-04-14", "ineligible", "age_over_34"),
        ("1991-04-15", "ok", "age_34_boundary"),
        ("1991-04-16", "ok", ""),
        ("2008-04-13", "ok", ""),
        ("2008-04-14", "ok", "age_18_boundary"),
        ("2008-04-15", "ineligible", "age_under_18"),
    ],
)
def test_an_age_that_one_day_decides_is_told(born: str, outcome: str, reason: str) -> None:
    [row] = judged({"생년월일": born})
    assert (row.outcome, row.reason) == (outcome, reason)


@pytest.mark.parametrize("typed", ["<b>x</b>", "=1+1", "-저는", "@all", "＝1"])
def test_row_58_a_text_that_another_program_would_run_is_told(typed: str) -> None:
    [row] = judged({"지원동기": typed})
    assert (row.outcome, row.reason, row.values["motivation"]) == ("ok", "stored_as_text", typed)


def test_row_55_columns_are_found_by_name_in_any_order() -> None:
    others = {"성명": "이름", "생년월일": "생일", "휴대전화": "핸드폰", "이메일": "E-mail (필수)"}
    cells = {others.get(name, name): value for name, value in CELLS.items()}
    header = tuple(reversed(cells))

    [row] = judge_rows(Table(header, [Row(2, tuple(cells[name] for name in header))], "csv"), RULES, TRACKS)

    assert (row.outcome, row.values["name"], row.values["mobile"]) == ("ok", "홍길동", "010-1234-5678")


def test_missing_and_doubled_columns_are_named() -> None:
    with pytest.raises(UnreadableFile, match="주소"):
        judged({}, header=tuple(name for name in HEADER if name != "주소"))
    with pytest.raises(UnreadableFile, match="연락처"):
        judged({}, header=(*HEADER, "연락처"))


def test_columns_that_the_rules_do_not_need_may_be_missing() -> None:
    header = tuple(name for name in HEADER if name not in {"연번", "주소", "취업상태", "지원트랙"})
    [row] = judged({}, header=header, rules=EligibilityRules(closes_at=RULES.closes_at), tracks=["일반"])
    assert (row.number, row.outcome, row.values["track"]) == (2, "ok", "일반")


def test_totals_and_numbered_blank_lines_are_no_rows() -> None:
    blank = dict.fromkeys(HEADER)
    assert judged(blank | {"연번": "합계", "성명": "412명"}, blank | {"연번": 7}, blank | {"연번": "※ 비고"}) == []


@pytest.mark.parametrize("second", [1, None, "나중에"])
def test_a_number_names_one_row_only(second: object) -> None:
    rows = judged({"연번": 1}, {"연번": second, "이메일": "a1@example.kr"})
    assert [row.number for row in rows] == [row.line for row in rows] == [2, 3]
    assert rows[1].reason == "same_email_as_row_2"
