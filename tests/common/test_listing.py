"""What a list's address may say, and what it costs."""

import pytest
from django import forms
from django.test import RequestFactory

from partners.models import Organization
from portal.common.listing import FilterForm, Listing, SearchField
from tests.factories import make_organization

pytestmark = pytest.mark.django_db


class OrganizationFilter(FilterForm):
    q = SearchField()
    kind = forms.ChoiceField(choices=Organization._meta.get_field("kind").choices)

    def narrow(self, rows, chosen):
        if q := chosen.get("q"):
            rows = rows.filter(name__icontains=q)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        return rows


def listing(address: str, **options) -> Listing:
    request = RequestFactory().get(f"/{address}")
    options = {"form": OrganizationFilter, "sorts": {"name": "name"}, "page_size": 2} | options
    return Listing(request, Organization.objects.all(), **options)


def names(one: Listing) -> list[str]:
    return [row.name for row in one]


@pytest.fixture(autouse=True)
def _five() -> None:
    for letter in "가나다라마":
        make_organization(name=letter)


@pytest.mark.parametrize(
    ("page", "shown"), [("-1", "가나"), ("2", "다라"), ("x", "가나"), (str(10**20), "마"), ("9" * 5000, "가나")]
)
def test_a_page_that_does_not_exist_is_the_nearest(page, shown):
    assert "".join(names(listing(f"?page={page}", default_sort="name"))) == shown


@pytest.mark.parametrize("sort", ["name", "-name", "region", "-region"])
def test_the_pages_together_are_the_whole_list_in_its_order(sort):
    """The later pages are read from the end: many rows share a region, and some have none."""
    for number in range(8):
        make_organization(region=["", "대구", "구미"][number % 3])
    sorts = {"name": "name", "region": "region"}
    pages = [listing(f"?sort={sort}&page={page}", sorts=sorts, page_size=3) for page in range(1, 6)]
    whole = listing(f"?sort={sort}", sorts=sorts, page_size=100)
    assert [row for page in pages for row in page] == list(whole)


@pytest.mark.parametrize(("sort", "first"), [("-name", "마"), ("name", "가"), ("password", "가"), ("--name", "가")])
def test_an_unknown_sort_falls_back(sort, first):
    assert names(listing(f"?sort={sort}", default_sort="name"))[0] == first


@pytest.mark.parametrize("query", ["%00", "%ED%A0%80", "a" * 200, "%FF"])
def test_a_search_that_cannot_be_is_no_error(query):
    listing(f"?q={query}&kind=nonsense").total  # noqa: B018  # asking is the test


@pytest.mark.parametrize("query", ["%00", "가%00", "%ED%A0%80"])
def test_row_1_a_search_that_no_text_can_hold_finds_nothing(query):
    assert names(listing(f"?q={query}")) == []


def test_row_8_a_search_ignores_what_cannot_be_seen():
    assert names(listing("?q=%E2%80%AE가%E2%80%8B")) == ["가"]


def test_filters_narrow_and_stay_in_every_address():
    found = listing("?q=다&page=1")
    assert names(found) == ["다"]
    assert listing("?q=&kind=local_government").sort_url("name") == "?q=&kind=local_government&sort=name"


def test_the_second_click_on_a_column_turns_it_round():
    assert listing("?sort=name").sort_url("name") == "?sort=-name"
    assert listing("?sort=-name").direction("name") == "descending"


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_two_queries(count, django_assert_num_queries):
    for _n in range(count * 3):
        make_organization()
    with django_assert_num_queries(2):
        one = listing("?page=2")
        assert len(list(one)) == 2
        assert one.total
        assert one.pages


def test_many_pages_show_the_ends_and_the_neighbours():
    for _n in range(35):
        make_organization()
    assert [(link.number, bool(link.url)) for link in listing("?page=10").pages] == [
        (1, True), (7, False), (8, True), (9, True), (10, True), (11, True), (12, True), (19, False), (20, True),
    ]  # fmt: skip
