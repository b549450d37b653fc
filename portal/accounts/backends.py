"""Who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from portal.accounts.models import Membership, User


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id: Any) -> User | None:
        """The active account with its live memberships: one query for whoever has any, since each page asks."""
        live = Membership.objects.live().filter(user=user_id).select_related("user", "organization")
        memberships = list(live.order_by("pk"))
        user: User | None = memberships[0].user if memberships else super().get_user(user_id)
        if user:
            user.live_memberships = memberships
        return user
