"""The jobs that send."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.jobs import job, schedule
from portal.jobs.models import Job
from portal.jobs.states import ENDED
from portal.notify import delivery
from portal.notify.models import Mail

SECONDS = 45  # each step of the conversation with the server may take EMAIL_TIMEOUT


@job("send_mail", label=_("Send mail"), limit=SECONDS, atomic=False, hidden=True)
def send_mail(job: Job) -> None:
    delivery.send(job)


@job("send_mail_once", label=_("Send account mail"), limit=SECONDS, atomic=False, hidden=True, once=True)
def send_mail_once(job: Job) -> None:
    delivery.send(job)


@schedule("hourly", at="00:30")
def empty_secrets(job: Job) -> dict:
    """Empty the text of account mail that will not be sent any more; the sent ones empty themselves."""
    if settings.DEMO:  # its mailbox is how a newcomer without a mail server follows a link
        return {"emptied": 0}
    over = Mail.objects.filter(secret=True, job__state__in=ENDED).exclude(body="")
    return {"emptied": over.update(body="")}
