"""`make run`: one command starts everything, and however it ends nothing is left behind."""

import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from portal import local

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture
def state() -> Iterator[pathlib.Path]:
    """A state directory of its own, which marks every process of this portal in its environment."""
    where = pathlib.Path("/var/tmp" if local.AS_ROOT else os.environ.get("TMPDIR", "/tmp"), f"portal-{os.getpid()}")
    where.mkdir()
    where.chmod(0o755)
    yield where
    for pid in alive(where):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(where, ignore_errors=True)


def alive(state: pathlib.Path) -> list[int]:
    """Processes started with this state directory, and servers whose data lie in it."""
    found, mark = [], str(state).encode()
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            mine = (
                b"PORTAL_STATE=" + mark in (entry / "environ").read_bytes()
                or mark in (entry / "cmdline").read_bytes()
                or (entry / "cwd").readlink().is_relative_to(state)  # Redis writes its title over its environment
            )
            if mine and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def gone(state: pathlib.Path, patience: float) -> bool:
    end = time.monotonic() + patience
    while alive(state) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(state)


class Portal:
    """`python -m portal.local` (or make) under a terminal of its own, as a person starts it."""

    def __init__(self, state: pathlib.Path, command: list[str], **extra: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        env = {name: value for name, value in os.environ.items() if name not in {*local.ADDRESSES, "MEDIA_ROOT"}}
        env |= {"PORTAL_STATE": str(state), "PORT": self.url.rpartition(":")[2], "DEMO": "0", **extra}
        self.said = ""
        self.terminal, inside = pty.openpty()
        # A session with this terminal as its own: Ctrl-C then reaches the whole foreground group.
        setsid = ["setsid", "--ctty", "--wait"] if shutil.which("setsid") else []
        self.process = subprocess.Popen(
            [*setsid, *command], cwd=ROOT, env=env, stdin=inside, stdout=inside, stderr=inside
        )
        os.close(inside)

    def hear(self, words: str, patience: float = 60) -> str:
        """Everything said so far, once it has these words in it."""
        end = time.monotonic() + patience
        while not re.search(words, self.said):
            assert time.monotonic() < end, f"never said {words!r}:\n{self.said}"
            self._listen()
            assert self.process.poll() is None or re.search(words, self.said), self.said
        return self.said

    def _listen(self) -> None:
        try:
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.said += os.read(self.terminal, 65536).decode("utf-8", "replace")
        except OSError:  # the other end of the terminal closed
            time.sleep(0.05)

    def wait(self, patience: float = 30) -> int:
        end = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < end:
            self._listen()
        return self.process.wait(1)

    def close(self) -> None:
        self.wait()
        os.close(self.terminal)


RUN = [sys.executable, "-m", "portal.local"]
READY = "Ctrl-C stops all of it"


def supervisor(state: pathlib.Path) -> int:
    """The process id of `python -m portal.local`."""
    [found] = [pid for pid in alive(state) if b"portal.local" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
    return found


def sql(state: pathlib.Path, statement: str) -> str:
    """Speak to the running portal's database, found as manage.py finds it."""
    address = re.search(r"^DATABASE_URL=(.*)$", (state / "env").read_text(), re.MULTILINE)
    psql = [str(local.postgres_programs() / "psql"), "-qXAt", address[1], "-c", statement]
    return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()


def test_a_second_start_says_why_not(tmp_path):
    command = [
        sys.executable,
        "-c",
        "import sys, fcntl; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(1, flush=True); input()",
    ]
    holder = subprocess.Popen([*command, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with holder:
        holder.stdout.readline()
        env = os.environ | {"PORTAL_STATE": str(tmp_path)}
        second = subprocess.run(RUN, cwd=ROOT, env=env, capture_output=True, text=True)
        holder.stdin.close()

    assert second.returncode == 1
    assert second.stderr.strip().startswith(f"The portal is already running from {tmp_path}")
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_named_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        env = os.environ | {"PORTAL_STATE": str(tmp_path / "state"), "PORT": port}
        outcome = subprocess.run(RUN, cwd=ROOT, env=env, capture_output=True, text=True)

    assert outcome.returncode == 1
    assert outcome.stderr.strip() == f"Port {port} is taken. Choose another: PORT={int(port) + 1} make run"
    assert not (tmp_path / "state").exists()


@pytest.mark.slow
def test_ctrl_c_under_make_leaves_no_process(state):
    portal = Portal(state, ["make", "run"])
    portal.hear(READY)
    assert urlopen(portal.url + "/readyz").status == 200
    assert len(alive(state)) > 6

    os.write(portal.terminal, b"\x03\x03")
    portal.wait()

    assert gone(state, 1)
    assert not (state / "env").exists()
    assert "Traceback" not in portal.said
    portal.close()


@pytest.mark.slow
def test_kill_9_of_the_supervisor_leaves_nothing_and_loses_nothing(state):
    portal = Portal(state, RUN)
    portal.hear(READY)
    sql(state, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')")

    os.kill(supervisor(state), signal.SIGKILL)

    assert gone(state, 3), [pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in alive(state)]
    portal.close()
    again = Portal(state, RUN)
    again.hear(READY)
    assert sql(state, "SELECT word FROM kept") == "here"
    os.write(again.terminal, b"\x03")
    again.wait()
    assert gone(state, 1)
    again.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["web", "worker", "beat", "postgres", "redis"])
def test_the_death_of_one_ends_all(state, name):
    portal = Portal(state, RUN)
    portal.hear(READY)
    mark = {
        "web": b"gunicorn",
        "worker": b"\0worker\0",
        "beat": b"\0beat\0",
        "postgres": b"/data\0",
        "redis": b"redis-server",
    }[name]
    commands = {pid: pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in alive(state)}

    os.kill(min(pid for pid, command in commands.items() if mark in command), signal.SIGKILL)
    portal.wait()

    assert f"{name} stopped (-9)" in portal.said
    assert gone(state, 3)
    portal.close()


@pytest.mark.slow
def test_given_servers_are_used_and_left_alone(state, tmp_path):
    if not os.environ.get("DATABASE_URL"):
        pytest.skip("needs the servers of the test run")
    addresses = {name: os.environ[name] for name in local.ADDRESSES if name in os.environ}
    given = addresses["DATABASE_URL"].replace("/portal?", "/given?")
    psql = [str(local.postgres_programs() / "psql"), "-qX", addresses["DATABASE_URL"], "-c"]
    subprocess.run([*psql, "CREATE DATABASE given"], check=True)
    portal = Portal(state, RUN, **(addresses | {"DATABASE_URL": given}))
    portal.hear(READY)

    assert not (state / "postgres").exists()
    assert not (state / "redis").exists()
    os.write(portal.terminal, b"\x03")
    portal.wait()
    assert gone(state, 1)
    portal.close()
    subprocess.run([*psql, "SELECT 1"], check=True)
