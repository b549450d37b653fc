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
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.accounts.middleware import SESSION_KEY as MEMBERSHIP_KEY
from portal.accounts.models import User
from tests import access
from tests.access import ROLES, Row, world

pytestmark = pytest.mark.django_db
TABLES = [importlib.import_module(f"tests.access.{found.name}") for found in pkgutil.iter_modules(access.__path__)]
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


def status(row: Row, w: SimpleNamespace, cookie: str | None, headers: dict) -> int:
    client = Client(headers=headers)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    url = reverse(row.name, args=row.arguments(w))
    with transaction.atomic():  # what a row changes, the next does not see
        answered = client.generic(row.method, url) if row.method == "GET" else client.post(url, row.data(w))
        transaction.set_rollback(True)
    if answered.streaming:
        b"".join(answered.streaming_content)  # closes its file
    return answered.status_code


@pytest.mark.parametrize(
    ("row", "htmx"),
    [(row, htmx) for row in TABLE for htmx in (False, True) if not htmx or row.method == "GET"],
    ids=lambda value: {True: "htmx", False: "page"}.get(value, str(value)) if isinstance(value, bool) else str(value),
)
def test_each_role_gets_what_the_table_says(row: Row, htmx: bool, w):
    headers = {"HX-Request": "true"} if htmx else {}
    found, told = {}, {}
    for relation in ("own", "same", "other"):
        for role, expected in zip(ROLES, getattr(row, relation), strict=True):
            told[relation, role] = expected
            found[relation, role] = status(row, w, getattr(w, relation)[role].cookie, headers)
    told["anonymous", ""] = row.anonymous
    found["anonymous", ""] = status(row, w, None, headers)

    assert found == told


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
def test_every_view_says_who_may_call_it(name):
    view = OURS[name].callback

    guarded = hasattr(view, "roles") or getattr(view, "login_required", True) is False

    assert guarded, f"{name}: put @roles(…) or @login_not_required on its view"
