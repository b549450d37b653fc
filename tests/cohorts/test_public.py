"""What everybody reads of the courses."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.queries import cohort_todos, open_cohorts
from cohorts.states import PUBLISHED, CohortState
from portal.accounts.roles import Role
from portal.common.todos import waiting
from tests.factories import make_cohort, make_member, make_organization

pytestmark = pytest.mark.django_db
ELIGIBLE = {"birth_date": "2000-03-05", "address": "대구광역시 중구", "employed": "no"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_two_queries_signed_out(client, django_assert_num_queries, count):
    for _ in range(count):
        make_cohort()

    with django_assert_num_queries(2):
        answer = client.get(reverse("cohorts:notice-list"))

    assert answer.context["listing"].total == count


def test_the_notice_costs_one_query_signed_out(client, django_assert_num_queries):
    cohort = make_cohort(tracks={"일반": 80, "심화": 20}, notice="모집합니다.")

    with django_assert_num_queries(1):
        page = client.get(reverse("cohorts:notice", args=[cohort.pk])).content.decode()

    assert "일반 80, 심화 20" in page
    assert "모집합니다." in page


def test_the_list_shows_what_takes_applications_now_or_soon():
    now = timezone.now()
    later = make_cohort(apply_opens_at=now + timedelta(days=1), apply_closes_at=now + timedelta(days=20))
    opened = make_cohort()
    make_cohort(apply_closes_at=now)
    make_cohort(state=CohortState.PLANNED)

    assert list(open_cohorts()) == [opened, later]


@pytest.mark.parametrize("state", CohortState)
def test_only_a_published_notice_is_found(client, state):
    cohort = make_cohort(state=state)

    answer = client.get(reverse("cohorts:notice", args=[cohort.pk]))

    assert answer.status_code == (200 if state in PUBLISHED else 404)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "지원할 수 있습니다"),
        ({"birth_date": "1980-01-01"}, "만 34세를 넘었습니다"),
        ({"birth_date": "2015-01-01"}, "만 18세가 되지 않았습니다"),
        ({"address": "서울 중구"}, "모집 지역(대구광역시) 밖"),
        ({"employed": "yes"}, "재직 중입니다"),
        ({"address": "중구"}, "시·도부터 적어"),
        ({"birth_date": "<script>"}, "생년월일"),
    ],
)
def test_one_knows_before_the_first_question_whether_one_can_apply(client, changed, words):
    cohort = make_cohort()

    page = client.get(reverse("cohorts:notice", args=[cohort.pk]), ELIGIBLE | changed).content.decode()

    assert words in page
    assert ("답하신 내용으로는 지원할 수 있습니다" in page) == (not changed)


def test_the_check_asks_for_no_more_than_the_rules_need(client):
    cohort = make_cohort(policy={"age_min": None, "age_max": None, "region": "", "unemployed_only": True})

    form = client.get(reverse("cohorts:notice", args=[cohort.pk])).context["form"]

    assert list(form.fields) == ["employed"]


def test_the_numbers_lead_to_exactly_those_cohorts(client, sign_in):
    host, now = make_organization(), timezone.now()
    make_cohort(host=host, apply_closes_at=now + timedelta(days=2))
    make_cohort(host=host, apply_closes_at=now)
    make_cohort(host=host, state=CohortState.PLANNED)
    make_cohort(state=CohortState.PLANNED)
    official = make_member(Role.OFFICIAL, host)
    sign_in(official)

    todos = waiting(cohort_todos(official))

    assert {todo.url.partition("show=")[2]: todo.count for todo in todos} == {"closing": 1, "over": 1, "unpublished": 1}
    for todo in todos:
        assert client.get(todo.url).context["listing"].total == todo.count
