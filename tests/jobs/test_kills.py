"""Jobs in real workers while processes die and Redis goes away: nothing is lost, nothing done twice."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
import redis

from portal import jobs, local
from portal.jobs import queue
from portal.jobs.models import Job, ScheduleSlot
from portal.jobs.registry import SCHEDULES
from portal.jobs.states import JobState
from tests.jobs import kinds
from tests.workers import ROOT, Background, background, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS = 20


@pytest.fixture
def world(transactional_db):
    with background() as running:
        running.ticking.set()
        yield running
        running.ticking.clear()
        for process in list(running.processes):
            running.kill(process)


def ask(kind="test_good", key="k", **payload) -> Job:
    return jobs.enqueue(kind, key=key, payload=payload, by=None, host=None)


def in_the_middle(job: Job) -> None:
    until(lambda: 0 < Job.objects.get(pk=job.pk).progress < ROWS)


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_does_all(world: Background):
    job = ask("test_steps", rows=ROWS, pause=2)
    in_the_middle(job)

    world.kill(world.processes[0])
    assert kinds.noted("row") == 0
    world.start()
    world.finished(job, seconds=40)

    job.refresh_from_db()
    assert (kinds.noted("row"), job.attempt, job.lost_attempts) == (ROWS, 2, 1)


def test_kills_at_any_moment_never_leave_a_part(world: Background):
    """Ten kills over the life of six jobs; each is there wholly, once."""
    wanted = [ask("test_steps", key=str(number), rows=ROWS, pause=1) for number in range(6)]
    for _kill in range(10):
        time.sleep(random.uniform(1.5, 4))
        assert kinds.noted("row") % ROWS == 0
        world.kill(world.processes[0])
        assert kinds.noted("row") % ROWS == 0
        world.start()

    until(lambda: not Job.objects.live().exists(), 120)
    wanted = Job.objects.filter(pk__in=[job.pk for job in wanted])
    done = wanted.filter(state=JobState.DONE).count()
    print(f"10 kills, {wanted.count()} jobs: {done} done, {kinds.noted('row')} rows of {ROWS} each")  # noqa: T201  # the figures of the proof
    assert kinds.noted("row") == ROWS * done
    # Five lost attempts are the end of a job; nothing else may keep it from being done.
    assert not wanted.exclude(state=JobState.DONE).exclude(state=JobState.DEAD, lost_attempts=5).exists()


def test_a_worker_that_was_frozen_and_wakes_up_changes_nothing(world: Background):
    job = ask("test_steps", rows=ROWS, pause=2)
    in_the_middle(job)
    frozen = world.processes[0]

    os.killpg(frozen.pid, signal.SIGSTOP)
    world.start()
    world.finished(job, seconds=40)
    os.killpg(frozen.pid, signal.SIGCONT)
    time.sleep(3)

    job.refresh_from_db()
    assert (job.state, job.attempt, kinds.noted("row")) == (JobState.DONE, 2, ROWS)


def quick(number: int) -> float:
    began = time.monotonic()
    ask(key=f"quick {number}")
    return time.monotonic() - began


@pytest.mark.parametrize("away", ["stopped", "frozen"])
def test_while_redis_is_away_nothing_is_lost_and_nothing_waits(world: Background, away):
    world.finished(ask(key="before"))
    if away == "stopped":
        world.redis.terminate()
        world.redis.wait()
    else:
        world.redis.send_signal(signal.SIGSTOP)

    took = [quick(number) for number in range(50)]
    time.sleep(3)
    if away == "stopped":
        world.start_redis()
    else:
        world.redis.send_signal(signal.SIGCONT)
    queue._link.silent_until = 0  # beat is another process, which does not keep silent with us

    began = time.monotonic()
    until(lambda: kinds.noted("good") == 51, 40)
    print(f"slowest {max(took):.2f} s, others {sorted(took)[-2]:.3f} s, caught up in {time.monotonic() - began:.1f} s")  # noqa: T201  # the figures of the proof
    assert max(took) < 1.5
    assert sorted(took)[-2] < 0.3


def test_a_redis_that_forgot_everything_loses_no_job(world: Background):
    world.finished(ask(key="before"))
    worker = world.processes[0]
    os.killpg(worker.pid, signal.SIGSTOP)
    wanted = [ask(key=str(number)) for number in range(50)]
    time.sleep(1)
    with redis.Redis(unix_socket_path=world.path) as client:
        client.flushall()

    os.killpg(worker.pid, signal.SIGCONT)

    world.finished(*wanted, seconds=30)
    assert kinds.noted("good") == 51


def test_poison_among_the_good_does_not_hold_them_up(world: Background):
    world.finished(ask(key="before"))
    began = time.monotonic()
    world.finished(*[ask(key=f"alone {number}") for number in range(200)], seconds=60)
    alone, began = time.monotonic() - began, time.monotonic()

    poison = ask("test_poison", key="poison")
    world.finished(*[ask(key=f"beside {number}") for number in range(200)], seconds=60)

    beside = time.monotonic() - began
    print(f"200 jobs: alone {alone:.1f} s, beside poison {beside:.1f} s")  # noqa: T201  # the figures of the proof
    assert beside < 2 * alone + 3  # 3 s for whatever else this machine does
    until(lambda: Job.objects.get(pk=poison.pk).state == JobState.DEAD)
    assert Job.objects.get(pk=poison.pk).attempt <= 5


def beat(world: Background, number: int):
    """A real scheduler, as docker-compose.yml starts it, sweeping every second."""
    command = [sys.executable, "-m", "celery", "-A", "portal", "beat", "--loglevel", "critical"]
    command += ["--schedule", world.folder / f"beat{number}"]
    env = {**os.environ, **world.env, "JOBS_SWEEP_SECONDS": "1"}
    return local.spawn(*command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)


def test_two_schedulers_open_each_slot_once_and_survive_redis(world: Background):
    world.ticking.clear()  # only the schedulers sweep here
    beats = [beat(world, number) for number in range(2)]
    try:
        until(lambda: ScheduleSlot.objects.count() == len(SCHEDULES), 30)
        world.redis.terminate()
        world.redis.wait()
        queue._link.silent_until = time.monotonic() + 60  # nobody nudges but they
        job = ask()
        time.sleep(4)
        world.start_redis()
        began = time.monotonic()
        world.finished(job, seconds=30)
        print(f"caught up {time.monotonic() - began:.1f} s after Redis came back")  # noqa: T201  # the figures of the proof
        time.sleep(3)
    finally:
        for process in beats:
            local.halt(process, 5)

    assert ScheduleSlot.objects.count() == Job.objects.filter(kind__in=SCHEDULES).count()
    assert set(Job.objects.filter(kind__in=SCHEDULES).values_list("attempt", flat=True)) == {1}
