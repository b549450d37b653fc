"""How a signed agreement changes: an amendment is prepared, agreed on, and takes effect as one (변경협약).

Lock order: the agreement, then its amendment.
"""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.agreements import AMENDS, ChangedMeanwhile, amend_signed_text, as_field, values_of
from partners.actions.council import ordinance_of, report_due_on
from partners.actions.documents import add_document
from partners.actions.figures import refresh_figures
from partners.actions.promises import (
    PROMISED,
    add_commitment,
    add_party,
    amend_commitment,
    amend_party,
    refuse_removing,
    remove_commitment,
)
from partners.models import (
    Agreement,
    AgreementDocument,
    AmendedParty,
    Amendment,
    AmendmentLine,
    Commitment,
    Organization,
    Party,
)
from partners.states import AMENDMENT_TRANSITIONS, LIVE, AmendmentState, CommitmentChange
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

# Preparing -----------------------------------------------------------------------------


@transaction.atomic
def propose_amendment(agreement: Agreement, *, by: User | None, version: int, reason: str, **values: Any) -> Amendment:
    """A draft of the next amendment, if the agreement still has `version`; ChangedMeanwhile otherwise."""
    agreement = _locked_live(agreement)
    changes = _differences(agreement, values)
    if agreement.version != version:
        raise ChangedMeanwhile(agreement, list(changes))
    if agreement.amendments.filter(state=AmendmentState.DRAFT).exists():
        raise ActionRefused(_("An amendment of this agreement is being prepared already. Finish or drop that first."))
    number = agreement.amendments.filter(state=AmendmentState.EFFECTIVE).count() + 1
    amendment = Amendment.objects.create(
        agreement=agreement, host_id=agreement.host_id, number=number, reason=reason, changes=changes, made_by=by
    )
    audit.record(agreement, "agreement.amendment_proposed", by=by, after={"amendment": amendment.pk}, reason=reason)
    return amendment


@transaction.atomic
def revise_amendment(amendment: Amendment, *, by: User | None, version: int, reason: str, **values: Any) -> Amendment:
    """Write the draft anew, starting from the agreement as it is now; ChangedMeanwhile if another was quicker."""
    amendment = _locked_draft(amendment)
    agreement = amendment.agreement
    if amendment.version != version:
        now = proposed(amendment)
        raise ChangedMeanwhile(now, [name for name, value in values.items() if getattr(now, name) != value])
    amendment.changes, amendment.reason = _differences(agreement, values), reason
    for line in amendment.lines.select_related("commitment"):
        line.before = _promised(line.commitment) if line.commitment else {}
        line.save(update_fields=["before"])
    there = {party.organization_id: party for party in agreement.parties.all()}
    for change in amendment.parties.all():
        change.party = there.get(change.organization_id)
        change.before = change.party.signed_as if change.party else {}
        change.save(update_fields=["party", "before"])
    _touch(amendment, "changes", "reason")
    audit.record(agreement, "agreement.amendment_revised", by=by, after={"amendment": amendment.pk}, reason=reason)
    return amendment


@transaction.atomic
def propose_commitment(
    amendment: Amendment, *, by: User | None, commitment: Commitment | None = None, **values: Any
) -> AmendmentLine:
    """The amendment adds a commitment, or changes the one given."""
    amendment = _locked_draft(amendment)
    if values["party"].agreement_id != amendment.agreement_id:
        raise ActionRefused(_("Choose a party of this agreement."), "party")
    if commitment and _same(commitment, values):
        raise ActionRefused(_("Nothing of this commitment would change."))
    change = CommitmentChange.CHANGE if commitment else CommitmentChange.ADD
    return _keep_line(amendment, by, commitment, change, values)


@transaction.atomic
def propose_removal(amendment: Amendment, *, by: User | None, commitment: Commitment) -> AmendmentLine:
    """The amendment takes a commitment away."""
    amendment = _locked_draft(amendment)
    refuse_removing(commitment)
    values = {name: getattr(commitment, name) for name in PROMISED}
    return _keep_line(amendment, by, commitment, CommitmentChange.REMOVE, values)


@transaction.atomic
def propose_party(
    amendment: Amendment, *, by: User | None, organization: Organization, party: Party | None = None, **values: str
) -> AmendedParty:
    """An organization joins by the amendment; or `party`, which it is already, gets another role or signatory."""
    amendment = _locked_draft(amendment)
    now = amendment.agreement.parties.filter(organization=organization).first()
    if now != party:
        sentence = _("This organization is a party already.") if now else _("Choose a party of this agreement.")
        raise ActionRefused(sentence, "organization")
    said = {name: values[name] for name in Party.SIGNED_AS}
    before = party.signed_as if party else {}
    if said == before:
        raise ActionRefused(_("Nothing of this party would change."))
    change, _made = AmendedParty.objects.update_or_create(
        amendment=amendment, organization=organization,
        defaults=said | {"party": party, "before": before, "host_id": amendment.host_id},
    )  # fmt: skip
    _revised(amendment, by)
    return change


@transaction.atomic
def drop_party(change: AmendedParty, *, by: User | None) -> None:
    """The amendment leaves this party as it is."""
    amendment = _locked_draft(change.amendment)
    change.delete()
    _revised(amendment, by)


@transaction.atomic
def drop_line(line: AmendmentLine, *, by: User | None) -> None:
    """The amendment leaves this commitment as it is."""
    amendment = _locked_draft(line.amendment)
    line.delete()
    _revised(amendment, by)


@transaction.atomic
def drop_amendment(amendment: Amendment, *, by: User | None, reason: str) -> Amendment:
    """It is not agreed on after all; nothing of the agreement changes."""
    amendment = _locked_draft(amendment)
    amendment.state = AmendmentState.DROPPED
    _touch(amendment, "state")
    audit.record(
        amendment.agreement, "agreement.amendment_dropped", by=by, before={"amendment": amendment.pk}, reason=reason
    )
    return amendment


# In effect -----------------------------------------------------------------------------


@transaction.atomic
def bring_amendment_into_effect(
    amendment: Amendment,
    *,
    by: User | None,
    agreed_on: date,
    document: AgreementDocument | None = None,
    upload: "UploadedFile[Any] | None" = None,
    consent_on: date | None = None,
    consent_session: str = "",
) -> Amendment:
    """Write all that it changes, at once; refused if something it starts from is not so any more.

    `document` or `upload`: the amending paper, if it is there.
    """
    amendment = _locked_draft(amendment)
    agreement, lines = amendment.agreement, list(amendment.lines.select_related("commitment", "party"))
    parties = list(amendment.parties.select_related("party__agreement", "organization"))
    if not amendment.changes and not lines and not parties:
        raise ActionRefused(_("It changes nothing yet. Say first what it changes."))
    _refuse_wrong_day(agreement, agreed_on)
    if moved := moved_meanwhile(amendment):
        raise ChangedMeanwhile(agreement, moved)
    before, after = amend_signed_text(agreement, {name: new for name, (_old, new) in amendment.changes.items()})
    for change in parties:
        _write_party(change, amendment, by=by)
    for line in lines:
        line.amendment = amendment
        _write_line(line, by=by)
    _ask_the_council(amendment, agreed_on, consent_on, consent_session)
    amendment.document = _paper(agreement, document, upload, by=by)
    amendment.state, amendment.agreed_on = AmendmentState.EFFECTIVE, agreed_on
    _touch(amendment, "state", "agreed_on", "document", "consent_on", "consent_session", "report_due_on")
    refresh_figures(agreement.pk)  # what is due when may have moved
    audit.record(
        agreement, "agreement.amendment_took_effect", by=by,
        before=before, after=after | {"amendment": amendment.pk}, reason=amendment.reason,
    )  # fmt: skip
    return amendment


@transaction.atomic
def report_amendment(amendment: Amendment, *, by: User | None, made_on: date, session: str) -> Amendment:
    """The council has heard of it (의회 보고), in time or late."""
    amendment = _locked(amendment)
    if amendment.state != AmendmentState.EFFECTIVE or amendment.agreed_on is None:
        raise ActionRefused(_("This amendment is not in effect, so there is nothing to report yet."))
    if amendment.reported_on:
        raise ActionRefused(_("It has been recorded already."))
    if made_on > timezone.localdate():
        raise ActionRefused(_("This day lies in the future."), "made_on")
    if made_on < amendment.agreed_on:
        raise ActionRefused(_("The report would be older than the amendment."), "made_on")
    amendment.reported_on, amendment.report_session = made_on, session
    _touch(amendment, "reported_on", "report_session")
    after = {"amendment": amendment.pk, "made_on": made_on.isoformat()}
    audit.record(amendment.agreement, "agreement.amendment_reported", by=by, after=after)
    return amendment


def proposed(amendment: Amendment) -> Agreement:
    """The agreement as the draft would have it, in memory; its version is the draft's."""
    agreement = Agreement.objects.select_related("host").get(pk=amendment.agreement_id)
    for name, (_old, new) in amendment.changes.items():
        setattr(agreement, name, as_field(name, new))
    agreement.version = amendment.version
    return agreement


def moved_meanwhile(amendment: Amendment) -> list[str]:
    """Fields, commitments and parties that are not any more as the draft starts from. Four queries at most."""
    agreement = amendment.agreement
    now = values_of(agreement, amendment.changes)
    moved = [name for name, (old, _new) in amendment.changes.items() if now[name] != old]
    for line in amendment.lines.select_related("commitment__party"):
        gone = line.commitment is None and line.change != CommitmentChange.ADD
        if gone or (line.commitment and _promised(line.commitment) != line.before):
            moved.append(line.what)
    changes = list(amendment.parties.all())
    there = {party.organization_id: party.signed_as for party in agreement.parties.all()} if changes else {}
    moved += [str(change) for change in changes if there.get(change.organization_id, {}) != change.before]
    return moved


# What they share -----------------------------------------------------------------------


def _locked(amendment: Amendment) -> Amendment:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("host").get(pk=amendment.agreement_id)
    amendment = Amendment.objects.select_for_update(of=("self",)).get(pk=amendment.pk)
    amendment.agreement = agreement
    return amendment


def _locked_draft(amendment: Amendment) -> Amendment:
    amendment = _locked(amendment)
    if not AMENDMENT_TRANSITIONS[amendment.state]:
        raise ActionRefused(
            _("This amendment is “%(now)s” and stays as it is.") % {"now": amendment.get_state_display()}
        )
    _refuse_unless_live(amendment.agreement)
    return amendment


def _locked_live(agreement: Agreement) -> Agreement:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("host").get(pk=agreement.pk)
    _refuse_unless_live(agreement)
    return agreement


def _refuse_unless_live(agreement: Agreement) -> None:
    if agreement.is_editable:
        raise ActionRefused(_("This agreement is not signed yet. Change its draft directly."))
    if agreement.state not in LIVE:
        raise ActionRefused(_("This agreement has ended and is kept as it is."))


def _touch(amendment: Amendment, *fields: str) -> None:
    amendment.version += 1
    amendment.save(update_fields=[*fields, "version"])


def _differences(agreement: Agreement, values: dict[str, Any]) -> dict[str, list[Any]]:
    """[before, after] of what would change, as the history keeps values."""
    if unknown := values.keys() - {*AMENDS}:
        raise TypeError(f"An amendment has no {', '.join(sorted(unknown))} to write.")
    wanted = Agreement(**values)
    now, then = values_of(agreement, values), values_of(wanted, values)
    return {name: [now[name], then[name]] for name in values if now[name] != then[name]}


def _revised(amendment: Amendment, by: User | None) -> None:
    _touch(amendment)
    audit.record(amendment.agreement, "agreement.amendment_revised", by=by, after={"amendment": amendment.pk})


def _promised(commitment: Commitment) -> dict[str, Any]:
    due = commitment.due_on
    return {
        "party": commitment.party_id, "what": commitment.what, "unit": commitment.unit,
        "quantity": commitment.quantity, "due_on": due.isoformat() if due else None,
    }  # fmt: skip


def _same(commitment: Commitment, values: dict[str, Any]) -> bool:
    return all(getattr(commitment, name) == values[name] for name in PROMISED)


def _keep_line(
    amendment: Amendment, by: User | None, commitment: Commitment | None, change: str, values: dict[str, Any]
) -> AmendmentLine:
    if commitment and commitment.agreement_id != amendment.agreement_id:
        raise ActionRefused(_("Choose a commitment of this agreement."))
    before = _promised(commitment) if commitment else {}
    said = {name: values[name] for name in PROMISED} | {
        "change": change,
        "before": before,
        "host_id": amendment.host_id,
    }
    if commitment:
        line, _made = AmendmentLine.objects.update_or_create(amendment=amendment, commitment=commitment, defaults=said)
    else:
        line = AmendmentLine.objects.create(amendment=amendment, **said)
    _revised(amendment, by)
    return line


def _write_party(change: AmendedParty, amendment: Amendment, *, by: User | None) -> None:
    """As `_write_line`, of a party."""
    values = {name: getattr(change, name) for name in Party.SIGNED_AS}
    if change.party:
        amend_party(change.party, by=by, amendment=amendment, **values)
        return
    change.party = add_party(
        amendment.agreement, by=by, organization=change.organization, amendment=amendment, **values
    )
    change.save(update_fields=["party"])


def _write_line(line: AmendmentLine, *, by: User | None) -> None:
    """By the actions of a draft, which leave their events; a refusal names the commitment."""
    amendment, commitment = line.amendment, line.commitment
    values = {name: getattr(line, name) for name in PROMISED}
    try:
        if commitment is None:
            line.commitment = add_commitment(amendment.agreement, by=by, amendment=amendment, **values)
            line.save(update_fields=["commitment"])
        elif line.change == CommitmentChange.REMOVE:
            remove_commitment(commitment, by=by, amendment=amendment)
        else:
            amend_commitment(commitment, by=by, amendment=amendment, **values)
    except ActionRefused as refusal:
        raise ActionRefused(f"“{line.what}”: {refusal}") from None


def _paper(
    agreement: Agreement, document: AgreementDocument | None, upload: "UploadedFile[Any] | None", *, by: User | None
) -> AgreementDocument | None:
    if upload:
        return add_document(agreement, by=by, upload=upload, kind=AgreementDocument.Kind.AMENDMENT)
    if document and (document.agreement_id != agreement.pk or document.withdrawn_at):
        raise ActionRefused(_("Choose a document of this agreement."), "document")
    return document


def _refuse_wrong_day(agreement: Agreement, agreed_on: date) -> None:
    if agreed_on > timezone.localdate():
        raise ActionRefused(_("This day lies in the future."), "agreed_on")
    if agreement.signed_on and agreed_on < agreement.signed_on:
        raise ActionRefused(_("The amendment would be older than the agreement."), "agreed_on")


def _ask_the_council(amendment: Amendment, agreed_on: date, consent_on: date | None, session: str) -> None:
    """Consent before, a day for the report after, where the host's ordinance asks for it."""
    profile = ordinance_of(amendment.agreement)
    asked = profile and profile.covers(agreed_on)
    if profile and asked and amendment.needs_consent(profile):
        if consent_on is None or not session:
            sentence = _("“%(ordinance)s” asks for the consent of the council to this. Enter its day and session.")
            raise ActionRefused(sentence % {"ordinance": profile.name}, "consent_on")
        if consent_on > agreed_on:
            raise ActionRefused(_("The council consented only after this day."), "consent_on")
    amendment.consent_on, amendment.consent_session = consent_on, session
    amendment.report_due_on = report_due_on(profile, agreed_on)
