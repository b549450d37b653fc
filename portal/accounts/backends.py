"""Who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.db.models import FilteredRelation, Q

from portal.accounts.models import User


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id: Any) -> User | None:
        """The active account with its live memberships in one query, since each page asks for both."""
        live = FilteredRelation("memberships", condition=Q(memberships__ended_at=None))
        found: Any = User.objects.filter(pk=user_id, is_active=True).annotate(live=live)
        rows: list[Any] = list(found.select_related("live__organization").order_by("live__pk"))  # one each
        if not rows:
            return None
        user: User = rows[0]
        user.live_memberships = [row.live for row in rows if hasattr(row, "live")]
        for membership in user.live_memberships:
            membership.user = user
        return user
