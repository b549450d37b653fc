"""Which row of a file of test results is whose: pure rules."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.exam import Candidate, ExamRow, judge_rows, looks_like_exam
from portal.common.spreadsheets import Row, Table, UnreadableFile

BORN = date(1998, 3, 15)
KIM = Candidate(1, "A-001", "kim@example.kr", "김하늘", BORN, True)
LEE = Candidate(2, "A-002", "lee@example.kr", "이서연", date(1999, 1, 2), True, imported=Decimal("70.00"))
PARK = Candidate(3, "A-003", "park@example.kr", "박도윤", BORN, False)
CHOI = Candidate(4, "A-004", "choi@example.kr", "최지우", BORN, True, by_reviewers=True)
TWIN = Candidate(5, "A-005", "twin@example.kr", "김하늘", BORN, True)
ALL = [KIM, LEE, PARK, CHOI]


def judged(header, *rows, candidates=ALL, out_of=100) -> list[ExamRow]:
    table = Table(tuple(header), [Row(number, values) for number, values in enumerate(rows, start=2)], "csv")
    return judge_rows(table, candidates, out_of)


def only(header, *values, **options) -> ExamRow:
    [row] = judged(header, values, **options)
    return row


@pytest.mark.parametrize(
    ("header", "values"),
    [
        (("접수번호", "점수"), ("a-001", 85)),
        (("Receipt Number", "Total Score"), ("A-001", "85")),
        (("점수", "응시번호"), ("85점", " A-001 ")),
        (("E-mail", "Score"), ("KIM@example.kr", "85 / 100")),
        (("성명", "생년월일", "총점"), ("김 하늘", "1998-03-15", 85.0)),
        (("Name", "Date of birth", "Score"), ("김하늘", date(1998, 3, 15), "85")),
        (("접수번호", "이메일", "성명", "점수"), ("A-001", "moved@example.kr", "김하늘", "85.00")),
    ],
)
def test_a_row_is_found_by_what_it_names(header, values):
    row = only(header, *values)

    assert (row.outcome, row.application, row.points, row.change) == ("ok", 1, Decimal(85), "new")


@pytest.mark.parametrize(
    ("values", "outcome", "reason"),
    [
        (("A-999", "", "85"), "unknown", "not_found"),
        (("", "", "85"), "unknown", "nobody_named"),
        (("A-001", "lee@example.kr", "85"), "unknown", "contradicts"),
        (("A-001", "", ""), "absent", "did_not_sit"),
        (("A-001", "", "결시"), "absent", "did_not_sit"),
        (("A-001", "", "-1"), "error", "points_out_of_range"),
        (("A-001", "", "100.01"), "error", "points_out_of_range"),
        (("A-001", "", "여든"), "error", "points_invalid"),
        (("A-001", "", "1e1"), "error", "points_invalid"),
        (("A-001", "", "NaN"), "error", "points_invalid"),
        (("A-003", "", "85"), "error", "not_in_selection"),
        (("A-004", "", "85"), "error", "scored_by_reviewers"),
        (("A-001", "980315-1234567", "85"), "error", "rrn_forbidden"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(values, outcome, reason):
    row = only(("접수번호", "이메일", "점수"), *values)

    assert (row.outcome, row.reason, row.change) == (outcome, reason, "none")


def test_a_row_with_a_resident_number_keeps_nothing():
    assert only(("접수번호", "이메일", "점수"), "A-001", "980315-1234567", "85").shown == {}


def test_a_score_on_record_is_shown_beside_the_new_one():
    row = only(("접수번호", "점수"), "A-002", "71")
    same = only(("접수번호", "점수"), "A-002", "70.0")

    assert (row.before, row.points, row.change) == (Decimal(70), Decimal(71), "changed")
    assert same.change == "same"


def test_namesakes_born_on_one_day_need_the_receipt_number():
    both = [*ALL, TWIN]

    assert only(("성명", "생년월일", "점수"), "김하늘", "1998-03-15", "85", candidates=both).reason == "several_found"
    named = only(("성명", "생년월일", "접수번호", "점수"), "김하늘", "1998-03-15", "A-005", "85", candidates=both)
    assert named.application == 5


def test_who_withdrew_and_applied_again_is_meant_by_the_later_one():
    again = Candidate(6, "A-006", "park@example.kr", "박도윤", BORN, True)

    assert only(("이메일", "점수"), "park@example.kr", "85", candidates=[PARK, again]).application == 6


def test_of_two_rows_that_say_the_same_the_first_counts_of_others_none():
    same = judged(("접수번호", "점수"), ("A-001", 85), ("A-001", 85))
    other = judged(("접수번호", "점수"), ("A-001", 85), ("A-002", 60), ("A-001", 90))

    assert [row.outcome for row in same] == ["ok", "duplicate"]
    assert [(row.outcome, row.reason) for row in other] == [
        ("error", "two_scores"),
        ("ok", ""),
        ("error", "two_scores"),
    ]


@given(st.integers(0, 400))
def test_another_scale_is_brought_to_a_hundred(points):
    row = only(("접수번호", "점수"), "A-001", points, out_of=400)

    assert row.points == (Decimal(points) / 4).quantize(Decimal("0.01"))


@given(st.lists(st.tuples(st.sampled_from(["A-001", "A-002", "B-1", ""]), st.sampled_from([10, 20, "", "x"]))))
def test_no_application_gets_two_scores(rows):
    found = [row.application for row in judged(("접수번호", "점수"), *rows) if row.outcome == "ok"]

    assert len(found) == len(set(found))


def test_a_file_that_names_nobody_is_refused():
    with pytest.raises(UnreadableFile):
        judged(("성명", "점수"), ("김하늘", 85))
    assert looks_like_exam(("연번", "이름", "점수"))
    assert not looks_like_exam(("과목", "배점"))
