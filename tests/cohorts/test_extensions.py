"""More time for one person: every check of the deadline honours it, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import selection
from cohorts.actions.cohorts import close_recruiting
from cohorts.actions.drafts import remind_of_drafts
from cohorts.actions.extensions import end_extension, extend_deadline
from cohorts.models import Extension
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.cohorts.applying import begin, fill, send, step_url, submit
from tests.factories import make_application, make_cohort, make_member, make_scores, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cohort():
    closes = timezone.now().replace(second=0, microsecond=0) + 2 * HOUR
    return make_cohort(apply_closes_at=closes, starts_on=timezone.localdate() + timedelta(days=60),
                       ends_on=timezone.localdate() + timedelta(days=300))  # fmt: skip


@pytest.fixture
def applicant(sign_in):
    user = make_user(email="hong@example.kr")
    sign_in(user)
    return user


def give(cohort, hours=24, **fields):
    told = {"email": "hong@example.kr", "until": cohort.apply_closes_at + hours * HOUR, "reason": "포털 접속 장애"}
    return extend_deadline(cohort, by=None, **told | fields)


def test_a_draft_is_submitted_in_its_last_minute_and_not_after(client, cohort, applicant):
    mine = fill(client, cohort)
    extension = give(cohort, hours=8)

    with time_machine.travel(extension.until - timedelta(milliseconds=1), tick=False):
        assert client.get(reverse("cohorts:apply", args=[cohort.pk])).status_code == 302
        submit(client, mine)
    mine.refresh_from_db()
    assert (mine.state, mine.ineligible_reasons) == ("submitted", [])
    with time_machine.travel(extension.until, tick=False):
        assert send(client, cohort, "motivation", {"motivation": "늦게"}).status_code == 422


def test_somebody_without_a_draft_begins_by_it_and_others_do_not(client, cohort, applicant, sign_in):
    give(cohort)
    with time_machine.travel(cohort.apply_closes_at + HOUR, tick=False):
        mine = fill(client, cohort)
        submit(client, mine)
        sign_in(make_user(email="late@example.kr"))
        client.post(step_url(cohort, "consents"), {"collection": "on"})
        refused = begin(client, cohort, name="임꺽정", mobile="010-9999-8888")

    mine.refresh_from_db()
    assert mine.state == "submitted"
    assert refused.status_code == 422


def test_it_lasts_while_the_office_looks_through_the_others(client, cohort, applicant):
    """Also after the recruiting was closed, as long as nothing is selected."""
    give(cohort)
    with time_machine.travel(cohort.apply_closes_at + HOUR, tick=False):
        close_recruiting(cohort, by=None)
        mine = fill(client, cohort)
        submit(client, mine)

    mine.refresh_from_db()
    assert (mine.state, mine.ineligible_reasons) == ("submitted", [])


def test_nobodys_age_is_counted_on_a_later_day_for_it(client, cohort, applicant):
    """35 on the day after the deadline: still 34 on the day that counts (domain.md 1.1)."""
    last = timezone.localdate(cohort.closes_at_stated)
    born = (last + timedelta(days=1)).replace(year=last.year - 35)
    extension = give(cohort, hours=48)
    with time_machine.travel(extension.until - MINUTE, tick=False):
        client.force_login(applicant)
        mine = fill(client, cohort, birth_date=born.isoformat())
        submit(client, mine)

    mine.refresh_from_db()
    assert (mine.state, mine.ineligible_reasons) == ("submitted", [])


def test_taken_back_it_counts_no_more_but_what_was_submitted_stays(client, cohort, applicant):
    extension = give(cohort)
    with time_machine.travel(cohort.apply_closes_at + HOUR, tick=False):
        mine = fill(client, cohort)
        submit(client, mine)
        end_extension(extension, by=None)
        refused = send(client, cohort, "motivation", {"motivation": "더 늦게"})

    mine.refresh_from_db()
    assert (mine.state, refused.status_code) == ("submitted", 422)


def test_the_reminder_comes_before_the_own_deadline(client, cohort, applicant):
    mine = fill(client, cohort)
    extension = give(cohort, hours=72)

    assert remind_of_drafts(cohort.apply_closes_at - MINUTE) == 0
    assert remind_of_drafts(cohort.apply_closes_at + MINUTE) == 0
    assert remind_of_drafts(extension.until - HOUR) == 1
    assert Mail.objects.get(template="cohorts/application_draft").address == mine.person.email


def test_the_pages_say_ones_own_deadline(client, cohort, applicant):
    fill(client, cohort)
    extension = give(cohort)
    stated = f"{timezone.localtime(extension.stated):%H:%M}"
    with time_machine.travel(cohort.apply_closes_at + MINUTE, tick=False):
        for url in (
            step_url(cohort, "motivation"),
            reverse("cohorts:apply-check", args=[cohort.pk]),
            reverse("cohorts:my-application-list"),
        ):
            assert stated in client.get(url).content.decode()


def test_the_person_is_told_by_mail_and_the_audit_knows_why(cohort):
    official = make_member(Role.OFFICIAL, cohort.host)
    extension = give(cohort)
    mail = Mail.objects.get(template="cohorts/deadline_extended")

    assert mail.address == "hong@example.kr"
    assert f"{timezone.localtime(extension.stated):%H:%M}" in mail.body
    assert AuditEvent.objects.get(verb="extension.granted").reason == "포털 접속 장애"
    assert official


@pytest.mark.parametrize(
    ("hours", "fields"),
    [(-1, {}), (0, {}), (24 * 90, {}), (24, {"reason": " "})],
)
def test_what_makes_no_sense_is_refused(cohort, hours, fields):
    with pytest.raises(ActionRefused):
        give(cohort, hours=hours, **fields)
    assert not Extension.objects.exists()


def test_nothing_is_selected_while_somebody_may_still_apply(cohort):
    application = make_application(cohort=cohort, track=cohort.tracks.get())
    make_scores(application)
    extension = give(cohort)
    with time_machine.travel(cohort.apply_closes_at + HOUR, tick=False):
        close_recruiting(cohort, by=None)
        with pytest.raises(ActionRefused):
            selection.prepare_selection(cohort, by=None)
        end_extension(extension, by=None)
        selection.prepare_selection(cohort, by=None)
        with pytest.raises(ActionRefused):
            give(cohort, hours=48)


# The office --------------------------------------------------------------------------------


def test_an_official_gives_more_time_by_address_and_for_an_application(client, cohort, sign_in):
    official = make_member(Role.OFFICIAL, cohort.host)
    sign_in(official)
    url = reverse("cohorts:extension-grant", args=[cohort.pk])
    application = make_application(cohort=cohort)
    stated = f"{timezone.localtime(cohort.apply_closes_at + 24 * HOUR):%Y-%m-%dT%H:%M}"

    client.post(url, {"email": "NEW@example.kr", "until": stated, "reason": "접속 장애"})
    client.post(f"{url}?application={application.pk}", {"until": stated, "reason": "서류 재발급"})

    emails = set(Extension.objects.values_list("email", "granted_by"))
    assert emails == {("new@example.kr", official.pk), (application.person.email, official.pk)}
    page = client.get(reverse("cohorts:extension-list", args=[cohort.pk])).content.decode()
    assert all(words in page for words in ("new@example.kr", "서류 재발급", official.name))
    assert client.post(url, {"email": "x", "until": "", "reason": ""}).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_one_and_three(client, cohort, sign_in, count, django_assert_max_num_queries):
    sign_in(make_member(Role.OFFICIAL, cohort.host))
    for number in range(count):
        give(cohort, email=f"{number}@example.kr")

    with django_assert_max_num_queries(8):
        client.get(reverse("cohorts:extension-list", args=[cohort.pk]))
