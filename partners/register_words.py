"""How offices write days, periods, amounts and names in their old registers.

Pure: from a text to a value. What would be a guess is refused or left out, never made up.
"""

import datetime as dt
import re
import unicodedata

from partners.states import AgreementKind, OrganizationKind
from portal.common import korean, parsing
from portal.common.dates import period_end
from portal.common.korean import Unacceptable, as_text, search_key
from portal.common.spreadsheets.headings import compact

UNKNOWN = {"", "미상", "불명", "모름", "미정", "미확인", "확인불가", "-", "–", "―", "없음", "해당없음", "?"}
NO = {"", "무", "없음", "x", "n", "no", "아니오", "해당없음", "-", "비예산", "0", "미해당", "×"}
YES = {"유", "있음", "o", "y", "yes", "예", "○", "ㅇ", "◯", "v", "√", "해당", "자동연장", "자동갱신"}
_LEGAL_FORMS = re.compile(r"주식회사|유한회사|재단법인|사단법인|학교법인|\((?:주|유|재|사|학)\)|㈜|\s")


def plain(value: object) -> str:
    """A cell as one line of text; 12.0 is 12."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date()
    text = unicodedata.normalize("NFC", as_text(value).replace("\r", "\n"))
    return " ".join(korean.strip_invisible(text, keep="\n\t").split())


_MONTH = re.compile(r"(\d{4})\s*(?:년\s*|[.\-/]\s*)(\d{1,2})\s*(?:월|\.)?")
_YEAR = re.compile(r"(\d{4})\s*(?:년|\.)?")
_SHORT = re.compile(r"['’‘`](\d{2})\s*[.\-/년]")
_BETWEEN = re.compile(r"\s*(?:[~∼～〜˜]|\s[-–—]\s|[–—])\s*")
_LENGTH = re.compile(r"(?:(\d{1,2})\s*년)?\s*(?:(\d{1,3})\s*개월)?(?:간|\s*동안)?")
_OPEN = {"", "무기한", "별도통보시", "해지시", "계속", "현재"}


def read_day(value: object) -> tuple[dt.date | None, str]:
    """A day with "day", the first of a month with "month", None with "year" or "". Raises `Unacceptable`.

    '21.3.1. with its apostrophe is of this century; without it, the century would be a guess.
    """
    if isinstance(value, dt.date):
        return parsing.parse_date(value), "day"
    text = plain(value)
    if compact(text) in UNKNOWN:
        return None, ""
    text = _SHORT.sub(lambda found: f"20{found[1]}.", text)
    if found := _YEAR.fullmatch(text):
        return None, "year"
    if found := _MONTH.fullmatch(text):
        if not 1 <= int(found[2]) <= 12:
            raise Unacceptable("date_invalid", "")
        return parsing.parse_date(f"{found[1]}-{int(found[2]):02d}-01"), "month"
    text = re.sub(r"\s*\([월화수목금토일]\)$", "", text)
    return parsing.parse_date(text), "day"


def read_validity(text: str, signed: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    """First and last day from "2021.3.1.~2024.2.28.", "2021.3.1.~12.31.", "체결일로부터 3년" or "2021.3.1.부터 2년".

    None for an end that is open. Raises `Unacceptable` where a day would be a guess.
    """
    text = text.strip(" ()")
    if found := re.fullmatch(r"(.*?)(?:일)?\s*(?:로부터|부터)?\s*(\d.*(?:년|개월)(?:간|\s*동안)?)", text):
        begins = found[1].strip()
        months = _months(found[2])
        if months and (not begins or compact(begins) in {"체결", "협약", "서명", "협약체결", "체결일", "협약일"}):
            if signed is None:
                raise Unacceptable("validity_unread", "")
            return signed, period_end(signed, months)
    parts = _BETWEEN.split(text, maxsplit=1)
    if len(parts) == 1 and "부터" in text:
        parts = [part.strip() for part in text.split("부터", 1)]
    if len(parts) == 1:
        raise Unacceptable("validity_unread", "")
    first, known = read_day(parts[0].removesuffix("부터"))
    if known != "day" or first is None:
        raise Unacceptable("validity_unread", "")
    end = parts[1].removesuffix("까지").strip()
    if compact(end) in _OPEN:
        return first, None
    if months := _months(end):
        return first, period_end(first, months)
    if re.fullmatch(r"\d{1,2}\s*\.\s*\d{1,2}\s*\.?", end):
        end = f"{first.year}.{end}"
    last, known = read_day(end)
    if known != "day":
        raise Unacceptable("validity_unread", "")
    return first, last


def _months(text: str) -> int:
    found = _LENGTH.fullmatch(text.strip())
    return 12 * int(found[1] or 0) + int(found[2] or 0) if found else 0


def read_renewal(text: str) -> tuple[int | None, int | None, bool]:
    """Months, days of notice, and whether the length was assumed: "유" alone says no length, a year is usual."""
    word = compact(text)
    if word in NO:
        return None, None, False
    notice = None
    if found := re.search(r"(\d+)\s*(일|개월)\s*(?:이?전|까지)", text):
        notice = int(found[1]) * (30 if found[2] == "개월" else 1)
        text = text.replace(found[0], "")
    if found := re.search(r"(\d+)\s*(년|개월)", text):
        return int(found[1]) * (12 if found[2] == "년" else 1), notice, False
    if word in YES or "자동" in word or "연장" in word:
        return 12, notice, True
    return None, None, False


_UNITS = {"억": 10**8, "천만": 10**7, "백만": 10**6, "만": 10**4, "천": 10**3, "": 1}


def read_amount(text: str) -> int | None:
    """Won from 50,000천원, 1억 2,000만원, 5천만원 or 50000000; None if it is no amount."""
    bare = re.sub(r"[\s,]|원$", "", unicodedata.normalize("NFKC", text)).removesuffix("원")
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?(?:억|천만|백만|만|천)?)+", bare):
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)(억|천만|백만|만|천)?", bare)
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts)) or None


def kind_of_agreement(word: str) -> str:
    if "moa" in word or "합의" in word:
        return str(AgreementKind.MOA)
    return str(AgreementKind.LOI) if "loi" in word or "의향" in word else str(AgreementKind.MOU)


_MORE = re.compile(r"\s*(?:등|외)\s*(?:\d+\s*(?:개\s*)?(?:기관|개소|개사|사|곳|개)?)?$")
_ROLE = re.compile(r"(.+?)\s*\(([^()]{2,})\)$")


def split_parties(text: str) -> tuple[list[tuple[str, str]], bool]:
    """Names with their roles, and whether the text says that there are more ("등", "외 3개 기관")."""
    found: dict[str, tuple[str, str]] = {}
    more = False
    for part in re.split(r"[,;/\n、，↔]|\s·\s|\s및\s", unicodedata.normalize("NFC", text)):
        name = " ".join(part.split()).strip(" ·-")
        if cut := _MORE.search(name):
            name, more = name[: cut.start()], True
        role = ""
        if named := _ROLE.fullmatch(name):
            name, role = named[1], named[2]
        if name and compact(name) not in UNKNOWN:
            found.setdefault(name_key(name), (name, role))
    return list(found.values()), more


def name_key(name: str) -> str:
    """(주)가온, 가온㈜ and 주식회사 가온 are one company."""
    return _LEGAL_FORMS.sub("", search_key(name).replace("(주)", "")) or search_key(name)


_KINDS = (
    (OrganizationKind.SCHOOL, r"(초등|중|고등)학교$|여고$|공고$|상고$|마이스터고$"),
    (OrganizationKind.UNIVERSITY, r"대학교?$|대학원$|과학기술원$|폴리텍|산학협력단$"),
    (OrganizationKind.ASSOCIATION, r"협회$|조합$|연합회$|상공회의소$|협의회$|학회$|노총$|총연맹$"),
    (OrganizationKind.COMPANY, r"주식회사|\(주\)|㈜|유한회사|코리아$"),
    (OrganizationKind.PUBLIC_AGENCY, r"공단$|공사$|진흥원$|재단$|연구원$|테크노파크$|센터$|개발원$|교육청$|지원청$"),
    (OrganizationKind.LOCAL_GOVERNMENT, r"(특별|광역|자치)시$|[가-힣]{2,}(시|군|구|도)(청)?$|특별자치도$"),
    (
        OrganizationKind.MINISTRY,
        r"(교육|정보통신|고용노동|산업통상자원|중소벤처기업|행정안전|문화체육관광|보건복지|국토교통|기획재정|농림축산식품|환경|국방|외교|법무|통일|여성가족|해양수산)부$|병무청$|특허청$",
    ),
)


def kind_of_organization(name: str) -> str:
    """What an organization most likely is, by its name; a company where nothing says otherwise."""
    bare = " ".join(name.split())
    return str(next((kind for kind, pattern in _KINDS if re.search(pattern, bare)), OrganizationKind.COMPANY))
