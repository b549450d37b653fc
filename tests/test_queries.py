"""No page takes more queries than the goals of the project allow, whoever of those who may see it looks."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.access import ROLES, Row
from tests.access.test_access import w  # noqa: F401  # a fixture
from tests.bench.pages import GOALS
from tests.browser.test_words import PAGES, visit
from tests.crowd import crowd

pytestmark = pytest.mark.django_db
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
SIGNED_OUT = ["account_login", "account_signup", "account_reset_password"]


def readers(row: Row, world: SimpleNamespace) -> Iterator[str | None]:
    """The sessions of everybody in the city who may see the page; None: signed out."""
    if row.anonymous == 200:
        yield None
    for role, status in zip(ROLES, row.own, strict=True):
        if status == 200:
            yield world.own[role].cookie


def ask(url: str, cookie: str | None, **headers: str) -> tuple[int, HttpResponse]:
    client = Client(headers=headers)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
        list(answer)  # a file is read, and closed
    return len(queries), answer


def kind_of(row: Row, cookie: str | None, answer: HttpResponse) -> str:
    if cookie is None and row.name in PUBLIC:
        return "public"
    if row.name in ("home", "curriculum:sheet"):
        return row.name.rpartition(":")[2]
    if row.name in NO_LISTING:
        return NO_LISTING[row.name]
    return "list" if "listing" in (answer.context or {}) or row.name.endswith("-list") else "detail"


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_no_page_takes_more_queries_than_its_goal(row: Row, w: SimpleNamespace):  # noqa: F811
    url = row.url(w)
    for cookie in readers(row, w):
        number, answer = ask(url, cookie)
        kind = kind_of(row, cookie, answer)
        assert number <= ABOVE.get(row.name, GOALS[kind][1]), f"{kind} {url}"
        if cookie and answer.context and "listing" in answer.context:
            number, answer = ask(url, cookie, **{"HX-Request": "true"})
            assert b"<html" in answer.content or number <= FRAGMENTS_ABOVE.get(row.name, GOALS["fragment"][1]), (
                f"fragment {url}"
            )


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_the_pages_of_the_entrance_take_no_more_than_a_public_page(name):
    number, answer = ask(reverse(name), None)

    assert answer.status_code == 200
    assert number <= GOALS["public"][1]


def numbers(world: SimpleNamespace, size: int) -> dict[str, int]:
    """The queries of every page of a cohort with `size` people, and of every list narrowed to it."""
    there, found = SimpleNamespace(**vars(world) | crowd(world, size)), {}
    for row in PAGES:
        own = row.arguments(there) != row.arguments(world)
        if own or row.name.endswith("-list"):
            url, cookie = visit(row, there)
            number, answer = ask(url if own else f"{url}?cohort={there.running.pk}", cookie)
            narrowed = "listing" in (answer.context or {}) and "cohort" in answer.context["listing"].chosen
            if answer.status_code == 200 and (own or narrowed):
                found[str(row)] = number
    return found


def test_a_cohort_with_412_people_takes_no_more_queries_than_with_4(w):  # noqa: F811
    few, many = numbers(w, 4), numbers(w, 412)

    assert few == many
    assert len(many) > 25
