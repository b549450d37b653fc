"""A job runs once or not at all, and tells how it ended."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from portal import jobs
from portal.accounts.roles import Role
from portal.jobs import engine
from portal.jobs.models import Job
from portal.jobs.registry import KINDS
from portal.jobs.states import TRANSITIONS, JobState
from tests.factories import make_member, make_organization
from tests.jobs import kinds
from tests.workers import drain

pytestmark = pytest.mark.django_db


def ask(kind="test_good", key="k", payload=None, **more):
    return jobs.enqueue(kind, key=key, payload=payload or {}, **{"by": None, "host": None} | more)


def test_a_job_runs_and_keeps_its_result():
    job = ask()

    drain()

    job.refresh_from_db()
    assert (job.state, job.result, kinds.noted("good")) == (JobState.DONE, {"url": "/"}, 1)
    assert job.finished_at >= job.started_at


def test_the_same_key_is_the_same_job():
    first = ask()
    drain()

    again = ask()

    assert again == first
    assert again.state == JobState.DONE
    assert drain() == []


def test_a_job_asked_for_in_a_transaction_that_fails_is_not_there():
    def business() -> None:
        with transaction.atomic():
            ask()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        business()

    assert not Job.objects.exists()


def test_many_jobs_take_one_query(django_assert_num_queries):
    ask(key="k5")

    with django_assert_num_queries(1):
        made = jobs.enqueue_many(
            jobs.new("test_good", key=f"k{number % 1000}", payload={}, by=None, host=None) for number in range(1001)
        )

    assert len({job.pk for job in made}) == Job.objects.count() == 1000


@pytest.mark.parametrize("value", ["홍길동", "a@example.kr", "two words", {"a": 1}, 1.5])
def test_a_payload_takes_no_personal_data(value):
    with pytest.raises(ValueError, match="ids and codes only"):
        ask(payload={"x": value})


def test_a_job_waits_for_its_time_and_not_longer():
    later = ask(key="later", run_at=timezone.now() + timedelta(hours=1))
    late = ask(key="late", expires_at=timezone.now() - timedelta(seconds=1))

    assert drain() == []
    engine.reap(timezone.now())

    later.refresh_from_db()
    late.refresh_from_db()
    assert (later.state, late.state) == (JobState.QUEUED, JobState.EXPIRED)


def make_due(job):
    Job.objects.filter(pk=job.pk).update(run_at=timezone.now())


def test_what_is_away_is_tried_again_with_growing_distance_then_left_for_people():
    job, waits = ask("test_away"), []
    for _attempt in range(3):
        make_due(job)
        before = timezone.now()
        drain()
        job.refresh_from_db()
        waits.append((job.run_at - before).total_seconds())

    assert waits[0] < waits[1]
    assert (job.state, job.attempt, job.error) == (JobState.DEAD, 3, "The other side is away.")
    assert job.error_code == "try_later"


def test_a_refusal_is_final_and_undoes_the_work():
    job = ask("test_refused")

    drain()

    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (JobState.FAILED, 1, "No such thing.")
    assert kinds.noted("refused") == 0


def test_our_own_bug_gets_two_tries_and_keeps_its_words_to_the_log(caplog):
    job = ask("test_poison")
    for _attempt in range(3):
        make_due(job)
        engine.run(pulse=False)

    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == (JobState.DEAD, 2, "RuntimeError")
    assert "poison" not in job.error
    assert "poison" in caplog.text
    assert kinds.noted("poison") == 0


def test_poison_does_not_block_the_rest():
    ask("test_poison", key="p", run_at=timezone.now() - timedelta(hours=1))
    for number in range(20):
        ask(key=f"good {number}")

    while engine.run(pulse=False):
        pass

    assert kinds.noted("good") == 20


def lose(job):
    """Claim it, then let the lease pass as if the process had died."""
    engine.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_whose_worker_vanished_runs_again():
    job = ask()
    lose(job)

    drain()

    job.refresh_from_db()
    assert (job.state, job.attempt, job.lost_attempts) == (JobState.DONE, 2, 1)


def test_a_job_that_kills_its_workers_ends_dead():
    job = ask()
    for _attempt in range(KINDS["test_good"].max_attempts):
        lose(job)
    assert drain() == []

    engine.reap(timezone.now())

    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == (JobState.DEAD, 5, "vanished")


def test_what_may_happen_once_is_unknown_after_its_worker_vanished():
    job = ask("test_once")
    lose(job)
    assert drain() == []

    engine.reap(timezone.now())

    job.refresh_from_db()
    assert job.state == JobState.UNKNOWN


def test_a_zombie_writes_nothing():
    """The first worker wakes up after a second one has done the work."""
    job = ask()
    zombie = engine.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    drain()

    with pytest.raises(jobs.Stopped):
        engine.work(zombie, KINDS["test_good"])

    job.refresh_from_db()
    assert (job.state, kinds.noted("good")) == (JobState.DONE, 1)


def test_without_the_fence_a_zombie_does_the_work_twice():
    """The twin: the same two workers where the mark "done" demands no attempt."""
    job = ask()
    engine.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    drain()

    with transaction.atomic():
        kinds.good(job)
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)

    assert kinds.noted("good") == 2


def test_heavy_work_leaves_a_worker_free():
    first, second = ask("test_heavy", key="a"), ask("test_heavy", key="b")
    engine.claim(first.pk)

    assert engine.claim(second.pk) is None
    ask(key="mail")
    assert [job.key for job in drain()] == ["mail"]


def test_a_kind_of_a_newer_release_waits_for_its_worker():
    job = ask()
    Job.objects.filter(pk=job.pk).update(kind="not_known_here")

    assert drain() == []
    assert list(engine.to_nudge(timezone.now())) == []


def test_a_job_works_with_the_role_in_which_it_was_asked():
    official = make_member(Role.OFFICIAL)
    job = ask("test_acts", by=official, host=official.acting.organization)

    drain()

    job.refresh_from_db()
    assert job.result == {"role": "official"}


def test_a_job_fails_once_the_role_has_ended():
    official = make_member(Role.OFFICIAL)
    job = ask("test_acts", by=official, host=None)
    official.acting.ended_at = timezone.now()
    official.acting.save()

    drain()

    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_progress_counts_to_the_end():
    job = ask("test_steps", payload={"rows": 3})

    drain()

    job.refresh_from_db()
    assert (job.progress, job.total, job.percent) == (3, 3, 100)


def test_one_sees_ones_own_jobs_and_those_of_ones_host():
    city = make_organization()
    official, other = make_member(Role.OFFICIAL, city), make_member(Role.OFFICIAL)
    mentor, admin = make_member(Role.MENTOR), make_member(Role.ADMIN)
    of_city = ask(key="city", host=city)
    of_mentor = ask(key="mentor", by=mentor)

    seen = {user: set(Job.objects.visible_to(user)) for user in (official, other, mentor, admin)}

    assert seen == {official: {of_city}, other: set(), mentor: {of_mentor}, admin: {of_city, of_mentor}}


def test_every_state_says_what_may_follow():
    assert set(TRANSITIONS) == set(JobState)


def test_only_the_workers_nobody_told_lately_are_told():
    job = ask()
    now = timezone.now()

    assert [pk for pk, _limit in engine.to_nudge(now)] == [job.pk]
    assert list(engine.to_nudge(now + timedelta(seconds=5))) == []
    assert [pk for pk, _limit in engine.to_nudge(now + timedelta(seconds=11))] == [job.pk]
