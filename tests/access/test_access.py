"""The walk over every URL of the portal, as everybody."""

import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from portal.accounts.middleware import SESSION_KEY as MEMBERSHIP_KEY
from portal.accounts.models import User
from tests import access
from tests.access import ROLES, Row, world
from tests.access.goals import most_queries

NAMES = [found.name for found in pkgutil.iter_modules(access.__path__) if not found.name.startswith("test_")]
TABLES = [importlib.import_module(f"tests.access.{name}") for name in NAMES]
HTMX = {"HX-Request": "true"}
TABLE: list[Row] = [row for module in TABLES for row in getattr(module, "TABLE", [])]


@pytest.fixture(scope="module")
def w(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """The world, built once for all rows, gone afterwards."""
    yield from whole_world(django_db_blocker)


@pytest.fixture(autouse=True)
def _refusals_are_no_news() -> Iterator[None]:
    """Four thousand times somebody is refused, as they should be: nobody reads where in the code that was."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(level)


def whole_world(blocker) -> Iterator[SimpleNamespace]:
    """The world with the things of every table, its people signed in."""
    with blocker.unblock(), transaction.atomic():
        built = world.build()
        for module in TABLES:
            getattr(module, "extend", lambda w: None)(built)
        signed_in(built)
        connection.check_constraints()  # now, or each test would look through all of the world again
        yield built
        transaction.set_rollback(True)


def signed_in(w: SimpleNamespace) -> None:
    for relation in (w.own, w.same, w.other):
        for role, user in relation.items():
            relation[role] = SimpleNamespace(user=user, cookie=session(user))


def session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[MEMBERSHIP_KEY] = user.acting.pk if user.acting else 0
    store["second_factor"] = True
    store.save()
    return store.session_key


class Queries:
    """Counts the queries made under `connection.execute_wrapper(…)`."""

    number = 0

    def __call__(self, execute: Callable, *query: object) -> object:
        self.number += 1
        return execute(*query)


def ask(row: Row, w: SimpleNamespace, cookie: str | None, headers: dict) -> tuple[HttpResponse, int]:
    """What somebody gets, and the number of queries it took."""
    client = Client(headers=headers)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    url, queries = row.url(w), Queries()
    with transaction.atomic():  # what a row changes, the next does not see
        with connection.execute_wrapper(queries):
            answered = client.generic(row.method, url) if row.method == "GET" else client.post(url, row.data(w))
            if answered.streaming:
                b"".join(answered.streaming_content)  # closes its file
        transaction.set_rollback(True)
    return answered, queries.number


def asked_by_everybody(row: Row, w: SimpleNamespace, **headers: str) -> bool:
    """Everybody gets what the row says, and no page takes more queries than its goal allows.

    Whether somebody got a list, whose rows alone are another answer.
    """
    found, told, many, lists = {}, {}, {}, False
    let_in = getattr(resolve(row.url(w).partition("?")[0]).func, "roles", ROLES)
    for relation, role, expected in (*asked_of(row), ("anonymous", "", row.anonymous)):
        told[relation, role] = expected
        if relation in ("same", "other") and role not in let_in:  # the guard of the view asks for nothing but the role
            found[relation, role] = found["own", role]
            continue
        cookie = getattr(w, relation)[role].cookie if role else None
        answered, queries = ask(row, w, cookie, headers)
        found[relation, role] = answered.status_code
        listing = "listing" in (answered.context or {})
        lists = lists or listing
        if row.method == "GET" and answered.status_code == 200:
            most = most_queries(
                row.name, listing=listing, signed_in=bool(role), fragment=is_fragment(answered, headers)
            )
            if queries > most:
                many[relation, role] = f"{queries} queries, not {most}"

    assert found == told, headers
    assert many == {}, headers
    return lists


def asked_of(row: Row) -> Iterator[tuple[str, str, int]]:
    """Whose people are asked, in which role, and what they get."""
    for relation in ("own", "same", "other"):
        expected_of = list(zip(ROLES, getattr(row, relation), strict=True))
        if {expected for _role, expected in expected_of} == {405}:  # refused before anybody is looked at
            expected_of = expected_of[:2]
        yield from ((relation, role, expected) for role, expected in expected_of)


def is_fragment(answered: HttpResponse, headers: dict) -> bool:
    return bool(headers) and not answered.streaming and b"<html" not in answered.content


@pytest.mark.django_db
@pytest.mark.parametrize("row", TABLE, ids=str)
def test_each_role_gets_what_the_table_says(row: Row, w):
    if asked_by_everybody(row, w):
        asked_by_everybody(row, w, **HTMX)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "GET"], ids=str)
def test_each_role_gets_the_same_of_a_fragment(row: Row, w):
    asked_by_everybody(row, w, **HTMX)


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL of our own: its name and pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if getattr(entry.urlconf_module, "__name__", "").startswith("allauth."):
                continue  # its views guard themselves; LoginRequiredMiddleware stands before them too
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, inner)
        else:
            yield f"{namespace}{entry.name}", entry


OURS = dict(patterns(get_resolver()))


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_url_is_in_the_table(name):
    assert name in {row.name for row in TABLE}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_method_of_a_view_is_in_the_table(name):
    refusal = OURS[name].callback(RequestFactory().options("/"))
    methods = set(refusal.headers.get("Allow", "").replace(" ", "").split(",")) - {"", "HEAD"}

    assert methods <= {row.method for row in TABLE if row.name == name}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_view_says_who_may_call_it(name):
    view = OURS[name].callback

    guarded = hasattr(view, "roles") or getattr(view, "login_required", True) is False

    assert guarded, f"{name}: put @roles(…) or @login_not_required on its view"
