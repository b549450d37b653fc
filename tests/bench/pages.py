"""What is measured: a page, who looks, and the goal it has."""

from types import SimpleNamespace
from typing import NamedTuple

from django.urls import reverse

from partners.columns import COLUMNS
from portal.accounts.roles import Role

# Of the floor's list (public: of its static page), and queries: the goals of the project.
GOALS = {
    "list": (2.0, 8),
    "detail": (2.0, 10),
    "home": (2.5, 12),
    "fragment": (1.0, 6),
    "sheet": (6.0, 8),
    "public": (2.0, 2),
    "ranking": (None, 10),  # 0.3 s
}
RANKING_MS = 300


class Page(NamedTuple):
    label: str
    kind: str
    role: str  # empty: signed out
    url: str


def pages(w: SimpleNamespace) -> list[Page]:
    found = [Page(f"home of {role}", "home", role.value, reverse("home")) for role in Role]
    found += lists(w) + details(w)
    for size, cohort in w.cohorts.items():
        if size > 100:
            url = reverse("cohorts:selection", args=[cohort.pk])
            found.append(Page(f"selection of {size:,}", "ranking", "official", url))
        url = f"{reverse('cohorts:application-list')}?cohort={cohort.pk}"
        found.append(Page(f"applications of {size:,}", "list", "official", url))
    url = reverse("cohorts:application-list") + "?q=하늘"
    found.append(Page("search applications", "list", "official", url))
    found += registers(w)
    found.append(Page("cohorts, rows only", "fragment", "official", reverse("cohorts:cohort-list")))
    found.append(Page("agreements, rows only", "fragment", "official", reverse("partners:agreement-list")))
    found.append(Page("sheet 100 × 130", "sheet", "official", reverse("curriculum:sheet", args=[w.running.pk])))
    found.append(Page("public cohort", "public", "", reverse("cohorts:notice", args=[w.open.pk])))
    found.append(Page("public list", "public", "", reverse("cohorts:notice-list")))
    return found


def registers(w: SimpleNamespace) -> list[Page]:
    """The register of an office, small and large: list, filters, search, every column, picture."""
    queries = {
        "list": "",
        "by signing": "?sort=-signed",
        "search": "?q=로봇 실증",
        "search number": "?q=2019-0",
        "search of a party": "?q=나래소프트",
        "search party": "?party=나래소프트",
        "filtered": "?state=in_force&department=미래&ending=365",
        "checks": "?fulfilment=unchecked",
        "all columns": "?" + "&".join(f"columns={key}" for key in COLUMNS),
        "last page": "?page=9999",
    }
    found = []
    for size in w.registers:
        role = f"official of {size:,}"
        list_ = reverse("partners:agreement-list")
        found += [Page(f"register {size:,} {name}", "list", role, list_ + query) for name, query in queries.items()]
        found.append(Page(f"register {size:,} timeline", "list", role, reverse("partners:agreement-timeline")))
        found.append(Page(f"register {size:,} rows only", "fragment", role, list_))
        found.append(Page(f"register {size:,} commitments", "list", role, reverse("partners:commitment-list")))
        for by in ("party", "agreement", "initiative", "host"):
            url = reverse("partners:roll-up", args=[by])
            found.append(Page(f"register {size:,} roll-up by {by}", "list", role, url))
    return found


def lists(w: SimpleNamespace) -> list[Page]:
    names = {
        "official": (
            "partners:organization-list", "partners:agreement-list", "partners:member-list",
            "partners:invitation-list", "cohorts:programme-list", "cohorts:cohort-list", "cohorts:application-list",
            "cohorts:enrolment-list", "curriculum:day-list", "curriculum:programme-list", "placements:project-list",
            "placements:team-list", "placements:placement-list", "placements:log-list", "placements:outcome-list",
            "placements:employment-list", "placements:interview-list", "partners:commitment-list",
            "partners:initiative-list", "partners:proposal-list", "jobs:job-list", "notify:mail-list", "reports:report-list",
            "reports:export-list",
        ),
        "reviewer": ("cohorts:score-list", "cohorts:application-list"),
        "mentor": ("placements:team-list", "placements:log-list", "partners:agreement-list"),
        "trainee": ("cohorts:my-application-list", "notify:inbox"),
    }  # fmt: skip
    found = [Page(name, "list", role, reverse(name)) for role, some in names.items() for name in some]
    url = reverse("placements:outcome-people", args=[w.running.pk])
    return [*found, Page("placements:outcome-people", "list", "official", url)]


def details(w: SimpleNamespace) -> list[Page]:
    about = {
        "partners:organization": w.city, "partners:agreement": w.agreement, "cohorts:programme": w.open.programme,
        "cohorts:cohort": w.running, "cohorts:cohort-history": w.running, "cohorts:application": w.cohorts[1_000].first,
        "curriculum:trainee": w.trainee, "curriculum:register": w.day, "placements:project": w.project,
        "placements:team": w.team, "placements:log": w.log, "placements:placement": w.running,
        "placements:outcome": w.running, "placements:trainee-outcome": w.trainee, "placements:employment": w.job,
        "reports:report": w.running, "curriculum:timetable": w.running,
    }  # fmt: skip
    found = [Page(name, "detail", "official", reverse(name, args=[one.pk])) for name, one in about.items()]
    score = reverse("cohorts:score-edit", args=[w.cohorts[100].first.pk])
    own = reverse("curriculum:trainee", args=[w.trainee.pk])
    more = [
        Page("cohorts:score-edit", "detail", "reviewer", score),
        Page("curriculum:trainee", "detail", "trainee", own),
    ]
    return found + more
