"""The columns of the register of agreements (협약 관리대장, domain.md section 4).

Each field of the register is a column that a reader may choose. A column says which values of the database it
needs and makes one value of them: list, print, timeline and file all show that value. Rows are dictionaries, so
a register of ten thousand costs one query however many columns are chosen. An app above adds its own by `add`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, F, Min, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from partners.models import Agreement, AgreementDocument, Commitment, ComplianceCheck, CouncilAct, Organization, Party
from partners.periods import last_notice_day
from partners.states import AgreementKind, AgreementState, CheckState, CouncilActKind, DatePrecision, Fulfilment
from portal.accounts.roles import Role
from portal.common.prepared import PreparedRows, Reader

if TYPE_CHECKING:
    from portal.accounts.models import User


Row = Mapping[str, Any]
Parts = Callable[["User"], dict[str, Combinable]]
ALWAYS = ("pk", "title", "state", "number", "valid_until")  # what every row has: its link, its badge, its warning
DEFAULT = ("title", "number", "state", "parties", "host", "signed", "until", "in_charge")


@dataclass(frozen=True)
class RegisterColumn:
    """`fields` are paths of the model, `parts` values worked out in the database for who looks.

    `words` makes the column's value of a row; without it the value is that of the first field or part. `kind`
    is a kind of `spreadsheets.Column`, `sort` what the list is ordered by. `kept_only`: not for companies.
    """

    key: str
    label: str | Promise
    group: str
    fields: tuple[str, ...] = ()
    parts: Parts | None = None
    words: Callable[[Row], Any] | None = None
    kind: str = "text"
    sort: tuple[str, ...] = ()
    kept_only: bool = False

    def value(self, row: Row) -> Any:
        """A date, a number or a text; None or an empty text if it is not known."""
        if self.words:
            return self.words(row)
        return row[self.fields[0]] if self.fields else row[f"shown_{self.key}"]

    def text(self, row: Row) -> str:
        """The value as a page writes it; empty if it is not known."""
        value = self.value(row)
        if value is None or type(value) is str:  # most cells by far
            return value or ""
        if isinstance(value, datetime):
            value = timezone.localtime(value).date()
        if isinstance(value, date):
            return day_in_words(value, get_language())
        return number_in_words(value, get_language()) if isinstance(value, int) else str(value)


@lru_cache(maxsize=4_096)
def day_in_words(day: date, language: str | None) -> str:
    """In the language that is active now; a register has the same days again and again."""
    return str(formats.date_format(day, "DATE_FORMAT"))


@lru_cache(maxsize=4_096)
def number_in_words(number: int, language: str | None) -> str:
    return str(intcomma(number))


GROUPS: dict[str, str | Promise] = {
    "agreement": pgettext_lazy("register", "The agreement"),
    "dates": pgettext_lazy("register", "Dates"),
    "charge": pgettext_lazy("register", "In charge"),
    "money": pgettext_lazy("register", "Money"),
    "council": pgettext_lazy("register", "Council"),
    "promises": pgettext_lazy("register", "Commitments and checks"),
    "record": pgettext_lazy("register", "Papers and end"),
}


# What is worked out in the database -----------------------------------------------------


def joined(rows: QuerySet, text: Any, *, by: str = "agreement", ordering: Any = "pk", between: str = ", ") -> Subquery:
    """The texts of the rows that belong to an agreement, as one text; `rows` may be narrowed before."""
    mine = rows.filter(**{by: OuterRef("pk")}).order_by().values(by)
    return Subquery(mine.annotate(joined=StringAgg(text, between, order_by=ordering)).values("joined"))


def parties(user: "User") -> dict[str, Combinable]:
    # Each looked up by its key: joined, all organizations are read for each row of a page.
    name = Subquery(Organization.objects.filter(pk=OuterRef("organization")).values("name"))
    with_role = Concat(name, Value(" ("), "role", Value(")"), output_field=CharField())
    return {"shown_parties": joined(Party.objects.all(), Case(When(role="", then=name), default=with_role))}


def commitments(user: "User") -> dict[str, Combinable]:
    """교육 100명 (2026-12-31); 특강 4회."""
    blank = Value("")
    amount = Case(
        When(quantity=None, then=blank), default=Concat(Value(" "), Cast("quantity", CharField()), "unit"),
        output_field=CharField(),
    )  # fmt: skip
    due = Case(
        When(due_on=None, then=blank), default=Concat(Value(" ("), Cast("due_on", CharField()), Value(")")),
        output_field=CharField(),
    )  # fmt: skip
    text = Concat("what", amount, due, output_field=CharField())
    return {"shown_commitments": joined(Commitment.objects.all(), text, between="; ")}


def initiatives(user: "User") -> dict[str, Combinable]:
    rows = Agreement.initiatives.through.objects.all()
    return {"shown_initiatives": joined(rows, F("initiative__name"), ordering="initiative__name")}


def documents(user: "User") -> dict[str, Combinable]:
    return {"shown_documents": joined(AgreementDocument.objects.current(), F("kind"))}


def council(kind: CouncilActKind) -> Parts:
    def parts(user: "User") -> dict[str, Combinable]:
        act = CouncilAct.objects.filter(agreement=OuterRef("pk"), kind=kind)
        return {
            f"shown_{kind}": Subquery(act.values("made_on")[:1]),
            f"shown_{kind}_session": Subquery(act.values("session")[:1]),
        }

    return parts


# The worst of a check's findings is what the check says of the agreement.
SEVERITY = (Fulfilment.NOT_DONE, Fulfilment.DELAYED, Fulfilment.ON_TRACK, Fulfilment.COMPLETED)
WORST = Min(Case(*(When(lines__state=state, then=place) for place, state in enumerate(SEVERITY))))


def last_check(*names: str) -> Parts:
    """Of the last check that was filled in, as far as the reader may see checks."""

    def parts(user: "User") -> dict[str, Combinable]:
        seen = ComplianceCheck.objects.visible_to(user).filter(agreement=OuterRef("pk")).exclude(state=CheckState.OPEN)
        last = seen.annotate(worst=WORST).order_by("-covers_until", "-pk")
        return {f"shown_check_{name}": Subquery(last.values(name)[:1]) for name in names}

    return parts


# What is made of it in words ----------------------------------------------------------------


def yes_or_no(name: str) -> Callable[[Row], str]:
    return lambda row: _("Yes") if row[name] else _("No")


def choice(name: str, choices: Iterable[tuple[Any, Any]]) -> Callable[[Row], str]:
    labels = dict(choices)

    @lru_cache(maxsize=100)
    def word(value: str, _language: str | None) -> str:
        return str(labels.get(value, value))

    return lambda row: word(row[name], get_language())


def signed(row: Row) -> Any:
    """The day; a text where only the month is known."""
    if row["signed_on"] is None or row["signed_precision"] == DatePrecision.DAY:
        return row["signed_on"]
    return f"{formats.date_format(row['signed_on'], 'YEAR_MONTH_FORMAT')} {_('(day not known)')}"


def renewal(row: Row) -> str:
    """By how long, and the last day to give notice."""
    months, until = row["renewal_months"], row["valid_until"]
    if not months:
        return ""
    by = ngettext("by %(n)s month", "by %(n)s months", months) % {"n": months}
    if not until:
        return by
    day = day_in_words(last_notice_day(until, row["notice_days"] or 0), get_language())
    return _("%(by)s, notice until %(day)s") % {"by": by, "day": day}


def council_words(kind: CouncilActKind) -> Callable[[Row], str]:
    def words(row: Row) -> str:
        made_on, session = row[f"shown_{kind}"], row[f"shown_{kind}_session"]
        return f"{day_in_words(made_on, get_language())} · {session}" if made_on else ""

    return words


def documents_words(row: Row) -> str:
    found = Counter((row["shown_documents"] or "").split(", "))
    kinds = AgreementDocument.Kind
    return ", ".join(f"{kind.label} {found[kind]}" for kind in kinds if found[kind])


def fulfilment(row: Row) -> str:
    worst = row["shown_check_worst"]
    return "" if worst is None else str(SEVERITY[worst].label)


# The columns, in the order in which they stand ---------------------------------------------

_ALL = [
    RegisterColumn("title", gettext_lazy("Title"), "agreement", ("title",), kind="long", sort=("title",)),
    RegisterColumn("number", gettext_lazy("Register number"), "agreement", ("number",), sort=("number",)),
    RegisterColumn(
        "state", gettext_lazy("State"), "agreement", ("state",),
        words=choice("state", AgreementState.choices), sort=("state", "valid_until"),
    ),
    RegisterColumn(
        "kind", gettext_lazy("Kind"), "agreement", ("kind",), words=choice("kind", AgreementKind.choices),
        sort=("kind", "title"),
    ),
    RegisterColumn("parties", gettext_lazy("Parties"), "agreement", parts=parties, kind="long"),
    RegisterColumn("host", gettext_lazy("Kept by"), "agreement", ("host__name",), sort=("host__name", "title")),
    RegisterColumn("area", gettext_lazy("Field of cooperation"), "agreement", ("area",), sort=("area", "title")),
    RegisterColumn("initiatives", gettext_lazy("Part of"), "agreement", parts=initiatives),
    RegisterColumn("purpose", gettext_lazy("Purpose"), "agreement", ("purpose",), kind="long"),
    RegisterColumn(
        "binding", gettext_lazy("Legally binding"), "agreement", ("binding",), words=yes_or_no("binding"),
        sort=("binding", "title"),
    ),
    RegisterColumn(
        "public", gettext_lazy("Open to the public"), "agreement", ("is_public",), words=yes_or_no("is_public"),
        sort=("is_public", "title"),
    ),
    RegisterColumn(
        "signed", gettext_lazy("Signed on"), "dates", ("signed_on", "signed_precision"), words=signed, kind="date",
        sort=("signed_on",),
    ),
    RegisterColumn("from", gettext_lazy("Valid from"), "dates", ("valid_from",), kind="date", sort=("valid_from",)),
    RegisterColumn("until", gettext_lazy("Valid until"), "dates", ("valid_until",), kind="date", sort=("valid_until",)),
    RegisterColumn(
        "renewal", gettext_lazy("Automatic extension"), "dates", ("renewal_months", "notice_days"), words=renewal,
        sort=("renewal_months", "title"),
    ),
    RegisterColumn("predecessor", gettext_lazy("Follows"), "dates", ("predecessor__title",), kind="long"),
    RegisterColumn(
        "department", gettext_lazy("Department in charge"), "charge", ("department",), sort=("department", "title")
    ),
    RegisterColumn(
        "in_charge", gettext_lazy("Person in charge"), "charge", ("in_charge__name",), sort=("in_charge__name", "title")
    ),
    RegisterColumn(
        "review", gettext_lazy("Opinion of the prior review"), "charge", kind="long", kept_only=True,
        parts=lambda user: {"shown_review": kept(user, "review_opinion")},
    ),
    RegisterColumn(
        "burden", gettext_lazy("Financial burden"), "money", ("has_burden",), words=yes_or_no("has_burden"),
        sort=("has_burden", "title"),
    ),
    RegisterColumn(
        "amount", gettext_lazy("Amount (won)"), "money", ("burden_amount",), kind="integer", sort=("burden_amount",)
    ),
    RegisterColumn("source", gettext_lazy("Source of the money"), "money", ("burden_source",)),
    RegisterColumn(
        "consent", gettext_lazy("Consent of the council"), "council", parts=council(CouncilActKind.CONSENT),
        words=council_words(CouncilActKind.CONSENT),
    ),
    RegisterColumn(
        "report", gettext_lazy("Report to the council"), "council", parts=council(CouncilActKind.REPORT),
        words=council_words(CouncilActKind.REPORT),
    ),
    RegisterColumn(
        "report_due", gettext_lazy("Council report due"), "council", ("report_due_on",), kind="date",
        sort=("report_due_on",),
    ),
    RegisterColumn("commitments", gettext_lazy("Commitments"), "promises", parts=commitments, kind="long"),
    RegisterColumn(
        "checked", gettext_lazy("Last check"), "promises", parts=last_check("covers_until"), kind="date",
        words=lambda row: row["shown_check_covers_until"], kept_only=True,
    ),
    RegisterColumn(
        "fulfilment", gettext_lazy("Fulfilment"), "promises", parts=last_check("worst"), words=fulfilment,
        kept_only=True,
    ),
    RegisterColumn(
        "findings", gettext_lazy("Findings"), "promises", parts=last_check("findings"), kind="long",
        words=lambda row: row["shown_check_findings"], kept_only=True,
    ),
    RegisterColumn(
        "improvement", gettext_lazy("Improvement"), "promises", parts=last_check("improvement"), kind="long",
        words=lambda row: row["shown_check_improvement"], kept_only=True,
    ),
    RegisterColumn(
        "documents", gettext_lazy("Documents"), "record", parts=documents, words=documents_words
    ),
    RegisterColumn(
        "changed", gettext_lazy("Last changed"), "record", ("updated_at",), kind="datetime", sort=("updated_at",)
    ),
    RegisterColumn("ended", gettext_lazy("Actually ended on"), "record", ("ended_on",), kind="date", sort=("ended_on",)),
    RegisterColumn("end_reason", gettext_lazy("Reason of the end"), "record", ("end_reason",), kind="long"),
    RegisterColumn(
        "remark", gettext_lazy("Remark"), "record", kind="long", kept_only=True,
        parts=lambda user: {"shown_remark": kept(user, "remark")},
    ),
]  # fmt: skip
COLUMNS: dict[str, RegisterColumn] = {column.key: column for column in _ALL}


def add(column: RegisterColumn) -> None:
    """A column of an app above this one; it stands last in its group's list."""
    COLUMNS[column.key] = column


def kept(user: "User", field: str) -> Combinable:
    """A field that the keeper's office alone reads."""
    if user.role == Role.ADMIN:
        return F(field)
    return Case(When(host=user.organization_id, then=F(field)), default=Value(""), output_field=TextField())


def columns_for(user: "User") -> list[RegisterColumn]:
    """Those a reader may choose from, group by group."""
    mine = [column for column in COLUMNS.values() if not (column.kept_only and user.role == Role.MENTOR)]
    order = list(GROUPS)
    return sorted(mine, key=lambda column: order.index(column.group))


def chosen_columns(user: "User", keys: Iterable[str]) -> list[RegisterColumn]:
    """The columns that an address names, the title first; the usual ones if it names none."""
    wanted = {*keys} & COLUMNS.keys() or {*DEFAULT}
    return [column for column in columns_for(user) if column.key in wanted or column.key == "title"]


def sorts() -> dict[str, tuple[str, ...]]:
    return {column.key: column.sort for column in COLUMNS.values() if column.sort}


def register_rows(
    user: "User", columns: Iterable[RegisterColumn], among: "QuerySet[Agreement]"
) -> "QuerySet[Agreement, dict[str, Any]]":
    """The agreements `among` as rows with what the columns need, as far as `user` may see it. One query."""
    fields = dict.fromkeys(ALWAYS)
    parts: dict[str, Combinable] = {}
    for column in columns:
        fields |= dict.fromkeys(column.fields)
        parts |= column.parts(user) if column.parts else {}
    return among.annotate(**parts).values(*fields, *parts)


@lru_cache(maxsize=500)
def _prepared(role: Role, columns: tuple[str, ...]) -> PreparedRows:
    reader: Any = Reader(role)
    return PreparedRows(register_rows(reader, [COLUMNS[key] for key in columns], Agreement.objects.all()))


def rows_of(user: "User", columns: Iterable[RegisterColumn], keys: Iterable[int]) -> list[dict[str, Any]]:
    """The rows of some agreements, in their order, by a query that is built once for a role and its columns."""
    return _prepared(user.role, tuple(column.key for column in columns))(keys, **Reader.slots(user))
