"""Who has promised what in an agreement."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partners.actions.figures import refresh_figures
from partners.models import Agreement, Amendment, AmendmentLine, Commitment, Organization, Party
from partners.states import EDITABLE, LIVE
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

PARTY_FIELDS = ("role", "signatory", "signatory_title", "contact")
# What the signed paper says of a commitment; how it is counted is not in it.
PROMISED = ("party", "what", "unit", "quantity", "due_on")
COMMITMENT_FIELDS = ("party", "what", "unit", "quantity", "due_on", "measure")


@transaction.atomic
def add_party(agreement: Agreement, *, by: User | None, organization: Organization, **values: Any) -> Party:
    agreement = _locked(agreement)
    if agreement.parties.filter(organization=organization).exists():
        raise ActionRefused(_("This organization is a party already."), "organization")
    party = Party.objects.create(agreement=agreement, organization=organization, **_known(values, PARTY_FIELDS))
    _record(agreement, "agreement.party_added", by=by, after={"party": party.pk, "organization": organization.pk})
    return party


@transaction.atomic
def amend_party(party: Party, *, by: User | None, **values: Any) -> Party:
    """Its role, signatory and contact; another organization is another party."""
    agreement = _locked(party.agreement)
    changed = _write(party, _known(values, PARTY_FIELDS))
    if changed:
        _record(
            agreement,
            "agreement.party_amended",
            by=by,
            after={"party": party.pk, "organization": party.organization_id, "fields": changed},
        )
    return party


@transaction.atomic
def remove_party(party: Party, *, by: User | None) -> None:
    agreement = _locked(party.agreement)
    if party.commitments.exists():
        raise ActionRefused(_("%(name)s still has commitments. Remove them first.") % {"name": party.organization})
    if AmendmentLine.objects.filter(party=party).exists():
        raise ActionRefused(_("%(name)s is named in an amendment and stays.") % {"name": party.organization})
    before = {"party": party.pk, "organization": party.organization_id}
    party.delete()
    _record(agreement, "agreement.party_removed", by=by, before=before)


@transaction.atomic
def add_commitment(agreement: Agreement, *, by: User | None, **values: Any) -> Commitment:
    agreement = _locked(agreement)
    values = _known(values, COMMITMENT_FIELDS)
    _refuse_strange_party(agreement, values["party"])
    try:
        with transaction.atomic():
            commitment = Commitment.objects.create(agreement=agreement, **values)
    except IntegrityError:
        raise ActionRefused(_("This party has promised the same already."), "what") from None
    refresh_figures(agreement.pk)
    _record(agreement, "agreement.commitment_added", by=by, after={"commitment": commitment.pk})
    return commitment


@transaction.atomic
def amend_commitment(
    commitment: Commitment, *, by: User | None, amendment: Amendment | None = None, **values: Any
) -> Commitment:
    """Once the agreement is signed, only an `amendment` changes what it says."""
    agreement = _locked(commitment.agreement)
    values = _known(values, COMMITMENT_FIELDS)
    if "party" in values:
        _refuse_strange_party(agreement, values["party"])
    _refuse_signed(agreement, amendment, [name for name in PROMISED if _differs(commitment, values, name)])
    try:
        with transaction.atomic():
            changed = _write(commitment, values)
    except IntegrityError:
        raise ActionRefused(_("This party has promised the same already."), "what") from None
    if changed:
        refresh_figures(agreement.pk)
        after = {"commitment": commitment.pk, "fields": changed}
        _record(agreement, "agreement.commitment_amended", by=by, after=after)
    return commitment


@transaction.atomic
def remove_commitment(commitment: Commitment, *, by: User | None, amendment: Amendment | None = None) -> None:
    agreement = _locked(commitment.agreement)
    _refuse_signed(agreement, amendment, [""])
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


def _refuse_signed(agreement: Agreement, amendment: Amendment | None, changed: list[str]) -> None:
    if changed and agreement.state not in EDITABLE and amendment is None:
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
