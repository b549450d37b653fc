"""The list of applications: who sees which, how it is narrowed, and what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Application
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.factories import assign, make_application, make_cohort, make_member, make_person

pytestmark = pytest.mark.django_db
URL = reverse("cohorts:application-list")


@pytest.fixture
def cohort():
    return make_cohort(tracks={"일반": 80, "심화": 20})


@pytest.fixture
def official(cohort, sign_in):
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(user)
    return user


def found(page) -> list[Application]:
    return [Application.objects.get(pk=row["pk"]) for row in page.context["listing"]]


def listed(client, **query) -> list[Application]:
    return found(client.get(URL, query))


def test_a_host_sees_what_it_received_and_no_drafts(client, cohort, official):
    mine = make_application(cohort=cohort)
    make_application(cohort=cohort, state="draft")
    make_application()

    assert listed(client) == [mine]
    record = AccessRecord.objects.get(action="application.listed")
    assert (record.actor, record.people) == (official, 1)


def test_a_reviewer_sees_the_assigned_cohorts_without_contacts(client, cohort, sign_in):
    reviewer = make_member(Role.REVIEWER, cohort.host)
    assign(reviewer, cohort)
    sign_in(reviewer)
    person = make_person(host=cohort.host, mobile="010-1234-5678", email="secret.person@example.kr")
    mine = make_application(cohort=cohort, person=person)
    make_application(cohort=make_cohort(host=cohort.host))

    page = client.get(URL)

    assert found(page) == [mine]
    assert person.name not in page.content.decode()
    assert "5678" not in page.content.decode()
    assert "secret.person" not in page.content.decode()
    assert listed(client, q="secret.person") == []
    assert listed(client, q=person.name) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "남궁"}, True),
        ({"q": "RC-77"}, True),
        ({"q": "rc-77"}, True),
        ({"q": "NAMGUNG@example.kr"}, True),
        ({"q": "없는 사람"}, False),
        ({"state": "waitlisted"}, True),
        ({"state": "submitted"}, False),
        ({"track": "심화"}, True),
        ({"track": "일반"}, False),
    ],
)
def test_it_is_searched_and_filtered(client, cohort, official, query, found):
    person = make_person(host=cohort.host, name="남궁민수", email="namgung@example.kr")
    track = cohort.tracks.get(name="심화")
    application = make_application(
        cohort=cohort, person=person, track=track, state="waitlisted", receipt_number="RC-77"
    )

    assert (application in listed(client, **query)) is found


def test_it_is_filtered_by_cohort_and_by_the_day_of_arrival(client, cohort, official):
    old = make_application(cohort=cohort, submitted_at=timezone.now() - timedelta(days=5))
    new = make_application(cohort=make_cohort(host=cohort.host))

    assert listed(client, cohort=cohort.pk) == [old]
    assert listed(client, since=timezone.localdate().isoformat()) == [new]


@pytest.mark.parametrize("sort", ["receipt", "-name", "cohort", "track", "state", "-submitted", "nothing"])
@pytest.mark.parametrize("page", ["1", "-1", "100000000000000000000", "x"])
def test_sorting_and_pages_take_anything(client, cohort, official, sort, page):
    make_application(cohort=cohort)

    assert client.get(URL, {"sort": sort, "page": page}).status_code == 200


@pytest.mark.parametrize("q", ["\x00", "{{7*7}}", "<script>alert(1)</script>", "'; --", "ㅎㄱㄷ", "%", "\u202e"])
def test_a_strange_search_is_answered(client, cohort, official, q):
    make_application(cohort=cohort)
    page = client.get(URL, {"q": q})

    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 3, 412])
def test_it_costs_the_same_for_any_number(client, cohort, official, django_assert_num_queries, count):
    for _ in range(count):
        make_application(cohort=cohort)

    with django_assert_num_queries(6):  # session, account, tracks, count, rows, access record
        client.get(URL, {"cohort": cohort.pk, "state": "submitted"})
