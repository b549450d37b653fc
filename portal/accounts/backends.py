"""Who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.db.models import FilteredRelation, Q

from portal.accounts.models import User
from portal.common.prepared import Prepared, Slot

_live: Any = FilteredRelation("memberships", condition=Q(memberships__ended_at=None))
_rows: Any = User.objects.filter(pk=Slot("pk"), is_active=True).annotate(live=_live)
with_memberships = Prepared(_rows.select_related("live__organization").order_by("live__pk"))  # one row each


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id: Any) -> User | None:
        """The active account with its live memberships in one query, since each page asks for both."""
        rows = with_memberships(pk=user_id)
        if not rows:
            return None
        user: User = rows[0]
        user.live_memberships = [row.live for row in rows if hasattr(row, "live")]
        for membership in user.live_memberships:
            membership.user = user
        return user
