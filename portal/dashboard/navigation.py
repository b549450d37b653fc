"""The shell of every page: who is here, in which role, and where one can go from here.

Costs no query: the middleware has already read the memberships. It is worked out only if
a template asks for it, so mail and fragments do not pay. What is the same for all who work in
a role stands in a `{% prepared %}` part of base.html, rendered once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import Role

Label = str | Promise
Entry = tuple[Label, str]  # what it is called, the name of its URL

HOME: Entry = (pgettext_lazy("menu", "Overview"), "home")
PUBLIC: tuple[Entry, ...] = (
    (pgettext_lazy("menu", "Open courses"), "cohorts:notice-list"),
    (pgettext_lazy("menu", "Visits for schools"), "cohorts:visit-notice-list"),
)
COHORTS: Entry = (pgettext_lazy("menu", "Cohorts"), "cohorts:cohort-list")
APPLICATIONS: Entry = (pgettext_lazy("menu", "Applications"), "cohorts:application-list")
SCORES: Entry = (pgettext_lazy("menu", "Scoring"), "cohorts:score-list")
ATTENDANCE: Entry = (pgettext_lazy("menu", "Attendance"), "curriculum:day-list")
CURRICULUM: Entry = (pgettext_lazy("menu", "Curriculum"), "curriculum:programme-list")
PROJECTS: Entry = (pgettext_lazy("menu", "Field projects"), "placements:project-list")
MY_TEAMS: Entry = (pgettext_lazy("menu", "My teams"), "placements:team-list")
VISITS: Entry = (pgettext_lazy("menu", "School visits"), "cohorts:visit-list")
LOGS: Entry = (pgettext_lazy("menu", "Mentoring logs"), "placements:log-list")
PLACEMENTS: Entry = (pgettext_lazy("menu", "Employment"), "placements:outcome-list")
AGREEMENTS: Entry = (pgettext_lazy("menu", "Agreements"), "partners:agreement-list")
COMPANY: Entry = (pgettext_lazy("menu", "My company"), "placements:my-company")
ORGANIZATIONS: Entry = (pgettext_lazy("menu", "Organizations"), "partners:organization-list")
REPORTS: Entry = (pgettext_lazy("menu", "Reports"), "reports:report-list")
PEOPLE: Entry = (pgettext_lazy("menu", "People and roles"), "partners:member-list")
HISTORY: Entry = (pgettext_lazy("menu", "History"), "event-list")
JOBS: Entry = (pgettext_lazy("menu", "Jobs"), "jobs:job-list")
MAIL: Entry = (pgettext_lazy("menu", "Mail"), "notify:mail-list")

MENU: dict[Role, tuple[Entry, ...]] = {
    Role.ADMIN: (HOME, ORGANIZATIONS, AGREEMENTS, COHORTS, CURRICULUM, REPORTS, PEOPLE, HISTORY, JOBS, MAIL),
    Role.OFFICIAL: (
        HOME,
        AGREEMENTS,
        COHORTS,
        APPLICATIONS,
        ATTENDANCE,
        PROJECTS,
        PLACEMENTS,
        REPORTS,
        PEOPLE,
        HISTORY,
    ),
    Role.OPERATOR: (HOME, COHORTS, APPLICATIONS, ATTENDANCE, CURRICULUM, PROJECTS, PLACEMENTS, REPORTS, PEOPLE, MAIL),
    Role.INSTRUCTOR: (HOME, COHORTS, ATTENDANCE, CURRICULUM, PROJECTS, LOGS),
    Role.REVIEWER: (HOME, SCORES, APPLICATIONS),
    Role.MENTOR: (HOME, COMPANY, MY_TEAMS, LOGS, PROJECTS, VISITS, AGREEMENTS),
    Role.TRAINEE: (
        HOME,
        *PUBLIC,
        (pgettext_lazy("menu", "My applications"), "cohorts:my-application-list"),
        (pgettext_lazy("menu", "My course"), "curriculum:my-course"),
        (pgettext_lazy("menu", "My project"), "placements:my-project"),
        (pgettext_lazy("menu", "My job"), "placements:my-outcome"),
    ),
}
# What belongs to an entry although its address begins otherwise.
BELOW: dict[str, tuple[str, ...]] = {
    "partners:agreement-list": (
        "/amendments/", "/checks/", "/commitments/", "/consortia/", "/consortium-members/", "/decisions/",
        "/documents/", "/initiatives/", "/joint-projects/", "/meetings/", "/proposals/",
    ),
    "cohorts:cohort-list": (
        "/bonus-rules/", "/exams/", "/extensions/", "/forms/", "/interview-panels/", "/licences/", "/pathway/",
        "/programmes/", "/questions/", "/rosters/", "/rounds/", "/rules/", "/school-requests/", "/selections/", "/staff/",
        "/visits/",
    ),
    "cohorts:application-list": ("/bonus-claims/", "/objections/", "/offers/", "/supplements/"),
    "cohorts:score-list": ("/interview-panels/",),
    "cohorts:my-application-list": ("/applications/", "/apply/", "/offers/", "/supplements/"),
    "partners:member-list": ("/invitations/",),
    "placements:my-project": ("/teams/",),
    "curriculum:my-course": ("/pathway/",),
}  # fmt: skip
# The same for addresses that end so: of one application, the pages for judging it.
ENDING: dict[str, tuple[str, ...]] = {
    "cohorts:score-list": ("/score/", "/conflict/", "/conflicts/", "/conflicts/name/")
}
ACCOUNT: tuple[Entry, ...] = (
    (_("Inbox"), "notify:inbox"),
    (_("E-mail address"), "account_email"),
    (_("Password"), "account_change_password"),
    (_("Two-step sign-in"), "mfa_index"),
    (_("Where you are signed in"), "usersessions_list"),
)
FOOTER: tuple[Entry, ...] = (
    (_("Privacy"), "privacy"),
    (_("Accessibility"), "accessibility"),
)


@dataclass(frozen=True, slots=True, eq=False)  # told apart by which it is: to compare words, both are translated
class Item:
    label: Label
    url: str
    current: str = ""  # the value of aria-current


@cache
def address(name: str) -> str | None:
    """The path of a URL name. None while nobody has built that page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def items(entries: Iterable[Entry], current: str = "", aria: str = "") -> tuple[Item, ...]:
    """The entries that exist; the one whose address is `current` gets this value of aria-current."""
    found = [(label, url) for label, name in entries if (url := address(name))]
    return tuple(Item(label, url, aria if url == current else "") for label, url in found)


@cache
def account() -> tuple[Item, ...]:
    return items(ACCOUNT)


@cache
def footer() -> tuple[Item, ...]:
    return items(FOOTER)


@dataclass(frozen=True, slots=True)
class Menu:
    """The main menu of a role, seen from one of its entries."""

    role: Role | None
    current: str  # the address of that entry
    aria: str  # its aria-current: "page", or "true" on a page below it

    @classmethod
    def of(cls, role: Role | None, path: str) -> "Menu":
        """The entry is current that `path` belongs to by its end, else by the longest beginning."""
        urls = [(name, url) for _label, name in cls.entries(role) if (url := address(name))]
        begins = [(begin, url) for name, url in urls for begin in (url, *BELOW.get(name, ())) if begin != "/"]
        found = [(len(begin), url) for begin, url in begins if path.startswith(begin)]
        judged = [url for name, url in urls if path.endswith(ENDING.get(name, ()))]
        best = path if path == "/" else next(iter(judged), None) or max(found, default=(0, ""))[1]
        return cls(role, best, "page" if path == best else "true")

    @staticmethod
    def entries(role: Role | None) -> tuple[Entry, ...]:
        return PUBLIC if role is None else MENU[role]

    def __iter__(self) -> Iterator[Item]:
        return iter(items(self.entries(self.role), self.current, self.aria))


class Work(NamedTuple):
    """What somebody can work as: a membership, or 0 for an applicant."""

    pk: int
    label: str
    current: bool


def roles_of(user: Any) -> tuple[Work, ...]:
    """What one can work as, the present role marked; empty for who has no choice."""
    if not user.live_memberships:
        return ()
    acting = user.acting.pk if user.acting else 0
    chosen = (Work(m.pk, f"{m.get_role_display()} · {m.organization}", m.pk == acting) for m in user.live_memberships)
    return (*chosen, Work(0, str(Role.TRAINEE.label), acting == 0))


def shell_of(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated
    language = "en" if get_language() == "ko" else "ko"
    return {
        "menu": Menu.of(user.role if inside else None, request.path),
        "account": account() if inside else (),
        "footer": footer(),
        "who": str(user) if inside else "",
        "role": user.role.label if inside else "",
        "roles": roles_of(user) if inside else (),
        "here": request.get_full_path() if request.method == "GET" else request.path,
        "high_contrast": request.COOKIES.get("contrast") == "high",
        "other_language": {"code": language, "name": {"ko": "한국어", "en": "English"}[language]},
        "demo": settings.DEMO,
        "official": settings.OFFICIAL_GOVERNMENT_SITE,
    }


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SimpleLazyObject(lambda: shell_of(request))}
