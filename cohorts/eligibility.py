"""Who may be admitted to a cohort at all (domain.md section 1): age, residence, employment, deadline."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.common.dates import KST, years_old

# The 17 provinces by their short names. A longer name begins with the short one (대구시, 대구광역시,
# 강원특별자치도), but for six. 광주 alone is the metropolitan city: the other one follows its 경기도.
PROVINCES: Final = (
    *("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "경기"),
    *("강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주"),
)
_LONG_NAMES: Final = {
    "충청북도": "충북",
    "충청남도": "충남",
    "전라북도": "전북",
    "전라남도": "전남",
    "경상북도": "경북",
    "경상남도": "경남",
}
_ADDRESS: Final = re.compile(
    r"(?:대한민국\s*)?(?:[(\[]?\d{5}[)\]]?\s*)?"  # the country, the postal code
    rf"({'|'.join((*PROVINCES, *_LONG_NAMES))})"
    r"(?:특별자치도|특별자치시|특별시|광역시|시|도)?\s*(.*)",
    re.DOTALL,
)


class Fault(StrEnum):
    """What keeps a candidate out."""

    AGE_UNDER = "age_under"
    AGE_OVER = "age_over"
    NOT_RESIDENT = "not_resident"
    EMPLOYED = "employed"
    AFTER_DEADLINE = "after_deadline"


SENTENCES: Final[dict[Fault, Promise]] = {
    Fault.AGE_UNDER: _("Younger than %(limit)s on the reference date."),
    Fault.AGE_OVER: _("Older than %(limit)s on the reference date."),
    Fault.NOT_RESIDENT: _("The address is not in %(limit)s."),
    Fault.EMPLOYED: _("Employed, but the cohort is for people without a job."),
    Fault.AFTER_DEADLINE: _("Submitted after the deadline, %(limit)s."),
}


@dataclass(frozen=True)
class Reason:
    """One reason against a candidate, with the limit of the cohort that it broke."""

    fault: Fault
    limit: str = ""

    @property
    def code(self) -> str:
        """As it is stored and compared: `age_under_18`, `not_resident`."""
        return f"{self.fault}_{self.limit}" if self.fault in {Fault.AGE_UNDER, Fault.AGE_OVER} else str(self.fault)

    def __str__(self) -> str:
        return str(SENTENCES[self.fault]) % {"limit": self.limit}


@dataclass(frozen=True)
class EligibilityRules:
    """The rules of one cohort; None, or an empty region, asks for nothing."""

    closes_at: datetime  # the first instant that is too late: for "until 18:00" it is 18:01
    age_min: int | None = None  # full years (만 나이), both included
    age_max: int | None = None
    age_reference_date: date | None = None  # None: the day of the deadline (S10)
    region: str = ""  # a province, or a city in one: 대구광역시, 경상북도 구미시
    unemployed_only: bool = False

    def __post_init__(self) -> None:
        if self.region and province_of(self.region) is None:
            raise ValueError(f"{self.region!r} is in no province of Korea.")

    @property
    def last_minute(self) -> datetime:
        """The deadline as it is stated, in Korean time; that minute is still in time."""
        return (self.closes_at - timedelta(minutes=1)).astimezone(KST)

    @property
    def reference_date(self) -> date:
        return self.age_reference_date or self.last_minute.date()


@dataclass(frozen=True)
class Candidate:
    born: date
    address: str
    employed: bool
    submitted_at: datetime  # aware


def judge(candidate: Candidate, rules: EligibilityRules) -> list[Reason]:
    """Every reason against the candidate, always in the same order; none means eligible."""
    return list(_reasons(candidate, rules))


def _reasons(candidate: Candidate, rules: EligibilityRules) -> Iterator[Reason]:
    age = years_old(candidate.born, rules.reference_date)
    if rules.age_min is not None and age < rules.age_min:
        yield Reason(Fault.AGE_UNDER, str(rules.age_min))
    if rules.age_max is not None and age > rules.age_max:
        yield Reason(Fault.AGE_OVER, str(rules.age_max))
    if rules.region and not lives_in(candidate.address, rules.region):
        yield Reason(Fault.NOT_RESIDENT, rules.region)
    if rules.unemployed_only and candidate.employed:
        yield Reason(Fault.EMPLOYED)
    if candidate.submitted_at >= rules.closes_at:
        yield Reason(Fault.AFTER_DEADLINE, f"{rules.last_minute:%Y-%m-%d %H:%M}")


def province_of(address: str) -> str | None:
    """The short name of the province an address begins with (대구, 경북), or None.

    군위군 is in 대구 since July 2023, also where an address still says 경상북도.
    """
    found = _split(address)
    return found[0] if found else None


def lives_in(address: str, region: str) -> bool:
    """Whether the address lies in the region, however either writes its province."""
    here, there = _split(address), _split(region)
    return here is not None and there is not None and here[0] == there[0] and here[1].startswith(there[1])


def _split(address: str) -> tuple[str, str] | None:
    """The province and what follows it, without spaces."""
    match = _ADDRESS.match(unicodedata.normalize("NFC", address).strip())
    if match is None:
        return None
    province, rest = _LONG_NAMES.get(match[1], match[1]), "".join(match[2].split())
    if province == "경북" and rest.startswith("군위"):
        province = "대구"
    return province, rest
