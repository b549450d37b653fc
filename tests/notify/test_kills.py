"""The worker killed with -9 while it sends: no mail is missing, and what may be double is flagged."""

import random
import time

import pytest

from portal import notify
from portal.jobs.models import Job
from portal.jobs.states import JobState
from portal.notify.models import Mail
from tests.notify.recorder import Recorder, serving
from tests.workers import background, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KILLS = 8
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def recorder():
    with serving(Recorder()) as recording:
        recording.delay = 0.05
        yield recording


@pytest.fixture
def world(transactional_db, recorder):
    with background(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=recorder.port) as running:
        running.ticking.set()
        yield running
        running.ticking.clear()
        for process in list(running.processes):
            running.kill(process)


def queue(count: int, **more) -> None:
    notify.queue_many(
        notify.Message(
            key=f"k{number}",
            to=notify.Recipient(f"p{number}@example.kr"),
            template="accounts/email_confirm",
            host=None,
            by=None,
            **more,
        )
        for number in range(count)
    )


def kill_while_it_sends(world, recorder) -> None:
    """Each kill comes once the worker of the day has sent something."""
    for _kill in range(KILLS):
        before = len(recorder.accepted)
        until(lambda before=before: len(recorder.accepted) > before + 2 or not Job.objects.live().exists(), 30)
        time.sleep(random.uniform(0, 0.2))
        world.kill(world.processes[0])
        world.start()
    until(lambda: not Job.objects.live().exists(), 60)


def test_every_reminder_arrives_and_doubles_are_rare_and_flagged(world, recorder):
    queue(150)

    kill_while_it_sends(world, recorder)

    copies = recorder.copies()
    doubled = {number for number, count in copies.items() if count > 1}
    flagged = set(Mail.objects.filter(maybe_duplicate=True).values_list("message_id", flat=True))
    print(f"{KILLS} kills, 150 mails: {150 - len(copies)} missing, {len(doubled)} doubled, {len(flagged)} flagged")  # noqa: T201  # the figures of the proof
    assert set(copies) == set(Mail.objects.values_list("message_id", flat=True))
    assert sum(copies.values()) - len(copies) <= KILLS
    assert doubled <= flagged


def test_no_code_arrives_twice_and_what_did_not_arrive_is_unknown(world, recorder):
    queue(150, once=True)

    kill_while_it_sends(world, recorder)

    copies = recorder.copies()
    unknown = set(Mail.objects.filter(job__state=JobState.UNKNOWN).values_list("message_id", flat=True))
    missing = set(Mail.objects.values_list("message_id", flat=True)) - set(copies)
    print(f"{KILLS} kills, 150 codes: {len(missing)} missing, {len(unknown)} unknown, {max(copies.values())} at most")  # noqa: T201  # the figures of the proof
    assert max(copies.values()) == 1
    assert missing <= unknown
    assert len(unknown) <= KILLS
