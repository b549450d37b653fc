"""Mail as staff, its reader and a demo's visitors see it."""

import pytest
from django.urls import reverse

from portal import notify
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from portal.jobs.models import Job
from portal.jobs.states import JobState
from tests.factories import make_member, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def official(client, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL)
    client.force_login(user)
    return user


def queue(host=None, key="k", to=None, **more):
    message = {"to": to or notify.Recipient("hong@example.kr", person_id=7), "template": "accounts/email_confirm"}
    return notify.queue(key=key, host=host, by=None, **message | more)


def test_staff_see_their_mail_with_masked_recipients(client, official):
    queue(official.organization_id)

    page = client.get(reverse("notify:mail-list")).content.decode()

    assert "ho***@example.kr" in page
    assert "hong@example.kr" not in page


def test_reading_a_mail_is_written_down(client, official):
    row = queue(official.organization_id)

    client.get(row.get_absolute_url())

    assert (AccessRecord.objects.get().actor, AccessRecord.objects.get().subject_id) == (official, 7)


def test_the_text_of_account_mail_is_shown_to_no_staff(client, official):
    link = "https://x.example/reset/"
    row = queue(official.organization_id, template="accounts/password_reset_key", secret=True,
                context={"password_reset_url": link})  # fmt: skip

    assert link not in client.get(row.get_absolute_url()).content.decode()


def test_mail_that_did_not_arrive_is_found(client, official):
    failed = queue(official.organization_id, key="failed")
    queue(official.organization_id, key="fine")
    Job.objects.filter(mail=failed).update(state=JobState.FAILED, error="No such address.")

    rows = client.get(reverse("notify:mail-list") + "?state=attention").context["listing"].rows

    assert list(rows) == [failed]


def test_one_reads_what_was_written_to_oneself(client):
    reader, other = make_user(), make_user()
    mine, theirs = queue(key="mine", to=reader), queue(key="theirs", to=other)
    secret = queue(key="secret", to=reader, secret=True)
    drain()
    client.force_login(reader)

    rows = client.get(reverse("notify:inbox")).context["listing"].rows

    assert list(rows) == [mine]
    statuses = [client.get(reverse("notify:inbox-mail", args=[row.pk])).status_code for row in (mine, theirs, secret)]
    assert statuses == [200, 404, 404]


def test_everybody_reads_the_mail_of_a_demo(client, settings):
    settings.DEMO = True
    link = "https://x.example/reset/"
    row = queue(template="accounts/password_reset_key", secret=True, context={"password_reset_url": link})
    drain()

    assert "hong@example.kr" in client.get(reverse("notify:demo-mailbox")).content.decode()
    assert f'href="{link}"' in client.get(reverse("notify:demo-mail", args=[row.pk])).content.decode()


def test_there_is_no_such_mailbox_outside_a_demo(client, settings):
    settings.DEMO = False
    row = queue()

    assert client.get(reverse("notify:demo-mailbox")).status_code == 404
    assert client.get(reverse("notify:demo-mail", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(client, official, count, django_assert_num_queries):
    for number in range(count):
        queue(official.organization_id, key=str(number))
    client.get(reverse("notify:mail-list"))

    with django_assert_num_queries(6):
        client.get(reverse("notify:mail-list"))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("notify:inbox", 4), ("notify:demo-mailbox", 4)])
def test_a_mailbox_takes_the_same_queries_for_any_number(
    client, official, settings, name, queries, count, django_assert_num_queries
):
    settings.DEMO = True
    for number in range(count):
        queue(official.organization_id, key=str(number), to=official)
    drain()
    client.get(reverse(name))

    with django_assert_num_queries(queries):
        assert client.get(reverse(name)).context["listing"].total == count
