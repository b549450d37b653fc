"""Pages take no more queries for more people. That each keeps its goal is seen by tests/access/test_access.py."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.access.test_access import w  # noqa: F401  # a fixture
from tests.bench.pages import GOALS
from tests.browser.test_words import PAGES, visit
from tests.crowd import crowd

pytestmark = pytest.mark.django_db
SIGNED_OUT = ["account_login", "account_signup", "account_reset_password"]


def ask(url: str, cookie: str | None, **headers: str) -> tuple[int, HttpResponse]:
    client = Client(headers=headers)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
        list(answer)  # a file is read, and closed
    return len(queries), answer


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
