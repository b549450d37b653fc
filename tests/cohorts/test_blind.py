"""A blind review: no page, fragment or list that a reviewer reaches says whose application it is."""

from types import SimpleNamespace

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.urls import reverse

from cohorts.actions.reviewing import declare_conflicts_with
from cohorts.models import Application, CohortPolicy, Person, ReviewConflict
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.access import ROLES
from tests.access.test_access import TABLE, w  # noqa: F401  # a fixture
from tests.factories import assign, make_application, make_cohort, make_member, make_person
from tests.test_queries import ask

pytestmark = pytest.mark.django_db
CANARIES = {"name": "카나리아샘", "mobile": "010-9753-1357", "address": "대구광역시 수성구 카나리로 3"}
TOLD = ("카나리아샘", "카나리로", "010-9753", "canary", "1977-05", "1977년", ">1977<", "수성구")
REVIEWER = ROLES.index("reviewer")
PAGES = [row for row in TABLE if row.method == "GET" and 200 in (row.own[REVIEWER], row.same[REVIEWER])]


@pytest.fixture
def world(w: SimpleNamespace) -> SimpleNamespace:  # noqa: F811
    CohortPolicy.objects.update(blind_review=True)
    Person.objects.update(birth_date="1977-05-04", email=Concat(Value("canary"), "email"), **CANARIES)
    Application.objects.update(address=CANARIES["address"])
    return w


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_no_page_of_a_reviewer_tells_who_applied(row, world):
    address = row.url(world)
    reviewer = world.own if row.own[REVIEWER] == 200 else world.same

    for headers in ({}, {"HX-Request": "true"}):
        _number, answer = ask(address, reviewer["reviewer"].cookie, **headers)
        assert answer.status_code == 200
        said = answer.content.decode() if not answer.streaming else b"".join(answer.streaming_content).decode("latin1")
        assert [one for one in TOLD if one in said] == []


def test_the_walk_reaches_the_pages_of_a_review():
    assert {"cohorts:score-edit", "cohorts:score-list", "cohorts:application", "cohorts:application-list",
            "cohorts:conflict-list", "cohorts:conflict-declare", "home"} <= {row.name for row in PAGES}  # fmt: skip


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    return make_cohort(state=CohortState.SELECTING)


@pytest.fixture
def reviewer(client, cohort):
    user = assign(make_member(Role.REVIEWER, cohort.host), cohort)
    client.force_login(user)
    return user


def test_education_is_hidden_where_the_cohort_says_so(client, cohort, reviewer):
    application = make_application(cohort=cohort, major="양자역학과")
    addresses = [reverse(f"cohorts:{name}", args=[application.pk]) for name in ("score-edit", "application")]
    assert all("양자역학과" in client.get(address).content.decode() for address in addresses)

    CohortPolicy.objects.update(blind_education=True)

    assert not any("양자역학과" in client.get(address).content.decode() for address in addresses)


def test_a_review_that_is_not_blind_shows_the_name(client, cohort, reviewer):
    CohortPolicy.objects.update(blind_review=False)
    application = make_application(cohort=cohort, person=make_person(host=cohort.host, name="남궁민수"))

    assert "남궁민수" in client.get(reverse("cohorts:score-edit", args=[application.pk])).content.decode()
    assert "남궁민수" in client.get(reverse("cohorts:conflict-list", args=[cohort.pk])).content.decode()


def test_order_and_search_tell_nothing_either(client, cohort, reviewer):
    first = make_application(cohort=cohort, person=make_person(host=cohort.host, name="하하하"))
    second = make_application(cohort=cohort, person=make_person(host=cohort.host, name="가가가"))
    address = reverse("cohorts:application-list")

    def listed(**query):
        return [row["pk"] for row in client.get(address, query).context["listing"]]

    assert listed(sort="name") == listed(sort="-name") == [second.pk, first.pk]
    assert listed(q="하하하") == []


def test_a_named_conflict_closes_the_file_and_says_nothing(client, cohort, reviewer):
    named = make_application(cohort=cohort, person=make_person(host=cohort.host, name="남궁민수"))
    other = make_application(cohort=cohort)
    address = reverse("cohorts:conflict-name", args=[cohort.pk])

    hit = client.post(address, {"name": "남궁민수", "kind": "exclusion", "reason": "제자"}, follow=True)
    miss = client.post(address, {"name": "없는이름", "kind": "exclusion"}, follow=True)

    assert set(Application.objects.visible_to(reviewer)) == {other}
    assert ReviewConflict.objects.get().application == named
    assert [str(one) for one in hit.context["messages"]] == [str(one) for one in miss.context["messages"]]
    assert "남궁민수" not in str(AuditEvent.objects.values_list("before", "after", "reason"))


def test_the_year_of_birth_spares_a_namesake(cohort, reviewer):
    old, young = (
        make_application(cohort=cohort, person=make_person(host=cohort.host, name="김하늘", birth_date=f"{year}-01-01"))
        for year in (1990, 1999)
    )

    assert declare_conflicts_with(cohort, reviewer, by=reviewer, name="김하늘", birth_year=1990, kind="recusal") == 1
    assert set(Application.objects.visible_to(reviewer)) == {young}
    assert declare_conflicts_with(cohort, reviewer, by=reviewer, name="김하늘", birth_year=None, kind="recusal") == 1
    assert old.conflicts.count() == 1


def test_a_conflict_without_a_name_is_asked_for_again(client, cohort, reviewer):
    response = client.post(reverse("cohorts:conflict-name", args=[cohort.pk]), {"reason": "친척"})

    assert response.status_code == 422
    assert response.context["form"]["reason"].value() == "친척"
    assert {"name", "kind"} <= response.context["form"].errors.keys()
