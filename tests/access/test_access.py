"""The walk over every URL of the portal, as everybody."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from portal.accounts.middleware import SESSION_KEY as MEMBERSHIP_KEY
from portal.accounts.models import User
from tests import access
from tests.access import ROLES, Row, world

pytestmark = pytest.mark.django_db
TABLES = [importlib.import_module(f"tests.access.{found.name}") for found in pkgutil.iter_modules(access.__path__)]
HTMX = {"HX-Request": "true"}
TABLE: list[Row] = [row for module in TABLES for row in getattr(module, "TABLE", [])]


@pytest.fixture(scope="module")
def w(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """The world, built once for all rows, gone afterwards."""
    yield from whole_world(django_db_blocker)


def whole_world(blocker) -> Iterator[SimpleNamespace]:
    """The world with the things of every table, its people signed in."""
    with blocker.unblock(), transaction.atomic():
        built = world.build()
        for module in TABLES:
            getattr(module, "extend", lambda w: None)(built)
        signed_in(built)
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


def ask(row: Row, w: SimpleNamespace, cookie: str | None, headers: dict) -> HttpResponse:
    client = Client(headers=headers)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    url = row.url(w)
    with transaction.atomic():  # what a row changes, the next does not see
        answered = client.generic(row.method, url) if row.method == "GET" else client.post(url, row.data(w))
        transaction.set_rollback(True)
    if answered.streaming:
        b"".join(answered.streaming_content)  # closes its file
    return answered


def asked_by_everybody(row: Row, w: SimpleNamespace, **headers: str) -> bool:
    """Everybody gets what the row says. Whether somebody got a list, whose rows alone are another answer."""
    found, told, lists = {}, {}, False
    for relation in ("own", "same", "other"):
        expected_of = dict(zip(ROLES, getattr(row, relation), strict=True))
        if set(expected_of.values()) == {405}:  # the method is refused before anybody is looked at
            expected_of = dict(list(expected_of.items())[:2])
        for role, expected in expected_of.items():
            answered = ask(row, w, getattr(w, relation)[role].cookie, headers)
            told[relation, role], found[relation, role] = expected, answered.status_code
            lists = lists or "listing" in (answered.context or {})
    told["anonymous", ""] = row.anonymous
    found["anonymous", ""] = ask(row, w, None, headers).status_code

    assert found == told, headers
    return lists


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_each_role_gets_what_the_table_says(row: Row, w):
    if asked_by_everybody(row, w):
        asked_by_everybody(row, w, **HTMX)


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
