"""Hands one mail to the mail server, and tells what a refusal means for it and for the others."""

import random
import smtplib
from datetime import timedelta

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import jobs
from portal.jobs.models import Job
from portal.notify.models import Mail, MailServer

FAILURES_TO_PAUSE = 3
BROKEN_OFF = (smtplib.SMTPServerDisconnected, OSError, SoftTimeLimitExceeded)


def send(job: Job) -> None:
    """Send the mail of this job, and mark it sent.

    Between the server's "250" and our mark lies a gap nobody can close: a process that dies
    there leaves a mail that is sent again, flagged `maybe_duplicate`, or, where it may go out
    at most once, one whose outcome is unknown.
    """
    mail = Mail.objects.get(job=job)
    if mail.sent_at:
        return
    server = MailServer.objects.filter(pk=1).first()
    if server and server.paused_until and server.paused_until > timezone.now():
        wait(server)
    if job.lost_attempts:
        flag_duplicate(mail)
    hand_over(mail)
    kept = mail.body if settings.DEMO or not mail.secret else ""
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), body=kept)
    if server and server.failures:
        MailServer.objects.filter(pk=1).update(failures=0, paused_until=None)


def flag_duplicate(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(maybe_duplicate=True)


def hand_over(mail: Mail) -> None:
    connection = get_connection()
    message = EmailMessage(
        mail.subject,
        mail.body,
        to=[mail.address],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        server_failed(error)
    try:
        deliver(connection, message, mail)
    finally:
        connection.close()


def deliver(connection: BaseEmailBackend, message: EmailMessage, mail: Mail) -> None:
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        refused(code, error, "bad_address", _("The mail server does not know this address."))
    except smtplib.SMTPSenderRefused as error:
        server_failed(error)  # it is our address it does not like, so this concerns every mail
    except smtplib.SMTPResponseException as error:
        refused(error.smtp_code, error, "rejected", _("The mail server refused this mail."))
    except BROKEN_OFF as error:
        count_failure()
        if mail.once:
            sentence = _("The connection broke while this was sent; it may have arrived.")
            raise jobs.OutcomeUnknown(sentence, "broken_off") from error
        flag_duplicate(mail)
        raise jobs.TryLater(_("The connection to the mail server broke."), "broken_off") from error


def refused(code: int, error: Exception, name: str, sentence: str) -> None:
    """5xx is for good; 4xx is for now; 421 is the server's, not this mail's."""
    if code == 421:
        server_failed(error)
    if code < 500:
        raise jobs.TryLater(_("The mail server asks to try again later."), f"smtp_{code}") from error
    raise jobs.JobFailed(sentence, name) from error


# The server ----------------------------------------------------------------------------


def count_failure() -> MailServer:
    MailServer.objects.get_or_create(pk=1)
    MailServer.objects.filter(pk=1).update(failures=F("failures") + 1)
    server = MailServer.objects.get(pk=1)
    if server.failures >= FAILURES_TO_PAUSE:
        server.paused_until = timezone.now() + timedelta(seconds=settings.MAIL_PAUSE_SECONDS)
        server.save(update_fields=["paused_until"])
    return server


def server_failed(error: Exception) -> None:
    """Nothing was sent, so no attempt is spent; after three failures all mail waits a while."""
    server = count_failure()
    if server.failures >= FAILURES_TO_PAUSE:
        wait(server)
    raise jobs.Postponed(_("The mail server does not answer."), settings.MAIL_PAUSE_SECONDS / 10, "server") from error


def wait(server: MailServer) -> None:
    assert server.paused_until  # noqa: S101
    left = (server.paused_until - timezone.now()).total_seconds()
    seconds = max(left, 0) + random.uniform(0, settings.MAIL_PAUSE_SECONDS / 5)  # noqa: S311
    raise jobs.Postponed(_("The mail server does not answer; mail waits for it."), seconds, "server_paused")
