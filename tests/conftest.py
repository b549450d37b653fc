"""Fixtures of all tests."""

import gc
import os
import pathlib
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models.signals import post_migrate
from django.test import Client, override_settings
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

from portal.accounts.middleware import SESSION_KEY
from portal.accounts.models import User
from portal.common.catalogues import compile_catalogues
from tests.browser import browser, page, plain_page  # noqa: F401  # fixtures
from tests.servers import PRODUCTION, collected
from tests.workers import Background, background, until


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of the tests is a copy of the migrated one of `tests.servers`."""
    if migrated := os.environ.get("MIGRATED_DATABASE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests that commit empty the tables afterwards; the audit tables refuse that to everybody else.

    The rows of Django's own permissions, which nobody here asks for, are not written again each time.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    flush = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: DatabaseOperations, statements: list[str]) -> None:
        as_replica = "SET session_replication_role = replica"  # a superuser's switch: no triggers
        flush(self, [as_replica, *statements, "SET session_replication_role = origin"])

    DatabaseOperations.execute_sql_flush = execute_sql_flush
    yield
    DatabaseOperations.execute_sql_flush = flush


@pytest.fixture(scope="session")
def production_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process with the settings of production, its static files collected; no database yet."""
    env = PRODUCTION | {"MEDIA_ROOT": str(tmp_path_factory.mktemp("media"))}
    return env | {"STATIC_ROOT": str(collected(env))}


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords(django_test_environment: None) -> Iterator[None]:
    """A hash that is as slow as it must be takes half a second; nothing here depends on that."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def pytest_collection_finish() -> None:
    """The tests themselves are no rubbish: do not look through thousands of them again and again for some that is."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files with a browser first, then the long ones: what begins last keeps one core waiting for the other."""
    tests = Counter(item.path for item in items)
    stories = {item.path for item in items if "live_server" in item.fixturenames}
    items.sort(key=lambda item: (item.path not in stories, -tests[item.path]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """As pytest-django's. A page that a closed browser still asks of the live server keeps no database from going."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")


@pytest.fixture(autouse=True, scope="session")
def _korean(django_test_environment: None) -> None:
    """The pages of the tests speak the Korean of the catalogues as they are now, in a fresh clone too."""
    if compile_catalogues():
        translation_file_changed(sender=None, file_path=pathlib.Path("django.mo"))  # Django had looked before


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """Each test begins in the portal's own language, whatever the page asked for before it spoke."""
    translation.deactivate()


@pytest.fixture(scope="module")
def _background(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Background]:
    with background() as running:
        yield running


@pytest.fixture
def worker(transactional_db: None, _background: Background) -> Iterator[Background]:
    """A real Celery worker and a quick sweep on the test database, one per module; see tests/workers.py."""
    _background.ticking.set()
    yield _background
    _background.ticking.clear()
    until(_background.idle)  # nobody holds a lock when the tables are emptied


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    """`sign_in(user)`: the client, signed in with the second factor, working in `user.acting`."""

    def signed_in(user: User) -> Client:
        client.force_login(user)
        session = client.session
        session["second_factor"] = True
        session[SESSION_KEY] = user.acting.pk if user.acting else 0
        session.save()
        return client

    return signed_in
