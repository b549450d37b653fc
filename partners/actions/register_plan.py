"""What taking the rows of an old register in would change: whose agreement each is, and what it says otherwise."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from partners.actions.agreements import ALWAYS_AMENDABLE
from partners.models import Agreement, Organization, RegisterImport, RegisterLine
from partners.register_sheet import SheetRow, destiny
from partners.register_words import name_key
from partners.states import EDITABLE, LIVE, AgreementState
from portal.accounts.models import Membership
from portal.accounts.roles import HOST_STAFF
from portal.common.korean import search_key

Change = RegisterLine.Change
PLAIN = (
    "number", "title", "kind", "signed_on", "signed_precision", "valid_from", "valid_until", "renewal_months",
    "notice_days", "department", "area", "purpose", "has_burden", "burden_amount", "burden_source", "end_reason",
    "remark",
)  # fmt: skip
DATES = ("signed_on", "valid_from", "valid_until", "ended_on", "reported_on")


def stored(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def restored(values: dict[str, Any]) -> dict[str, Any]:
    return {key: date.fromisoformat(value) if key in DATES and value else value for key, value in values.items()}


class Plan:
    """What taking rows in would change in a register: a handful of queries however many rows."""

    def __init__(self, host: Organization, rows: list[SheetRow], today: date) -> None:
        self.host, self.today = host, today
        self.organizations: dict[str, Organization] = {}
        for organization in Organization.objects.order_by("-pk"):
            self.organizations[name_key(organization.name)] = organization
        self.strangers: dict[str, tuple[str, int]] = {}  # by key: name, number of rows
        members = Membership.objects.live().filter(organization=host, role__in=HOST_STAFF).select_related("user")
        named = defaultdict(set)
        for member in members:
            named[search_key(member.user.name)].add(member.user)
        self.people = {name: next(iter(users)) for name, users in named.items() if len(users) == 1}
        kept = Agreement.objects.filter(host=host).prefetch_related("parties__organization")
        self.by_number: dict[str, Agreement] = {}
        self.by_title: dict[tuple[str, date | None], list[Agreement]] = defaultdict(list)
        for agreement in kept:
            if agreement.number:
                self.by_number[agreement.number] = agreement
            self.by_title[search_key(agreement.title), agreement.signed_on].append(agreement)
        self.alike = Counter(
            _title_and_day(row.values) for row in rows if not row.reason and "number" not in row.values
        )
        self._numbers: dict[str, int] = {}
        self._seen: dict[tuple[Any, ...], int] = {}

    def line(self, source: RegisterImport, row: SheetRow) -> RegisterLine:
        """The verdict on a row, with what becomes of it."""
        line = RegisterLine(
            source=source, host_id=source.host_id, number=row.number, change=Change.ERROR, reason=row.reason,
            notes=row.notes, shown=row.shown,
        )  # fmt: skip
        line.reason = row.reason or self._repeats(row)
        if not line.reason:
            self._judge(line, row.values)
        return line

    def _judge(self, line: RegisterLine, values: dict[str, Any]) -> None:
        agreement = self.find(values)
        if agreement is None and values.get("number") in self.by_number:
            line.reason = "number_taken"
            return
        target = self.target(values)
        if "in_charge_name" in values and "in_charge_id" not in target:
            line.notes.append("person_unknown")
        if target["state"] == AgreementState.DRAFT and values.get("state_word") != AgreementState.DRAFT:
            line.notes += ["no_party"] * (not target["parties"])
            line.notes += ["day_unknown"] * ("signed_on" not in values)
        line.values, line.becomes = stored(values), target["state"]
        for name, _role in target["parties"]:
            key = name_key(name)
            if key not in self.organizations:
                self.strangers[key] = (name, self.strangers.get(key, (name, 0))[1] + 1)
        line.agreement = agreement
        line.change, fixed = (Change.NEW, False) if agreement is None else self.change(agreement, target)
        line.notes += ["kept_as_signed"] * fixed
        if agreement is not None and agreement.state not in EDITABLE:
            line.becomes = agreement.state

    def _repeats(self, row: SheetRow) -> str:
        """The first of two rows about one agreement counts."""
        number = row.values.get("number")
        if number:
            first = self._numbers.setdefault(number, row.number)
            return f"same_number_as_row_{first}" if first != row.number else ""
        key = (*_title_and_day(row.values), frozenset(name_key(name) for name, _role in row.values.get("parties", [])))
        first = self._seen.setdefault(key, row.number)
        return f"same_as_row_{first}" if first != row.number else ""

    def find(self, values: dict[str, Any]) -> Agreement | None:
        """The agreement of this register that a row is about: by its number, else by title, day and parties."""
        if number := values.get("number"):
            known = self.by_number.get(number)
            same_title = known and search_key(known.title) == search_key(values["title"])
            same_day = known and known.signed_on is not None and known.signed_on == values.get("signed_on")
            return known if same_title or same_day else None
        key = _title_and_day(values)
        found = self.by_title.get(key, [])
        if len(found) == 1 and self.alike[key] <= 1:
            return found[0]
        wanted = {name_key(name) for name, _role in values.get("parties", [])}
        return next((one for one in found if self.partners_of(one) == wanted), None)

    def partners_of(self, agreement: Agreement) -> set[str]:
        others = (party.organization for party in agreement.parties.all() if party.organization_id != self.host.pk)
        return {name_key(other.name) for other in others}

    def target(self, values: dict[str, Any]) -> dict[str, Any]:
        """What an agreement shall be by a row: its fields, state and end, and the parties beside the office.

        The person in charge is an account of the office; else the name goes into the remark.
        """
        others = [one for one in values.get("parties", []) if name_key(one[0]) != name_key(self.host.name)]
        target = {name: values[name] for name in PLAIN if name in values} | {"parties": others}
        if name := values.get("in_charge_name"):
            if user := self.people.get(search_key(name)):
                target["in_charge_id"] = user.pk
            else:
                kept = _("Person in charge: %(name)s") % {"name": name}
                target["remark"] = "\n".join(filter(None, [values.get("remark"), kept]))
        target["state"], target["ended_on"] = destiny(values | {"parties": others}, self.today)
        if target["state"] != AgreementState.DRAFT:
            target.setdefault("valid_from", target["signed_on"])
        return target

    # Differences ----------------------------------------------------------------------

    def differences(self, agreement: Agreement, target: dict[str, Any]) -> dict[str, Any]:
        """The fields that a row gives and that are otherwise on record, with what the row says."""
        said = {name: value for name, value in target.items() if name in (*PLAIN, "in_charge_id")}
        if agreement.state in EDITABLE and target["state"] != agreement.state:
            said |= {"state": target["state"], "ended_on": target["ended_on"]}
        return {name: value for name, value in said.items() if getattr(agreement, name) != value}

    def change(self, agreement: Agreement, target: dict[str, Any]) -> tuple[str, bool]:
        """What a row changes in an agreement that is here, and whether it contradicts what was signed."""
        different = self.differences(agreement, target)
        if agreement.state in EDITABLE:
            changes = different or self.joining(agreement, target)
            return (Change.CHANGED if changes else Change.SAME), False
        open_now = open_fields(agreement) & different.keys()
        return (Change.CHANGED if open_now else Change.SAME), bool(different.keys() - open_now)

    def joining(self, agreement: Agreement, target: dict[str, Any]) -> list[list[str]]:
        """The parties that a row names and the draft does not have yet."""
        there = self.partners_of(agreement)
        return [one for one in target["parties"] if name_key(one[0]) not in there]


def open_fields(agreement: Agreement) -> set[str]:
    """What may still be written: of a live agreement what is not part of the signed text, of an ended one nothing."""
    if agreement.state not in LIVE:
        return set()
    return {f"{name}_id" if name == "in_charge" else name for name in ALWAYS_AMENDABLE}


def _title_and_day(values: dict[str, Any]) -> tuple[str, date | None]:
    return search_key(values.get("title", "")), values.get("signed_on")
