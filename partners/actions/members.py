"""Invitations and memberships: who works for whom, and in which role."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Organization
from partners.permissions import can_invite
from partners.signals import invitation_accepted
from partners.states import HOST_KINDS
from portal import audit, notify
from portal.accounts.models import Invitation, Membership, User, hash_token, invitation_expiry, new_token
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused

# Roles held in an organization that runs cohorts.
IN_A_HOST = (Role.OFFICIAL, Role.OPERATOR, Role.INSTRUCTOR, Role.REVIEWER, Role.TRAINEE)


# Inviting ------------------------------------------------------------------------------


@transaction.atomic
def send_invitation(*, by: User, email: str, role: str, organization: Organization, language: str = "ko") -> Invitation:
    """Invite an address to a role in an organization: one mail with a link that works once, for 72 hours."""
    email = email.strip().lower()
    _refuse_wrong_place(by, role, organization)
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)  # two clicks, one invitation
    same = Invitation.objects.filter(email=email, role=role, organization=organization)
    if same.open().exists():
        raise ActionRefused(_("This address is invited already. Send that invitation again instead."), "email")
    members = Membership.objects.live().filter(user__email=email, role=role, organization=organization)
    if members.exists():
        raise ActionRefused(_("This person works in this role already."), "email")
    token = new_token()
    invitation = Invitation.objects.create(
        email=email, role=role, organization=organization, host=_host(by, organization),
        invited_by=by, token_hash=hash_token(token), expires_at=invitation_expiry(),
    )  # fmt: skip
    _mail(invitation, token, by=by, language=language)
    after = {"role": role, "organization": organization.pk}
    audit.record(invitation, "invitation.sent", by=by, after=after)
    return invitation


def _refuse_wrong_place(by: User, role: str, organization: Organization) -> None:
    """Staff invite into their own organization, and mentors into companies."""
    if not can_invite(by, role):
        raise ActionRefused(_("You cannot invite to this role."), "role")
    if role == Role.MENTOR:
        if organization.kind in HOST_KINDS:
            raise ActionRefused(_("A mentor works for a company. Choose the company."), "organization")
        return
    if role in IN_A_HOST and organization.kind not in HOST_KINDS:
        raise ActionRefused(_("This role is held in an organization that runs cohorts."), "organization")
    if by.role in HOST_STAFF and organization.pk != by.organization_id:
        raise ActionRefused(_("You can invite to this role in your own organization only."), "organization")


def _host(by: User, organization: Organization) -> Organization | None:
    """The host that answers for the invitation: the inviter's, or the one invited to."""
    if by.role in HOST_STAFF and by.acting:
        return by.acting.organization
    return organization if organization.kind in HOST_KINDS else None


def _mail_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}:{invitation.token_hash[:16]}"


def _mail(invitation: Invitation, token: str, *, by: User, language: str = "ko") -> None:
    user = User.objects.filter(email=invitation.email).first()
    notify.queue(
        key=_mail_key(invitation),
        to=user or notify.Recipient(invitation.email, language),
        template="partners/invitation",
        context={"invitation": invitation, "path": reverse("partners:invitation-accept", args=[token]), "by": str(by)},
        host=invitation.host_id,
        by=by,
        expires_at=invitation.expires_at,
        secret=True,
    )


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """A new link for 72 more hours; the old one is dead from now on."""
    invitation = _unanswered(invitation)
    notify.cancel_unsent([_mail_key(invitation)], by=by, reason="sent again")
    token = new_token()
    invitation.token_hash, invitation.expires_at = hash_token(token), invitation_expiry()
    invitation.save(update_fields=["token_hash", "expires_at"])
    _mail(invitation, token, by=by)
    audit.record(invitation, "invitation.sent_again", by=by)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> Invitation:
    invitation = _unanswered(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    notify.cancel_unsent([_mail_key(invitation)], by=by, reason="revoked")
    audit.record(invitation, "invitation.revoked", by=by)
    return invitation


def _unanswered(invitation: Invitation) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("organization").get(pk=invitation.pk)
    if invitation.accepted_at:
        raise ActionRefused(_("This invitation has been accepted already."))
    if invitation.revoked_at:
        raise ActionRefused(_("This invitation has been revoked."))
    return invitation


# Accepting -----------------------------------------------------------------------------


def needs_password(invitation: Invitation) -> bool:
    """Whether accepting makes the account, or takes over one whose address nobody has ever proved.

    Somebody may have signed up with a stranger's address and a password of their own; whoever
    holds the link owns the mailbox and sets a new one.
    """
    return not EmailAddress.objects.filter(user__email=invitation.email, email=invitation.email, verified=True).exists()


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User | None, name: str = "", password: str = "") -> User:
    """Use the link: an account of exactly that address gets the role. Returns that account.

    `by` is who is signed in, None if nobody. Of two who press at once, one is told it is used.
    """
    if by is not None and by.email != invitation.email:
        raise ActionRefused(_("This invitation is for another address. Sign out, then open the link again."))
    if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now()):
        raise ActionRefused(closed_sentence(Invitation.objects.get(pk=invitation.pk)))
    makes = by is None and needs_password(invitation)
    user = _account(invitation, name, password) if makes else _known_account(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    invitation.refresh_from_db()
    audit.record(invitation, "invitation.accepted", by=user, after={"role": invitation.role})
    if invitation.role != Role.TRAINEE:
        _start_membership(invitation, user)
    invitation_accepted.send(sender=Invitation, invitation=invitation, user=user)
    return user


def closed_sentence(invitation: Invitation) -> str:
    """Why the link does not work any more, and what to do."""
    if invitation.revoked_at:
        return _("This invitation has been revoked. Ask the organization that invited you.")
    if invitation.accepted_at:
        return _("This invitation has been used already. Sign in with your e-mail address.")
    return _("This invitation was valid for 72 hours and has run out. Ask for a new one.")


def _known_account(invitation: Invitation) -> User:
    user = User.objects.get(email=invitation.email)
    if not user.is_active:
        raise ActionRefused(_("This account is closed. Ask the organization that invited you."))
    return user


def _account(invitation: Invitation, name: str, password: str) -> User:
    if not password:
        raise ActionRefused(_("Choose a password."), "password")
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        user = User.objects.create_user(invitation.email, password, name=name)
    else:
        _known_account(invitation)
        user.set_password(password)
        user.name = name or user.name
        user.save(update_fields=["password", "name"])
    EmailAddress.objects.update_or_create(
        user=user, email=invitation.email, defaults={"verified": True, "primary": True}
    )
    return user


def _start_membership(invitation: Invitation, user: User) -> Membership:
    membership, started = Membership.objects.get_or_create(
        user=user,
        organization=invitation.organization,
        role=invitation.role,
        ended_at=None,
        defaults={"invited_by_host": invitation.host if invitation.role == Role.MENTOR else None},
    )
    if started:
        audit.record(membership, "membership.started", by=user, after={"role": invitation.role})
    return membership


# Ending --------------------------------------------------------------------------------


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None, reason: str = "") -> Membership:
    """From the next request on, this person does not work in this role any more."""
    membership = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
    if membership.ended_at:
        raise ActionRefused(_("This membership has ended already."))
    if by and membership.user_id == by.pk:
        raise ActionRefused(_("You cannot end your own membership. Ask a colleague."))
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    audit.record(membership, "membership.ended", by=by, reason=reason)
    return membership
