"""Attempts to reach somebody about a seat: logged, counted, and after enough of them the seat goes on."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cohorts.actions import contacts as actions
from cohorts.actions.offers import accept_offer
from cohorts.models import ContactAttempt, Offer
from cohorts.queries.contacts import failed_in_a_row
from cohorts.states import CAN_BE_CONTACTED, ApplicationState, CohortState, ContactResult
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_member, make_offer, make_waitlist

pytestmark = pytest.mark.django_db
A = ApplicationState


@pytest.fixture
def cohort():
    return make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})


@pytest.fixture
def official(client, cohort, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL, cohort.host)
    client.force_login(user)
    return user


def offered(cohort):
    """A seat that waits for the first, and somebody who waits for it."""
    first, second = make_waitlist(cohort, A.OFFERED, A.WAITLISTED)
    offer = make_offer(application=first)
    Offer.objects.filter(pk=offer.pk).update(offered_at=timezone.now() - timedelta(hours=5))
    type(first).objects.filter(pk=first.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    return offer, second


def attempt(offer, *results, at=0):
    for place, result in enumerate(results):
        moment = timezone.now() - timedelta(minutes=60 - at - place)
        actions.log_contact(offer.application, by=None, channel="call", result=result, contacted_at=moment)


def test_after_three_failed_contacts_the_seat_goes_to_the_next(cohort):
    offer, second = offered(cohort)
    attempt(offer, "no_answer", "no_answer", "wrong_number")

    actions.pass_over(offer, by=None)

    offer.refresh_from_db()
    second.refresh_from_db()
    assert (offer.state, offer.application.state, second.state) == ("expired", A.EXPIRED, A.OFFERED)
    assert set(Mail.objects.values_list("template", flat=True)) == {
        "cohorts/offer_passed_over",
        "cohorts/place_offered",
    }
    assert AuditEvent.objects.get(verb="offer.passed_over").after == {"failed": 3}
    assert "3" in AuditEvent.objects.get(verb="application.expired").reason


@pytest.mark.parametrize(
    "results", [[], ["no_answer"] * 2, ["no_answer", "no_answer", "no_answer", "reached"], ["reached"] * 5]
)
def test_with_fewer_attempts_or_somebody_reached_the_seat_waits(cohort, results):
    offer, second = offered(cohort)
    attempt(offer, *results)

    with pytest.raises(ActionRefused):
        actions.pass_over(offer, by=None)

    offer.application.refresh_from_db()
    second.refresh_from_db()
    assert (offer.application.state, second.state) == (A.OFFERED, A.WAITLISTED)


def test_the_policy_says_how_many(cohort):
    cohort.policy.contact_attempts = 1
    cohort.policy.save()
    offer, _second = offered(cohort)
    attempt(offer, "no_answer")

    assert actions.pass_over(offer, by=None).state == A.EXPIRED


def test_attempts_before_the_offer_do_not_count(cohort):
    offer, _second = offered(cohort)
    for hours in (6, 7, 8):
        moment = timezone.now() - timedelta(hours=hours)
        actions.log_contact(offer.application, by=None, channel="call", result="no_answer", contacted_at=moment)

    with pytest.raises(ActionRefused):
        actions.pass_over(offer, by=None)


def test_who_has_answered_is_not_passed_over(cohort):
    offer, _second = offered(cohort)
    attempt(offer, "no_answer", "no_answer", "no_answer")
    accept_offer(offer, by=None)

    with pytest.raises(ActionRefused):
        actions.pass_over(offer, by=None)

    offer.application.refresh_from_db()
    assert offer.application.state == A.ACCEPTED


@given(st.lists(st.sampled_from(ContactResult.values), max_size=8))
def test_a_success_begins_the_count_anew(results):
    count = failed_in_a_row(reversed(results))

    assert "reached" not in results[len(results) - count :]
    assert count == len(results) or results[len(results) - count - 1] == "reached"


@pytest.mark.parametrize("state", [state for state in A if state != A.DRAFT])
def test_contacts_are_logged_where_a_seat_is_spoken_of(cohort, state):
    application = make_application(cohort=cohort, state=state)
    given = {"by": None, "channel": "email", "result": "reached", "contacted_at": timezone.now()}

    if state in CAN_BE_CONTACTED:
        actions.log_contact(application, **given)
        assert AuditEvent.objects.get(verb="application.contacted").after["channel"] == "email"
    else:
        with pytest.raises(ActionRefused):
            actions.log_contact(application, **given)
        assert not ContactAttempt.objects.exists()


# Pages ---------------------------------------------------------------------------------------


def test_the_office_logs_and_passes_over(client, official, cohort):
    offer, second = offered(cohort)
    url = reverse("cohorts:contact-list", args=[offer.application_id])
    pass_over = reverse("cohorts:offer-pass-over", args=[offer.pk])
    for minutes in (9, 6, 3):
        assert pass_over not in client.get(url).content.decode()
        moment = timezone.localtime() - timedelta(minutes=minutes)
        sent = {
            "channel": "call",
            "result": "no_answer",
            "contacted_at": f"{moment:%Y-%m-%dT%H:%M}",
            "note": "꺼져 있음",
        }
        assert client.post(url, sent).status_code == 302

    assert pass_over in client.get(url).content.decode()
    assert pass_over in client.get(offer.get_absolute_url()).content.decode()
    client.post(pass_over)

    second.refresh_from_db()
    assert second.state == A.OFFERED
    assert ContactAttempt.objects.filter(logged_by=official, offer=offer, note="꺼져 있음").count() == 3


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"contacted_at": "2099-01-01T10:00"}, "contacted_at"),
        ({"contacted_at": "2001-01-01T10:00"}, "contacted_at"),
        ({"contacted_at": "어제"}, "contacted_at"),
        ({"result": "maybe"}, "result"),
        ({"channel": ""}, "channel"),
        ({"note": "950505-1234567"}, "note"),
    ],
)
def test_a_wrong_attempt_is_asked_for_again(client, official, cohort, wrong, field):
    offer, _second = offered(cohort)
    moment = f"{timezone.localtime() - timedelta(minutes=3):%Y-%m-%dT%H:%M}"
    sent = {"channel": "call", "result": "no_answer", "contacted_at": moment, "note": "통화 중"} | wrong

    answer = client.post(reverse("cohorts:contact-list", args=[offer.application_id]), sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ContactAttempt.objects.exists()


def test_the_same_attempt_sent_twice_counts_once(client, official, cohort):
    offer, _second = offered(cohort)
    url = reverse("cohorts:contact-list", args=[offer.application_id])
    moment = f"{timezone.localtime() - timedelta(minutes=3):%Y-%m-%dT%H:%M}"
    sent = {"channel": "call", "result": "no_answer", "contacted_at": moment}

    answers = [client.post(url, sent).status_code for _ in range(2)]

    assert answers == [302, 422]
    assert ContactAttempt.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_of_any_number(client, official, cohort, count, django_assert_num_queries):
    offer, _second = offered(cohort)
    attempt(offer, *["no_answer"] * count)
    url = reverse("cohorts:contact-list", args=[offer.application_id])
    client.get(url)

    with django_assert_num_queries(7):
        page = client.get(url)

    assert len(page.context["contacts"]) == count


# Leaving -------------------------------------------------------------------------------------


def test_the_office_takes_somebody_off_who_telephones(client, official, cohort):
    first, _second = make_waitlist(cohort, A.WAITLISTED, A.WAITLISTED)
    url = reverse("cohorts:application-withdraw", args=[first.pk])

    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"reason": "다른 과정에 합격"}).status_code == 302

    first.refresh_from_db()
    assert first.state == A.WITHDRAWN
    assert AuditEvent.objects.get(verb="application.withdrawn").reason == "다른 과정에 합격"
    assert Mail.objects.get().template == "cohorts/application_withdrawn"


def test_the_applicant_sees_the_place_and_leaves(client, cohort, settings):
    settings.MFA_REQUIRED = False
    _first, second = make_waitlist(cohort, A.WAITLISTED, A.WAITLISTED)
    user = make_member(Role.TRAINEE, cohort.host)
    second.person.user = user
    second.person.save()
    client.force_login(user)
    url = reverse("cohorts:waitlist-place", args=[second.pk])

    page = client.get(url)

    assert (page.context["place"], page.context["before"]) == (2, 1)
    assert "3일 안에" in page.content.decode()  # 72 hours, said as one counts
    assert url in client.get(second.get_absolute_url()).content.decode()
    client.post(reverse("cohorts:application-withdraw", args=[second.pk]))
    second.refresh_from_db()
    assert second.state == A.WITHDRAWN
    assert not Mail.objects.exists()  # who does it knows of it
    assert client.get(url).url == second.get_absolute_url()
