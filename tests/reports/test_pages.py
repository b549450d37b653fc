"""The pages of reports: what they show, to whom, and what they say to odd input."""

import re

import pytest
from django.utils import timezone

from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.jobs.models import Job
from portal.reports import actions
from portal.reports.models import Export
from tests.factories import make_cohort, make_enrolment, make_member
from tests.reports.finished import AS_OF, make_finished, make_outcomes, make_trainee

pytestmark = pytest.mark.django_db
REASON = "시의회 결산 보고에 첨부합니다"


def ask(cohort, user, **more) -> Export:
    return actions.request_export(cohort, by=user, **{"as_of": AS_OF, "reason": REASON, "unmasked": False} | more)


def test_the_page_shows_each_rate_with_what_it_is_made_of(sign_in):
    cohort = make_outcomes()

    page = sign_in(make_member(Role.OFFICIAL, cohort.host)).get(f"/reports/{cohort.pk}/?as_of={AS_OF}")

    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "취업률 57.1 4 7 1" in text
    assert "고용유지율(6개월) 66.7 2 3 1" in text
    assert "남궁민수" not in text


def test_a_course_that_goes_on_is_said_to_be_unfinished(sign_in):
    cohort = make_enrolment().cohort

    page = sign_in(make_member(Role.OPERATOR, cohort.host)).get(f"/reports/{cohort.pk}/")

    assert "확정된 수치가 아닙니다" in page.content.decode()


@pytest.mark.parametrize("as_of", ["2999-01-01", "yesterday", "2026-02-30", ""])
def test_an_odd_day_is_refused_with_the_figures_of_today(as_of, sign_in):
    cohort = make_finished()

    page = sign_in(make_member(Role.OFFICIAL, cohort.host)).get(f"/reports/{cohort.pk}/", {"as_of": as_of})

    assert page.status_code == 422
    assert page.context["as_of"] == timezone.localdate()


def test_a_cohort_that_has_not_begun_has_no_report(sign_in):
    cohort = make_cohort(state=CohortState.SELECTING)
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    assert client.get(f"/reports/{cohort.pk}/").status_code == 404
    assert cohort.name not in client.get("/reports/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(count, sign_in, django_assert_num_queries):
    official = make_member(Role.OFFICIAL)
    for _number in range(count):
        make_trainee(make_finished(host=official.acting.organization))
    client = sign_in(official)
    client.get("/reports/")

    with django_assert_num_queries(4):
        assert client.get("/reports/").context["listing"].total == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_files_takes_the_same_queries_for_any_number(count, sign_in, django_assert_num_queries):
    official = make_member(Role.OFFICIAL)
    for _number in range(count):
        ask(make_finished(host=official.acting.organization), official)
    client = sign_in(official)
    client.get("/exports/")

    with django_assert_num_queries(4):
        assert client.get("/exports/").context["listing"].total == count


def test_asking_leads_to_the_progress_of_the_file(sign_in):
    cohort = make_outcomes()
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    answer = client.post(f"/reports/{cohort.pk}/export/", {"as_of": AS_OF, "reason": REASON})

    export = Export.objects.get()
    assert answer.headers["Location"] == f"/exports/{export.pk}/"
    page = client.get(answer.headers["Location"])
    assert "<progress" in page.content.decode()
    part = client.get(answer.headers["Location"], headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<section")


def test_htmx_loads_the_page_anew_when_the_file_is_ready(sign_in):
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = ask(cohort, official)
    Job.objects.update(state="failed", error="지금은 만들 수 없습니다.")

    client = sign_in(official)

    assert client.get(f"/exports/{export.pk}/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "지금은 만들 수 없습니다." in client.get(f"/exports/{export.pk}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": "보고"}, "reason"),
        ({"reason": "ㅁ ㄴ ㅇ ㄹ ㅎ ㅋ ㅌ"}, "reason"),
        ({"reason": "주민번호 900101-1234567 확인용"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"as_of": "2999-01-01"}, "as_of"),
        ({"as_of": "2020-01-01"}, "as_of"),
        ({"as_of": "1_000"}, "as_of"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(typed, field, sign_in):
    cohort = make_outcomes()
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    page = client.post(f"/reports/{cohort.pk}/export/", {"as_of": AS_OF, "reason": REASON} | typed)

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert not Export.objects.exists()


def test_an_operator_is_not_asked_for_names_and_cannot_post_it(sign_in):
    cohort = make_outcomes()
    client = sign_in(make_member(Role.OPERATOR, cohort.host))

    client.post(f"/reports/{cohort.pk}/export/", {"as_of": AS_OF, "reason": REASON, "unmasked": "on"})

    assert Export.objects.get().unmasked is False


def test_another_person_of_the_same_city_cannot_take_the_file(sign_in):
    cohort = make_outcomes()
    export = ask(cohort, make_member(Role.OFFICIAL, cohort.host))
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    assert client.get(f"/exports/{export.pk}/").status_code == 404
    assert client.post(f"/exports/{export.pk}/download/").status_code == 404


def test_a_file_that_is_not_made_yet_cannot_be_taken(sign_in):
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = ask(cohort, official)

    answer = sign_in(official).post(f"/exports/{export.pk}/download/")

    assert answer.status_code == 410
