"""Holds a placement report against the database, cell by cell: plain SQL, nothing of the code that wrote it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
from django.db import connection

from cohorts.models import Cohort, Person
from cohorts.states import EnrolmentState
from placements.states import Exclusion, Verification
from portal.common.korean import mask_name

HEADINGS = (
    "연번", "기수", "과정", "성명", "출생연도", "성별", "거주지(구·군)", "전공여부", "수료구분", "수료일", "취업여부", "취업일",
    "기업명", "사업자번호", "소재지(관내/관외)", "직무", "고용형태", "고용보험 취득일", "확인방법", "확인일", "6개월 유지",
    "제외사유", "비고",
)  # fmt: skip
WORDS = {"성별": Person.Sex, "수료구분": EnrolmentState, "확인방법": Verification, "제외사유": Exclusion}
MAJORS = "컴퓨터|소프트웨어|전산|정보통신|정보보호|정보보안|인공지능|데이터|전자|로봇|AI|SW"

# The trainees of a cohort as of a day, with the job that counts. Everybody in the story has one job at most.
TRAINEES = """
    SELECT e.number, e.state, e.ended_on, c.number AS cohort, g.name AS programme, p.name, p.birth_date, p.sex,
           coalesce(a.address, p.address) AS address, coalesce(a.major, '') AS major, x.reason AS excluded,
           j.hired_on, j.left_on, j.company, j.business_number, j.in_region, j.work, j.contract, j.insured_on,
           j.verification, j.verified_on,
           e.state = 'completed' AND j.hired_on > c.ends_on AND j.hired_on < c.ends_on + interval '6 months 1 day'
               AS employed,
           EXISTS (SELECT FROM placements_employment r WHERE r.enrolment_id = e.id AND r.state = 'reported'
                   AND r.hired_on <= %(as_of)s) AS waiting,
           j.hired_on + interval '6 months' AS until
    FROM cohorts_enrolment e
    JOIN cohorts_cohort c ON c.id = e.cohort_id
    JOIN cohorts_programme g ON g.id = c.programme_id
    JOIN cohorts_person p ON p.id = e.person_id
    LEFT JOIN cohorts_application a ON a.id = e.application_id
    LEFT JOIN placements_outcomeexclusion x ON x.enrolment_id = e.id AND x.since <= %(as_of)s
    LEFT JOIN placements_employment j ON j.enrolment_id = e.id AND j.state = 'verified'
          AND j.hired_on <= %(as_of)s AND j.verified_on <= %(as_of)s
    WHERE e.cohort_id = %(cohort)s AND e.state NOT IN ('withdrawn', 'no_show')
"""
ROWS = f"""
    SELECT number, cohort || '기', programme, name, extract(year FROM birth_date)::text,
           sex,
           substring(address FROM '^\\S+ (\\S+[시군구](?: \\S+[시군구])?)(?: |$)'),
           CASE WHEN major = '' THEN NULL WHEN major ~* '{MAJORS}' THEN '전공' ELSE '비전공' END,
           state,
           CASE WHEN state = 'completed' THEN ended_on END,
           CASE WHEN employed THEN '취업' WHEN state = 'early_employed' THEN '조기취업'
                WHEN state = 'completed' THEN '미취업' END,
           hired_on, company, business_number, CASE WHEN in_region THEN '관내' WHEN NOT in_region THEN '관외' END,
           work, contract, insured_on,
           verification, verified_on,
           CASE WHEN until > %(as_of)s THEN '미도래' WHEN left_on < until THEN '미유지' WHEN until IS NOT NULL THEN '유지' END,
           CASE WHEN state = 'completed' AND employed IS NOT TRUE THEN excluded END,
           CASE WHEN waiting AND employed IS NOT TRUE THEN '취업 신고됨, 증빙 확인 전'
                WHEN state NOT IN ('completed', 'early_employed') THEN '취업률 산정 대상 아님' END
    FROM ({TRAINEES}) t ORDER BY number
"""
COUNTS = f"""
    SELECT count(*), count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'early_employed'),
           count(*) FILTER (WHERE employed),
           count(*) FILTER (WHERE state = 'completed' AND employed IS NOT TRUE AND excluded IS NOT NULL),
           count(*) FILTER (WHERE (employed OR state = 'early_employed') AND in_region),
           count(*) FILTER (WHERE until <= %(as_of)s),
           count(*) FILTER (WHERE until <= %(as_of)s AND (left_on IS NULL OR left_on >= until)),
           count(*) FILTER (WHERE hired_on IS NOT NULL AND (employed OR state = 'early_employed'))
    FROM ({TRAINEES}) t
"""
LEFT_OUT = f"""
    SELECT excluded FROM ({TRAINEES}) t
    WHERE state = 'completed' AND employed IS NOT TRUE AND excluded IS NOT NULL
"""


def assert_true(book: openpyxl.Workbook, cohort: Cohort, as_of: date, *, unmasked: bool) -> None:
    """Every cell of the list, its last line, and every rate with numerator, denominator, exclusions and day."""
    listed, told = ([[plain(cell) for cell in row] for row in page.iter_rows(values_only=True)] for page in book)
    rows = sql(ROWS, cohort, as_of)
    head = listed.index([*HEADINGS])
    printed = [dict(zip(HEADINGS, row, strict=True)) for row in listed[head + 1 : -1]]
    assert printed == [worded(dict(zip(HEADINGS, row, strict=True)), unmasked=unmasked) for row in rows]
    assert any("성명은 일부" in str(row[0]) for row in listed[:head]) is not unmasked

    [(all_, completed, early, employed, excluded, region, due, stayed, hires)] = sql(COUNTS, cohort, as_of)
    last = dict(zip(HEADINGS, listed[-1], strict=True))
    assert {name: value for name, value in last.items() if value is not None} == {
        "연번": all_, "기수": "합계", "수료구분": f"수료 {completed}명", "취업여부": f"취업 {employed + early}명",
        "소재지(관내/관외)": f"관내 {region}명", "6개월 유지": f"{stayed} / {due}", "제외사유": f"제외 {excluded}명",
    }  # fmt: skip
    by_reason = sql(f"SELECT excluded, count(*) FROM ({LEFT_OUT}) t GROUP BY excluded", cohort, as_of)
    words = " ".join(str(row[0]) for row in told)
    for part in (
        f"기준일: {as_of.year}. {as_of.month}. {as_of.day}.", f"수강인원: {all_}명", f"수료 {completed},",
        f"조기취업 {early},", f"미수료 {all_ - completed - early})", f"산정제외: {excluded}명",
        *(f"{Exclusion(reason).label} {people}" for reason, people in by_reason),
    ):  # fmt: skip
        assert part in words
    start = told.index(["지표", "비율(%)", "분자", "분모", "제외", "기준일", "산식"])
    assert [row[:6] for row in told[start + 1 :]] == [
        rate("수료율", completed, all_, 0, as_of),
        rate("취업률", employed + early, completed + early - excluded, excluded, as_of),
        rate("취업률(제외 없음)", employed + early, completed + early, 0, as_of),
        rate("고용유지율(6개월)", stayed, due, hires - due, as_of),
        rate("관내 취업 비율", region, hires, employed + early - hires, as_of),
    ]


def worded(row: dict[str, Any], *, unmasked: bool) -> dict[str, Any]:
    """A row with the words of the catalogue for its codes."""
    for name, words in WORDS.items():
        row[name] = str(words(row[name]).label) if row[name] else None
    return row if unmasked else row | {"성명": mask_name(row["성명"])}


def rate(name: str, part: int, whole: int, excluded: int, as_of: date) -> list[object]:
    """A line of the summary; the percentage by PostgreSQL's decimal arithmetic, a half up."""
    [(value,)] = query("SELECT round(100.0 * %s / nullif(%s, 0), 1)", (part, whole))
    return [name, None if value is None else float(Decimal(value)), part, whole, excluded, as_of]


def sql(text: str, cohort: Cohort, as_of: date) -> list[tuple]:
    return query(text, {"cohort": cohort.pk, "as_of": as_of})


def query(text: str, parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return [tuple(value.date() if isinstance(value, datetime) else value for value in row) for row in cursor]


def plain(cell: object) -> object:
    """A cell as the database would say it: days without a time, nothing for an empty text."""
    return cell.date() if isinstance(cell, datetime) else None if cell == "" else cell
