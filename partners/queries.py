"""What is to be done next, as numbers that lead to exactly those records."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from partners.models import (
    Agreement,
    AgreementDocument,
    AmendedParty,
    Amendment,
    AmendmentLine,
    ComplianceCheck,
    CouncilAct,
    OrdinanceProfile,
    Party,
)
from partners.permissions import can_record_consent, can_report_to_council
from partners.states import SIGNED_ONCE, CommitmentChange, CouncilActKind
from portal.accounts.models import User
from portal.audit.history import Change, changes_in
from portal.common.counting import counts_per_role
from portal.common.prepared import Slot, per_role
from portal.common.todos import Todo, where

ENDING_DAYS = 90


@counts_per_role
def _agreement_numbers(reader: User) -> dict[str, Any]:
    seen = Agreement.objects.visible_to(reader)
    return {
        "undated": seen.undated(),
        "ending": seen.ending_within(ENDING_DAYS),
        "report_overdue": seen.report_overdue(),
        "to_report": seen.to_report(),
        "amendment_to_report": seen.amendment_to_report(),
        "waiting": seen.waiting_for_force(),
    }


def agreement_todos(user: User) -> list[Todo]:
    """Of the agreements `user` may see. One query."""
    shown = {
        "undated": _("Drafts without a signing date"),
        "ending": _("Agreements that end within %(days)s days") % {"days": ENDING_DAYS},
        "report_overdue": _("Reports to the council overdue"),
        "to_report": _("Agreements to report to the council"),
        "amendment_to_report": _("Agreements with an amendment to report to the council"),
        "waiting": _("Signed agreements to bring into force"),
    }
    return [
        Todo(shown[show], number, where("partners:agreement-list", show=show), show in ("ending", "report_overdue"))
        for show, number in _agreement_numbers(user).items()
    ]


@counts_per_role
def _check_numbers(reader: User) -> dict[str, Any]:
    seen = ComplianceCheck.objects.visible_to(reader)
    return {
        "overdue": seen.overdue(), "open": seen.open(), "filled": seen.to_review(reader), "follow_up": seen.to_follow_up()
    }  # fmt: skip


def check_todos(user: User) -> list[Todo]:
    """Of the compliance checks `user` may see. One query."""
    numbers = _check_numbers(user)
    url = "partners:check-list"
    return [
        Todo(_("Compliance checks overdue"), numbers["overdue"], where(url, show="overdue"), True),
        Todo(_("Compliance checks to fill in"), numbers["open"], where(url, state="open")),
        Todo(_("Compliance checks to review"), numbers["filled"], where(url, show="to_review")),
        Todo(_("Follow-ups of checks to be done"), numbers["follow_up"], where(url, show="follow_up")),
    ]


@dataclass(frozen=True)
class Paper:
    """A document of an agreement in its current version, and what was scanned of it."""

    document: AgreementDocument
    versions: int
    scans: list[AgreementDocument]


@dataclass(frozen=True)
class Papers:
    filed: list[Paper]
    withdrawn: list[AgreementDocument]

    @property
    def signed_copies(self) -> list[AgreementDocument]:
        return [one.document for one in self.filed if one.document.kind == AgreementDocument.Kind.SIGNED]


@per_role
def _documents(reader: User) -> QuerySet[AgreementDocument]:
    return AgreementDocument.objects.visible_to(reader).filter(agreement=Slot("agreement")).for_agreement()


def papers_of(user: User, agreement: Agreement) -> Papers:
    """What `user` may see of the agreement's papers; each scan stands under its signed copy. One query."""
    rows = _documents(user, agreement=agreement.pk)
    series: dict[UUID, list[AgreementDocument]] = {}
    for row in sorted((row for row in rows if not row.withdrawn_at), key=lambda row: -row.version):
        series.setdefault(row.series, []).append(row)
    newest = sorted((versions[0] for versions in series.values()), key=lambda row: row.uploaded_at, reverse=True)
    scans: dict[UUID, list[AgreementDocument]] = {}
    for row in newest:
        if row.scan_of and row.scan_of.series in series:
            scans.setdefault(row.scan_of.series, []).append(row)
    beneath = {row.pk for rows in scans.values() for row in rows}
    filed = [Paper(row, len(series[row.series]), scans.get(row.series, [])) for row in newest if row.pk not in beneath]
    return Papers(filed, [row for row in rows if row.withdrawn_at])


def amendment_changes(amendment: Amendment) -> list[Change]:
    """Before and after of each field, party and commitment it changes. Reads what `for_list` brought along."""
    before = {name: old for name, (old, _new) in amendment.changes.items()}
    after = {name: new for name, (_old, new) in amendment.changes.items()}
    parties = {line.party_id: str(line.party) for line in amendment.lines.all()}
    return [
        *changes_in(Agreement, before, after),
        *(change for one in amendment.parties.all() for change in _party_changes(one)),
        *(_line_change(line, parties) for line in amendment.lines.all()),
    ]


def _party_changes(one: AmendedParty) -> list[Change]:
    """A line for each of role, signatory and title that differs; one that joins is a line by itself."""
    after = {name: getattr(one, name) for name in Party.SIGNED_AS}
    joins = [] if one.before else [Change(_("New party"), "", str(one.organization))]
    return joins + [
        replace(change, label=f"{change.label} · {one.organization}")
        for change in changes_in(AmendedParty, one.before, after)
        if change.before != change.after
    ]


def _line_change(line: AmendmentLine, parties: dict[int, str]) -> Change:
    was = line.before
    due = parse_date(was["due_on"]) if was.get("due_on") else None
    old = promise_in_words(was["what"], was["quantity"], was["unit"], due) if was else ""
    new = promise_in_words(line.what, line.quantity, line.unit, line.due_on)
    label = f"{_('Commitment')} · {parties[line.party_id]}"
    return Change(label, old, "" if line.change == CommitmentChange.REMOVE else new)


def consent_asked_for(amendment: Amendment) -> bool:
    """Whether the host's ordinance asks for the council's consent to it; the action asks once more under its lock."""
    profile = getattr(amendment.agreement.host, "ordinance", None)
    return bool(profile and amendment.needs_consent(profile))


def promise_in_words(what: str, quantity: int | None, unit: str, due_on: date | None) -> str:
    """교육 100명 (2026. 12. 31.)"""
    amount = f" {quantity:,}{unit}" if quantity else ""
    return f"{what}{amount}" + (f" ({formats.date_format(due_on, 'DATE_FORMAT')})" if due_on else "")


@dataclass(frozen=True)
class CouncilStanding:
    """Where an agreement stands with the council, and what the reader may record."""

    consent: CouncilAct | None
    report: CouncilAct | None
    prior: CouncilAct | None
    needs_consent: bool
    needs_prior: bool
    late: bool
    overdue: bool
    may_consent: bool
    may_report: bool


def ordinance_covering(agreement: Agreement) -> OrdinanceProfile | None:
    """The host's ordinance, if it holds for the agreement; of a draft, as if it were signed today."""
    profile = getattr(agreement.host, "ordinance", None)
    day = agreement.signed_on if agreement.state in SIGNED_ONCE else timezone.localdate()
    return profile if profile and day and profile.covers(day) else None


def council_standing(user: User, agreement: Agreement) -> CouncilStanding:
    """Reads what `for_detail` brought along; no query."""
    acts = {act.kind: act for act in agreement.council_acts.all()}
    consent, report = acts.get(CouncilActKind.CONSENT), acts.get(CouncilActKind.REPORT)
    profile, due, prior = ordinance_covering(agreement), agreement.report_due_on, acts.get(CouncilActKind.PRIOR)
    asks_prior = bool(profile and agreement.is_editable and profile.asks_prior_report_of(agreement))
    lacks_report = (asks_prior and prior is None) if agreement.is_editable else report is None
    return CouncilStanding(
        consent=consent,
        report=report,
        prior=prior,
        needs_prior=asks_prior,
        needs_consent=bool(profile and agreement.is_editable and profile.asks_consent_for(agreement)),
        late=bool(report and due and report.made_on > due),
        overdue=bool(due and not report and due < timezone.localdate()),
        may_consent=agreement.is_editable and consent is None and can_record_consent(user, agreement),
        may_report=lacks_report and can_report_to_council(user, agreement),
    )
