"""Rows 1 to 37 of the catalogue of bad input, through the fields of our forms."""

import datetime as dt
import unicodedata
from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from portal.common import fields


class Form(forms.Form):
    name = fields.NameField(required=False)
    email = fields.EmailField(required=False)
    mobile = fields.MobileField(required=False)
    line = fields.TextField(required=False, max_letters=10)
    essay = fields.TextField(required=False, max_letters=50, lines=True)
    seats = fields.IntegerField(required=False, min_value=1, max_value=1_000)
    points = fields.DecimalField(required=False, places=2, min_value=0, max_value=100)
    starts_on = fields.DateField(required=False, label="Start")
    ends_on = fields.DateField(required=False, label="End")
    opens_at = fields.DateTimeField(required=False)

    def clean(self) -> None:
        super().clean()
        fields.refuse_end_before_start(self, "starts_on", "ends_on")


REFUSED = [
    (2, "line", "\ud800", "broken"),
    (2, "line", "\ufffd", "broken"),
    (2, "name", "\ud800", "name_invalid"),
    (9, "name", "홍길동😀", "name_invalid"),
    (13, "line", "가" * 11, "too_long"),
    (13, "essay", "가" * 10_000_000, "too_long"),
    (13, "name", "가" * 10_000_000, "too_long"),
    (14, "line", "subject\r\nBcc: a@d.kr", "one_line"),
    (14, "name", "홍\r\n길동", "name_invalid"),
    (18, "email", "ａ@d.kr", "email_fullwidth"),
    (19, "email", "a@[127.0.0.1]", "email_invalid"),
    (20, "email", "a@한국.kr", "email_domain"),
    (21, "email", "a@exаmple.kr", "email_domain"),
    (24, "essay", "번호는 950107-1234567 입니다", "rrn_forbidden"),
    (24, "name", "홍길동 950107-1234567", "rrn_forbidden"),
    (25, "seats", "1_000", "number_invalid"),
    (27, "seats", "1e1000000", "number_invalid"),
    (28, "seats", "9" * 5_000, "too_long"),
    (28, "seats", "9" * 900, "number_invalid"),
    (25, "points", "8_0", "number_invalid"),
    (27, "points", "1e1000000", "number_invalid"),
    (28, "points", "9" * 5_000, "too_long"),
    (29, "points", "NaN", "number_invalid"),
    (29, "points", "Infinity", "number_invalid"),
    (30, "points", "-0.5", "number_too_small"),
    (30, "points", "100.01", "number_too_large"),
    (30, "points", "1.125", "number_too_fine"),
    (29, "seats", "NaN", "number_invalid"),
    (30, "seats", "-1", "number_too_small"),
    (30, "seats", "0", "number_too_small"),
    (30, "seats", "1000000000", "number_too_large"),
    (32, "starts_on", "2026-02-30", "date_invalid"),
    (34, "starts_on", "3/5/26", "date_year_digits"),
    (34, "starts_on", "26-3-5", "date_year_digits"),
    (34, "starts_on", "260305", "date_year_digits"),
    (35, "starts_on", "0001-01-01", "date_out_of_range"),
    (35, "starts_on", "9999-12-31", "date_out_of_range"),
    (36, "opens_at", "1988-05-08T02:30", "time_skipped"),
]

ACCEPTED = [
    (1, "line", "a\x00b", "ab"),
    (3, "line", "\u200b\u200d", ""),
    (3, "name", "\u200b", ""),
    (4, "name", "\u3164", ""),
    (5, "name", unicodedata.normalize("NFD", "홍길동"), "홍길동"),
    (5, "line", unicodedata.normalize("NFD", "가" * 10), "가" * 10),
    (6, "name", "ㅎㄱㄷ", "ㅎㄱㄷ"),
    (7, "line", "㈜１２３", "㈜１２３"),
    (8, "line", "a\u202eb", "ab"),
    (9, "essay", "열심히 👨‍👩‍👧", "열심히 👨‍👩‍👧"),
    (10, "name", "O'Neil", "O'Neil"),
    (10, "name", "남궁민수", "남궁민수"),
    (10, "name", "김", "김"),
    (10, "name", "가" * 40, "가" * 40),
    (11, "essay", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    (12, "essay", "{{7*7}} %s ${}", "{{7*7}} %s ${}"),
    (15, "name", "\u3000홍길동\u3000", "홍길동"),
    (15, "line", "\u3000가\u3000", "가"),
    (16, "email", "A+B@Example.KR", "a+b@example.kr"),
    (17, "email", "a.b@d.kr", "a.b@d.kr"),
    (22, "mobile", "+82-10-1234-5678", "010-1234-5678"),
    (23, "mobile", "01012345678.0", "010-1234-5678"),
    (23, "mobile", "1012345678", "010-1234-5678"),
    (25, "seats", "1,000", 1_000),
    (26, "seats", "１００", 100),
    (26, "points", "８７．５", Decimal("87.50")),
    (26, "points", "87.500", Decimal("87.50")),
    (33, "starts_on", "2026.3.5", dt.date(2026, 3, 5)),
    (33, "starts_on", "2026. 3. 5.", dt.date(2026, 3, 5)),
    (33, "starts_on", "20260305", dt.date(2026, 3, 5)),
    (0, "essay", "한 줄\r\n두 줄", "한 줄\n두 줄"),
]


def id_of(value: object) -> str | None:
    return f"row{value}" if isinstance(value, int) else None if isinstance(value, str) and len(value) < 30 else "value"


@pytest.mark.parametrize(("row", "field", "typed", "code"), REFUSED, ids=id_of)
def test_row_is_refused_beside_its_field(row: int, field: str, typed: str, code: str) -> None:
    form = Form({field: typed})

    assert not form.is_valid()
    [error] = form.errors.as_data()[field]
    assert error.code == code
    assert form[field].value() == typed  # kept for mending
    assert "950107" not in str(error.message)


@pytest.mark.parametrize(("row", "field", "typed", "stored"), ACCEPTED, ids=id_of)
def test_row_is_accepted_in_one_form(row: int, field: str, typed: str, stored: object) -> None:
    form = Form({field: typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data[field] == stored


def test_row_37_end_before_start_names_both() -> None:
    form = Form({"starts_on": "2026-03-05", "ends_on": "2026-03-04"})

    assert not form.is_valid()
    assert set(form.errors) == {"starts_on", "ends_on"}
    for messages in form.errors.values():
        assert "Start" in messages[0]
        assert "End" in messages[0]


def test_row_37_the_same_day_is_in_order() -> None:
    assert Form({"starts_on": "2026-03-05", "ends_on": "2026-03-05"}).is_valid()


@pytest.mark.parametrize("name", ["name", "email", "mobile", "line", "seats", "points", "starts_on", "opens_at"])
@pytest.mark.parametrize("typed", ["", " \u3000", "\u200b", "\u3164"])
def test_rows_3_4_a_required_field_of_blanks_is_empty(name: str, typed: str) -> None:
    field = Form.base_fields[name]
    required = type(field)()

    with pytest.raises(forms.ValidationError) as caught:
        required.clean(typed)
    assert caught.value.code == "required"


def test_a_date_field_keeps_to_its_range() -> None:
    field = fields.DateField(earliest=dt.date(2026, 1, 1), latest=dt.date(2026, 12, 31))
    for typed, code in (("2025-12-31", "date_too_early"), ("2027-01-01", "date_too_late")):
        with pytest.raises(forms.ValidationError) as caught:
            field.clean(typed)
        assert caught.value.code == code


def test_row_40_a_stored_moment_is_shown_in_korean_time() -> None:
    form = Form(initial={"opens_at": dt.datetime(2026, 4, 14, 9, 0, tzinfo=dt.UTC)})
    assert "2026-04-14T18:00" in str(form["opens_at"])


def test_another_spelling_of_the_same_value_is_no_change() -> None:
    typed = {"starts_on": "2026. 3. 5.", "seats": "1,000"}
    assert Form(typed, initial={"starts_on": dt.date(2026, 3, 5), "seats": 1_000}).changed_data == []
    assert Form({"seats": "no"}, initial={"seats": 1_000}).changed_data == ["seats"]


@given(st.sampled_from(sorted(Form.base_fields)), st.text())
def test_no_text_breaks_a_field(name: str, typed: str) -> None:
    form = Form({name: typed})
    if form.is_valid():
        stored = form.cleaned_data[name]
        assert "\x00" not in str(stored)
        str(stored).encode()
