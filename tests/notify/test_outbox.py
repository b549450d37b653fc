"""What is queued, for whom, in which words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal import notify
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.jobs.states import JobState
from portal.notify.models import Mail
from tests.factories import make_member, make_organization, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _templates(settings, tmp_path):
    """One template of our own, beside the portal's."""
    folder = tmp_path / "emails" / "tests"
    folder.mkdir(parents=True)
    text = "{% load i18n %}{% translate 'Yes' %} {{ what }}\n\n{{ recipient_name }}: {{ what }}\n{{ site_url }}/x/\n"
    (folder / "hello.txt").write_text(text)
    templates = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**templates, "DIRS": [*templates["DIRS"], tmp_path]}]


def queue(**more):
    message = {"key": "k", "to": notify.Recipient("a@example.kr"), "template": "tests/hello"}
    return notify.queue(**message | {"context": {"what": "<b>"}, "host": None, "by": None} | more)


def test_a_mail_is_rendered_at_once_and_sent_by_its_job(settings):
    settings.SITE_URL = "https://portal.example"
    user = make_user(email="han@example.kr", name="한바다", language="en")
    row = queue(to=user)
    assert mail.outbox == []

    drain()

    sent = mail.outbox[0]
    row.refresh_from_db()
    assert (sent.to, sent.subject) == (["han@example.kr"], "Yes <b>")
    assert sent.body == "한바다: <b>\nhttps://portal.example/x/\n"
    assert sent.extra_headers["Message-ID"].endswith("@portal.example>")
    assert (row.state, row.user, row.sent_at is not None) == (JobState.DONE, user, True)


def test_a_mail_is_written_in_the_language_of_its_reader():
    assert queue(key="ko").subject.startswith("예")
    assert queue(key="en", to=notify.Recipient("a@example.kr", "en")).subject.startswith("Yes")


def test_the_same_key_is_sent_once():
    first = queue()
    drain()
    again = queue(context={"what": "other"})
    drain()

    assert again == first
    assert again.subject == first.subject
    assert len(mail.outbox) == 1


def test_a_thousand_mails_take_three_queries(django_assert_max_num_queries):
    queue(key="5")
    messages = [
        notify.Message(
            key=str(number), to=notify.Recipient(f"p{number}@example.kr"), template="tests/hello", host=None, by=None
        )
        for number in range(1000)
    ]

    with django_assert_max_num_queries(3):
        made = notify.queue_many(messages)

    assert len({row.pk for row in made}) == Mail.objects.count() == 1000


@pytest.mark.parametrize(
    "address", ["a@example.kr\nBcc: b@example.kr", "a@example.kr, b@example.kr", "", "한", "a b@c.kr"]
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ValueError, match="no e-mail address"):
        queue(to=notify.Recipient(address))


@pytest.mark.parametrize("what", ["x\nBcc: b@example.kr", "x\r\nBcc: b@example.kr", "x\x00"])
def test_nobody_writes_headers_through_a_subject(what):
    with pytest.raises(ValueError, match="subject"):
        queue(context={"what": what})


def test_a_long_subject_is_cut():
    assert len(queue(context={"what": "가" * 500}).subject) == 200


def test_the_text_of_account_mail_goes_with_it(settings):
    settings.DEMO = False
    row = queue(secret=True)
    kept = queue(key="open")

    drain()

    row.refresh_from_db()
    kept.refresh_from_db()
    assert row.body == ""
    assert "<b>" in kept.body
    assert "<b>" in mail.outbox[0].body


def test_mail_that_has_not_gone_can_be_taken_back():
    official = make_member(Role.OFFICIAL)
    queue(key="gone")
    drain()
    queue(key="waits", run_at=timezone.now() + timedelta(minutes=10))

    stopped = notify.cancel_unsent(["gone", "waits", "no such"], by=official, reason="wrong list")

    states = dict(Mail.objects.values_list("key", "job__state"))
    assert (stopped, states) == (1, {"gone": JobState.DONE, "waits": JobState.CANCELLED})
    assert AuditEvent.objects.get(verb="job.cancelled").reason == "wrong list"


def test_staff_see_the_mail_of_their_host():
    city = make_organization()
    official, other = make_member(Role.OFFICIAL, city), make_member(Role.OFFICIAL)
    mentor, admin = make_member(Role.MENTOR), make_member(Role.ADMIN)
    of_city, of_nobody = queue(host=city), queue(key="account")

    seen = [set(Mail.objects.visible_to(user)) for user in (official, other, mentor, admin)]

    assert seen == [{of_city}, set(), set(), {of_city, of_nobody}]
