"""Accounts, the roles they hold in organizations, and invitations to them.

A person is not an account: applicants may have none (`cohorts.Person`).
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import INVITES, MFA_REQUIRED_ROLES, Role
from portal.common.models import WithLabels
from portal.common.prepared import NOW

INVITATION_VALID = timedelta(hours=72)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Its e-mail address, in lower case, is its login name."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("ko", "한국어"), ("en", "English")], default="ko"
    )
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    objects = UserManager()

    # The membership one works in for this request; ActingRoleMiddleware and jobs set it.
    acting: "Membership | None" = None
    live_memberships: "Sequence[Membership]" = ()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def role(self) -> Role:
        return Role(self.acting.role) if self.acting else Role.TRAINEE

    @property
    def organization_id(self) -> int | None:
        """The organization one works for at the moment; None as an applicant or trainee."""
        return self.acting.organization_id if self.acting else None

    @property
    def acting_id(self) -> int | None:
        """The membership one works in at the moment."""
        return self.acting.pk if self.acting else None

    def act_as(self, membership: "Membership | None") -> "User":
        """Work in this membership from here on; returns the user, for chaining."""
        self.acting = membership
        return self

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> "MembershipQuerySet":
        return self.filter(ended_at=None, user__is_active=True)

    def visible_to(self, user: User) -> "MembershipQuerySet":
        """The people of one's organization, and of the companies that work with its cohorts."""
        if user.role == Role.ADMIN:
            return self
        if user.role in (Role.OFFICIAL, Role.OPERATOR):
            return self.filter(Q(organization=user.organization_id) | Q(invited_by_host=user.organization_id))
        return self.filter(user=user.pk)

    def for_list(self) -> "MembershipQuerySet":
        return self.select_related("user", "organization").order_by("organization__name", "role", "user__name", "pk")


class Membership(WithLabels):
    """A role in an organization. One person may hold several and works in one at a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey("partners.Organization", models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=[(r.value, r.label) for r in Role if r != Role.TRAINEE])
    # The host whose official invited a company's mentor; it may see and end that membership.
    invited_by_host = models.ForeignKey("partners.Organization", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"], condition=Q(ended_at=None), name="one_live_membership"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organization}"

    @property
    def needs_second_factor(self) -> bool:
        return self.role in MFA_REQUIRED_ROLES


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        return self.unanswered().filter(expires_at__gt=NOW)

    def run_out(self) -> "InvitationQuerySet":
        return self.unanswered().filter(expires_at__lte=NOW)

    def unanswered(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None)

    def visible_to(self, user: User) -> "InvitationQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in INVITES:
            return self.filter(host=user.organization_id)
        return self.none()

    def with_token(self, token: str) -> "InvitationQuerySet":
        return self.filter(token_hash=hash_token(token))

    def for_list(self) -> "InvitationQuerySet":
        return self.select_related("organization", "invited_by").order_by("-created_at", "-pk")


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def invitation_expiry() -> Any:
    return timezone.now() + INVITATION_VALID


class Invitation(WithLabels):
    """A single-use link bound to an address, a role and an organization, valid for 72 hours.

    Only the hash of its token is kept. Opening the link never consumes it (mail scanners
    open links); accepting it by POST does.
    """

    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    organization = models.ForeignKey("partners.Organization", models.PROTECT, related_name="+")
    host = models.ForeignKey("partners.Organization", models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=invitation_expiry)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower_case"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"

    @property
    def is_open(self) -> bool:
        return not self.accepted_at and not self.revoked_at and self.expires_at > timezone.now()
