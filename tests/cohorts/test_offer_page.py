"""The page on which an applicant answers."""

import pytest
from django.urls import reverse

from cohorts.states import ApplicationState, CohortState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.factories import make_application, make_cohort, make_member, make_offer, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(client):
    """An offer to the user who is signed in."""
    user, cohort = make_user(), make_cohort(state=CohortState.SELECTING)
    person = make_person(host=cohort.host, user=user)
    client.force_login(user)
    return make_offer(application=make_application(cohort=cohort, person=person, state=ApplicationState.OFFERED))


def url(offer, name="offer"):
    return reverse(f"cohorts:{name}", args=[offer.pk])


@pytest.mark.parametrize(
    ("name", "state"), [("offer-accept", ApplicationState.ACCEPTED), ("offer-decline", ApplicationState.DECLINED)]
)
def test_an_answer_is_taken_and_shown(client, offer, name, state):
    assert client.get(url(offer)).status_code == 200

    response = client.post(url(offer, name), follow=True)

    offer.application.refresh_from_db()
    assert offer.application.state == state
    assert response.redirect_chain == [(url(offer), 302)]
    assert url(offer, "offer-accept") not in response.content.decode()


def test_a_second_answer_is_a_message_and_changes_nothing(client, offer):
    client.post(url(offer, "offer-accept"))

    response = client.post(url(offer, "offer-decline"), follow=True)

    offer.application.refresh_from_db()
    assert offer.application.state == ApplicationState.ACCEPTED
    assert [message.level_tag for message in response.context["messages"]][-1] == "error"


def test_an_accepted_seat_can_be_given_back(client, offer):
    client.post(url(offer, "offer-accept"))

    client.post(url(offer, "offer-withdraw"))

    offer.application.refresh_from_db()
    assert offer.application.state == ApplicationState.WITHDRAWN


def test_only_the_applicant_and_the_own_city_know_of_an_offer(client, offer, settings):
    settings.MFA_REQUIRED = False
    official = make_member(Role.OFFICIAL, offer.host)
    for user, status in ((make_user(), 404), (make_member(Role.OFFICIAL), 404), (make_member(Role.MENTOR), 403)):
        client.force_login(user)
        assert client.get(url(offer)).status_code == status
        assert client.post(url(offer, "offer-accept")).status_code == status

    client.force_login(official)
    assert client.get(url(offer)).context["theirs"]
    assert AccessRecord.objects.get(actor=official).subject_id == offer.application.person_id
    client.logout()
    assert client.get(url(offer)).status_code == 302


@pytest.mark.parametrize("name", ["offer-accept", "offer-decline", "offer-withdraw"])
def test_an_answer_is_given_by_post_only(client, offer, name):
    assert client.get(url(offer, name)).status_code == 405
