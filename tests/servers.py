"""Starts throw-away servers before Django reads its settings; xdist's workers inherit them.

What takes long and seldom changes is made once and kept in the state folder: a database that is
migrated (a run starts on a copy of its server's data, each worker on a copy of the database) and
the static files as production collects them.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from portal import local

MIGRATIONS = [path for folder in ("*", "portal/*") for path in local.ROOT.glob(f"{folder}/migrations/*.py")]
_open = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    os.environ["PORTAL_ENV"] = "local"
    os.environ.setdefault("WHITENOISE_AUTOREFRESH", "1")  # otherwise each client scans every static file
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API beside live_server
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    where = pathlib.Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="portal-test-", dir=memory)))
    where.chmod(0o755)
    os.environ["MEDIA_ROOT"] = f"{where}/media"
    if not os.environ.get("DATABASE_URL"):
        (where / "postgres").mkdir(mode=0o700)
        subprocess.run(["cp", "-a", migrated(), where / "postgres" / "data"], check=True)
        os.environ["MIGRATED_DATABASE"] = "portal"
    env, _ = _open.enter_context(local.servers(where, throwaway=True))
    os.environ.update(env)


def migrated() -> pathlib.Path:
    """The data of a stopped server whose database is migrated."""

    def make(home: pathlib.Path) -> None:
        home.chmod(0o755)  # PostgreSQL may run as nobody
        with local.servers(home, throwaway=True) as (env, _):
            migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=local.ROOT, env={**os.environ, **env}, check=True)

    return kept("migrated", MIGRATIONS, make) / "postgres" / "data"


def collected(env: dict[str, str]) -> pathlib.Path:
    """The static files as a process with this environment collects and compresses them."""

    def make(home: pathlib.Path) -> None:
        collect = [sys.executable, "-W", "ignore", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, cwd=local.ROOT, env=env | {"STATIC_ROOT": str(home)}, check=True)

    sources = [path for folder in ("static", "vendor") for path in (local.ROOT / folder).rglob("*") if path.is_file()]
    return kept("collected", sources, make)


def kept(name: str, sources: list[pathlib.Path], make: Callable[[pathlib.Path], None]) -> pathlib.Path:
    """A folder that `make` has filled, kept until one of its sources or of the packages changes."""
    digest = hashlib.sha256()
    for path in [*sorted(sources), local.ROOT / "requirements" / "test.lock", pathlib.Path(__file__)]:
        digest.update(f"{path.relative_to(local.ROOT)}\n".encode() + path.read_bytes())
    state = local.state()
    state.mkdir(parents=True, exist_ok=True)
    made = state / f"{name}-{digest.hexdigest()[:12]}"
    with (state / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second worker waits for what the first one makes
        if not made.exists():
            for old in state.glob(f"{name}-*"):
                shutil.rmtree(old)
            half = state / f"{name}-half"
            half.mkdir()
            make(half)
            half.rename(made)
    return made


def pytest_unconfigure() -> None:
    _open.close()
