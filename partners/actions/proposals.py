"""An agreement that a company proposes: taken into the register as a draft, or turned down with a reason."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import emails
from partners.actions.agreements import register_agreement
from partners.actions.calendar import officials_of
from partners.actions.promises import add_commitment, add_party
from partners.models import Organization, Proposal, ProposedCommitment
from partners.states import PROPOSAL_TRANSITIONS, ProposalState
from portal import audit, notify
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

PROMISED = ("what", "unit", "quantity", "due_on", "measure")


@transaction.atomic
def propose_agreement(
    *,
    by: User | None,
    company: Organization,
    host: Organization,
    title: str,
    kind: str,
    purpose: str,
    commitments: Iterable[dict[str, Any]] = (),
) -> Proposal:
    """To the office `host`, with what the company itself would promise (PROMISED); its officials are told."""
    if not host.can_host:
        raise ActionRefused(_("%(name)s cannot keep a register of agreements.") % {"name": host.name}, "host")
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                host=host, company=company, title=title, kind=kind, purpose=purpose, proposed_by=by
            )
    except IntegrityError:
        raise ActionRefused(
            _("You have proposed an agreement of this title to this office already."), "title"
        ) from None
    promised = [ProposedCommitment(proposal=proposal, **one) for one in commitments]
    if len({one.what for one in promised}) < len(promised):
        raise ActionRefused(_("Two of the commitments are the same."))
    ProposedCommitment.objects.bulk_create(promised)
    audit.record(proposal, "proposal.made", by=by, after={"company": company.pk, "commitments": len(promised)})
    readers = officials_of({host.pk})[host.pk]
    notify.queue_many(emails.proposal_made(proposal, reader, by=by) for reader in readers)
    return proposal


@transaction.atomic
def accept_proposal(proposal: Proposal, *, by: User | None) -> Proposal:
    """A draft in the register with both parties and the company's commitments; nothing is signed by it."""
    proposal = _locked(proposal, ProposalState.ACCEPTED)
    agreement = register_agreement(
        by=by, host=proposal.host, title=proposal.title, kind=proposal.kind, purpose=proposal.purpose
    )
    add_party(agreement, by=by, organization=proposal.host)
    party = add_party(agreement, by=by, organization=proposal.company)
    for one in proposal.commitments.all():
        add_commitment(agreement, by=by, party=party, **{name: getattr(one, name) for name in PROMISED})
    proposal.agreement = agreement
    return _decide(proposal, ProposalState.ACCEPTED, "proposal.accepted", by=by)


@transaction.atomic
def turn_down_proposal(proposal: Proposal, *, by: User | None, reason: str) -> Proposal:
    """The company is told why."""
    return _decide(_locked(proposal, ProposalState.TURNED_DOWN), ProposalState.TURNED_DOWN, "proposal.turned_down",
                   by=by, reason=reason)  # fmt: skip


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, by: User | None) -> Proposal:
    """By the company, before the office has decided."""
    return _decide(_locked(proposal, ProposalState.WITHDRAWN), ProposalState.WITHDRAWN, "proposal.withdrawn", by=by)


def _locked(proposal: Proposal, to: ProposalState) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("host", "company", "proposed_by")
    proposal = rows.get(pk=proposal.pk)
    if to not in PROPOSAL_TRANSITIONS[proposal.state]:
        words = {"now": proposal.get_state_display()}
        raise ActionRefused(_("This proposal is “%(now)s”, so that is not possible any more.") % words)
    return proposal


def _decide(proposal: Proposal, to: ProposalState, verb: str, *, by: User | None, reason: str = "") -> Proposal:
    """The only writer of Proposal.state; the caller has locked the row."""
    before, proposal.state, proposal.reason = {"state": proposal.state}, to, reason
    proposal.decided_by, proposal.decided_at = by, timezone.now()
    proposal.save(update_fields=["state", "reason", "decided_by", "decided_at", "agreement"])
    after = {"state": str(to)} | ({"agreement": proposal.agreement_id} if proposal.agreement_id else {})
    audit.record(proposal, verb, by=by, before=before, after=after, reason=reason)
    if to != ProposalState.WITHDRAWN and proposal.proposed_by and proposal.proposed_by.is_active:
        notify.queue_many([emails.proposal_decided(proposal, proposal.proposed_by, by=by)])
    return proposal
