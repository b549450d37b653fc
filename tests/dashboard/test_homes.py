"""Home pages: what is to be done first, with numbers that lead to exactly those records."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Offer
from cohorts.states import ApplicationState, CohortState, EnrolmentState
from curriculum.models import Attendance, TrainingDay
from partners.models import Organization
from placements.models import Preference
from portal import jobs
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.dates import KST
from portal.dashboard.cards import applications_per_day
from tests.factories import (
    assign,
    make_agreement,
    make_application,
    make_cohort,
    make_day,
    make_enrolment,
    make_member,
    make_module,
    make_organization,
    make_project,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def fill(city: Organization, number: int, *people: User) -> None:
    """So many of everything there is, for these people."""
    today = timezone.localdate()
    for _number in range(number):
        make_agreement(host=city, valid_until=today + timedelta(days=20))
        recruiting, selecting = make_cohort(host=city), make_cohort(host=city, state=CohortState.SELECTING)
        running = make_cohort(host=city, state=CohortState.RUNNING, starts_on=today - timedelta(days=30))
        for cohort in (recruiting, selecting, running):
            for person in people:
                if person.role in (Role.INSTRUCTOR, Role.REVIEWER):
                    assign(person, cohort)
        make_application(cohort=recruiting)
        make_application(cohort=selecting)
        for days in (0, 1, 2):
            day = make_day(cohort=running, on=today - timedelta(days=days))
        day.lessons.create(module=make_module(programme=running.programme), position=1, hours=4)
        make_enrolment(cohort=running)
        job = jobs.enqueue("jobs.clean", key=f"{city}{job_number()}", payload={}, by=None, host=city)
        job.state = "dead"
        job.save()
        mentors = [person for person in people if person.role == Role.MENTOR]
        for mentor in mentors:
            project = make_project(cohort=running, company=mentor.acting.organization, state="running")
            make_team(project=project, mentor=mentor)


def job_number(numbers=iter(range(10_000))) -> int:  # noqa: B008
    return next(numbers)


def someone(role: Role, city: Organization) -> User:
    return make_member(role) if role == Role.MENTOR else make_member(role, city)


WORKERS = [Role.ADMIN, Role.OFFICIAL, Role.OPERATOR, Role.INSTRUCTOR, Role.REVIEWER, Role.MENTOR]


@pytest.mark.parametrize("role", WORKERS)
def test_a_home_takes_the_same_few_queries_for_any_number(role, sign_in, django_assert_max_num_queries):
    city = make_organization()
    person = someone(role, city)
    taken = []
    for more in (1, 2):
        fill(city, more, person)
        client = sign_in(person)
        client.get("/")
        with django_assert_max_num_queries(MOST_QUERIES) as found:
            assert client.get("/").status_code == 200
        taken.append(len(found))

    assert taken[0] == taken[1]


def links(content: str) -> list[tuple[str, int]]:
    """The address and the number of each task and tile that has both."""
    task = re.compile(r'<li><a href="([^"]+)">[^<]*</a><span class="krds-badge [^"]*">([\d,]+)건</span>')
    tile = re.compile(r'<dt><a href="([^"]+)">[^<]*</a></dt><dd><strong>([\d,]+)</strong>')
    found = task.findall(content) + tile.findall(content)
    return [(url.replace("&amp;", "&"), int(number.replace(",", ""))) for url, number in found]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICIAL, Role.OPERATOR, Role.INSTRUCTOR, Role.MENTOR])
def test_every_number_leads_to_exactly_its_records(role, sign_in):
    city = make_organization()
    person = someone(role, city)
    fill(city, 3, person)
    fill(make_organization(), 1)
    client = sign_in(person)

    found = links(client.get("/").content.decode())
    work = [url for url, _number in found if "/selection" in url]  # one cohort's work, not a list
    found = [(url, number) for url, number in found if url not in work]

    assert {url: client.get(url).context["listing"].total for url, _number in found} == dict(found)
    assert [client.get(url).status_code for url in work] == [200] * len(work)
    if role not in (Role.MENTOR,):
        assert any(number for _url, number in found)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICIAL, Role.INSTRUCTOR, Role.MENTOR])
def test_the_numbers_are_right_for_another_office_and_on_another_day(role, sign_in):
    """The lists behind them are asked anew each time; what a home asks is kept from the first one."""
    people = [someone(role, make_organization()) for _number in range(2)]
    for number, person in enumerate(people, 1):
        fill(make_organization() if role == Role.MENTOR else person.acting.organization, number, person)
    make_day(cohort=TrainingDay.objects.first().cohort, on=timezone.localdate() + timedelta(days=10))
    seen: dict[int, list] = {person.pk: [] for person in people}
    for days in (0, 30):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            for person in people:
                client = sign_in(person)
                found = dict(links(client.get("/").content.decode()))
                found = {url: number for url, number in found.items() if "/selection" not in url}
                assert {url: client.get(url).context["listing"].total for url in found} == found
                seen[person.pk].append(found)

    first, second = seen.values()
    assert first[0] != first[1]
    assert first != second or role == Role.ADMIN  # who sees both offices


def test_nobody_signed_in_sees_the_open_courses_in_one_query(client, django_assert_num_queries):
    soon = make_cohort(apply_closes_at=timezone.now() + timedelta(days=2))
    make_cohort(state=CohortState.PLANNED, name="아직 비공개")

    with django_assert_num_queries(1):
        content = client.get("/").content.decode()

    assert soon.name in content
    assert "2일 남음" in content
    assert "아직 비공개" not in content


def trainee_of(person) -> User:
    person.user = make_user()
    person.save()
    return person.user


def test_an_offer_is_answered_before_a_draft_is_finished(sign_in):
    draft = make_application(state=ApplicationState.DRAFT)
    user = trainee_of(draft.person)
    offered = make_application(
        cohort=make_cohort(host=draft.host, state=CohortState.SELECTING),
        person=draft.person,
        state=ApplicationState.OFFERED,
    )
    Offer.objects.create(
        host=offered.host,
        application=offered,
        track=offered.track,
        deadline=timezone.now() + timedelta(hours=5),
    )

    page = sign_in(user).get("/")

    said = [str(todo.label) for todo in page.context["todos"]]
    expected = [f"입과 의사를 알려 주십시오: {offered.cohort}", f"지원서를 마저 작성하십시오: {draft.cohort}"]
    assert said == [label for label in expected if label in said]
    assert page.context["todos"][1].url == reverse("cohorts:apply", args=[draft.cohort_id])  # where one stopped
    assert offered.cohort.name in page.content.decode()


def test_a_trainee_sees_the_rate_and_what_may_still_be_missed(sign_in):
    today = timezone.localdate()
    cohort = make_cohort(state=CohortState.RUNNING, starts_on=today - timedelta(days=9))
    enrolment = make_enrolment(cohort=cohort)
    for days in range(10):
        make_day(cohort=cohort, on=today - timedelta(days=days), registered_at=timezone.now() if days else None)
    lesson = cohort.days.get(date=today).lessons.create(
        module=make_module(programme=cohort.programme, title="딥러닝 기초"), position=1, hours=8
    )

    content = sign_in(trainee_of(enrolment.person)).get("/").content.decode()

    assert lesson.module.title in content
    assert "<strong>0.0</strong>" in content  # nine days held, none attended
    assert "<strong>0</strong>" in content  # nor may any more be missed


def test_a_trainee_is_asked_to_choose_projects_once(sign_in):
    project = make_project()
    enrolment = make_enrolment(cohort=project.cohort)
    user = trainee_of(enrolment.person)

    before = [str(todo.label) for todo in sign_in(user).get("/").context["todos"]]
    Preference.objects.create(host=enrolment.host, enrolment=enrolment, project=project, rank=1)
    after = [str(todo.label) for todo in sign_in(user).get("/").context["todos"]]

    assert (len(before), after) == (1, [])


@pytest.mark.parametrize("number", [1, 3])
def test_a_trainees_home_takes_few_queries(number, sign_in, django_assert_max_num_queries):
    person = make_enrolment().person
    for _number in range(number):
        cohort = make_cohort(host=person.host, state=CohortState.RUNNING, starts_on=timezone.localdate())
        make_application(cohort=cohort, person=person)
        make_day(cohort=cohort, on=timezone.localdate())
        make_enrolment(cohort=cohort, person=person)
    client = sign_in(trainee_of(person))
    client.get("/")

    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_home_is_only_read(method, client):
    assert getattr(client, method)("/").status_code == 405


def test_without_recruiting_the_picture_shows_absences(sign_in):
    official = make_member(Role.OFFICIAL)
    cohort = make_cohort(
        host=official.acting.organization, state="running", starts_on=timezone.localdate() - timedelta(days=9)
    )
    day = make_day(cohort=cohort, registered_at=timezone.now())
    for absent in (True, False, True):
        Attendance.objects.create(host=cohort.host, day=day, enrolment=make_enrolment(cohort=cohort), absent=absent)

    chart = sign_in(official).get("/").context["chart"]

    assert [number for _day, number in chart.rows] == [2]
    assert "3" in chart.finding


def test_a_seat_that_was_freed_is_not_taken_any_more(sign_in):
    cohort = make_cohort(state=CohortState.RUNNING, tracks={"일반": 2})
    for state in (EnrolmentState.WITHDRAWN, EnrolmentState.ACTIVE):
        application = make_application(cohort=cohort, state="enrolled")
        over = {"ended_on": cohort.starts_on} if state == EnrolmentState.WITHDRAWN else {}
        make_enrolment(cohort=cohort, application=application, person=application.person, state=state, **over)
    cohort.tracks.update(seats_taken=1)
    client = sign_in(make_member(Role.OFFICIAL, cohort.host))

    [row] = client.get(reverse("home")).context["cohorts"]

    assert row.seat_count == 1
    assert client.get(cohort.get_absolute_url()).context["numbers"].seated == 1


def test_the_chart_counts_an_application_on_its_day_in_korea():
    official, other = make_member(Role.OFFICIAL), make_member(Role.OFFICIAL)
    cohort = make_cohort(host=official.acting.organization)
    for moment in ("2026-11-12T23:59:59", "2026-11-13T00:00:00", "2026-11-26T23:59:59"):
        make_application(cohort=cohort, submitted_at=datetime.fromisoformat(f"{moment}+09:00"))

    shown = {}
    for day in (25, 26):
        with time_machine.travel(datetime(2026, 11, day, 12, tzinfo=KST)):
            chart = applications_per_day(official)
            assert applications_per_day(other) is None
        shown[day] = [number for _day, number in chart.rows]

    assert shown == {25: [1, 1, *[0] * 12], 26: [1, *[0] * 12, 1]}
