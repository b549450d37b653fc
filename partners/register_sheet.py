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

from partners.register_words import (
    NO,
    UNKNOWN,
    YES,
    kind_of_agreement,
    plain,
    read_amount,
    read_day,
    read_renewal,
    read_validity,
    split_parties,
)
from partners.states import AgreementState, DatePrecision
from portal.common import korean, parsing
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
_STATES = (
    (AgreementState.TERMINATED, ("해지", "파기", "철회", "중단")),
    (AgreementState.FULFILLED, ("완료", "달성")),
    (AgreementState.EXPIRED, ("만료", "종료", "종결")),
    (AgreementState.DRAFT, ("검토", "협의", "예정", "추진전")),
)
_TOTALS = frozenset({"합계", "총계", "소계", "계"})


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
        if number and compact(number) not in UNKNOWN:
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
        if compact(text) in UNKNOWN:
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
            if compact(text) not in UNKNOWN | NO:
                self._keep("reported", "kept_in_remark")
            return
        self.values |= {"reported_on": day, "session": text[found.end() :].strip(" ()·,")[:60] if found else ""}

    # Money and the rest -------------------------------------------------------------------

    def _money(self) -> None:
        text = self._text("burden")
        word = compact(text)
        if "burden" in self._cells and word in NO:
            if word:
                self.values["has_burden"] = False
        elif word in YES:
            self.values["has_burden"] = True
        elif word:
            self.values["has_burden"] = True
            if amount := read_amount(text):
                self.values["burden_amount"] = amount
            else:
                self._keep("burden", "kept_in_remark")
        source = self._text("source")
        if source and compact(source) not in NO and self.values.get("has_burden", True):
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
        if name and compact(name) not in UNKNOWN:
            self.values["in_charge_name"] = name[:50]

    def _remark(self) -> None:
        own = self._text("remark")
        parts = [own] * bool(own and own != "-") + self._left_over
        if sum(map(len, parts)) > REMARK_MAX - 100:
            self._fail("remark_too_long")
        if parts:
            self.values["remark"] = "\n".join(parts)


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
