"""What a mail server's answers mean for a mail, for its retries and for the other mails."""

import pytest
from django.utils import timezone

from portal import notify
from portal.jobs.models import Job
from portal.jobs.states import JobState
from portal.notify.models import Mail, MailServer
from tests.notify.recorder import Recorder, serving
from tests.workers import drain

pytestmark = pytest.mark.django_db
TO = "hong@example.kr"


@pytest.fixture
def server(settings):
    """A recorder that listens; `EMAIL_*` lead to it."""
    with serving(Recorder()) as recorder:
        lead_to(recorder, settings)
        yield recorder


def lead_to(recorder, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", recorder.port, 2


def queue(key="k", **more):
    to = more.pop("to", notify.Recipient(TO))
    return notify.queue(key=key, to=to, template="accounts/email_confirm", host=None, by=None, **more)


def after_a_try(mail):
    """The mail as it is once everything due has run, and due again."""
    drain()
    mail = Mail.objects.select_related("job").get(pk=mail.pk)
    Job.objects.filter(pk=mail.job_id, state=JobState.QUEUED).update(run_at=timezone.now())
    return mail


def test_what_arrives_carries_its_own_number(server):
    mail = queue()

    assert after_a_try(mail).state == JobState.DONE
    assert server.accepted == [mail.message_id]
    assert b"Auto-Submitted: auto-generated" in server.texts[0]


def test_an_address_the_server_does_not_know_is_final(server):
    server.answers[TO] = "550 no such user"

    mail = after_a_try(queue())

    assert (mail.state, mail.job.error_code, mail.sent_at) == (JobState.FAILED, "bad_address", None)


def test_a_full_mailbox_is_tried_again(server):
    server.answers[TO] = "452 mailbox full"
    mail = after_a_try(queue())
    assert (mail.state, mail.job.attempt, mail.job.error_code) == (JobState.QUEUED, 1, "smtp_452")
    server.answers.clear()

    mail = after_a_try(mail)

    assert (mail.state, len(server.accepted), mail.maybe_duplicate) == (JobState.DONE, 1, False)


def test_a_text_the_server_refuses_is_final(server):
    server.data_answer = "554 looks like spam"

    assert after_a_try(queue()).job.error_code == "rejected"


def test_a_line_that_breaks_after_the_text_is_tried_again_and_flagged(server):
    server.hang_up = True
    mail = after_a_try(queue())
    assert mail.state == JobState.QUEUED
    server.hang_up = False

    mail = after_a_try(mail)

    assert (mail.state, mail.maybe_duplicate) == (JobState.DONE, True)
    assert server.accepted == [mail.message_id] * 2


def test_a_code_is_not_sent_again_when_the_line_breaks(server):
    server.hang_up = True

    mail = after_a_try(after_a_try(queue(once=True)))

    assert mail.state == JobState.UNKNOWN
    assert len(server.accepted) == 1


def test_while_the_server_is_away_mail_waits_without_spending_attempts(settings):
    recorder = Recorder()  # nobody listens there
    lead_to(recorder, settings)
    mails = [queue(str(number), once=number % 2 == 0) for number in range(6)]

    for _round in range(4):
        for mail in mails:
            after_a_try(mail)
    states = [(mail.state, mail.job.max_attempts - mail.job.attempt) for mail in Mail.objects.select_related("job")]
    server = MailServer.objects.get()
    assert {state for state, _left in states} == {JobState.QUEUED}
    assert [left for _state, left in states] == [1, 5] * 3
    assert (server.failures, server.paused_until > timezone.now()) == (3, True)  # the rest did not even knock


def test_when_the_server_is_back_everything_goes_out(settings):
    recorder = Recorder()
    lead_to(recorder, settings)
    mails = [queue(str(number)) for number in range(6)]
    for mail in mails:
        after_a_try(mail)
    MailServer.objects.update(paused_until=timezone.now())

    with serving(recorder):
        Job.objects.update(run_at=timezone.now())
        drain()

    assert sorted(recorder.accepted) == sorted(mail.message_id for mail in mails)
    assert MailServer.objects.get().paused_until is None


def test_a_mail_whose_worker_vanished_is_sent_again_and_flagged(server):
    mail = queue()
    Job.objects.filter(mail=mail).update(state=JobState.RUNNING, attempt=1, lease_until=timezone.now())

    mail = after_a_try(mail)

    assert (mail.state, mail.maybe_duplicate) == (JobState.DONE, True)


def test_a_mail_that_is_marked_sent_is_not_sent_again(server):
    mail = queue()
    Mail.objects.update(sent_at=timezone.now())

    assert after_a_try(mail).state == JobState.DONE
    assert server.accepted == []
