"""Names, contacts, resident numbers and masks."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common import korean
from portal.common.korean import Unacceptable

MOBILES = st.from_regex(r"010-[0-9]{4}-[0-9]{4}", fullmatch=True)


def refusal(read, value) -> str:
    with pytest.raises(Unacceptable) as caught:
        read(value)
    assert str(caught.value).endswith((".", "다.", "요."))
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "masked"),
    [("", ""), ("김", "*"), ("김철", "김*"), ("홍길동", "홍*동"), ("남궁민수", "남**수"), ("O'Neil", "O****l")],
)
def test_mask_name_hides_all_but_the_ends(name: str, masked: str) -> None:
    assert korean.mask_name(name) == masked
    assert korean.mask_name(unicodedata.normalize("NFD", name)) == masked


def test_masks_of_contacts() -> None:
    assert korean.mask_mobile("010-1234-5678") == "010-****-5678"
    assert korean.mask_mobile("02-123-4567") == "***-****-****"
    assert [korean.mask_email(f"{local}@d.kr") for local in ("hong", "ho", "h")] == [
        "ho***@d.kr",
        "h***@d.kr",
        "***@d.kr",
    ]
    assert korean.mask_email("not an address") == "***"


@given(st.text("가나다라마바사 abcXYZ'-", min_size=1).filter(str.strip))
def test_a_masked_name_never_reveals_the_middle(name: str) -> None:
    assert set(korean.mask_name(name)[1:-1]) <= {"*"}
    assert "*" in korean.mask_name(name)


@given(MOBILES)
def test_a_masked_mobile_never_reveals_the_middle(mobile: str) -> None:
    assert korean.mask_mobile(mobile) == f"010-****-{mobile[-4:]}"


@given(st.from_regex(r"[a-z0-9]{1,20}@d\.kr", fullmatch=True))
def test_a_masked_email_keeps_back_at_least_one_letter(email: str) -> None:
    local = email.split("@")[0]
    shown = korean.mask_email(email).split("***")[0]
    assert local.startswith(shown)
    assert len(shown) <= min(2, len(local) - 1)


RESIDENT_NUMBERS = [
    "950107-1234567",
    "9501071234567",
    "주민번호 0110232345678 입니다",
    "950107 - 1234567",
    "950107 1234567",
    "９５０１０７－１２３４５６７",
    "950107–1234567",
    "950107\u200b-\u200b1234567",
    "950107\n1234567",
    "123456-1234567",  # mistyped, yet nothing else has this shape
    "990101-8234567",  # a foreigner
    9501071234567,
    9501071234567.0,
    101153123456,  # 010115-3123456 without its zero
]
OTHER_NUMBERS = [
    "010-1234-5678",
    "01012345678",
    1012345678,
    "+82 10-1234-5678",
    "821012345678",
    821012345678,
    "010-1234-5678 010-8765-4321",
    "950107-1******",  # masked already
    "950107-9234567",  # no such first digit
    "9913451234567",  # month 13
    "4532-9501-0712-3456",
    "12345678901234",
    "2026-04-14 18:00",
    "123-45-67890",  # a business number
    "20260414-1234567",
    20000,
    3.5,
    True,
    None,
    "",
]


@pytest.mark.parametrize("value", RESIDENT_NUMBERS)
def test_row_24_a_resident_number_is_refused_and_not_repeated(value: object) -> None:
    assert korean.holds_resident_number(value)
    with pytest.raises(Unacceptable) as caught:
        korean.refuse_resident_number(value)
    assert caught.value.code == "rrn_forbidden"
    assert "1234567" not in str(caught.value)


@pytest.mark.parametrize("value", OTHER_NUMBERS)
def test_other_numbers_are_no_resident_numbers(value: object) -> None:
    assert not korean.holds_resident_number(value)


@given(MOBILES, st.sampled_from(["{}", "연락처 {} 입니다", "+82 {}"]))
def test_no_mobile_number_looks_like_a_resident_number(mobile: str, sentence: str) -> None:
    assert not korean.holds_resident_number(sentence.format(mobile))
    assert not korean.holds_resident_number(sentence.format(mobile.replace("-", "")))


@pytest.mark.parametrize("typed", ["", None, "\u200b\u200d", "\u3164", " \u3000 ", "\uffa0"])
def test_rows_3_4_a_name_of_blanks_is_missing(typed: object) -> None:
    assert refusal(korean.normalise_name, typed) == "name_missing"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u3000홍길동 \u200b", "홍길동"),
        ("이\u200b지훈 ", "이지훈"),
        (unicodedata.normalize("NFD", "홍길동"), "홍길동"),
        ("홍\u202e길동", "홍길동"),
        ("김  철\u3000수", "김 철 수"),
        ("O'Neil", "O'Neil"),
        ("남궁민수", "남궁민수"),
        ("김", "김"),
        ("Wolfeschlegelsteinhausenbergerdorff Hubert", "Wolfeschlegelsteinhausenbergerdorff Hubert"),
        ("<script>", "<script>"),
    ],
)
def test_rows_5_8_10_15_a_name_is_kept_in_one_form(typed: str, stored: str) -> None:
    assert korean.normalise_name(typed) == stored


@pytest.mark.parametrize("typed", ["홍길동😀", "👨‍👩‍👧", "홍\n길동", "a\r\nBcc: x@d.kr", "\ud800홍", "1️⃣"])
def test_rows_2_9_14_what_is_no_name_is_refused(typed: str) -> None:
    assert refusal(korean.normalise_name, typed) == "name_invalid"


def test_a_name_has_an_end() -> None:
    assert refusal(korean.normalise_name, "가" * 51) == "name_too_long"
    assert refusal(korean.normalise_name, "홍길동 950107-1234567") == "rrn_forbidden"


def test_row_6_lone_jamo_are_worth_a_question() -> None:
    assert korean.has_lone_jamo("ㅎㄱㄷ")
    assert not korean.has_lone_jamo("홍길동")


@given(st.text())
def test_a_normalised_name_stays_as_it_is(typed: str) -> None:
    try:
        stored = korean.normalise_name(typed)
    except Unacceptable:
        return
    assert korean.normalise_name(stored) == stored
    assert stored
    assert "\x00" not in stored


@pytest.mark.parametrize(
    "typed",
    [
        "010-1234-5678",
        "010 1234 5678",
        "010.1234.5678",
        "01012345678",
        "+82 10-1234-5678",
        "+82-10-1234-5678",
        "+82 (0)10 1234 5678",
        "0082 10 1234 5678",
        "０１０－１２３４－５６７８",
        "010–1234–5678",
        "01012345678.0",
        "1012345678",
        1012345678,
        1012345678.0,
        " 010-1234-5678\u200b",
    ],
)
def test_rows_22_23_a_mobile_number_has_one_form(typed: object) -> None:
    assert korean.normalise_mobile(typed) == "010-1234-5678"


@pytest.mark.parametrize(
    "typed", ["02-123-4567", "010-12-345", "010-1234-56789", "1.01E+09", "abc", "+1 10 1234 5678", True]
)
def test_what_is_no_mobile_number_is_refused(typed: object) -> None:
    assert refusal(korean.normalise_mobile, typed) == "mobile_invalid"


def test_a_missing_mobile_number_is_asked_for() -> None:
    assert refusal(korean.normalise_mobile, " \u3000") == "mobile_missing"


@given(MOBILES)
def test_every_spelling_of_a_mobile_number_leads_to_it(mobile: str) -> None:
    assert korean.normalise_mobile(int(mobile.replace("-", ""))) == mobile
    assert korean.normalise_mobile("+82 " + mobile[1:]) == mobile


def test_row_16_an_address_has_one_spelling() -> None:
    assert korean.normalise_email("  A+B@Example.KR ") == korean.normalise_email("a+b@example.kr") == "a+b@example.kr"


def test_row_17_dots_and_tags_are_other_people_who_resemble() -> None:
    one, other = korean.normalise_email("a.b+x@d.kr"), korean.normalise_email("ab@d.kr")
    assert one != other
    assert korean.email_resemblance(one) == korean.email_resemblance(other)


@pytest.mark.parametrize(
    ("row", "typed", "code"),
    [
        (18, "ａ@d.kr", "email_fullwidth"),
        (18, "a＠d.kr", "email_fullwidth"),
        (19, "a@[127.0.0.1]", "email_invalid"),
        (20, "a@한국.kr", "email_domain"),
        (21, "a@exаmple.kr", "email_domain"),  # a Cyrillic а
        (0, "gildong@@example", "email_invalid"),
        (0, "a@localhost", "email_invalid"),
        (0, "a..b@d.kr", "email_invalid"),
        (0, "a b@d.kr", "email_invalid"),
        (0, "a@d.kr\r\nBcc: b@d.kr", "email_invalid"),
        (0, "a" * 65 + "@d.kr", "email_invalid"),
        (0, "", "email_missing"),
    ],
)
def test_rows_18_to_21_addresses_nobody_can_use(row: int, typed: str, code: str) -> None:
    assert refusal(korean.normalise_email, typed) == code


def test_row_20_punycode_is_an_address() -> None:
    assert korean.normalise_email("a@xn--3e0b707e.kr") == "a@xn--3e0b707e.kr"


def test_row_7_the_search_key_is_compatible_but_nothing_stored_is() -> None:
    assert korean.search_key("㈜  대구 １２３ ＡＩ") == "(주) 대구 123 ai"
    assert korean.search_key(unicodedata.normalize("NFD", "홍길동")) == "홍길동"
    assert korean.normalise_name("㈜대구") == "㈜대구"


@pytest.mark.parametrize("query", ["\x00", "\ud800"])
def test_row_1_a_search_for_what_cannot_be_stored_finds_nothing(query: str) -> None:
    assert korean.search_key(query) == korean.NEVER_STORED


@pytest.mark.parametrize(
    ("word", "pair", "right"),
    [
        ("수료증", "을/를", "수료증을"),
        ("과제", "을/를", "과제를"),
        ("서울", "으로/로", "서울로"),
        ("대구", "으로/로", "대구로"),
        ("구미시청", "으로/로", "구미시청으로"),
        ("IBM", "은/는", "IBM은"),
        ("3", "이/가", "3이"),
        ("(주)대구", "은/는", "(주)대구는"),
        ("株", "이/가", "株이(가)"),
        ("", "을/를", "을(를)"),
    ],
)
def test_particles_follow_the_last_sound(word: str, pair: str, right: str) -> None:
    assert korean.with_particle(word, pair) == right
