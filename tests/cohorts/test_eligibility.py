import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.eligibility import PROVINCES, Candidate, EligibilityRules, judge, lives_in, province_of
from cohorts.models import Cohort, CohortPolicy
from portal.common.dates import KST, years_old

STATED = datetime(2026, 4, 14, 18, 0, tzinfo=KST)
CLOSES = STATED + timedelta(minutes=1)  # the first instant that is too late
RULES = EligibilityRules(CLOSES, age_min=18, age_max=34, region="대구광역시", unemployed_only=True)
ELIGIBLE = Candidate(date(1998, 5, 2), "대구 달서구 서초대", employed=False, submitted_at=STATED - timedelta(days=3))
LONG_NAMES = {
    "서울": "서울특별시 서울시",
    "부산": "부산광역시 부산시",
    "대구": "대구광역시 대구시",
    "인천": "인천광역시 인천시",
    "광주": "광주광역시 광주시",
    "대전": "대전광역시 대전시",
    "울산": "울산광역시 울산시",
    "세종": "세종특별자치시 세종시",
    "경기": "경기도",
    "강원": "강원특별자치도 강원도",
    "충북": "충청북도",
    "충남": "충청남도",
    "전북": "전북특별자치도 전라북도",
    "전남": "전라남도",
    "경북": "경상북도",
    "경남": "경상남도",
    "제주": "제주특별자치도 제주도",
}


def codes(candidate: Candidate, rules: EligibilityRules = RULES) -> list[str]:
    return [reason.code for reason in judge(candidate, rules)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"born": date(1991, 4, 15)}, []),
        ({"born": date(1991, 4, 14)}, ["age_over_34"]),
        ({"born": date(2008, 4, 14)}, []),
        ({"born": date(2008, 4, 15)}, ["age_under_18"]),
        ({"address": "경상북도 경산시 하양읍"}, ["not_resident"]),
        ({"address": "경북 구미시 원평동"}, ["not_resident"]),
        ({"address": ""}, ["not_resident"]),
        ({"employed": True}, ["employed"]),
        ({"submitted_at": STATED}, []),
        ({"submitted_at": CLOSES - timedelta(microseconds=1)}, []),
        ({"submitted_at": CLOSES}, ["after_deadline"]),
        ({"submitted_at": datetime(2026, 4, 14, 9, 0, 30, tzinfo=UTC)}, []),
        ({"born": date(2008, 4, 15), "employed": True}, ["age_under_18", "employed"]),
    ],
)
def test_candidate_is_judged_by_each_rule(change: dict[str, object], expected: list[str]) -> None:
    assert codes(replace(ELIGIBLE, **change)) == expected  # type: ignore[arg-type]


def test_codes_carry_the_ages_of_the_cohort() -> None:
    rules = replace(RULES, age_min=20, age_max=39)

    assert codes(replace(ELIGIBLE, born=date(2007, 1, 1)), rules) == ["age_under_20"]
    assert codes(replace(ELIGIBLE, born=date(1980, 1, 1)), rules) == ["age_over_39"]


def test_reference_date_of_its_own_moves_the_age() -> None:
    rules = replace(RULES, age_reference_date=date(2026, 4, 15))

    assert codes(replace(ELIGIBLE, born=date(2008, 4, 15)), rules) == []


@pytest.mark.parametrize("stated", ["2026-04-14 00:00", "2026-04-14 23:59"])
def test_ages_count_on_the_korean_day_of_the_stated_minute(stated: str) -> None:
    minute = datetime.fromisoformat(stated).replace(tzinfo=KST).astimezone(UTC)
    too_late = minute + timedelta(minutes=1)

    assert replace(RULES, closes_at=too_late).reference_date == date(2026, 4, 14)
    assert CohortPolicy(cohort=Cohort(apply_closes_at=too_late)).age_counted_on == date(2026, 4, 14)


def test_born_on_29_february_is_18_on_1_march() -> None:
    leap = replace(ELIGIBLE, born=date(2008, 2, 29), submitted_at=datetime(2026, 2, 1, tzinfo=KST))

    assert codes(leap, replace(RULES, age_reference_date=date(2026, 2, 28))) == ["age_under_18"]
    assert codes(leap, replace(RULES, age_reference_date=date(2026, 3, 1))) == []


def test_cohort_without_rules_takes_everybody_in_time() -> None:
    anybody = Candidate(date(1950, 1, 1), "somewhere", employed=True, submitted_at=STATED)

    assert judge(anybody, EligibilityRules(CLOSES)) == []


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ({"born": date(1991, 4, 14)}, "34"),
        ({"address": "서울 중구"}, "대구광역시"),
        ({"submitted_at": CLOSES}, "2026-04-14 18:00"),
    ],
)
def test_reason_says_its_limit(change: dict[str, object], limit: str) -> None:
    (reason,) = judge(replace(ELIGIBLE, **change), RULES)  # type: ignore[arg-type]

    assert limit in str(reason)


def test_region_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="대구우"):
        EligibilityRules(CLOSES, region="머대구우")


def test_there_are_17_provinces() -> None:
    assert list(PROVINCES) == list(LONG_NAMES)


@pytest.mark.parametrize("short", LONG_NAMES)
def test_province_is_known_by_all_its_names(short: str) -> None:
    for name in [short, *LONG_NAMES[short].split()]:
        assert province_of(name) == short
        assert province_of(f"{name} 중구 1") == short


@pytest.mark.parametrize(
    ("address", "province"),
    [
        (" (41937) 대구광역시 중구", "대구"),
        ("41937 대구시 중구", "대구"),
        ("대한민국 대구 중구", "대구"),
        ("대구광역시달서구", "대구"),
        (unicodedata.normalize("NFD", "대구 중구"), "대구"),
        ("경기도 광주시 경안동", "경기"),
        ("경상북도 군위군 군위읍", "대구"),
        ("제주시 애월읍", "제주"),
        ("중구 동성로", None),
    ],
)
def test_province_of_an_address_as_people_write_it(address: str, province: str | None) -> None:
    assert province_of(address) == province


def test_region_may_be_a_city_of_a_province() -> None:
    assert lives_in("경북 구미시 원평동", "경상북도 구미시")
    assert not lives_in("경북 경산시 하양읍", "경상북도 구미시")
    assert lives_in("경북 경산시 하양읍", "경상북도")


CANDIDATES = st.builds(
    Candidate,
    st.dates(date(1950, 1, 1), date(2026, 1, 1)),
    st.sampled_from([f"{name} 중구" for short in LONG_NAMES for name in [short, *LONG_NAMES[short].split()]]),
    st.booleans(),
    st.timedeltas(timedelta(days=-30), timedelta(days=1)).map(lambda before: CLOSES + before),
)


@given(CANDIDATES)
def test_eligible_is_who_keeps_every_rule(candidate: Candidate) -> None:
    keeps_all = (
        18 <= years_old(candidate.born, date(2026, 4, 14)) <= 34
        and candidate.address.startswith("대구")
        and not candidate.employed
        and candidate.submitted_at < CLOSES
    )

    assert (judge(candidate, RULES) == []) == keeps_all


@given(CANDIDATES)
def test_a_rule_less_never_adds_a_reason(candidate: Candidate) -> None:
    fewer = [
        replace(RULES, age_min=None),
        replace(RULES, age_max=None),
        replace(RULES, region=""),
        replace(RULES, unemployed_only=False),
    ]

    for rules in fewer:
        assert set(codes(candidate, rules)) <= set(codes(candidate))


@given(st.text())
def test_any_text_may_stand_where_an_address_should(text: str) -> None:
    assert province_of(text) in {None, *LONG_NAMES}
