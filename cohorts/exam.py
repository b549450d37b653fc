"""The results of a coding test as a provider's file has them: which row is whose, and what becomes of each.

Pure: from a `Table` and what is on record to a verdict by row. A row names its application by the receipt number, the
e-mail address, or name and date of birth; what it names twice must agree. Blank is no score: who did not sit the test
has none. Points of another scale are brought to 100, a half up.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common import korean, parsing
from portal.common.korean import Unacceptable, as_text
from portal.common.numbers import round_half_up
from portal.common.reasons import sentence_of
from portal.common.spreadsheets import CellError, Row, Table, UnreadableFile
from portal.common.spreadsheets.headings import compact, places

OK, UNKNOWN, DUPLICATE, ABSENT, ERROR = "ok", "unknown", "duplicate", "absent", "error"
NEW, CHANGED, SAME, NONE = "new", "changed", "same", "none"
WHOLE: Final = 100

# field: (the heading we write, the others we read)
COLUMNS: dict[str, tuple[str, ...]] = {
    "receipt": ("접수번호", "지원번호", "수험번호", "응시번호", "receiptnumber", "receiptno", "receiptno.", "receipt",
                "applicationnumber", "applicationno", "candidateid"),
    "name": ("성명", "이름", "응시자", "응시자명", "지원자명", "name", "fullname", "candidate", "candidatename"),
    "birth_date": ("생년월일", "생일", "birthdate", "dateofbirth", "birthday", "dob"),
    "email": ("이메일", "전자우편", "이메일주소", "메일", "email", "e-mail", "emailaddress"),
    "points": ("점수", "총점", "코딩테스트", "코딩테스트점수", "테스트점수", "취득점수", "득점", "시험점수", "합계점수",
               "score", "totalscore", "total", "points", "result", "testscore"),
}  # fmt: skip
HEADINGS = {name: key for key, names in COLUMNS.items() for name in names}
DID_NOT_SIT = frozenset({"미응시", "결시", "불참", "absent", "noshow", "n/a", "na", "-"})

_SENTENCES = {
    "rrn_forbidden": gettext_lazy("A resident number is in this row. Delete it from the file; none of the row is kept."),
    "nobody_named": gettext_lazy("The row names nobody: no receipt number, no e-mail address, no name with date of birth."),
    "not_found": gettext_lazy("No application of this cohort is meant by this row."),
    "several_found": gettext_lazy("Several applications fit. Add the receipt number."),
    "contradicts": gettext_lazy("The receipt number, e-mail address or name of this row belong to different applications."),
    "did_not_sit": gettext_lazy("Without a score: it is not taken for 0."),
    "points_invalid": gettext_lazy("The score is not a number."),
    "points_out_of_range": gettext_lazy("The score is below 0 or above the full score."),
    "not_in_selection": gettext_lazy("The application does not take part in the selection any more."),
    "scored_by_reviewers": gettext_lazy("Reviewers have scored the test of this application. Take their points back first."),
    "same_twice": gettext_lazy("The same application and score stand further up."),
    "two_scores": gettext_lazy("The file has two scores for this application. Delete the wrong one."),
    "cell_error": gettext_lazy("A formula of this row has no value."),
}  # fmt: skip


def explain(code: str) -> str:
    return sentence_of(code, _SENTENCES)


@dataclass(frozen=True)
class Candidate:
    """An application as it is on record."""

    id: int
    receipt: str
    email: str
    name: str
    birth_date: Any
    in_selection: bool
    imported: Decimal | None = None  # by an earlier file
    by_reviewers: bool = False


@dataclass(frozen=True)
class ExamRow:
    number: int  # of the row in the sheet
    outcome: str
    reason: str = ""
    application: int | None = None
    points: Decimal | None = None
    before: Decimal | None = None
    change: str = NONE
    shown: dict[str, str] = field(default_factory=dict)


def looks_like_exam(header: Sequence[str]) -> bool:
    """Is this the row of headings? To be given to `read_table`."""
    found = {HEADINGS[name] for name in map(compact, header) if name in HEADINGS}
    return "points" in found and bool({"receipt", "email", "name"} & found)


def judge_rows(table: Table, candidates: Iterable[Candidate], out_of: int = WHOLE) -> list[ExamRow]:
    """The verdict on every row, in its order. Raises `UnreadableFile` if nobody can be told by the columns."""
    where = places(table.header, HEADINGS)
    if not ("receipt" in where or "email" in where or {"name", "birth_date"} <= where.keys()):
        message = _("Columns are missing: the receipt number, the e-mail address, or name and date of birth.")
        raise UnreadableFile("missing_columns", message)
    known = _Known(candidates)
    rows = [_judge(row, {key: row.values[at] for key, at in where.items()}, known, out_of) for row in table.rows]
    return _once(rows)


def _judge(row: Row, cells: Mapping[str, object], known: "_Known", out_of: int) -> ExamRow:
    if any(korean.holds_resident_number(value) for value in row.values):
        return ExamRow(row.number, ERROR, "rrn_forbidden")
    shown = {key: as_text(value)[:100] for key, value in cells.items()}
    found = ExamRow(row.number, ERROR, shown=shown)
    if any(isinstance(value, CellError) for value in cells.values()):
        return replace(found, reason="cell_error")
    one, code = known.find(cells)
    if one is None:
        return replace(found, outcome=UNKNOWN, reason=code)
    found = replace(found, application=one.id, before=one.imported)
    points, code = _points(cells.get("points"), out_of)
    if points is None:
        return replace(found, outcome=ABSENT if code == "did_not_sit" else ERROR, reason=code)
    found = replace(found, points=points)
    if not one.in_selection:
        return replace(found, reason="not_in_selection")
    if one.by_reviewers:
        return replace(found, reason="scored_by_reviewers")
    change = NEW if one.imported is None else SAME if one.imported == points else CHANGED
    return replace(found, outcome=OK, change=change)


def _points(value: object, out_of: int) -> tuple[Decimal | None, str]:
    text = compact(as_text(value))
    if not text or text in DID_NOT_SIT:
        return None, "did_not_sit"
    if isinstance(value, str):  # 85점, 85 / 100
        value = re.sub(rf"(점|/{out_of})$", "", value.replace(" ", ""))
    try:
        points = parsing.parse_decimal(value, places=12, minimum=0, maximum=out_of)
    except Unacceptable as refusal:
        return None, "points_out_of_range" if refusal.code in OUTSIDE else "points_invalid"
    return round_half_up(Fraction(points) * WHOLE / out_of, 2), ""


OUTSIDE = ("number_too_small", "number_too_large")


def _once(rows: list[ExamRow]) -> list[ExamRow]:
    """Of one application's rows that say the same, the first counts; of those that do not, none."""
    scores: dict[int, set[Decimal | None]] = {}
    for row in rows:
        if row.outcome == OK and row.application:
            scores.setdefault(row.application, set()).add(row.points)
    seen: Counter[int | None] = Counter()
    found = []
    for row in rows:
        if row.outcome == OK and row.application:
            seen[row.application] += 1
            if len(scores[row.application]) > 1:
                row = replace(row, outcome=ERROR, reason="two_scores", change=NONE)
            elif seen[row.application] > 1:
                row = replace(row, outcome=DUPLICATE, reason="same_twice", change=NONE)
        found.append(row)
    return found


class _Known:
    """The applications of the cohort, by everything a row may name them by."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.by: dict[tuple[object, ...], list[Candidate]] = {}
        for one in candidates:
            for key in (
                ("receipt", one.receipt.upper()),
                ("email", one.email),
                ("person", compact(one.name), one.birth_date),
            ):
                self.by.setdefault(key, []).append(one)

    def find(self, cells: Mapping[str, object]) -> tuple[Candidate | None, str]:
        """The one application that all a row names it by agrees on; else None and why."""
        keys = list(_keys(cells))
        if not keys:
            return None, "nobody_named"
        named = [self.by.get(key, []) for key in keys]
        sure = [{one.id: one for one in found} for found in named if found]
        if not sure:
            return None, "not_found"
        # A number or address that is not on record at all may be a slip; one of somebody else is not.
        common = set.intersection(*(set(found) for found in sure))
        if not common:
            return None, "contradicts"
        if len(common) > 1:  # somebody withdrew and applied again
            common = {pk for pk in common if sure[0][pk].in_selection}
        if len(common) != 1:
            return None, "several_found"
        [pk] = common
        return sure[0][pk], ""


def _keys(cells: Mapping[str, object]) -> Iterable[tuple[object, ...]]:
    if receipt := as_text(cells.get("receipt")).strip().upper():
        yield "receipt", receipt
    if as_text(cells.get("email")).strip():
        try:
            yield "email", korean.normalise_email(cells["email"])
        except Unacceptable:
            yield "email", ""
    name = as_text(cells.get("name"))
    if compact(name) and cells.get("birth_date"):
        try:
            yield "person", compact(korean.normalise_name(name)), parsing.parse_date(cells["birth_date"])
        except Unacceptable:
            yield "person", "", None
