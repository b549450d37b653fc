"""Starts throw-away servers before Django reads its settings; xdist's workers inherit them."""

import contextlib
import os
import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from portal import local

_open = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    os.environ["PORTAL_ENV"] = "local"
    os.environ.setdefault("WHITENOISE_AUTOREFRESH", "1")  # otherwise each client scans every static file
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API beside live_server
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    where = _open.enter_context(tempfile.TemporaryDirectory(prefix="portal-test-", dir=memory))
    pathlib.Path(where).chmod(0o755)
    os.environ["MEDIA_ROOT"] = f"{where}/media"
    env, _ = _open.enter_context(local.servers(pathlib.Path(where), throwaway=True))
    os.environ.update(env)


def pytest_unconfigure() -> None:
    _open.close()
