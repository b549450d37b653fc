"""What is to be done next: numbers, each with the list that shows exactly its records."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Todo:
    label: str
    count: int
    url: str
    urgent: bool = False
    note: str = ""  # said instead of the number

    @property
    def badge(self) -> str:
        return self.note or ngettext("%(count)s entry", "%(count)s entries", self.count) % {"count": f"{self.count:,}"}

    @property
    def tone(self) -> str:
        return "danger" if self.urgent else "information"


def waiting(todos: Iterable[Todo]) -> list[Todo]:
    """Those with something to do, the urgent first."""
    return sorted((one for one in todos if one.count), key=lambda one: not one.urgent)


@lru_cache(maxsize=4096, typed=True)
def where(name: str, *arguments: Any, **query: Any) -> str:
    """The address of a page with this query; kept, since a home page says some fifty of them at each look."""
    return reverse(name, args=arguments, query=query)
