"""An office's old register of agreements: what each row of its file says.

Pure: from a `Table` to a verdict by row, without a database. What is not known stays unknown: an agreement
without its day of signing comes in as a draft. What has no field of its own, or could not be read without a
guess, is kept in the remark, word for word.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.states import AgreementKind, AgreementState, DatePrecision, OrganizationKind
from portal.common import korean, parsing
from portal.common.dates import period_end
from portal.common.korean import Unacceptable, as_text, search_key
from portal.common.reasons import sentence_of
from portal.common.spreadsheets import CellError, Row, Table, UnreadableFile
from portal.common.spreadsheets.headings import compact, places

# field: (the heading we write, the others we read)
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("관리번호", "번호", "협약번호", "등록번호", "관리no"),
    "title": ("협약명", "제목", "협약명칭", "업무협약명", "협약제목", "건명"),
    "kind": ("유형", "종류", "구분", "협약유형", "협약종류", "협약구분"),
    "parties": (
        "협약기관", "상대기관", "당사자", "협약당사자", "협약상대", "상대방", "협약상대방", "협약대상", "체결기관", "협약상대기관",
        "협약기관명", "상대기관명",
    ),
    "signed_on": ("체결일", "체결일자", "협약일", "협약일자", "협약체결일", "협약체결일자", "체결연월일"),
    "valid_from": ("시작일", "개시일", "효력발생일", "효력개시일", "협약시작일"),
    "valid_until": ("종료일", "만료일", "종료일자", "만료일자", "협약종료일", "협약만료일"),
    "validity": ("유효기간", "협약기간", "기간", "협약유효기간"),
    "renewal": ("자동연장", "자동연장여부", "자동갱신", "자동갱신여부", "연장여부"),
    "department": ("담당부서", "주관부서", "소관부서", "부서", "부서명", "추진부서"),
    "in_charge": ("담당자", "담당자명", "업무담당자", "담당"),
    "area": ("분야", "협력분야", "협약분야"),
    "purpose": ("목적", "협약목적", "주요내용", "협약내용", "내용", "협력내용"),
    "burden": ("재정부담", "재정부담여부", "재정수반", "예산수반", "예산수반여부", "부담금액", "소요예산", "예산액"),
    "source": ("재원", "재원구분"),
    "state": ("상태", "이행상태", "추진상태", "진행상황", "추진현황", "이행현황", "진행상태"),
    "ended_on": ("해지일", "해지일자", "종결일"),
    "end_reason": ("해지사유", "종료사유", "종결사유"),
    "reported": ("의회보고", "의회보고일", "의회보고일자"),
    "remark": ("비고", "특이사항", "참고사항"),
}  # fmt: skip
HEADINGS = {name: key for key, names in COLUMNS.items() for name in names}
TEXTS = {"department": 60, "area": 60, "purpose": 2_000, "source": 100, "end_reason": 500}  # letters at most
TITLE_MAX, NUMBER_MAX, REMARK_MAX, NAME_MAX = 150, 30, 2_000, 100
SHOWN_MAX = 200  # letters of a cell in the preview

ERROR = "error"
_UNKNOWN = {"", "미상", "불명", "모름", "미정", "미확인", "확인불가", "-", "–", "―", "없음", "해당없음", "?"}
_NO = {"", "무", "없음", "x", "n", "no", "아니오", "해당없음", "-", "비예산", "0", "미해당", "×"}
_YES = {"유", "있음", "o", "y", "yes", "예", "○", "ㅇ", "◯", "v", "√", "해당", "자동연장", "자동갱신"}
_STATES = (
    (AgreementState.TERMINATED, ("해지", "파기", "철회", "중단")),
    (AgreementState.FULFILLED, ("완료", "달성")),
    (AgreementState.EXPIRED, ("만료", "종료", "종결")),
    (AgreementState.DRAFT, ("검토", "협의", "예정", "추진전")),
)
_TOTALS = frozenset({"합계", "총계", "소계", "계"})
_LEGAL_FORMS = re.compile(r"주식회사|유한회사|재단법인|사단법인|학교법인|\((?:주|유|재|사|학)\)|㈜|\s")


@dataclass(frozen=True)
class SheetRow:
    """What a row says. `reason` is empty unless the row is in error; `notes` are codes for `explain`.

    `values` has only what the row gives: fields of `Agreement`, and `parties` [[name, role], …],
    `in_charge_name`, `state_word`, `reported_on`, `session`. Both it and `shown` are empty where the row holds a
    resident number.
    """

    number: int
    reason: str
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)


def column_label(key: str) -> str:
    return COLUMNS[key][0]


def looks_like_register(header: Sequence[str]) -> bool:
    """Is this the row of headings? To be given to `read_table`."""
    found = {HEADINGS.get(compact(name)) for name in header} - {None}
    return "title" in found and len(found) >= 3


def read_rows(table: Table, today: dt.date) -> list[SheetRow]:
    """Every row of an old register in its order; totals and empty lines are no rows. Raises `UnreadableFile`."""
    where = places(table.header, HEADINGS)
    if "title" not in where:
        message = _("Columns are missing: %(columns)s. Add them, with these headings.")
        raise UnreadableFile("missing_columns", message % {"columns": column_label("title")})
    return [
        _read_row(row, {key: row.values[at] for key, at in where.items()}, today)
        for row in table.rows
        if _is_agreement({key: row.values[at] for key, at in where.items()}, row)
    ]


def _is_agreement(cells: dict[str, object], row: Row) -> bool:
    filled = {key for key, value in cells.items() if search_key(as_text(value))}
    total = any(compact(as_text(value)) in _TOTALS for value in row.values[:2])
    return bool(filled - {"number"}) and not (total and "signed_on" not in filled)


def _read_row(row: Row, cells: dict[str, object], today: dt.date) -> SheetRow:
    if any(korean.holds_resident_number(value) for value in row.values):
        return SheetRow(row.number, "rrn_forbidden")
    reading = _Reading(cells, today)
    shown = {key: _shown(value) for key, value in cells.items()}
    return SheetRow(row.number, reading.error, {} if reading.error else reading.values, reading.notes, shown)


def _shown(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    text = " ".join(korean.strip_invisible(unicodedata.normalize("NFC", as_text(value)), keep="\n").split())
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def plain(value: object) -> str:
    """A cell as one line of text; 12.0 is 12."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date()
    text = unicodedata.normalize("NFC", as_text(value).replace("\r", "\n"))
    return " ".join(korean.strip_invisible(text, keep="\n\t").split())


# One row --------------------------------------------------------------------------------


class _Reading:
    """The values of one row, the first thing that is wrong with it, and what was done to it."""

    def __init__(self, cells: dict[str, object], today: dt.date) -> None:
        self.values: dict[str, Any] = {}
        self.notes: list[str] = []
        self.error = ""
        self._left_over: list[str] = []
        self._cells, self._today = cells, today
        for read in (self._errors_of_excel, self._names, self._dates, self._ends, self._money, self._others):
            read()
        self._remark()

    def _fail(self, code: str) -> None:
        self.error = self.error or code

    def _text(self, key: str) -> str:
        return plain(self._cells.get(key))

    def _keep(self, key: str, note: str) -> None:
        """What cannot be read without a guess goes into the remark, under its heading."""
        self.notes.append(note)
        self._left_over.append(f"{column_label(key)}: {self._text(key)}")

    def _errors_of_excel(self) -> None:
        for key, value in self._cells.items():
            if isinstance(value, CellError):
                self._fail(f"cell_error_{value.cell}")
                self._cells = {**self._cells, key: None}

    def _names(self) -> None:
        title, number = self._text("title"), self._text("number")
        if not title:
            self._fail("title_missing")
        if len(title) > TITLE_MAX:
            self._fail("title_too_long")
        if len(number) > NUMBER_MAX:
            self._fail("number_too_long")
        self.values["title"] = title
        if number and compact(number) not in _UNKNOWN:
            self.values["number"] = number
        found, more = split_parties(korean.strip_invisible(as_text(self._cells.get("parties")), keep="\n"))
        if any(len(name) > NAME_MAX or len(role) > NAME_MAX for name, role in found):
            self._fail("party_too_long")
        if found:
            self.values["parties"] = [list(one) for one in found]
        if more:
            self._keep("parties", "parties_incomplete")

    # Dates ------------------------------------------------------------------------------

    def _day(self, key: str) -> tuple[dt.date | None, str]:
        """The day and how well it is known: "day", "month", or "" where it is not known."""
        try:
            day, known = read_day(self._cells.get(key))
        except Unacceptable:
            self._fail(f"{key}_invalid")
            return None, ""
        if known == "year":
            self._keep(key, "year_only")
            return None, ""
        return day, known

    def _dates(self) -> None:
        signed, known = self._day("signed_on")
        if signed:
            self.values |= {"signed_on": signed, "signed_precision": DatePrecision(known)}
            if known == "month":
                self.notes.append("month_only")
        if signed and signed > self._today:
            self._fail("signed_in_future")
        for key in ("valid_from", "valid_until"):
            day, known = self._day(key)
            if known == "day":
                self.values[key] = day
            elif known == "month":
                self._keep(key, "kept_in_remark")
        self._validity(signed if self.values.get("signed_precision") == DatePrecision.DAY else None)
        first, last = self.values.get("valid_from"), self.values.get("valid_until")
        begins = first or (signed if self.values.get("signed_precision") == DatePrecision.DAY else None)
        if begins and last and last < begins:
            self._fail("ends_before_start")

    def _validity(self, signed: dt.date | None) -> None:
        text = self._text("validity")
        if compact(text) in _UNKNOWN:
            return
        try:
            first, last = read_validity(text, signed)
        except Unacceptable:
            self._keep("validity", "validity_unread")
            return
        for key, day in (("valid_from", first), ("valid_until", last)):
            if day:
                self.values.setdefault(key, day)

    def _ends(self) -> None:
        if word := compact(self._text("state")):
            for state, words in _STATES:
                if any(one in word for one in words):
                    self.values["state_word"] = str(state)
                    break
        day, known = self._day("ended_on")
        if known == "day":
            self.values["ended_on"] = day
        elif known == "month":
            self._keep("ended_on", "kept_in_remark")
        renewal, notice, assumed = read_renewal(self._text("renewal"))
        if renewal:
            self.values["renewal_months"] = renewal
            if notice is not None:
                self.values["notice_days"] = notice
        if assumed:
            self.notes.append("renewal_assumed")
        self._reported()

    def _reported(self) -> None:
        """2021.4.20. 제312회 임시회: the day, and the session behind it."""
        text = self._text("reported")
        found = re.match(r"\d{4}[\d\s.\-/년월일]*", text)
        try:
            day = parsing.parse_date(found[0].strip() if found else text)
        except Unacceptable:
            if compact(text) not in _UNKNOWN | _NO:
                self._keep("reported", "kept_in_remark")
            return
        self.values |= {"reported_on": day, "session": text[found.end() :].strip(" ()·,")[:60] if found else ""}

    # Money and the rest -------------------------------------------------------------------

    def _money(self) -> None:
        text = self._text("burden")
        word = compact(text)
        if "burden" in self._cells and word in _NO:
            if word:
                self.values["has_burden"] = False
        elif word in _YES:
            self.values["has_burden"] = True
        elif word:
            self.values["has_burden"] = True
            if amount := read_amount(text):
                self.values["burden_amount"] = amount
            else:
                self._keep("burden", "kept_in_remark")
        source = self._text("source")
        if source and compact(source) not in _NO and self.values.get("has_burden", True):
            self.values |= {"has_burden": True, "burden_source": source}

    def _others(self) -> None:
        if kind := compact(self._text("kind")):
            self.values["kind"] = kind_of_agreement(kind)
        for key, most in TEXTS.items():
            if len(self._text(key)) > most:
                self._fail(f"{key}_too_long")
        for key in ("department", "area", "purpose", "end_reason"):
            text = self._text(key)
            if text and compact(text) not in {"-", "–", "미상"}:
                self.values[key] = text
        name = self._text("in_charge")
        if name and compact(name) not in _UNKNOWN:
            self.values["in_charge_name"] = name[:50]

    def _remark(self) -> None:
        own = self._text("remark")
        parts = [own] * bool(own and own != "-") + self._left_over
        if sum(map(len, parts)) > REMARK_MAX - 100:
            self._fail("remark_too_long")
        if parts:
            self.values["remark"] = "\n".join(parts)


# What offices write --------------------------------------------------------------------------

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
    if compact(text) in _UNKNOWN:
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
    if word in _NO:
        return None, None, False
    notice = None
    if found := re.search(r"(\d+)\s*(일|개월)\s*(?:이?전|까지)", text):
        notice = int(found[1]) * (30 if found[2] == "개월" else 1)
        text = text.replace(found[0], "")
    if found := re.search(r"(\d+)\s*(년|개월)", text):
        return int(found[1]) * (12 if found[2] == "년" else 1), notice, False
    if word in _YES or "자동" in word or "연장" in word:
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
        if name and compact(name) not in _UNKNOWN:
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


# What becomes of it -----------------------------------------------------------------------------


def destiny(values: dict[str, Any], today: dt.date) -> tuple[str, dt.date | None]:
    """The state in which an agreement comes in, and the day on which it ended if it has."""
    word, until = values.get("state_word", ""), values.get("valid_until")
    ended = values.get("ended_on")
    exact = values.get("signed_on") and values.get("signed_precision") == DatePrecision.DAY
    if not exact or not values.get("parties") or word == AgreementState.DRAFT:
        return AgreementState.DRAFT, None
    past = until if until and until <= today else None
    if word == AgreementState.TERMINATED or ended:
        return AgreementState.TERMINATED, ended or past
    if word in (AgreementState.FULFILLED, AgreementState.EXPIRED):
        return word, past
    if until and until < today and not values.get("renewal_months"):
        return AgreementState.EXPIRED, until
    begins = values.get("valid_from") or values["signed_on"]
    return (AgreementState.SIGNED if begins > today else AgreementState.IN_FORCE), None


_SENTENCES: dict[str, Promise] = {
    "rrn_forbidden": gettext_lazy(
        "The row holds a resident registration number, which we may not keep. Delete it from the file."
    ),
    r"cell_error_(?P<cell>\w+)": gettext_lazy("Cell %(cell)s has an error or no result. Correct it in the file."),
    "title_missing": gettext_lazy("The title is missing. Enter it."),
    "title_too_long": gettext_lazy("The title is too long. Shorten it to 150 letters."),
    r"(?:number|party|department|area|purpose|source|end_reason|remark)_too_long": gettext_lazy(
        "A text is too long. Shorten it."
    ),
    "signed_on_invalid": gettext_lazy("There is no such day of signing. Write it like 2021-03-12."),
    r"\w+_invalid": gettext_lazy("A date cannot be read. Write it like 2021-03-12."),
    "signed_in_future": gettext_lazy("The day of signing lies in the future."),
    "ends_before_start": gettext_lazy("The agreement would end before it begins."),
    "number_taken": gettext_lazy("The register has another agreement with this number."),
    r"same_number_as_row_(?P<row>\d+)": gettext_lazy("Row %(row)s has the same number; the first one counts."),
    r"same_as_row_(?P<row>\d+)": gettext_lazy("The same agreement as in row %(row)s; the first one counts."),
    "month_only": gettext_lazy("Only the month of signing is known, so it comes in as a draft."),
    "day_unknown": gettext_lazy("The day of signing is not known, so it comes in as a draft."),
    "no_party": gettext_lazy("No other party is named, so it comes in as a draft."),
    "year_only": gettext_lazy("Of a date only the year is known; it is kept in the remark."),
    "kept_in_remark": gettext_lazy("What could not be read without a guess is kept in the remark."),
    "validity_unread": gettext_lazy("The period of validity could not be read; it is kept in the remark."),
    "parties_incomplete": gettext_lazy("More parties are hinted at than are named; the text is kept in the remark."),
    "renewal_assumed": gettext_lazy("How long it extends itself is not said; a year is assumed."),
    "person_unknown": gettext_lazy(
        "Nobody of this office has the name of the person in charge; it is kept in the remark."
    ),
    "kept_as_signed": gettext_lazy("It differs from what was signed here, which is not changed any more."),
}


def explain(reason: str) -> str:
    """The sentence for a code of `SheetRow.reason` or `notes`."""
    return sentence_of(reason, _SENTENCES)
