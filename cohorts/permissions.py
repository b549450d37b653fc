"""Who may do what, by role and relation. What the state allows is the actions' to say."""

from typing import TYPE_CHECKING

from portal.accounts.roles import HOST_STAFF
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


def is_host_staff(user: "User", thing: HostOwned) -> bool:
    """An official or operator of the very organization that answers for the thing."""
    return user.role in HOST_STAFF and user.organization_id == thing.host_id
