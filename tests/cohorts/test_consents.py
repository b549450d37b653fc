"""What people agree to, read again and take back."""

import pytest
from django.urls import reverse

from cohorts.actions.consents import give_consents
from cohorts.consents import text_in_use
from cohorts.models import Application, Consent, ConsentText
from cohorts.states import ConsentKind
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_cohort, make_person, make_user

pytestmark = pytest.mark.django_db
COLLECTION, NEWS, COMPANIES = ConsentKind.COLLECTION, ConsentKind.NEWS, ConsentKind.THIRD_PARTY
PAGE = reverse("cohorts:consent-list")


@pytest.fixture
def applicant(sign_in):
    user = make_user()
    sign_in(user)
    return user


@pytest.fixture
def application(applicant):
    cohort = make_cohort()
    return make_application(cohort=cohort, person=make_person(host=cohort.host, user=applicant))


def withdraw(client, kind, **options):
    consent = Consent.objects.given().get(kind=kind)
    return client.post(reverse("cohorts:consent-withdraw", args=[consent.pk]), **options)


def test_withdrawing_an_optional_consent_counts_at_once(client, application, applicant):
    give_consents(application.host, [COLLECTION, COMPANIES], by=applicant)
    assert Consent.objects.to_companies().count() == 1

    withdraw(client, COMPANIES)

    assert not Consent.objects.to_companies().exists()
    application.refresh_from_db()
    assert application.state == "submitted"


def test_without_the_mandatory_one_nothing_is_examined_any_more(client, application, applicant):
    give_consents(application.host, [COLLECTION], by=applicant)
    draft = make_application(cohort=make_cohort(host=application.host), person=application.person, state="draft")

    withdraw(client, COLLECTION)

    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert not Application.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("state", ["offered", "accepted", "enrolled"])
def test_with_a_seat_the_mandatory_one_stays_until_the_seat_is_given_up(client, application, applicant, state):
    give_consents(application.host, [COLLECTION], by=applicant)
    Application.objects.filter(pk=application.pk).update(state=state)

    answer = withdraw(client, COLLECTION, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert Consent.objects.given().filter(kind=COLLECTION).exists()


def test_an_action_refuses_what_lacks_the_mandatory_one(application, applicant):
    with pytest.raises(ActionRefused):
        give_consents(application.host, [NEWS], by=applicant)

    assert not Consent.objects.exists()


def test_a_new_version_of_a_text_is_agreed_to_anew(application, applicant):
    give_consents(application.host, [COLLECTION], by=applicant)
    old = text_in_use(application.host_id, COLLECTION)
    new = ConsentText.objects.create(host=application.host, kind=COLLECTION, version=2, required=True, body="새 본문")

    give_consents(application.host, [COLLECTION], by=applicant)

    assert Consent.objects.given().get().text == new
    assert Consent.objects.get(text=old).withdrawn_at


def test_an_earlier_consent_is_not_taken_back_by_an_empty_box(application, applicant):
    give_consents(application.host, [COLLECTION, NEWS], by=applicant)
    later = make_application(cohort=make_cohort(host=application.host), person=application.person, state="draft")

    give_consents(later.host, [COLLECTION], by=applicant)

    assert Consent.objects.given().filter(kind=NEWS).exists()


def test_the_page_shows_the_words_one_agreed_to(client, application, applicant):
    give_consents(application.host, [COLLECTION], by=applicant)
    ConsentText.objects.create(host=application.host, kind=COLLECTION, version=2, required=True, body="새 본문")

    page = client.get(PAGE).content.decode()

    assert "보유 기간" in page
    assert "새 본문" not in page


def test_words_of_a_host_are_shown_literally(client, application, applicant):
    body = "<script>alert(1)</script> {{7*7}}"
    ConsentText.objects.create(host=application.host, kind=COLLECTION, version=1, required=True, body=body)
    give_consents(application.host, [COLLECTION], by=applicant)

    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in client.get(PAGE).content.decode()


def test_somebody_elses_consent_is_unknown(client, application, applicant, sign_in):
    give_consents(application.host, [COLLECTION], by=applicant)
    sign_in(make_user())

    assert withdraw(client, COLLECTION).status_code == 404
    assert client.get(PAGE).context["consents"].count() == 0


@pytest.mark.parametrize("hosts", [1, 3])
def test_the_page_costs_the_same_for_any_number(client, applicant, django_assert_num_queries, hosts):
    for _ in range(hosts):
        cohort = make_cohort()
        make_person(host=cohort.host, user=applicant)
        give_consents(cohort.host, [COLLECTION, NEWS], by=applicant)

    with django_assert_num_queries(3):  # session, account, consents
        client.get(PAGE)
