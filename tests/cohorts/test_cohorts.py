"""Planning a cohort, its page, and its life."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import cohorts as actions
from cohorts.models import Cohort, CohortStaff
from cohorts.planning import TrackPlan
from cohorts.states import COHORT_TRANSITIONS, COHORT_VERBS, ApplicationState, CohortState, ProgrammeKind
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.dates import KST
from portal.common.exceptions import ActionRefused
from tests.factories import (
    assign,
    make_agreement,
    make_application,
    make_cohort,
    make_enrolment,
    make_member,
    make_organization,
    make_programme,
)

pytestmark = pytest.mark.django_db
PLAN = {
    "name": "AI 스쿨 3기", "number": "3", "place": "대구", "capacity": "100", "apply_opens_at": "2026-03-30T09:00",
    "apply_closes_at": "2026-04-14T18:00", "starts_on": "2026-04-13", "ends_on": "2026-10-12", "notice": "모집합니다.",
    "tracks-rows": "3", "tracks-0-name": "일반", "tracks-0-capacity": "80", "tracks-1-name": "심화",
    "tracks-1-capacity": "20",
}  # fmt: skip


@pytest.fixture
def programme():
    """An intensive one under an agreement that promises six months."""
    agreement = make_agreement(training_months=6)
    return make_programme(host=agreement.host, agreement=agreement, months_at_least=None)


@pytest.fixture
def official(programme):
    return make_member(Role.OFFICIAL, programme.host)


def create(client, programme, changed=None):
    return client.post(reverse("cohorts:cohort-create"), {"programme": programme.pk} | PLAN | (changed or {}))


# Planning ------------------------------------------------------------------------------


def test_a_cohort_is_planned_with_its_tracks(client, sign_in, programme, official):
    sign_in(official)

    answer = create(client, programme)

    cohort = Cohort.objects.get(programme=programme)
    assert answer.url == cohort.get_absolute_url()
    assert cohort.state == CohortState.PLANNED
    assert dict(cohort.tracks.values_list("name", "capacity")) == {"일반": 80, "심화": 20}
    assert cohort.policy.region == "대구광역시"
    assert AuditEvent.objects.filter(verb="cohort.planned", object_id=cohort.pk, actor=official).exists()


@pytest.mark.parametrize(
    ("typed", "stated"),
    [("2026-04-14T18:00", (14, 18, 0)), ("2026-04-14 24:00", (14, 23, 59)), ("2026. 4. 14. 오후 6:00", (14, 18, 0))],
)
def test_the_stated_minute_is_included(client, sign_in, programme, official, typed, stated):
    sign_in(official)

    create(client, programme, {"apply_closes_at": typed})

    cohort = Cohort.objects.get(programme=programme)
    day, hour, minute = stated
    last = datetime(2026, 4, day, hour, minute, tzinfo=KST)
    assert cohort.closes_at_stated == last
    assert cohort.apply_closes_at == last + timedelta(minutes=1)
    page = client.get(reverse("cohorts:cohort-edit", args=[cohort.pk])).content.decode()
    assert f'value="2026-04-14T{hour:02d}:{minute:02d}"' in page


def test_editing_without_a_change_moves_nothing(client, sign_in, programme, official):
    sign_in(official)
    create(client, programme)
    cohort = Cohort.objects.get(programme=programme)
    events = AuditEvent.objects.count()

    answer = client.post(reverse("cohorts:cohort-edit", args=[cohort.pk]), PLAN)

    assert answer.status_code == 302
    assert Cohort.objects.get(pk=cohort.pk).apply_closes_at == cohort.apply_closes_at
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"ends_on": "2026-10-11"}, ["2026. 10. 12."]),  # 26 weeks are a day short of six months
        ({"ends_on": "2026-04-01"}, ["쪽이 앞섭니다"]),
        ({"apply_closes_at": "2026-03-30T08:00"}, ["쪽이 앞섭니다"]),
        ({"tracks-1-capacity": "10"}, ["90", "100"]),
        ({"tracks-1-name": "일반"}, ["같은 이름의 트랙"]),
        ({"tracks-1-name": ""}, ["트랙을 입력"]),
        ({"capacity": "0"}, []),
        ({"capacity": "많이"}, []),
        ({"apply_closes_at": "2026-04-14"}, []),
        ({"starts_on": ""}, []),
        ({"programme": "999999"}, []),
    ],
)
def test_a_wrong_plan_is_refused_beside_its_field(client, sign_in, programme, official, changed, sentences):
    sign_in(official)

    answer = create(client, programme, changed)

    assert answer.status_code == 422
    assert not Cohort.objects.filter(programme=programme).exists()
    page = answer.content.decode()
    assert "AI 스쿨 3기" in page  # what was typed stays
    assert all(sentence in page for sentence in sentences)


def test_six_months_to_the_day_are_enough_and_a_university_course_may_be_short(programme):
    days = {"starts_on": date(2026, 4, 13), "apply_opens_at": timezone.now()}
    window = {"apply_closes_at": timezone.now() + timedelta(days=1), "capacity": 10}
    with pytest.raises(ActionRefused) as refusal:
        actions.plan_cohort(programme, by=None, ends_on=date(2026, 10, 11), **days, **window)
    assert refusal.value.field == "ends_on"

    first = actions.plan_cohort(programme, by=None, ends_on=date(2026, 10, 12), **days, **window)
    programme.kind = ProgrammeKind.UNIVERSITY_COURSE
    programme.save()
    second = actions.plan_cohort(programme, by=None, ends_on=date(2026, 5, 1), **days, **window)

    assert (first.number, second.number) == (1, 2)
    assert [track.capacity for track in first.tracks.all()] == [10]


def test_a_track_keeps_room_for_who_sits_in_it(client, sign_in, programme, official):
    cohort = make_cohort(programme=programme, tracks={"일반": 80, "심화": 20}, number=3)
    cohort.tracks.filter(name="심화").update(seats_taken=12)
    sign_in(official)

    answer = client.post(
        reverse("cohorts:cohort-edit", args=[cohort.pk]), PLAN | {"capacity": "91", "tracks-1-capacity": "11"}
    )

    assert answer.status_code == 422
    assert "12" in answer.content.decode()
    assert cohort.tracks.get(name="심화").capacity == 20


def test_a_track_with_applications_is_not_removed(programme):
    cohort = make_cohort(programme=programme, tracks={"일반": 80, "심화": 20})
    general, advanced = cohort.tracks.order_by("pk")
    make_application(cohort=cohort, track=advanced)

    with pytest.raises(ActionRefused, match="심화"):
        actions.edit_cohort(cohort, by=None, capacity=80, tracks=[TrackPlan("일반", 80, general.pk)])

    actions.edit_cohort(cohort, by=None, capacity=20, tracks=[TrackPlan("심화", 20, advanced.pk)])
    assert [track.name for track in cohort.tracks.all()] == ["심화"]


def test_of_two_editors_the_second_is_told(client, sign_in, programme, official):
    sign_in(official)
    create(client, programme)
    cohort = Cohort.objects.get(programme=programme)
    url = reverse("cohorts:cohort-edit", args=[cohort.pk])
    seen = client.get(url).context["form"].initial["seen"]
    actions.edit_cohort(cohort, by=None, place="경산")

    answer = client.post(url, PLAN | {"place": "구미", "seen": seen})
    assert answer.status_code == 422
    assert Cohort.objects.get(pk=cohort.pk).place == "경산"

    again = client.post(url, PLAN | {"place": "구미", "seen": answer.context["form"].data["seen"]})
    assert again.status_code == 302
    assert Cohort.objects.get(pk=cohort.pk).place == "구미"


@pytest.mark.parametrize(
    ("state", "field", "value"),
    [
        (CohortState.SELECTING, "apply_closes_at", timezone.now()),
        (CohortState.RUNNING, "starts_on", date(2026, 1, 1)),
        (CohortState.FINISHED, "place", "구미"),
        (CohortState.CANCELLED, "place", "구미"),
    ],
)
def test_what_has_happened_is_not_changed(state, field, value):
    cohort = make_cohort(state=state)

    with pytest.raises(ActionRefused):
        actions.edit_cohort(cohort, by=None, **{field: value})


# The life of a cohort ------------------------------------------------------------------

ACT = {
    "publish": lambda cohort: actions.publish_cohort(cohort, by=None),
    "close_recruiting": lambda cohort: actions.close_recruiting(cohort, by=None, reason="정원이 찼습니다."),
    "start": lambda cohort: actions.start_cohort(cohort, by=None),
    "finish": lambda cohort: actions.finish_cohort(cohort, by=None),
    "cancel": lambda cohort: actions.cancel_cohort(cohort, by=None, reason="신청자가 적습니다."),
}


@pytest.mark.parametrize("verb", ACT)
@pytest.mark.parametrize("state", CohortState)
def test_a_cohort_moves_along_its_table_only(state, verb):
    cohort = make_cohort(state=state)
    to = COHORT_VERBS[verb]

    if to in COHORT_TRANSITIONS[state]:
        assert ACT[verb](cohort).state == to
        event = AuditEvent.objects.get(object_type="cohorts.cohort", object_id=cohort.pk)
        assert (event.before, event.after) == ({"state": state}, {"state": to})
    else:
        with pytest.raises(ActionRefused):
            ACT[verb](cohort)
    cohort.refresh_from_db()
    assert cohort.state == (to if to in COHORT_TRANSITIONS[state] else state)


def test_closing_before_the_stated_minute_needs_a_reason(client, sign_in):
    cohort = make_cohort()
    sign_in(make_member(Role.OPERATOR, cohort.host))
    url = reverse("cohorts:cohort-close-recruiting", args=[cohort.pk])

    assert client.post(url).status_code == 422
    cohort.refresh_from_db()
    assert cohort.state == CohortState.RECRUITING

    cohort.apply_closes_at = timezone.now()
    cohort.save()
    assert client.post(url).status_code == 302
    cohort.refresh_from_db()
    assert cohort.state == CohortState.SELECTING


def test_a_cohort_with_trainees_in_training_is_not_finished():
    enrolment = make_enrolment()

    with pytest.raises(ActionRefused, match="1"):
        actions.finish_cohort(enrolment.cohort, by=None)


def test_a_cancelled_cohort_keeps_its_reason(client, sign_in):
    cohort = make_cohort()
    sign_in(make_member(Role.OFFICIAL, cohort.host))
    url = reverse("cohorts:cohort-cancel", args=[cohort.pk])

    assert client.post(url, {"reason": " "}).status_code == 422
    client.post(url, {"reason": "신청자가 적습니다."})

    page = client.get(reverse("cohorts:cohort-history", args=[cohort.pk])).content.decode()
    assert "신청자가 적습니다." in page


# People at work ------------------------------------------------------------------------


def test_an_instructor_sees_the_cohort_only_while_at_work_there(client, sign_in):
    cohort = make_cohort()
    teacher = make_member(Role.INSTRUCTOR, cohort.host, name="강나래")
    staff = actions.assign_staff(cohort, teacher.acting, by=None)
    assert Cohort.objects.visible_to(teacher).get() == cohort

    sign_in(make_member(Role.OFFICIAL, cohort.host))
    client.post(reverse("cohorts:cohort-unassign-staff", args=[staff.pk]))

    assert not Cohort.objects.visible_to(teacher).exists()
    page = client.get(reverse("cohorts:cohort-history", args=[cohort.pk])).content.decode()
    assert page.count("강나래") == 2  # assigned and unassigned, both on record


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.MENTOR])
def test_only_instructors_and_reviewers_of_the_host_work_here(role):
    cohort = make_cohort()

    for stranger in (make_member(role, cohort.host), make_member(Role.INSTRUCTOR, make_organization())):
        with pytest.raises(ActionRefused):
            actions.assign_staff(cohort, stranger.acting, by=None)
    assert not CohortStaff.objects.exists()


# Pages ---------------------------------------------------------------------------------


def test_the_buttons_are_those_of_the_state(client, sign_in):
    cohort = make_cohort(state=CohortState.SELECTING)
    sign_in(make_member(Role.OPERATOR, cohort.host))

    answer = client.get(cohort.get_absolute_url())

    assert answer.context["actions"] == ["start", "cancel", "assign_staff", "edit", "edit_policy"]


def test_the_page_leads_on_to_what_exists(client, sign_in):
    cohort = make_cohort()
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    page = client.get(cohort.get_absolute_url()).content.decode()

    for name in ("cohorts:selection", "cohorts:selection-waitlist", "curriculum:timetable", "curriculum:sheet"):
        assert reverse(name, args=[cohort.pk]) in page
    assert f"{reverse('cohorts:enrolment-list')}?cohort={cohort.pk}" in page


def test_a_reviewer_is_not_led_where_only_staff_may_go(client, sign_in):
    cohort = make_cohort()
    sign_in(assign(make_member(Role.REVIEWER, cohort.host), cohort))

    page = client.get(cohort.get_absolute_url()).content.decode()

    assert reverse("cohorts:selection", args=[cohort.pk]) not in page
    assert reverse("cohorts:cohort-edit", args=[cohort.pk]) not in page
    assert client.get(reverse("cohorts:cohort-history", args=[cohort.pk])).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(client, sign_in, django_assert_num_queries, count):
    host = make_organization()
    for _ in range(count):
        make_application(cohort=make_cohort(host=host))
    sign_in(make_member(Role.OFFICIAL, host))

    with django_assert_num_queries(5):
        answer = client.get(reverse("cohorts:cohort-list"))

    assert answer.context["listing"].total == count


@pytest.mark.parametrize("count", [4, 40])
def test_the_page_costs_the_same_however_many_applied(client, sign_in, django_assert_num_queries, count):
    cohort = make_cohort(tracks={"일반": 80, "심화": 20})
    for place in range(count):
        make_application(cohort=cohort, state=list(ApplicationState)[place % 4])
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    with django_assert_num_queries(9):
        assert client.get(cohort.get_absolute_url()).status_code == 200


def test_the_list_finds_and_filters(client, sign_in):
    host = make_organization()
    make_cohort(host=host, name="달구벌 AI 1기", state=CohortState.PLANNED)
    make_cohort(host=host, name="달구벌 AI 2기")
    make_cohort(name="다른 도시 1기")
    sign_in(make_member(Role.OPERATOR, host))

    def found(query):
        return {row.name for row in client.get(reverse("cohorts:cohort-list") + query).context["listing"]}

    assert found("") == {"달구벌 AI 1기", "달구벌 AI 2기"}
    assert found("?q=2기") == {"달구벌 AI 2기"}
    assert found("?state=planned") == {"달구벌 AI 1기"}
    assert found("?show=unpublished") == {"달구벌 AI 1기"}
    assert found("?agreement=999999&sort=-seats&page=9") == set()
    assert found("?state=nonsense&programme=x") == {"달구벌 AI 1기", "달구벌 AI 2기"}
