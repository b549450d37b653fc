"""Who has promised what in an agreement.

Until it is signed, its draft says so. After that, an amendment changes it; what the register lacks of the signed paper
is transcribed, with the place where it stands there, and what was transcribed can be corrected. So can what a party is
written down as, with the reason: a slip of the pen is no amendment, a new signatory is one.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partners.actions.figures import refresh_figures
from partners.models import Agreement, AmendedParty, Amendment, AmendmentLine, Commitment, Organization, Party
from partners.states import EDITABLE, LIVE, AmendmentState
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

PARTY_FIELDS = (*Party.SIGNED_AS, "contact")
# What the signed paper says of a commitment; how it is counted is not in it.
PROMISED = ("party", "what", "unit", "quantity", "due_on")
COMMITMENT_FIELDS = ("party", "what", "unit", "quantity", "due_on", "measure")


@transaction.atomic
def add_party(
    agreement: Agreement,
    *,
    by: User | None,
    organization: Organization,
    amendment: Amendment | None = None,
    transcribed_from: str = "",
    **values: Any,
) -> Party:
    agreement = _locked(agreement)
    source = "" if amendment else _source(agreement, transcribed_from)
    if agreement.parties.filter(organization=organization).exists():
        raise ActionRefused(_("This organization is a party already."), "organization")
    party = Party.objects.create(
        agreement=agreement, organization=organization, transcribed_from=source, **_known(values, PARTY_FIELDS)
    )
    after = {"party": party.pk, "organization": organization.pk}
    _record(agreement, "agreement.party_added", by=by, after=after, reason=source)
    return party


@transaction.atomic
def amend_party(
    party: Party, *, by: User | None, amendment: Amendment | None = None, correction: str = "", **values: Any
) -> Party:
    """Its role, signatory and contact; another organization is another party.

    Of a signed agreement its contact alone: the rest by an `amendment`, or as the `correction` of a slip, with its
    reason (domain.md section 4: 변경 이력).
    """
    agreement = _locked(party.agreement)
    was = Party.objects.get(pk=party.pk)
    changed = _write(party, _known(values, PARTY_FIELDS))
    slips = [name for name in changed if name in Party.SIGNED_AS] if agreement.state not in EDITABLE else []
    if slips and amendment is None and not correction:
        sentence = _("This was signed. Say what was written down wrongly, or prepare an amendment if it has changed.")
        raise ActionRefused(sentence, "correction")
    if changed:
        verb = "agreement.party_corrected" if slips and amendment is None else "agreement.party_amended"
        before, after = ({f"party_{name}": getattr(one, name) for name in changed} for one in (was, party))
        which = {"party": party.pk, "organization": party.organization_id}
        _record(agreement, verb, by=by, before=which | before, after=which | after, reason=correction)
    return party


@transaction.atomic
def remove_party(party: Party, *, by: User | None) -> None:
    agreement = _locked(party.agreement)
    if agreement.state not in EDITABLE and not party.transcribed_from:
        raise ActionRefused(
            _("%(name)s has signed the agreement and stays a party to it.") % {"name": party.organization}
        )
    if party.commitments.exists():
        raise ActionRefused(_("%(name)s still has commitments. Remove them first.") % {"name": party.organization})
    if AmendmentLine.objects.filter(party=party).exists() or AmendedParty.objects.filter(party=party).exists():
        raise ActionRefused(_("%(name)s is named in an amendment and stays.") % {"name": party.organization})
    before = {"party": party.pk, "organization": party.organization_id}
    party.delete()
    _record(agreement, "agreement.party_removed", by=by, before=before)


@transaction.atomic
def add_commitment(
    agreement: Agreement,
    *,
    by: User | None,
    amendment: Amendment | None = None,
    transcribed_from: str = "",
    **values: Any,
) -> Commitment:
    agreement = _locked(agreement)
    source = "" if amendment else _source(agreement, transcribed_from)
    values = _known(values, COMMITMENT_FIELDS)
    _refuse_strange_party(agreement, values["party"])
    try:
        with transaction.atomic():
            commitment = Commitment.objects.create(agreement=agreement, transcribed_from=source, **values)
    except IntegrityError:
        raise ActionRefused(_("This party has promised the same already."), "what") from None
    refresh_figures(agreement.pk)
    _record(agreement, "agreement.commitment_added", by=by, after={"commitment": commitment.pk}, reason=source)
    return commitment


@transaction.atomic
def amend_commitment(
    commitment: Commitment,
    *,
    by: User | None,
    amendment: Amendment | None = None,
    transcribed_from: str = "",
    **values: Any,
) -> Commitment:
    """Once the agreement is signed, only an `amendment` changes what it says; a transcription can be corrected."""
    commitment.agreement = agreement = _locked(commitment.agreement)
    values = _known(values, COMMITMENT_FIELDS)
    if transcribed_from and is_correctable(commitment):
        values["transcribed_from"] = transcribed_from
    if "party" in values:
        _refuse_strange_party(agreement, values["party"])
    _refuse_signed(commitment, amendment, [name for name in PROMISED if _differs(commitment, values, name)])
    try:
        with transaction.atomic():
            changed = _write(commitment, values)
    except IntegrityError:
        raise ActionRefused(_("This party has promised the same already."), "what") from None
    if changed:
        refresh_figures(agreement.pk)
        after = {"commitment": commitment.pk, "fields": changed}
        _record(agreement, "agreement.commitment_amended", by=by, after=after, reason=transcribed_from)
    return commitment


@transaction.atomic
def remove_commitment(commitment: Commitment, *, by: User | None, amendment: Amendment | None = None) -> None:
    commitment.agreement = agreement = _locked(commitment.agreement)
    _refuse_signed(commitment, amendment, [""])
    refuse_removing(commitment)
    before = {"commitment": commitment.pk}
    commitment.delete()
    _record(agreement, "agreement.commitment_removed", by=by, before=before)


def refuse_removing(commitment: Commitment) -> None:
    """What a check speaks of, or something was delivered of, is kept."""
    if commitment.findings.exists():
        raise ActionRefused(_("A compliance check speaks of this commitment, so it is kept."))
    if commitment.deliveries.exists():
        raise ActionRefused(_("Something was delivered of this commitment, so it is kept."))


# What they share -----------------------------------------------------------------------


def _locked(agreement: Agreement) -> Agreement:
    """The agreement's row, locked; refused once the agreement has ended."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if agreement.state not in (*EDITABLE, *LIVE):
        raise ActionRefused(_("This agreement has ended and is kept as it is."))
    return agreement


def is_correctable(commitment: Commitment) -> bool:
    """Written down after the signing, and not changed by an amendment since."""
    amended = commitment.amendment_lines.exclude(amendment__state=AmendmentState.DROPPED)
    return bool(commitment.transcribed_from) and not amended.exists()


def _source(agreement: Agreement, transcribed_from: str) -> str:
    """Where the signed paper says so; a draft needs no such place."""
    if agreement.state in EDITABLE:
        return ""
    if not transcribed_from:
        sentence = _("The agreement is signed. Say where its paper has this, or prepare an amendment.")
        raise ActionRefused(sentence, "transcribed_from")
    return transcribed_from


def _refuse_signed(commitment: Commitment, amendment: Amendment | None, changed: list[str]) -> None:
    signed = commitment.agreement.state not in EDITABLE
    if changed and signed and amendment is None and not is_correctable(commitment):
        raise ActionRefused(_("What was signed is changed by an amendment only."), changed[0])


def _differs(commitment: Commitment, values: dict[str, Any], name: str) -> bool:
    return name in values and values[name] != getattr(commitment, name)


def _refuse_strange_party(agreement: Agreement, party: Party) -> None:
    if party.agreement_id != agreement.pk:
        raise ActionRefused(_("Choose a party of this agreement."), "party")


def _known(values: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    if unknown := values.keys() - {*fields}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    return values


def _write(row: Party | Commitment, values: dict[str, Any]) -> list[str]:
    """Save what differs from the database; the names of it."""
    stored = type(row)._default_manager.get(pk=row.pk)
    changed = [name for name, value in values.items() if getattr(stored, name) != value]
    for name, value in values.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=changed)
    return changed


def _record(agreement: Agreement, verb: str, *, by: User | None, **values: Any) -> None:
    """One event on the agreement; its version stays, since two may add different parties at once."""
    audit.record(agreement, verb, by=by, **values)
