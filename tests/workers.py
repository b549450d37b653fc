"""Runs background work in tests: `drain()` here and now, the fixture `worker` in a real process.

`drain` goes through the same claim as a worker and needs no Redis. A handler's error that
the portal would log as its own bug is raised, so that no test passes over it.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import redis as redis_client
from django.db import connection
from django.utils import timezone

from portal import local
from portal.common.exceptions import ActionRefused
from portal.jobs import engine, queue, tasks
from portal.jobs.models import Job
from portal.jobs.registry import JobFailed
from portal.jobs.states import JobState

ROOT = pathlib.Path(__file__).resolve().parent.parent


def drain(*, most: int = 1000, schedules: bool = False) -> list[Job]:
    """Run all jobs that are due, and those they ask for; the jobs that ran, in order.

    `schedules`: open the latest slot of every schedule first, as the sweep would.
    """
    if schedules:
        engine.open_slots(timezone.now())
    ran: list[Job] = []
    while (job := engine.run(pulse=False)) is not None:
        ran.append(job)
        error = getattr(job, "exception", None)
        if error and not isinstance(error, (JobFailed, ActionRefused)):
            raise error
        assert len(ran) <= most, f"{most} jobs ran, and more are due"
    return ran


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def at_once(work: Callable[[], object], threads: int = 4) -> None:
    """Run `work` in several threads that start together."""
    ready = threading.Barrier(threads)

    def one() -> None:
        ready.wait()
        try:
            work()
        finally:
            connection.close()

    running = [threading.Thread(target=one) for _number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


class Background:
    """Redis, worker processes and a quick sweep, all on the test database."""

    def __init__(self, folder: pathlib.Path, env: dict[str, str]) -> None:
        self.folder, self.env = folder, env
        self.stack = contextlib.ExitStack()
        (folder / "s").mkdir()
        self.start_redis()
        self.env["CELERY_BROKER_URL"] = f"redis+socket://{self.path}?virtual_host=0"
        self.processes: list[subprocess.Popen] = []
        self.ticking = threading.Event()
        self.over = threading.Event()

    def start_redis(self) -> None:
        """Also after it was stopped: at the same address, empty."""
        self.redis, self.path = self.stack.enter_context(local.redis(self.folder, self.folder / "s", append_only=False))

    def start(self, concurrency: int = 1) -> subprocess.Popen:
        """One more worker; it needs about two seconds until it takes its first job."""
        command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-I", "tests.jobs.kinds"]
        command += ["--concurrency", concurrency, "--loglevel", "critical", "--without-mingle", "--without-gossip"]
        process = local.spawn(*command, cwd=ROOT, env={**os.environ, **self.env}, stdout=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen) -> None:
        """kill -9, the whole of it, as a machine that loses power."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.processes.remove(process)

    def tick(self) -> None:
        """What beat does, four times a second."""
        while not self.over.wait(0.25):
            if self.ticking.is_set():
                queue.nudge(tasks.sweep)

    def idle(self) -> bool:
        """No message waits or is being worked on."""
        with redis_client.Redis(unix_socket_path=self.path) as client:
            return not client.llen("celery") and not client.hlen("unacked")

    def finished(self, *jobs: Job, state: str = JobState.DONE, seconds: float = 20) -> None:
        """Wait until these jobs are in this state."""
        keys = [job.pk for job in jobs]
        until(lambda: Job.objects.filter(pk__in=keys, state=state).count() == len(keys), seconds)


@contextlib.contextmanager
def background(workers: int = 1, **env: object) -> Iterator[Background]:
    """Servers and processes of the background, with these variables set for them."""
    name = connection.settings_dict["NAME"]
    variables = {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
        "JOBS_LEASE_SECONDS": "3",
        "JOBS_BACKOFF_SECONDS": "1",
        "MAIL_PAUSE_SECONDS": "1",
        "DEMO": "0",
        **{key: str(value) for key, value in env.items()},
    }
    with tempfile.TemporaryDirectory(prefix="portal-") as folder, contextlib.ExitStack() as stack:
        made = Background(pathlib.Path(folder), variables)
        stack.enter_context(made.stack)
        stack.enter_context(_nudges_to(variables["CELERY_BROKER_URL"]))
        ticker = threading.Thread(target=made.tick, daemon=True)
        ticker.start()
        for _number in range(workers):
            made.start()
        try:
            yield made
        finally:
            made.over.set()
            ticker.join()
            for process in list(made.processes):
                made.kill(process)


@contextlib.contextmanager
def _nudges_to(url: str) -> Iterator[None]:
    """Let this process's nudges go to another Redis."""
    usual, os.environ["CELERY_BROKER_URL"] = os.environ["CELERY_BROKER_URL"], url  # what Celery asks first
    link, queue._link = queue._link, queue._Link()
    yield
    os.environ["CELERY_BROKER_URL"], queue._link = usual, link
