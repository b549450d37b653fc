"""The list of commitments and what they add up to: each number leads to exactly those, and only to one's own."""

import pytest
from django.urls import reverse

from partners.actions.figures import refresh_figures
from partners.models import Commitment, CommitmentFigure, Initiative, Party
from partners.states import PromiseState
from portal.accounts.roles import Role
from tests.factories import make_agreement, make_company, make_member

pytestmark = pytest.mark.django_db
WAYS = ("party", "agreement", "initiative", "host")


def register(host, company=None, initiative=None, states=("met", "delayed", "not_done"), **fields):
    """An agreement with a commitment standing in each of these states."""
    agreement = make_agreement(host=host, **fields)
    party = Party.objects.create(agreement=agreement, organization=company or make_company())
    for state in states:
        Commitment.objects.create(agreement=agreement, party=party, what=f"과제 {state}", unit="건", quantity=1)
    if initiative:
        agreement.initiatives.add(initiative)
    refresh_figures(agreement.pk)
    for figure in agreement.figures.select_related("commitment"):
        CommitmentFigure.objects.filter(pk=figure.pk).update(state=figure.commitment.what.split()[1])
    return agreement


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def alliance(official):
    return Initiative.objects.create(name="미래 AI 일자리 동맹", lead=official.acting.organization)


@pytest.fixture
def city(official, alliance):
    """Two agreements of the office with one company, and another city's with the same, in the same alliance."""
    host, company = official.acting.organization, make_company()
    first = register(host, company, alliance, ("met", "delayed"), title="청년 로봇 교육")
    second = register(host, company, alliance, ("met", "not_done", "on_track"), title="산업단지 데이터 실습")
    register(make_member(Role.OFFICIAL).acting.organization, company, alliance)
    return first, second


def shown(answer):
    return {row.pk: dict(row.stands) | {"total": row.total} for row in answer.context["listing"]}


@pytest.mark.parametrize("by", WAYS)
def test_each_number_leads_to_exactly_those_commitments(sign_in, official, city, by):
    browser = sign_in(official)
    rows = shown(browser.get(reverse("partners:roll-up", args=[by])))

    assert rows
    for pk, numbers in rows.items():
        for state, number in numbers.items():
            narrowed = {by: pk} | ({"state": state} if state != "total" else {})
            found = browser.get(reverse("partners:commitment-list"), narrowed).context["listing"]
            assert found.total == number, narrowed


@pytest.mark.parametrize("by", WAYS)
def test_another_citys_commitments_are_in_no_number(sign_in, official, city, by):
    rows = shown(sign_in(official).get(reverse("partners:roll-up", args=[by])))

    assert sum(numbers["total"] for numbers in rows.values()) == 5
    assert sum(numbers[PromiseState.MET] for numbers in rows.values()) == 2


def test_a_stranger_finds_nothing_anywhere(sign_in, city, alliance):
    for stranger in (make_member(Role.OFFICIAL), make_member(Role.MENTOR)):
        browser = sign_in(stranger)
        for by in WAYS:
            answer = browser.get(reverse("partners:roll-up", args=[by]))
            assert answer.context["listing"].total == 0
            assert [number for _state, number in answer.context["tiles"]] == [0, 0, 0, 0]
        narrowed = {"agreement": city[0].pk, "initiative": alliance.pk}
        assert browser.get(reverse("partners:commitment-list"), narrowed).context["listing"].total == 0


def test_the_companys_mentor_sees_what_all_parties_promised_to_it(sign_in, official, city):
    company = Party.objects.filter(agreement=city[0]).get().organization
    theirs = Party.objects.create(agreement=city[0], organization=official.acting.organization)
    Commitment.objects.create(agreement=city[0], party=theirs, what="모집", unit="명", quantity=10)
    refresh_figures(city[0].pk)

    answer = sign_in(make_member(Role.MENTOR, company)).get(reverse("partners:commitment-list"))

    assert answer.context["listing"].total == 3 + 1 + 2 + 3


def test_a_page_of_no_way_to_add_up_is_not_there(sign_in, official):
    assert sign_in(official).get(reverse("partners:roll-up", args=["mayor"])).status_code == 404


def test_the_worst_come_first_when_one_sorts_and_filters(sign_in, official, city):
    browser, url = sign_in(official), reverse("partners:roll-up", args=["agreement"])

    assert next(iter(browser.get(url, {"sort": "-not_done"}).context["listing"])) == city[1]
    assert [row.pk for row in browser.get(url, {"show": "delayed"}).context["listing"]] == [city[0].pk]
    assert browser.get(url, {"q": city[1].title}).context["listing"].total == 1


def test_the_list_is_searched_and_narrowed(sign_in, official, city):
    browser, url = sign_in(official), reverse("partners:commitment-list")

    for asked, number in [({"q": "not_done"}, 1), ({"q": city[0].title}, 2), ({"measure": "none"}, 5),
                          ({"measure": "seats"}, 0), ({"state": "met"}, 2), ({"state": "none"}, 0)]:  # fmt: skip
        assert browser.get(url, asked).context["listing"].total == number, asked
    page = browser.get(url, {"party": Party.objects.filter(agreement=city[0]).get().organization_id})
    assert str(Party.objects.filter(agreement=city[0]).get()) in page.context["narrowed"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_for_one_and_three(
    sign_in, official, alliance, django_assert_max_num_queries, count
):
    for _number in range(count):
        register(official.acting.organization, initiative=alliance)
    browser = sign_in(official)
    for url in [reverse("partners:commitment-list"), *(reverse("partners:roll-up", args=[by]) for by in WAYS)]:
        browser.get(url)
        with django_assert_max_num_queries(8):
            assert browser.get(url).context["listing"].total
