"""How many queries a page may take: the goals of the project, and the pages that are above theirs."""

from tests.bench.pages import GOALS

PUBLIC = {"home", "privacy", "accessibility", "cohorts:notice", "cohorts:notice-list"}  # what the whole city opens
NO_LISTING = {"cohorts:selection": "ranking"}  # a ranking computed for the page, with a list of it below
# Above their goal for the present; a number here only ever goes down.
ABOVE = {
    "cohorts:licence-pool": 9,  # a detail, with the list of its seats
}  # fmt: skip
# Rows alone, of pages that ask for a cohort and write down who was seen. Whole, they are within the goal of a list.
FRAGMENTS_ABOVE = {
    "cohorts:selection-waitlist": 7,
    "cohorts:selection": 9, "placements:outcome-people": 7, "cohorts:way-list": 7, "cohorts:licence-pool": 8,
    "cohorts:bulk": 7,
}  # fmt: skip


def most_queries(name: str, *, listing: bool, signed_in: bool, fragment: bool) -> int:
    """The most that the page of this name may take."""
    if fragment:
        return FRAGMENTS_ABOVE.get(name, GOALS["fragment"][1])
    return ABOVE.get(name, GOALS[kind_of(name, listing, signed_in)][1])


def kind_of(name: str, listing: bool, signed_in: bool) -> str:
    if not signed_in and name in PUBLIC:
        return "public"
    if name in ("home", "curriculum:sheet"):
        return name.rpartition(":")[2]
    if name in NO_LISTING:
        return NO_LISTING[name]
    return "list" if listing or name.endswith("-list") else "detail"
