"""What is to be done next, as numbers that lead to exactly those records."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Agreement
from portal.accounts.models import Invitation, User

ENDING_DAYS = 90


@dataclass(frozen=True)
class Todo:
    """A number and the list that shows exactly its records."""

    key: str
    label: str
    count: int
    url: str
    urgent: bool = False


def agreement_todos(user: User) -> list[Todo]:
    """Of the agreements `user` may see; empty numbers are left out. One query."""
    seen = Agreement.objects.visible_to(user)
    numbers = seen.aggregate(
        undated=Count("pk", filter=Q(pk__in=seen.undated().values("pk"))),
        ending=Count("pk", filter=Q(pk__in=seen.ending_within(ENDING_DAYS).values("pk"))),
        waiting=Count("pk", filter=Q(pk__in=seen.waiting_for_force().values("pk"))),
    )
    return list(_todos(numbers))


def _todos(numbers: dict[str, int]) -> Iterator[Todo]:
    register = reverse("partners:agreement-list")
    if n := numbers["undated"]:
        yield Todo("undated", _("Drafts whose day of signing is not known"), n, f"{register}?show=undated")
    if n := numbers["ending"]:
        label = _("Agreements that end within %(days)s days") % {"days": ENDING_DAYS}
        yield Todo("ending", label, n, f"{register}?show=ending", urgent=True)
    if n := numbers["waiting"]:
        yield Todo("waiting", _("Signed agreements to bring into force"), n, f"{register}?show=waiting")


def invitation_todos(user: User) -> list[Todo]:
    """Invitations that were neither accepted nor taken back in time."""
    n = Invitation.objects.visible_to(user).run_out().count()
    if not n:
        return []
    return [
        Todo("invitations", _("Invitations that ran out"), n, f"{reverse('partners:invitation-list')}?show=expired")
    ]
