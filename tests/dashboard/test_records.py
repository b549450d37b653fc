"""The history, the access record and the state of the portal."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal import audit, jobs
from portal.accounts.roles import Role
from portal.jobs.models import ScheduleSlot
from tests.factories import make_member, make_organization

pytestmark = pytest.mark.django_db


def happen(city, by=None, verb="agreement.signed", reason=""):
    return audit.record(city, verb, by=by, reason=reason)


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, name="박담당")


@pytest.fixture
def city(official):
    return official.acting.organization


def test_an_official_reads_the_history_of_the_own_city_in_words(official, city, sign_in):
    happen(city, official, reason="시장 결재를 받았습니다")
    happen(make_organization(), make_member(Role.OFFICIAL, name="다른도시"), reason="다른 도시의 사유")

    content = sign_in(official).get("/history/").content.decode()

    assert "시장 결재를 받았습니다" in content
    assert "agreement.signed" not in content.split("<tbody>")[1]
    assert "다른 도시의 사유" not in content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verb": "agreement.signed"}, 2),
        ({"verb": "agreement.expired"}, 1),
        ({"verb": "nonsense"}, 3),
        ({"q": "박담당"}, 2),
        ({"q": "%s"}, 0),
        ({"since": "2026-03-02"}, 2),
        ({"until": "2026-03-01"}, 1),
        ({"since": "2026-03-01", "until": "2026-03-01", "verb": "agreement.signed"}, 1),
        ({"since": "yesterday"}, 3),
    ],
)
def test_the_history_is_filtered(query, found, official, city, sign_in):
    with time_machine.travel("2026-03-01 23:30 +0900"):
        happen(city, official)
    with time_machine.travel("2026-03-02 00:10 +0900"):
        happen(city, official)
        happen(city, verb="agreement.expired")

    assert sign_in(official).get("/history/", query).context["listing"].total == found


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("path", ["/history/", "/history/access/"])
def test_the_lists_take_the_same_queries_for_any_number(
    path, number, official, city, sign_in, django_assert_num_queries
):
    for _number in range(number):
        happen(city, make_member(Role.OPERATOR, city))
        audit.saw(make_member(Role.OPERATOR, city), "trainee.viewed", host_id=city.pk, subject_id=1)
    client = sign_in(official)
    client.get(path)

    with django_assert_num_queries(4 if path == "/history/" else 5):
        client.get(path)


def test_the_access_record_adds_up_the_people(official, city, sign_in):
    operator = make_member(Role.OPERATOR, city)
    audit.saw(operator, "export.downloaded", host_id=city.pk, people=97, reason="결산 보고용 자료")
    audit.saw(operator, "trainee.viewed", host_id=city.pk, subject_id=7)
    audit.saw(make_member(Role.OFFICIAL), "trainee.viewed", host_id=make_organization().pk, subject_id=8)
    client = sign_in(official)

    page = client.get("/history/access/")
    taken = client.get("/history/access/", {"action": "export.downloaded"})

    assert page.context["sums"] == {"people": 98, "who": 1}
    assert taken.context["sums"] == {"people": 97, "who": 1}
    assert "결산 보고용 자료" in taken.content.decode()


def test_an_admin_sees_the_records_of_all_cities(sign_in):
    for _number in range(2):
        city = make_organization()
        happen(city)
        audit.saw(make_member(Role.OPERATOR, city), "trainee.viewed", host_id=city.pk, subject_id=1)
    client = sign_in(make_member(Role.ADMIN))

    assert client.get("/history/").context["listing"].total == 2
    assert client.get("/history/access/").context["listing"].total == 2


def test_the_state_says_how_long_work_waits(sign_in):
    jobs.enqueue("jobs.clean", key="k", payload={}, by=None, host=None, run_at=timezone.now() - timedelta(minutes=6))
    ScheduleSlot.objects.create(schedule="jobs.clean", slot=timezone.now())

    page = sign_in(make_member(Role.ADMIN)).get("/statusz/")

    assert page.context["waited"] == pytest.approx(360, abs=5)
    assert "5분 넘게" in page.content.decode()
    assert not page.context["sweep_stopped"]


def test_an_idle_portal_is_in_good_state(sign_in):
    page = sign_in(make_member(Role.ADMIN)).get("/statusz/")

    assert (page.context["waited"], page.context["dead"]) == (0, 0)
    assert page.context["sweep_stopped"]  # nothing has ever been scheduled here
