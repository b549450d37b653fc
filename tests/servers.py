"""Starts throw-away servers before Django reads its settings; xdist's workers inherit them.

What takes long and seldom changes is made once and kept in the state folder: a database that is
migrated as a deployment migrates it (a run starts on a copy of its server's data, each worker on a
copy of the database) and the static files as production collects them.
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
from urllib.parse import urlsplit

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from portal import local

MIGRATIONS = [path for folder in ("*", "portal/*") for path in local.ROOT.glob(f"{folder}/migrations/*.py")]
COMPOSE = local.ROOT / "docker-compose.yml"
ROLES = local.ROOT / "deploy/postgres/roles.sh"
# The settings of production; no database yet.
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "PORTAL_ENV": "production",
    "SECRET_KEY": "k" + "0123456789" * 6,
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
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
    env, servers = _open.enter_context(local.servers(where, throwaway=True))
    os.environ.update(env)
    if "postgres" in servers:
        statement(
            env["DATABASE_URL"], "postgres", "ALTER ROLE portal SUPERUSER"
        )  # who makes databases and empties tables


def migrated() -> pathlib.Path:
    """The data of a stopped server with the roles of roles.sh, migrated by the owner as docker-compose.yml says."""

    def make(home: pathlib.Path) -> None:
        home.chmod(0o755)  # PostgreSQL may run as nobody
        with local.servers(home, throwaway=True) as (servers, _):
            make_roles(home, servers["DATABASE_URL"])
            migrate = yaml.safe_load(COMPOSE.read_text())["services"]["migrate"]["command"]
            owner = PRODUCTION | {"DATABASE_URL": servers["DATABASE_URL"], "MEDIA_ROOT": f"{home}/media"}
            subprocess.run([sys.executable, *migrate[1:]], cwd=local.ROOT, env=owner, check=True)

    return kept("migrated", [*MIGRATIONS, ROLES, COMPOSE], make) / "postgres" / "data"


def make_roles(base: pathlib.Path, database: str) -> None:
    """Run roles.sh as the image of PostgreSQL would."""
    for name in ("owner", "app"):
        (base / name).write_text(f"{name}-password")
    # As in the image the superuser is `postgres`; the throw-away cluster's is called what the owner will be.
    statement(database, "portal", "DROP DATABASE portal")
    statement(database, "portal", "CREATE ROLE postgres SUPERUSER LOGIN")
    statement(database, "postgres", "ALTER ROLE portal RENAME TO first")
    env = {
        "PATH": f"{local.postgres_programs()}:{os.environ['PATH']}",
        "PGHOST": urlsplit(database).query.removeprefix("host="),
        "POSTGRES_USER": "postgres",
        "OWNER_PASSWORD_FILE": f"{base}/owner",
        "APP_PASSWORD_FILE": f"{base}/app",
    }
    subprocess.run(["sh", ROLES], env=env, check=True)


def statement(database: str, user: str, sql: str) -> None:
    """Have the server of a database run a statement, as this user."""
    sockets = urlsplit(database).query.removeprefix("host=")
    psql = [local.postgres_programs() / "psql", "-qX", "-h", sockets, "-U", user, "-d", "postgres", "-c", sql]
    subprocess.run(psql, cwd="/", check=True)


def collected(env: dict[str, str]) -> pathlib.Path:
    """The static files as a process with this environment collects and compresses them."""

    def make(home: pathlib.Path) -> None:
        collect = [sys.executable, "-W", "ignore", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, cwd=local.ROOT, env=env | {"STATIC_ROOT": str(home)}, check=True)

    sources = [path for folder in ("static", "vendor") for path in (local.ROOT / folder).rglob("*") if path.is_file()]
    return kept("collected", [*sources, local.ROOT / "portal/common/static.py"], make)


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
