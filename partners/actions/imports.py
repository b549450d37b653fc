"""An office's old register on its way in: received, read, looked at, applied as a whole or not at all."""

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.agreements import ALWAYS_AMENDABLE
from partners.actions.council import report_due_on
from partners.actions.organizations import register_organization
from partners.models import (
    Agreement,
    CouncilAct,
    OrdinanceProfile,
    Organization,
    Party,
    RegisterImport,
    RegisterLine,
)
from partners.register_sheet import SheetRow, destiny, looks_like_register, read_rows
from partners.register_words import kind_of_organization, name_key
from partners.states import (
    EDITABLE,
    LIVE,
    OFFICE_KINDS,
    AgreementState,
    CouncilActKind,
    OrganizationKind,
)
from portal import audit, jobs
from portal.accounts.models import Membership, User
from portal.accounts.roles import HOST_STAFF
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.common.korean import search_key
from portal.common.spreadsheets import Table
from portal.jobs.models import Job

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

Change = RegisterLine.Change
PLAIN = (
    "number", "title", "kind", "signed_on", "signed_precision", "valid_from", "valid_until", "renewal_months",
    "notice_days", "department", "area", "purpose", "has_burden", "burden_amount", "burden_source", "end_reason",
    "remark",
)  # fmt: skip
DATES = ("signed_on", "valid_from", "valid_until", "ended_on", "reported_on")
WRITTEN = (*PLAIN, "in_charge", "state", "ended_on", "report_due_on", "version")
CHUNK = 500


@transaction.atomic
def receive_register(host: Organization, upload: "UploadedFile[Any]", *, by: User) -> RegisterImport:
    """Keep an office's old register and have it read; `upload` has passed `portal.common.uploads.accept_table`."""
    if not host.can_host:
        raise ActionRefused(_("%(name)s cannot keep a register of agreements.") % {"name": host.name})
    source = RegisterImport.from_upload(upload, host=host, uploaded_by=by)
    source.save()
    audit.record(source, "register.received", by=by, after={"sha256": source.sha256, "size": source.size})
    _enqueue("read_register", source, by=by)
    return source


def _enqueue(kind: str, source: RegisterImport, *, by: User) -> None:
    jobs.enqueue(kind, key=source.job_key, payload={"register": source.pk}, by=by, host=source.host_id)


def read_register(source: RegisterImport) -> RegisterImport:
    """Judge every row; a file that cannot be read says so, with what to do."""
    today = timezone.localdate()

    def judged(table: Table) -> list[RegisterLine]:
        rows = read_rows(table, today)
        plan = Plan(source.host, rows, today)
        lines = [plan.line(source, row) for row in rows]
        source.organizations = [
            {"name": name, "kind": kind_of_organization(name), "rows": n} for name, n in plan.strangers.values()
        ]
        return lines

    source.read(looks_like_register, judged, "organizations")
    return source


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


# Deciding --------------------------------------------------------------------------------


@transaction.atomic
def decide_organizations(
    source: RegisterImport, *, by: User, decided: dict[str, OrganizationKind | Organization]
) -> RegisterImport:
    """What each unknown name stands for: a new organization of a kind, or one that is known under another name."""
    source = source.locked(RegisterImport.State.PREVIEW)
    for one in source.organizations:
        if (said := decided.get(one["name"])) is None:
            continue
        known = said if isinstance(said, Organization) else None
        kind = said.kind if isinstance(said, Organization) else said
        one |= {"kind": str(kind), "same": known and known.pk, "decided": True}
    source.save(update_fields=["organizations"])
    names = {one["name"]: one.get("same") or one["kind"] for one in source.organizations if one["name"] in decided}
    audit.record(source, "register.organizations_decided", by=by, after=names)
    return source


@transaction.atomic
def confirm_register(source: RegisterImport, *, by: User) -> RegisterImport:
    """Say yes to a preview; a job applies it. The second of two who confirm is told so."""
    source = source.locked(RegisterImport.State.PREVIEW)
    if names := source.undecided:
        raise ActionRefused(_("Say first which office this is: %(names)s.") % {"names": ", ".join(names[:5])})
    source.begin_to_apply()
    audit.record(source, "register.confirmed", by=by, after=source.counts)
    _enqueue("apply_register", source, by=by)
    return source


@transaction.atomic
def discard_register(source: RegisterImport, *, by: User) -> RegisterImport:
    """Put a preview aside; its rows are deleted, and nothing of it comes in."""
    source = source.locked(RegisterImport.State.PREVIEW, RegisterImport.State.UNREADABLE)
    source.put_aside()
    audit.record(source, "register.discarded", by=by)
    return source


@transaction.atomic
def apply_register(source: RegisterImport, *, by: User | None, job: Job | None = None) -> dict[str, int]:
    """Take every new and changed row in, all or nothing; returns how many there were of each.

    What is new is worked out again under the register's lock, so that nothing entered since the preview is
    overwritten unseen or taken twice.
    """
    host = Organization.objects.select_for_update(no_key=True).get(pk=source.host_id)
    source = source.locked(RegisterImport.State.APPLYING)
    lines = list(source.lines.exclude(change=Change.ERROR).order_by("number"))
    rows = [SheetRow(line.number, "", restored(line.values)) for line in lines]
    plan = Plan(host, rows, timezone.localdate())
    for line, row in zip(lines, rows, strict=True):
        again = plan.line(source, row)
        line.change, line.reason, line.agreement, line.values = (
            again.change,
            again.reason,
            again.agreement,
            again.values,
        )
    make_organizations(plan, source, by=by)
    new = [line for line in lines if line.change == Change.NEW]
    changed = [line for line in lines if line.change == Change.CHANGED]
    profile = OrdinanceProfile.objects.filter(organization=host).first()
    for start in range(0, len(new), CHUNK):
        add_agreements(plan, new[start : start + CHUNK], profile, by=by)
        if job:
            job.advance(min(start + CHUNK, len(new)), len(lines))
    change_agreements(plan, changed, profile, by=by)
    RegisterLine.objects.bulk_update(lines, ["agreement", "change", "reason"], batch_size=2_000)
    source.end_applied()
    done = {"new": len(new), "changed": len(changed)}
    audit.record(source, "register.applied", by=by, after=done)
    if job:
        job.advance(len(lines), len(lines))
    return done


def make_organizations(plan: Plan, source: RegisterImport, *, by: User | None) -> None:
    """Those that the rows name and nobody knows, as it was decided; an office is never made by a guess."""
    decisions = {name_key(one["name"]): one for one in source.organizations}
    known = Organization.objects.in_bulk([one["same"] for one in source.organizations if one.get("same")])
    for key, (name, _rows) in plan.strangers.items():
        said = decisions.get(key, {})
        kind = said.get("kind") or kind_of_organization(name)
        if kind in OFFICE_KINDS and not said.get("decided"):
            raise ActionRefused(_("Say first which office this is: %(names)s.") % {"names": name})
        same = known.get(said.get("same")) or Organization.objects.filter(kind=kind, name=name).first()
        plan.organizations[key] = same or register_organization(by=by, kind=kind, name=name)


def add_agreements(
    plan: Plan, lines: list[RegisterLine], profile: OrdinanceProfile | None, *, by: User | None
) -> None:  # fmt: skip
    """New agreements in the state they are in by now, with their parties; an event for each."""
    targets = [plan.target(restored(line.values)) for line in lines]
    made = [Agreement(host=plan.host, **_fields(target, profile)) for target in targets]
    Agreement.objects.bulk_create(made)
    events, parties, acts = [], [], []
    for line, target, agreement in zip(lines, targets, made, strict=True):
        line.agreement = agreement
        parties.append(Party(agreement=agreement, organization=plan.host))
        parties += _parties(plan, agreement, target["parties"])
        acts += _report(agreement, restored(line.values), by)
        after = {"state": str(agreement.state), "number": agreement.number}
        events.append(audit.event(agreement, "agreement.taken_in", by=by, after=after))
    Party.objects.bulk_create(parties)
    CouncilAct.objects.bulk_create(acts)
    AuditEvent.objects.bulk_create(events)


def _fields(target: dict[str, Any], profile: OrdinanceProfile | None) -> dict[str, Any]:
    fields = {name: value for name, value in target.items() if name != "parties"}
    if target["state"] != AgreementState.DRAFT:
        fields["report_due_on"] = report_due_on(profile, target["signed_on"])
    return fields


def _parties(plan: Plan, agreement: Agreement, named: list[list[str]]) -> list[Party]:
    found = {plan.organizations[name_key(name)].pk: role for name, role in named}
    return [
        Party(agreement=agreement, organization_id=pk, role=role) for pk, role in found.items() if pk != plan.host.pk
    ]


def _report(agreement: Agreement, values: dict[str, Any], by: User | None) -> list[CouncilAct]:
    if "reported_on" not in values or agreement.state == AgreementState.DRAFT:
        return []
    return [
        CouncilAct(
            agreement=agreement, host_id=agreement.host_id, kind=CouncilActKind.REPORT, made_on=values["reported_on"],
            session=values.get("session", ""), recorded_by=by,
        )
    ]  # fmt: skip


def change_agreements(
    plan: Plan, lines: list[RegisterLine], profile: OrdinanceProfile | None, *, by: User | None
) -> None:  # fmt: skip
    """What the file says otherwise, as far as it may still be written; the names of the fields go into the history."""
    changed, events, parties, acts = [], [], [], []
    for line in lines:
        agreement, values = cast("Agreement", line.agreement), restored(line.values)
        target, was = plan.target(values), agreement.state
        different = plan.differences(agreement, target)
        if was not in EDITABLE:
            different = {name: different[name] for name in open_fields(agreement) & different.keys()}
        for name, value in different.items():
            setattr(agreement, name, value)
        agreement.version += 1
        if was in EDITABLE:
            joining = _parties(plan, agreement, plan.joining(agreement, target))
            parties += joining
            if not any(party.organization_id == plan.host.pk for party in agreement.parties.all()):
                parties.append(Party(agreement=agreement, organization=plan.host))
            if agreement.state != was:
                agreement.report_due_on = report_due_on(profile, agreement.signed_on)
                acts += _report(agreement, values, by)
        changed.append(agreement)
        after = {"fields": sorted(different), "state": str(agreement.state)}
        events.append(audit.event(agreement, "agreement.amended", by=by, before={"state": str(was)}, after=after))
    Agreement.objects.bulk_update(changed, WRITTEN, batch_size=CHUNK)
    # The same organization may stand there under the name that is known.
    Party.objects.bulk_create(parties, ignore_conflicts=True)
    CouncilAct.objects.bulk_create(acts, ignore_conflicts=True)
    AuditEvent.objects.bulk_create(events)
