"""Background jobs and mail."""

from portal import jobs, notify
from tests.access import row

ALL = "200 200 200 200 200 200 200"
STAFF = "200 200 200 403 403 403 403"
OF_CITY = {"own": "200 200 200 404 404 404 404", "other": "200 404 404 404 404 404 404"}
POSTED = {"own": "302 302 302 404 404 404 404", "other": "302 404 404 404 404 404 404"}


def dead_job(w):
    job = jobs.enqueue("jobs.clean", key="access", payload={}, by=None, host=w.city)
    job.state = "dead"
    job.save()
    return [job.pk]


def mail(w):
    to = notify.Recipient("a@example.kr")
    row = notify.queue(key="access", to=to, template="accounts/email_confirm", host=w.city, by=None)
    return [row.pk]


def mail_to_trainee(w):
    to = w.own["trainee"].user
    row = notify.queue(key="access-own", to=to, template="accounts/email_confirm", host=w.city, by=None)
    row.job.state = "done"
    row.job.save()
    return [row.pk]


TABLE = [
    row("jobs:job-list", own=ALL),
    row("jobs:job", arguments=dead_job, **OF_CITY),
    row("jobs:job-retry", "POST", dead_job, **POSTED),
    row("jobs:job-cancel", "POST", dead_job, data=lambda w: {"reason": "wrong"}, **POSTED),
    row("jobs:job-retry-all", "POST", own="302 302 302 403 403 403 403"),
    row("notify:mail-list", own=STAFF),
    row("notify:mail", arguments=mail, own=STAFF, other="200 404 404 403 403 403 403"),
    row("notify:inbox", own=ALL),
    row(
        "notify:inbox-mail",
        arguments=mail_to_trainee,
        own="404 404 404 404 404 404 200",
        same="404 404 404 404 404 404 404",
    ),
    row("notify:demo-mailbox", own="404 404 404 404 404 404 404", anonymous=404),
    row("notify:demo-mail", arguments=mail, own="404 404 404 404 404 404 404", anonymous=404),
]
