"""All numbers of a page by one query; what is prepared once never holds what belongs to one person."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from partners.models import Organization
from portal.common.counting import count_all
from tests.factories import make_company, make_organization

pytestmark = pytest.mark.django_db


def test_each_query_is_counted_by_itself(django_assert_num_queries):
    make_organization(name="100% 시"), make_company(), make_company()
    everybody = Organization.objects.order_by("name")

    with django_assert_num_queries(1):
        found = count_all(
            {
                "all": everybody,
                "companies": everybody.filter(kind="company"),
                "percent": everybody.filter(name__startswith="100%"),
                "none": everybody.none(),
            }
        )

    assert found == {"all": 3, "companies": 2, "percent": 1, "none": 0}


def test_nothing_to_count_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert count_all({}) == {}


def test_what_is_prepared_sees_only_what_it_is_given():
    page = Template("{% load parts %}{% prepared place=place %}{{ place }}:{{ who }}{% endprepared %} {{ who }}")

    assert page.render(Context({"place": "<a>", "who": "김하늘"})) == "&lt;a&gt;: 김하늘"
    assert page.render(Context({"place": "b", "who": "이서연"})) == "b: 이서연"
    assert page.render(Context({"place": "<a>", "who": "이서연"})) == "&lt;a&gt;: 이서연"


def test_what_is_prepared_speaks_the_language_of_the_page():
    page = Template("{% load parts i18n %}{% prepared %}{% translate 'Cancel' %}{% endprepared %}")

    said = []
    for language in ("en", "ko", "en"):
        with override(language):
            said.append(page.render(Context()))

    assert said == ["Cancel", "취소", "Cancel"]
