"""Who may do what with organizations, agreements, members and invitations.

What one may know of is `visible_to`; what an agreement's state allows is `states.TRANSITIONS`.
"""

from collections.abc import Callable

from partners.models import (
    Agreement,
    Amendment,
    ComplianceCheck,
    Consortium,
    Initiative,
    Organization,
    Party,
    Proposal,
    RegisterImport,
    RegisterView,
)
from partners.states import EDITABLE, HOST_KINDS, LIVE, TRANSITIONS, VERBS
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.roles import HOST_STAFF, INVITES, Role


def can_register_organization(user: User) -> bool:
    return user.role in (Role.ADMIN, Role.OFFICIAL)


def can_amend_organization(user: User, organization: Organization) -> bool:
    """Officials look after their own organization and after companies, never after another host."""
    if user.role == Role.ADMIN:
        return True
    mine = organization.pk == user.organization_id
    return user.role == Role.OFFICIAL and (mine or organization.kind not in HOST_KINDS)


def can_set_ordinance(user: User, organization: Organization) -> bool:
    """Officials, for their own office; the admin, for every office that keeps a register."""
    mine = user.role == Role.OFFICIAL and organization.pk == user.organization_id
    return organization.can_host and (mine or user.role == Role.ADMIN)


def can_register_initiative(user: User) -> bool:
    return user.role in (Role.ADMIN, Role.OFFICIAL)


def can_amend_initiative(user: User, initiative: Initiative) -> bool:
    """An official, as long as it is the own organization's or no other office has an agreement in it."""
    if user.role != Role.OFFICIAL:
        return user.role == Role.ADMIN
    others = initiative.agreements.exclude(host=user.organization_id)
    return initiative.lead_id == user.organization_id or not others.exists()


def can_assign_to_initiative(user: User) -> bool:
    """Agreements of the own register, to any initiative."""
    return user.role in (Role.ADMIN, Role.OFFICIAL)


def can_write_paper_template(user: User, organization: Organization) -> bool:
    """As for the ordinance: the text of the own office's papers."""
    return can_set_ordinance(user, organization)


# Agreements ----------------------------------------------------------------------------


def can_register_agreement(user: User) -> bool:
    return user.role in (Role.ADMIN, Role.OFFICIAL)


def can_amend_view(user: User, view: RegisterView) -> bool:
    """Its owner; what is shared, also the officials of the office, since people leave."""
    return view.owner_id == user.pk or (view.shared and user.role in (Role.ADMIN, Role.OFFICIAL))


def can_take_in_register(user: User, source: RegisterImport) -> bool:
    """Officials, for their own office."""
    return user.role == Role.OFFICIAL and source.host_id == user.organization_id


def _keeps(user: User, agreement: Agreement) -> bool:
    return user.role == Role.ADMIN or (user.role == Role.OFFICIAL and agreement.host_id == user.organization_id)


def can_amend_agreement(user: User, agreement: Agreement) -> bool:
    """Its keeper; and while it is a draft, the mentors of a company that is a party to it."""
    if _keeps(user, agreement):
        return True
    if user.role != Role.MENTOR or agreement.state not in EDITABLE:
        return False
    return Party.objects.filter(agreement=agreement, organization=user.organization_id).exists()


def can_sign_agreement(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_bring_into_force_agreement(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_fulfil_agreement(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_renew_agreement(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_terminate_agreement(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_record_consent(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_report_to_council(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_see_agreement_history(user: User, agreement: Agreement) -> bool:
    """Reasons and people of the keeper's office are not for the other parties."""
    return user.role == Role.ADMIN or (
        user.role in (Role.OFFICIAL, Role.OPERATOR) and agreement.host_id == user.organization_id
    )


def can_add_document(user: User, agreement: Agreement) -> bool:
    return can_amend_agreement(user, agreement)


def can_keep_documents(user: User, agreement: Agreement) -> bool:
    """Describe, replace and withdraw them: the office that answers for the register."""
    return _keeps(user, agreement)


def can_propose_amendment(user: User, agreement: Agreement) -> bool:
    return _keeps(user, agreement)


def can_settle_amendment(user: User, amendment: Amendment) -> bool:
    """Revise, bring into effect, drop and report it."""
    return _keeps(user, amendment.agreement)


def can_enter_delivery(user: User, agreement: Agreement) -> bool:
    """The office that keeps the register; it has seen the evidence."""
    return _keeps(user, agreement)


def can_run_consortium(user: User, kept: Agreement | Consortium) -> bool:
    """Officials and operators of the office that keeps the agreement: members, meetings, minutes, projects."""
    return user.role == Role.ADMIN or (user.role in HOST_STAFF and kept.host_id == user.organization_id)


def can_see_checks(user: User, agreement: Agreement) -> bool:
    return can_see_agreement_history(user, agreement)


def can_fill_check(user: User, check: ComplianceCheck) -> bool:
    """The person in charge; as long as nobody is, an official of the office."""
    if user.role == Role.ADMIN or check.agreement.in_charge_id is None:
        return _keeps(user, check.agreement)
    return check.agreement.in_charge_id == user.pk and can_see_checks(user, check.agreement)


def can_review_check(user: User, check: ComplianceCheck) -> bool:
    """An official who did not fill it in."""
    return _keeps(user, check.agreement) and check.filled_by_id != user.pk


def can_finish_follow_up(user: User, check: ComplianceCheck) -> bool:
    return _keeps(user, check.agreement) or can_fill_check(user, check)


_MAY: dict[str, Callable[[User, Agreement], bool]] = {
    "sign": can_sign_agreement,
    "bring_into_force": can_bring_into_force_agreement,
    "fulfil": can_fulfil_agreement,
    "renew": can_renew_agreement,
    "terminate": can_terminate_agreement,
}


def available_actions(user: User, agreement: Agreement) -> list[str]:
    """What `user` may do with the agreement in its state: the buttons of its page."""
    verbs = [verb for verb, to in VERBS.items() if to in TRANSITIONS[agreement.state] and _MAY[verb](user, agreement)]
    editable = agreement.state in (*EDITABLE, *LIVE) and can_amend_agreement(user, agreement)
    return ["amend", *verbs] if editable else verbs


def can_propose_agreement(user: User) -> bool:
    return user.role == Role.MENTOR


def can_decide_proposal(user: User, proposal: Proposal) -> bool:
    """The office it was made to."""
    return user.role == Role.ADMIN or (user.role == Role.OFFICIAL and proposal.host_id == user.organization_id)


def can_withdraw_proposal(user: User, proposal: Proposal) -> bool:
    return user.role == Role.MENTOR and proposal.company_id == user.organization_id


# People --------------------------------------------------------------------------------


def can_invite(user: User, role: str) -> bool:
    return role in INVITES.get(user.role, frozenset())


def can_invite_somebody(user: User) -> bool:
    return user.role in INVITES


def can_manage_invitation(user: User, invitation: Invitation) -> bool:
    """Send it again or take it back."""
    return can_invite(user, invitation.role)


def can_end_membership(user: User, membership: Membership) -> bool:
    """Those who may invite to a role may end it, within what they see; nobody ends the own."""
    return can_invite(user, membership.role) and membership.user_id != user.pk
