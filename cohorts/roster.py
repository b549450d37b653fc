"""The roster of applicants as an office keeps it: which row is whose, and what becomes of each.

Pure: from a `Table` to a verdict by row, without a database. Errors come first (the row cannot be
kept), then duplicates (the first of two stays), then eligibility (`cohorts.eligibility`). What is
`ok` may still carry a reason: something was changed or only just fits, and a person should see it.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from cohorts.eligibility import Candidate, EligibilityRules, Fault, judge
from cohorts.roster_columns import COLUMNS, EDUCATION, EMPLOYMENT, HEADINGS, column_label, compact
from cohorts.roster_reasons import explain
from portal.common import korean, parsing
from portal.common.korean import Unacceptable, as_text, search_key
from portal.common.spreadsheets import CellError, Row, Table, UnreadableFile, needs_quoting
from portal.common.spreadsheets.headings import places

__all__ = ["DUPLICATE", "ERROR", "INELIGIBLE", "OK", "RosterRow", "explain", "judge_rows", "looks_like_roster"]

OK, ERROR, DUPLICATE, INELIGIBLE = "ok", "error", "duplicate", "ineligible"

_MARKUP = re.compile(r"</?[A-Za-z][^>]*>")
_TOTALS = frozenset({"합계", "총계", "소계", "계", "총원", "총인원"})
_SHOWN_AT_MOST = 200  # letters of a cell in the preview
_TEXT_MAX = {"address": 200, "major": 100, "motivation": 10_000}  # letters; the columns of Application


@dataclass(frozen=True)
class RosterRow:
    """The verdict on one row.

    `number` is its 연번, `line` the row of the sheet; where 연번 are missing or doubled, both are the line. `values`
    are ready to be stored, as far as they could be read; `raw_redacted` is what was typed, by field,
    for the preview. Both are empty for a row with a resident number, which is never kept or repeated.
    `reason` and `notes` are codes for `explain`; `notes` holds all that was seen, `reason` what matters most.
    """

    number: int
    line: int
    outcome: str
    reason: str
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    raw_redacted: dict[str, str] = field(default_factory=dict)


# Columns ------------------------------------------------------------------------


def looks_like_roster(header: Sequence[str]) -> bool:
    """Is this the row of headings? To be given to `read_table`."""
    return len({"name", "birth_date", "mobile", "email"} & set(places(header, HEADINGS))) >= 3


def _require(where: dict[str, int], rules: EligibilityRules, tracks: Sequence[str]) -> None:
    needed = ["name", "birth_date", "mobile", "email", "submitted_at"]
    needed += ["address"] * bool(rules.region) + ["employment"] * rules.unemployed_only + ["track"] * (len(tracks) > 1)
    if missing := [column_label(key) for key in needed if key not in where]:
        message = _("Columns are missing: %(columns)s. Add them, with these headings.")
        raise UnreadableFile("missing_columns", message % {"columns": ", ".join(missing)})


# The verdict ----------------------------------------------------------------------


def judge_rows(table: Table, rules: EligibilityRules, tracks: Iterable[str]) -> list[RosterRow]:
    """The verdict on every row of a roster, in its order; rows of totals and empty lines are no rows.

    `tracks` are the names of the cohort's tracks. Raises `UnreadableFile` if a column is missing
    that the rules need.
    """
    names = list(tracks)
    where = places(table.header, HEADINGS)
    _require(where, rules, names)
    found = [(row, {key: row.values[at] for key, at in where.items()}) for row in table.rows]
    applicants = [(row, cells) for row, cells in found if _is_applicant(cells)]
    seen = _Seen()
    rows = [
        _judge_row(row, cells, number, rules, names, seen)
        for number, (row, cells) in zip(_numbers(applicants), applicants, strict=True)
    ]
    repeated = {number: f"repeated_in_row_{later}" for number, later in seen.repeated.items()}
    return [replace(row, notes=[*row.notes, repeated[row.number]]) if row.number in repeated else row for row in rows]


def _is_applicant(cells: dict[str, object]) -> bool:
    """Not a footer (합계, 412명) and not a line that was numbered for later."""
    if any(_is_filled(cells.get(key)) for key in ("birth_date", "mobile", "email")):
        return True
    first = as_text(cells.get("sequence"))
    words = {compact(first), compact(as_text(cells.get("name")))}
    is_footer = bool(words & _TOTALS) or (bool(first.strip()) and not re.fullmatch(r"\d+(\.0)?", first.strip()))
    return not is_footer and any(_is_filled(value) for key, value in cells.items() if key != "sequence")


def _is_filled(value: object) -> bool:
    return bool(search_key(as_text(value)))


def _judge_row(
    row: Row, cells: dict[str, object], number: int, rules: EligibilityRules, tracks: list[str], seen: "_Seen"
) -> RosterRow:
    if any(korean.holds_resident_number(value) for value in row.values):
        return RosterRow(number, row.number, ERROR, "rrn_forbidden", notes=["rrn_forbidden"])
    reading = _Reading(cells, rules, tracks)
    shown = {key: _shown(value) for key, value in cells.items() if key in COLUMNS}
    found = RosterRow(number, row.number, OK, "", reading.values, reading.notes, shown)
    if reading.errors:
        return replace(found, outcome=ERROR, reason=reading.errors[0], notes=reading.errors + reading.notes)
    if twin := seen.twin(number, reading.values):
        return replace(found, outcome=DUPLICATE, reason=twin, notes=[twin, *reading.notes])
    found.notes.extend(seen.resembling(number, reading.values))
    candidate = _candidate(reading.values)
    if reasons := [reason.code for reason in judge(candidate, rules)]:
        return replace(found, outcome=INELIGIBLE, reason=reasons[0], notes=reasons + reading.notes)
    found.notes.extend(_close_calls(candidate, rules))
    worth_a_look = [note for note in found.notes if not _is_quiet(note)]
    return replace(found, reason=worth_a_look[0] if worth_a_look else "")


def _numbers(applicants: list[tuple[Row, dict[str, object]]]) -> list[int]:
    """연번 where each row has one of its own; else the rows of the sheet: a number names one row only."""
    try:
        numbers = [parsing.parse_integer(cells.get("sequence"), minimum=1, maximum=10**9) for _row, cells in applicants]
    except Unacceptable:
        numbers = []
    return numbers if len(set(numbers)) == len(applicants) else [row.number for row, _cells in applicants]


def _shown(value: object) -> str:
    text = as_text(value)
    text = text if len(text) <= _SHOWN_AT_MOST else text[: _SHOWN_AT_MOST - 1] + "…"
    return korean.strip_invisible(unicodedata.normalize("NFC", text), keep="\n")


def _candidate(values: dict[str, Any]) -> Candidate:
    return Candidate(
        born=values["birth_date"],
        address=values.get("address", ""),
        employed=values.get("employment") == "employed",
        submitted_at=values["submitted_at"],
    )


def _close_calls(candidate: Candidate, rules: EligibilityRules) -> Iterator[str]:
    """Where one day more or less, or one minute, would have decided otherwise."""
    for days, fault, limit in ((1, Fault.AGE_OVER, rules.age_max), (-1, Fault.AGE_UNDER, rules.age_min)):
        other_day = replace(rules, age_reference_date=rules.reference_date + dt.timedelta(days=days))
        if any(reason.fault == fault for reason in judge(candidate, other_day)):
            yield f"age_{limit}_boundary"
    if rules.last_minute <= candidate.submitted_at < rules.closes_at:
        yield "deadline_minute_inclusive"


def _is_quiet(note: str) -> bool:
    """What Excel and offices do to every second row: shown beside the value, but no reason to stop at it."""
    return note in {"mobile_restored", "birth_century", "education_unread"} or note.startswith("resembles_row_")


# One row's values -------------------------------------------------------------------


class _Reading:
    """The values of one row with the codes of what is wrong and of what was changed."""

    def __init__(self, cells: dict[str, object], rules: EligibilityRules, tracks: list[str]) -> None:
        self.values: dict[str, Any] = {}
        self.errors: list[str] = []
        self.notes: list[str] = []
        self._cells = cells
        self._take("name", self._name)
        self._take("birth_date", lambda value: self._birth_date(value, rules.reference_date))
        self._take("mobile", self._mobile)
        self._take("email", self._email)
        self._take("track", lambda value: self._track(value, tracks), even_without=len(tracks) == 1)
        self._take("employment", lambda value: self._employment(value, needed=rules.unemployed_only))
        self._take("submitted_at", parsing.parse_datetime, prefix="submitted_at_")
        self._take("education", self._education)
        for key in _TEXT_MAX:
            self._take(key, partial(self._text, key=key))

    def _take(self, key: str, read: Callable[[Any], Any], *, prefix: str = "", even_without: bool = False) -> None:
        if key not in self._cells and not even_without:
            return
        value = self._cells.get(key)
        if isinstance(value, CellError):
            self.errors.append(f"cell_error_{value.cell}")
            return
        try:
            self.values[key] = read(value)
        except Unacceptable as refusal:
            code = refusal.code
            self.errors.append(prefix + code.removeprefix("date_").removeprefix("time_") if prefix else code)

    def _name(self, value: object) -> str:
        name = korean.normalise_name(value)
        typed = as_text(value)
        if typed != name:
            self.notes.append("name_nfc" if unicodedata.normalize("NFC", typed) == name else "name_cleaned")
        if korean.has_lone_jamo(name):
            self.notes.append("name_doubtful")
        return self._as_typed(name)

    def _birth_date(self, value: object, on: dt.date) -> dt.date:
        try:
            born = parsing.parse_date(value, six_digits_on=on)
        except Unacceptable as refusal:
            codes = {"date_missing": "birth_date_missing", "date_year_digits": "birth_date_year_digits"}
            raise Unacceptable(codes.get(refusal.code, "birth_date_invalid"), refusal.message) from None
        if born > on:
            raise Unacceptable("birth_date_invalid", "")
        if re.fullmatch(r"\d{5,6}", search_key(as_text(value))):
            self.notes.append("birth_century")
        return born

    def _mobile(self, value: object) -> str:
        mobile = korean.normalise_mobile(value)
        if isinstance(value, int | float) or re.fullmatch(r"10\d{8}|\d+\.0", as_text(value).strip()):
            self.notes.append("mobile_restored")
        return mobile

    def _email(self, value: object) -> str:
        email = korean.normalise_email(value)
        if as_text(value) != email:
            self.notes.append("email_normalised")
        return email

    def _track(self, value: object, tracks: list[str]) -> str:
        typed = compact(as_text(value))
        if not typed:
            if len(tracks) == 1:
                return tracks[0]
            raise Unacceptable("track_missing", "")
        for track in tracks:
            name = compact(track)
            if typed in {name, name.removesuffix("트랙"), f"{name}트랙", f"{name}과정"}:
                return track
        raise Unacceptable("track_unknown", "")

    def _employment(self, value: object, *, needed: bool) -> str:
        employment = EMPLOYMENT.get(compact(as_text(value)), "")
        if not employment and needed:
            raise Unacceptable("employment_unknown" if _is_filled(value) else "employment_missing", "")
        return employment

    def _education(self, value: object) -> str:
        education = EDUCATION.get(compact(as_text(value)), "")
        if _is_filled(value) and not education:
            self.notes.append("education_unread")
        return education

    def _text(self, value: object, key: str) -> str:
        text = as_text(value).replace("\r\n", "\n").replace("\r", "\n")
        text = korean.strip_invisible(unicodedata.normalize("NFC", text), keep="\n\t\u200d\ufe0f").strip()
        text = text if key == "motivation" else " ".join(text.split())
        if len(text) > _TEXT_MAX[key]:
            raise Unacceptable(f"{key}_too_long", "")
        return self._as_typed(text)

    def _as_typed(self, text: str) -> str:
        if (needs_quoting(text) or _MARKUP.search(text)) and "stored_as_text" not in self.notes:
            self.notes.append("stored_as_text")
        return text


# Duplicates ---------------------------------------------------------------------------


class _Seen:
    """The people of the rows so far: the first to come keeps the place."""

    def __init__(self) -> None:
        self._rows: dict[tuple[object, ...], int] = {}
        self._resembling: dict[str, int] = {}
        self.repeated: dict[int, int] = {}

    def twin(self, number: int, values: dict[str, Any]) -> str:
        """The same name and birth date or mobile number is the same person; else the address may be taken."""
        keys: list[tuple[object, ...]] = [
            ("person", compact(values["name"]), values["birth_date"]),
            ("person", values["mobile"]),
            ("email", values["email"]),
        ]
        for key in keys:
            if key in self._rows:
                first = self._rows[key]
                self.repeated.setdefault(first, number)
                return f"same_{key[0]}_as_row_{first}"
        self._rows.update(dict.fromkeys(keys, number))
        return ""

    def resembling(self, number: int, values: dict[str, Any]) -> list[str]:
        """Addresses that differ by dots or a +tag may be one person's; nobody is turned away for it."""
        first = self._resembling.setdefault(korean.email_resemblance(values["email"]), number)
        return [f"resembles_row_{first}"] if first != number else []
