"""Where the page of a cohort leads to, phase by phase. Each app says in its AppConfig.ready() what it has:

hub.register(Phase.TRAINING, _("Timetable"), "curriculum:timetable", (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR))

The address takes the cohort's pk; or, with `by_query`, it is a list with `?cohort=<pk>`. What nobody
has built yet is left out.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import TextChoices
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort
from cohorts.states import CohortState
from portal.accounts.models import User


class Phase(TextChoices):
    """The life of a cohort as its office lives it; within a phase, the entries stand as they were registered."""

    RECRUITING = "recruiting", pgettext_lazy("hub", "Recruiting")
    SCREENING = "screening", pgettext_lazy("hub", "Screening")
    SELECTION = "selection", pgettext_lazy("hub", "Selection and seats")
    TRAINING = "training", pgettext_lazy("hub", "Training")
    OUTCOMES = "outcomes", pgettext_lazy("hub", "Outcomes")


NOW: dict[str, tuple[Phase, ...]] = {
    CohortState.PLANNED: (Phase.RECRUITING,),
    CohortState.RECRUITING: (Phase.RECRUITING,),
    CohortState.SELECTING: (Phase.SCREENING, Phase.SELECTION),
    CohortState.RUNNING: (Phase.TRAINING,),
    CohortState.FINISHED: (Phase.OUTCOMES,),
}  # where the work is; of a cancelled cohort nowhere


@dataclass(frozen=True)
class Entry:
    phase: Phase
    label: str | Promise
    name: str  # of the URL
    roles: frozenset[str]
    by_query: bool
    after: str = ""

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
    phase: Phase, label: str | Promise, name: str, roles: Collection[str], *, by_query: bool = False, after: str = ""
) -> None:
    """One entry per URL name; `after`: the one it follows, else it comes last."""
    ENTRIES[name] = Entry(phase, label, name, frozenset(roles), by_query, after)


def links(user: User, cohort: Cohort) -> list[tuple[Phase, list[Link]]]:
    """What of a cohort `user` may open, by phase; no query."""
    mine = [entry for entry in _in_order() if user.role in entry.roles]
    found = [
        (phase, [Link(entry.label, url) for entry in mine if entry.phase == phase and (url := entry.url(cohort))])
        for phase in Phase
    ]
    return [(phase, some) for phase, some in found if some]


def _in_order() -> list[Entry]:
    following = [entry for entry in ENTRIES.values() if entry.after in ENTRIES]
    found = [entry for entry in ENTRIES.values() if entry not in following]
    for entry in following:
        found.insert(found.index(ENTRIES[entry.after]) + 1, entry)
    return found
