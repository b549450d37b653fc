"""Who may call what: one row for each URL name and method (docs/architecture.md, trust).

A row gives the status of each role in three relations to the object: its own people, others
of the same city, and another city. A URL that is in no row fails the suite.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

ROLES = ("admin", "official", "operator", "instructor", "reviewer", "mentor", "trainee")


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    arguments: Callable
    own: tuple[int, ...]
    same: tuple[int, ...]
    other: tuple[int, ...]
    anonymous: int
    data: Callable = field(default=lambda w: {})
    query: str = ""

    def url(self, world: Any) -> str:
        return reverse(self.name, args=self.arguments(world)) + self.query

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def row(
    name: str,
    method: str = "GET",
    arguments: Callable = lambda w: [],
    *,
    own: str,
    same: str | None = None,
    other: str | None = None,
    anonymous: int = 302,
    data: Callable = lambda w: {},
    query: str = "",
) -> Row:
    """`own="200 200 200 403 403 403 403"`: statuses in the order of ROLES; `same` and `other` default to `own`."""

    def statuses(text: str) -> tuple[int, ...]:
        found = tuple(int(part) for part in text.split())
        assert len(found) == len(ROLES), f"{name}: {text!r} needs {len(ROLES)} statuses"
        return found

    same = own if same is None else same
    other = same if other is None else other
    return Row(name, method, arguments, statuses(own), statuses(same), statuses(other), anonymous, data, query)
