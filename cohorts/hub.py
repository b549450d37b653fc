"""Where the page of a cohort leads to. Each app says in its AppConfig.ready() what it has:

hub.register(_("Timetable"), "curriculum:timetable", (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR))

The address takes the cohort's pk; or, with `by_query`, it is a list with `?cohort=<pk>`. What nobody
has built yet is left out.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from cohorts.models import Cohort
from portal.accounts.models import User


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    name: str  # of the URL
    roles: frozenset[str]
    by_query: bool
    place: int  # 10 applications … 90 report

    def url(self, cohort: Cohort) -> str | None:
        try:
            return f"{reverse(self.name)}?cohort={cohort.pk}" if self.by_query else reverse(self.name, args=[cohort.pk])
        except NoReverseMatch:
            return None


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str


ENTRIES: dict[str, Entry] = {}


def register(
    label: str | Promise, name: str, roles: Collection[str], *, by_query: bool = False, place: int = 50
) -> None:
    """One entry per URL name; entries stand in the order of their `place`."""
    ENTRIES[name] = Entry(label, name, frozenset(roles), by_query, place)


def links(user: User, cohort: Cohort) -> list[Link]:
    """What of a cohort `user` may open; no query."""
    mine = sorted((entry for entry in ENTRIES.values() if user.role in entry.roles), key=lambda entry: entry.place)
    return [Link(entry.label, url) for entry in mine if (url := entry.url(cohort))]
