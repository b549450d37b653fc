"""A programme copied as a template, the dates of its cohort moved."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.programmes import register_programme
from cohorts.copying import moved_end, moves_of, weeks_between
from cohorts.models import Cohort, Enrolment, Person, Programme
from cohorts.planning import first_too_late
from curriculum.actions import add_holiday, copying, write_module
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_agreement, make_application, make_cohort, make_company, make_member, make_organization

pytestmark = pytest.mark.django_db
KST = ZoneInfo("Asia/Seoul")


def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=KST)


@pytest.fixture
def source() -> Programme:
    """Daegu's school: two modules, one after the other, and a cohort of six months from a Monday in April 2026."""
    host = make_organization(name="대구광역시")
    programme = register_programme(
        by=None, host=host, name="대구 AI 스쿨", kind="intensive", months_at_least=6, partners=[make_company()],
        agreement=make_agreement(host=host), modelled_on="Microsoft AI School (FR, 2018)", target="지역 청년",
    )  # fmt: skip
    first = write_module(programme, code="A", title="기초", hours=40, by=None)
    write_module(programme, code="B", title="심화", hours=60, after=[first], by=None)
    cohort = make_cohort(
        programme=programme, name="대구 AI 스쿨 6기", number=6, tracks={"일반": 80, "심화": 20}, notice="문의: 홍길동",
        place="북구 호암로 51", starts_on=date(2026, 4, 13), ends_on=date(2026, 10, 12),
        apply_opens_at=at("2026-03-10"), apply_closes_at=first_too_late(at("2026-03-24", 18)),
        policy={"age_reference_date": date(2026, 1, 1), "waitlist_until": date(2026, 4, 20), "grace_minutes": 5},
    )  # fmt: skip
    make_application(cohort=cohort)
    return programme


def moved(programme: Programme, first_day: date, host=None) -> dict[str, date]:
    moves = copying.draft_moves(copying.last_cohort(programme), host or programme.host, first_day)
    return {move.field: move.now for move in moves}


@pytest.mark.parametrize(
    ("start", "end", "first_day", "last_day"),
    [
        ("2026-04-13", "2026-10-12", "2027-04-12", "2027-10-11"),  # six months
        ("2026-04-13", "2026-10-12", "2027-08-31", "2028-02-29"),  # to the end of a leap February
        ("2026-04-13", "2026-10-12", "2026-08-31", "2027-02-28"),
        ("2021-03-01", "2026-02-28", "2024-03-01", "2029-02-28"),  # a pathway of five school years
        ("2023-03-01", "2028-02-29", "2026-03-01", "2031-02-28"),
        ("2026-04-13", "2026-07-31", "2027-04-12", "2027-07-30"),  # no whole months: as many days
        ("2026-01-31", "2026-02-28", "2026-08-31", "2026-09-30"),
    ],
)
def test_a_course_keeps_its_length(start, end, first_day, last_day):
    days = [date.fromisoformat(day) for day in (start, end, first_day)]

    assert moved_end(*days) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("first_day", "days"), [("2027-04-12", 364), ("2027-04-13", 364), ("2027-04-16", 371), ("2026-04-06", -7)]
)
def test_dates_move_by_the_nearest_whole_weeks(first_day, days):
    assert weeks_between(date(2026, 4, 13), date.fromisoformat(first_day)).days == days


def test_the_window_keeps_its_weekdays_and_its_distance(source):
    found = moved(source, date(2027, 4, 12))

    assert found == {
        "apply_opens_at": date(2027, 3, 9), "apply_closes_at": date(2027, 3, 23), "starts_on": date(2027, 4, 12),
        "ends_on": date(2027, 10, 11), "age_reference_date": date(2027, 1, 1), "waitlist_until": date(2027, 4, 19),
    }  # fmt: skip


def test_a_holiday_is_passed_over_the_states_and_the_hosts_own(source):
    add_holiday(source.host, on=date(2026, 9, 22), name="개청기념일", by=None)

    found = copying.draft_moves(copying.last_cohort(source), source.host, date(2026, 10, 12))

    held = {move.field: move.now for move in found if move.held_up}
    assert held == {"apply_closes_at": date(2026, 9, 23)}
    chuseok = moved(source, date(2026, 10, 14))  # the window would end on 22 September, its opening on 8 September
    assert chuseok["apply_opens_at"] == date(2026, 9, 8)
    assert moved(source, date(2026, 10, 26))["waitlist_until"] == date(2026, 11, 2)
    lunar_new_year = moved(source, date(2027, 3, 1))  # its window would end on 9 February, the substitute holiday
    assert lunar_new_year["apply_closes_at"] == date(2027, 2, 10)


def test_a_date_on_a_weekend_was_chosen_so(source):
    cohort = copying.last_cohort(source)
    cohort.apply_opens_at = at("2026-03-07")  # a Saturday

    assert moves_of(cohort, date(2027, 4, 12))[0].now == date(2027, 3, 6)


def test_the_copy_has_everything_but_the_people(source):
    official = make_member(Role.OFFICIAL, source.host)

    made = copying.copy_programme(
        source, host=source.host, name="대구 AI 스쿨 야간", first_day=date(2027, 4, 12), by=official
    )

    assert (made.kind, made.target, made.months_at_least, made.agreement) == ("intensive", "지역 청년", 6, None)
    assert made.modelled_on == "대구 AI 스쿨 (대구광역시, 2026) ← Microsoft AI School (FR, 2018)"
    assert made.partners.count() == 1
    assert list(made.modules.values_list("code", "hours")) == [("A", 40), ("B", 60)]
    assert made.modules.get(code="B").after.get() == made.modules.get(code="A")
    cohort = made.cohorts.get()
    assert (cohort.state, cohort.number, cohort.place, cohort.notice) == (
        "planned",
        1,
        "북구 호암로 51",
        "문의: 홍길동",
    )
    assert timezone.localtime(cohort.closes_at_stated) == at("2027-03-23", 18)
    assert dict(cohort.tracks.values_list("name", "capacity")) == {"일반": 80, "심화": 20}
    assert (cohort.policy.grace_minutes, cohort.policy.waitlist_until) == (5, date(2027, 4, 19))
    assert not cohort.policy.frozen_at
    assert not Person.objects.filter(applications__cohort=cohort).exists()
    assert not Enrolment.objects.exists()
    event = AuditEvent.objects.get(verb="programme.copied")
    assert (event.object_id, event.after["source"], event.actor) == (made.pk, source.pk, official)


def test_another_host_gets_neither_notice_nor_place_nor_partners(source):
    other = make_organization(name="경상북도", region="경상북도")

    made = copying.copy_programme(source, host=other, name="경북 AI 스쿨", first_day=date(2027, 4, 12), by=None)

    cohort = made.cohorts.get()
    assert (made.host, cohort.host, cohort.notice, cohort.place) == (other, other, "", "")
    assert cohort.policy.region == "경상북도"
    assert not made.partners.exists()
    assert {module.host for module in made.modules.all()} == {other}


def test_a_pathway_is_copied_with_its_stages():
    host = make_organization(kind="ministry")
    stages = [("고등학교", 3), ("전문대학", 2)]
    source = register_programme(by=None, host=host, name="P-TECH", kind="pathway", stages=stages)

    made = copying.copy_programme(source, host=host, name="P-TECH 2", by=None)

    assert list(made.stages.values_list("name", "years")) == stages
    with pytest.raises(ActionRefused):
        copying.copy_programme(source, host=host, name="P-TECH 3", first_day=date(2027, 3, 1), by=None)


# The page ------------------------------------------------------------------------------


def test_an_official_looks_before_it_is_written(source, sign_in):
    office = sign_in(make_member(Role.OFFICIAL, source.host))
    url = reverse("curriculum:programme-copy", args=[source.pk])
    told = {"name": "대구 AI 스쿨 야간", "modelled_on": "대구", "with_cohort": "on", "first_day": "2027-03-01"}

    assert url in office.get(source.get_absolute_url()).content.decode()
    looked = office.post(url, told).content.decode()
    assert "2027. 2. 10." in looked
    assert Programme.objects.count() == 1
    assert office.post(url, told | {"change": "1"}).context["form"]["name"].value() == "대구 AI 스쿨 야간"
    answer = office.post(url, told | {"confirm": "1"})

    made = Programme.objects.get(name="대구 AI 스쿨 야간")
    assert answer.url == made.get_absolute_url()
    assert Cohort.objects.get(programme=made).starts_on == date(2027, 3, 1)


@pytest.mark.parametrize("told", [{"name": ""}, {"name": "대구 AI 스쿨"}, {"first_day": ""}, {"first_day": "soon"}])
def test_a_wrong_copy_is_refused_beside_the_field(source, sign_in, told):
    office = sign_in(make_member(Role.OFFICIAL, source.host))
    given = {"name": "새 과정", "with_cohort": "on", "first_day": "2027-04-12", "confirm": "1"} | told

    answer = office.post(reverse("curriculum:programme-copy", args=[source.pk]), given)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == told.keys()
    assert Programme.objects.count() == 1


def test_an_office_copies_for_itself_and_the_admin_for_any_host(source, sign_in):
    other = make_organization()
    url = reverse("curriculum:programme-copy", args=[source.pk])
    told = {"name": "새 과정", "host": other.pk, "confirm": "1"}

    sign_in(make_member(Role.OFFICIAL, source.host)).post(url, told)
    sign_in(make_member(Role.ADMIN)).post(url, told)

    assert list(Programme.objects.filter(name="새 과정").order_by("pk").values_list("host", flat=True)) == [
        source.host_id, other.pk,
    ]  # fmt: skip
