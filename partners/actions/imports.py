"""An office's old register on its way in: received, read, looked at, applied as a whole or not at all."""

from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.council import report_due_on
from partners.actions.organizations import register_organization
from partners.actions.register_plan import PLAIN, Plan, open_fields, restored
from partners.models import (
    Agreement,
    CouncilAct,
    OrdinanceProfile,
    Organization,
    Party,
    RegisterImport,
    RegisterLine,
)
from partners.register_sheet import SheetRow, looks_like_register, read_rows
from partners.register_words import kind_of_organization, name_key
from partners.states import (
    EDITABLE,
    OFFICE_KINDS,
    AgreementState,
    CouncilActKind,
    OrganizationKind,
)
from portal import audit, jobs
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.common.spreadsheets import Table
from portal.jobs.models import Job

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

Change = RegisterLine.Change
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
def give_back_register(source: RegisterImport) -> RegisterImport:
    """Refuse to apply it for somebody who has lost the role; a colleague may confirm it again."""
    source = source.locked(RegisterImport.State.APPLYING)
    source.give_back()
    audit.record(source, "register.refused", by=None)
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
