"""Starts throw-away servers before Django reads its settings; xdist's workers inherit them.

The migrations are run once for each state of theirs and kept as a stopped server's data in the
state folder: a test run starts on a copy of that, and each of its workers clones the database.
"""

import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
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
    """The data of a stopped server whose database is migrated, made at the first run after a migration changed."""
    migrations = [path for folder in ("*", "portal/*") for path in local.ROOT.glob(f"{folder}/migrations/*.py")]
    digest = hashlib.sha256()
    for path in [*sorted(migrations), local.ROOT / "requirements" / "test.lock"]:
        digest.update(f"{path.relative_to(local.ROOT)}\n".encode() + path.read_bytes())
    made = local.state() / f"migrated-{digest.hexdigest()[:12]}"
    if not made.exists():
        local.state().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="migrating-", dir=local.state()) as half:
            pathlib.Path(half).chmod(0o755)  # PostgreSQL may run as nobody
            with local.servers(pathlib.Path(half), throwaway=True) as (env, _):
                migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
                subprocess.run(migrate, cwd=local.ROOT, env={**os.environ, **env}, check=True)
            for old in local.state().glob("migrated-*"):
                shutil.rmtree(old, ignore_errors=True)
            with contextlib.suppress(OSError):  # another test run was quicker
                (pathlib.Path(half) / "postgres" / "data").rename(made)
    return made


def pytest_unconfigure() -> None:
    _open.close()
