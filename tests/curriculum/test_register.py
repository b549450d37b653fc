"""Taking attendance, from the screen to the rate."""

import csv
import pathlib
import re
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.states import CohortState, EnrolmentState
from curriculum import actions
from curriculum.actions.attendance import Entry
from curriculum.attendance import AttendancePolicy, Expulsion, rate
from curriculum.models import Attendance, TrainingDay
from curriculum.queries import (
    attendance_of,
    expulsions_of,
    most_absences,
    near_limit,
    progress_of,
    risks_of,
    sheet_of,
)
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import assign, make_cohort, make_day, make_enrolment, make_member, make_user

pytestmark = pytest.mark.django_db
GOLDEN = pathlib.Path(__file__).parent.parent / "data" / "attendance_golden.csv"


def running(days: int, **fields):
    """A cohort of so many past days, and one trainee."""
    start = timezone.localdate() - timedelta(days=days)
    cohort = make_cohort(state=CohortState.RUNNING, starts_on=start, **fields)
    trainee = make_enrolment(cohort=cohort)
    made = [make_day(cohort=cohort, on=start + timedelta(days=n)) for n in range(days)]
    return cohort, trainee, made


def clock(text: str) -> time | None:
    return time.fromisoformat(text) if text not in ("-", "") else None


def entry(text: str, trainee) -> Entry:
    """One day of the golden file: `09:00~18:00 out 14:00~15:00`, `-~-` or `excused`."""
    if text == "excused":
        return Entry(trainee.pk, excuse="illness")
    times, _, outing = text.partition(" out ")
    check_in, check_out = map(clock, times.split("~"))
    outings = (tuple(map(clock, outing.split("~"))),) if outing else ()
    return Entry(trainee.pk, check_in, check_out, outings)


with GOLDEN.open(encoding="utf-8") as file:
    CASES = list(csv.DictReader(file))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_registers_saved_day_by_day_give_the_golden_rate(case):
    texts = [text.strip() for text in case["days"].split("|")]
    cohort, trainee, days = running(len(texts))

    for day, text in zip(days, texts, strict=True):
        actions.save_register(day, [entry(text, trainee)], by=None)

    found = attendance_of(cohort)[trainee.pk]
    assert (found.scheduled, found.absences, found.events) == tuple(
        int(case[name]) for name in ("scheduled_days", "absences", "events")
    )
    assert found.rate == Decimal(case["rate"])
    assert progress_of(trainee)[0].so_far == found


def test_nobody_is_present_by_being_forgotten():
    cohort, trainee, days = running(4)
    second = make_enrolment(cohort=cohort)

    for day in days:
        actions.save_register(day, [Entry(trainee.pk, time(9), time(18))], by=None)

    assert attendance_of(cohort)[trainee.pk].rate == Decimal("100.0")
    assert attendance_of(cohort)[second.pk].rate == Decimal("0.0")


def test_a_trainee_who_came_later_is_not_absent_before():
    cohort, _, days = running(4)
    late = make_enrolment(cohort=cohort, starts_on=days[2].date)

    for day in days:
        entries = [Entry(late.pk, time(9), time(18))] if day.date >= late.starts_on else []
        actions.save_register(day, entries, by=None)

    assert attendance_of(cohort)[late.pk].scheduled == 2
    assert attendance_of(cohort)[late.pk].rate == Decimal("100.0")


def test_days_after_somebody_left_do_not_count():
    cohort, trainee, days = running(4)
    for day in days:
        actions.save_register(day, [Entry(trainee.pk, time(9), time(18))], by=None)

    trainee.state, trainee.ended_on = EnrolmentState.EARLY_EMPLOYED, days[1].date
    trainee.save()

    found = attendance_of(cohort)[trainee.pk]
    assert (found.scheduled, found.absences, found.rate) == (2, 0, Decimal("100.0"))


def test_a_day_that_has_not_come_is_refused():
    _, trainee, days = running(1)
    TrainingDay.objects.filter(pk=days[0].pk).update(date=timezone.localdate() + timedelta(days=1))
    days[0].refresh_from_db()

    with pytest.raises(ActionRefused):
        actions.save_register(days[0], [Entry(trainee.pk, time(9), time(18))], by=None)

    assert not Attendance.objects.exists()


def test_a_register_of_200_is_one_upsert(django_assert_max_num_queries):
    cohort, _, days = running(1, tracks={"일반": 300})
    trainees = [make_enrolment(cohort=cohort) for _ in range(199)]
    entries = [Entry(trainee.pk, time(9), time(18)) for trainee in trainees]

    with django_assert_max_num_queries(8):  # with its savepoint: lock, people, policy, upsert, day, event
        actions.save_register(days[0], entries, by=None)


@pytest.fixture
def instructor(sign_in):
    """An instructor of a running cohort with one trainee, signed in."""
    cohort, trainee, days = running(2)
    user = assign(make_member(Role.INSTRUCTOR, cohort.host), cohort)
    sign_in(user)
    return user, trainee, days[-1]


def sent(trainee, **typed) -> dict[str, str]:
    return {f"{name}-{trainee.pk}": value for name, value in typed.items()}


def test_an_instructor_saves_the_register(client, instructor):
    user, trainee, day = instructor

    answer = client.post(
        reverse("curriculum:register", args=[day.pk]), sent(trainee, check_in="09:30", check_out="18:00")
    )

    assert answer.status_code == 302
    row = Attendance.objects.get(enrolment=trainee)
    assert (row.late, row.events, row.absent) == (True, 1, False)
    event = AuditEvent.objects.get(verb="register.saved")
    assert (event.actor, event.host) == (user, trainee.host)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"check_out": "18:00"}, "check_in"),
        ({"check_in": "18:00", "check_out": "09:00"}, "check_out"),
        ({"check_in": "25:00", "check_out": "18:00"}, "check_in"),
        ({"check_in": "09:00", "check_out": "18:00", "left": "14:00"}, "back"),
        ({"check_in": "09:00", "check_out": "18:00", "left": "15:00", "back": "14:00"}, "back"),
        ({"excuse": "hangover"}, "excuse"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_saved(client, instructor, typed, field):
    _, trainee, day = instructor

    answer = client.post(reverse("curriculum:register", args=[day.pk]), sent(trainee, **typed))

    assert answer.status_code == 422
    assert field in answer.context["form"].faulty[0].errors
    assert answer.context["form"].lines[0].typed[next(iter(typed))] == next(iter(typed.values()))
    assert not Attendance.objects.exists()


def test_fill_shows_the_whole_day_and_saves_nothing(client, instructor):
    day = instructor[2]

    answer = client.post(reverse("curriculum:register", args=[day.pk]), {"fill": "1"})

    assert answer.context["form"].lines[0].typed["check_in"] == "09:00"
    assert not Attendance.objects.exists()


def test_completion_follows_the_rate(client):
    cohort, good, days = running(10)
    poor = make_enrolment(cohort=cohort)
    type(cohort).objects.filter(pk=cohort.pk).update(ends_on=days[-1].date)
    for number, day in enumerate(days):
        entries = [Entry(good.pk, time(9), time(18))]
        entries += [Entry(poor.pk, time(9), time(18))] if number < 7 else []
        actions.save_register(day, entries, by=None)

    counts = actions.complete_course(cohort, by=None)

    good.refresh_from_db()
    poor.refresh_from_db()
    assert (good.state, poor.state) == (EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED)
    assert counts == {"completed": 1, "not_completed": 1}
    assert AuditEvent.objects.filter(verb="enrolment.completed", object_id=good.pk).exists()


def test_completion_is_refused_while_a_register_is_missing():
    cohort, trainee, _ = running(2)
    type(cohort).objects.filter(pk=cohort.pk).update(ends_on=timezone.localdate())

    with pytest.raises(ActionRefused, match="2"):
        actions.complete_course(cohort, by=None)

    trainee.refresh_from_db()
    assert trainee.is_active


def test_completion_is_refused_before_the_last_day():
    cohort, *_ = running(2)

    with pytest.raises(ActionRefused, match="20"):
        actions.complete_course(cohort, by=None)


def test_the_sheet_says_what_the_rates_say(client, sign_in):
    cohort, trainee, days = running(4)
    forgotten, left = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    for day in days:
        actions.save_register(day, [Entry(one.pk, time(9, 30), time(18)) for one in (trainee, left)], by=None)
    left.state, left.ended_on = EnrolmentState.DROPPED, days[0].date
    left.save()
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    rows = client.get(reverse("curriculum:sheet", args=[cohort.pk])).context["rows"]

    rates = attendance_of(cohort)
    assert {row.trainee.pk: row.summary for row in rows} == rates
    assert [rates[one.pk].scheduled for one in (trainee, forgotten, left)] == [4, 4, 1]


def long_running(missed: int, held: int = 45):
    """A cohort of 60 days, 45 or so of them held, in units of 28 to 31 days; one trainee who missed the first ones of all."""
    today = timezone.localdate()
    start = today - timedelta(days=held - 1)
    cohort = make_cohort(state=CohortState.RUNNING, starts_on=start, ends_on=start + timedelta(days=59))
    days = [make_day(cohort=cohort, on=start + timedelta(days=n)) for n in range(60)]
    TrainingDay.objects.filter(cohort=cohort, date__lte=today).update(registered_at=timezone.now())
    trainee, good = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    for one, least in ((trainee, missed), (good, 0)):
        Attendance.objects.bulk_create(
            Attendance(enrolment=one, day=day, host=cohort.host, check_in=time(9), check_out=time(18))
            for day in days[least:held]
        )
    return cohort, trainee, good


@pytest.mark.parametrize(
    ("missed", "found"),
    [
        (10, []),
        (11, [Expulsion(11, 13)]),
        (13, [Expulsion(13, 13)]),
    ],
)
def test_every_page_counts_the_same_absences_before_expulsion(missed, found):
    cohort, trainee, good = long_running(missed)
    cohort.refresh_from_db()

    course, units = progress_of(trainee)
    risks = risks_of(cohort, sheet_of(cohort, cohort.enrolments.select_related("person"))[1])

    assert expulsions_of(trainee, course, units) == found
    assert near_limit([cohort]) == risks
    assert [(one.enrolment, [*one.expulsions]) for one in risks] == [(trainee, found)]
    assert expulsions_of(good, *progress_of(good)) == []


def test_cohorts_that_began_on_other_days_are_counted_each_by_its_own_units():
    first, trainee, _good = long_running(12)
    second, other, _good = long_running(17, held=53)
    for cohort in (first, second):
        cohort.refresh_from_db()

    found = near_limit([first, second])

    sheets = [risks_of(one, sheet_of(one, one.enrolments.select_related("person"))[1]) for one in (first, second)]
    assert {risk.enrolment for risk in found} == {trainee, other}
    assert found == sorted((risk for risks in sheets for risk in risks), key=lambda risk: risk.order)
    assert [near_limit([one]) for one in (first, second)] == sheets


@pytest.mark.parametrize("minimum", ["0.0", "79.9", "80.0", "80.1", "100.0"])
def test_the_most_absences_are_those_that_still_reach_the_minimum(minimum):
    policy = AttendancePolicy(minimum_rate=Decimal(minimum))
    for days in range(1, 131):
        reaching = [missed for missed in range(days + 1) if rate(days, missed, 0, policy) >= policy.minimum_rate]
        assert most_absences(days, policy) == max(reaching)
    assert most_absences(0, policy) == -1


def test_expulsion_in_a_past_unit_stays_to_be_decided():
    cohort, trainee, _good = long_running(17)
    cohort.policy.minimum_rate = 50  # far from the limit of completion
    cohort.policy.save()

    (risk,) = near_limit([cohort])

    assert [(one.unit, one.missed, one.reached) for one in risk.expulsions] == [(None, 17, True), (1, 17, True)]
    assert expulsions_of(trainee, *progress_of(trainee)) == [*risk.expulsions]


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.INSTRUCTOR])
def test_the_page_of_a_trainee_near_expulsion_leads_staff_to_the_decision(client, sign_in, role):
    cohort, trainee, _good = long_running(12)
    person = make_member(role, cohort.host)
    sign_in(assign(person, cohort) if role == Role.INSTRUCTOR else person)

    page = client.get(reverse("curriculum:trainee", args=[trainee.pk])).content.decode()

    assert "결석 12일, 13일이면 제적 (훈련과정 전체 기준)" in page
    assert (reverse("cohorts:enrolment-end", args=[trainee.pk]) in page) == (role == Role.OFFICIAL)
    trainee.refresh_from_db()
    assert trainee.is_active


def test_the_sheet_and_the_home_name_who_has_reached_expulsion_first(client, sign_in):
    cohort, _trainee, _good = long_running(13)
    user = assign(make_member(Role.INSTRUCTOR, cohort.host), cohort)
    sign_in(user)

    for url in (reverse("curriculum:sheet", args=[cohort.pk]), reverse("home")):
        page = client.get(url).content.decode()
        assert "결석 13일, 13일이면 제적 (훈련과정 전체 기준)" in page
        assert "제적 기준 도달" in page


def test_who_has_left_is_not_near_expulsion():
    cohort, trainee, _good = long_running(13)
    trainee.state, trainee.ended_on = EnrolmentState.DROPPED, timezone.localdate()
    trainee.save()

    assert near_limit([cohort]) == []
    assert expulsions_of(trainee, *progress_of(trainee)) == []


def test_the_home_of_a_trainee_says_how_near_expulsion_is(client, sign_in):
    _cohort, trainee, _good = long_running(11)
    trainee.person.user = make_user()
    trainee.person.save()
    sign_in(trainee.person.user)

    page = client.get(reverse("home")).content.decode()

    assert "결석 11일, 13일이면 제적 (훈련과정 전체 기준)" in page
    assert "제적 임박" in page


def test_a_trainees_page_says_of_each_day_what_became_of_it(client, sign_in):
    _cohort, trainee, days = running(6)
    came = {"check_in": time(9, 5), "check_out": time(18)}
    kept = [
        {"excuse": "illness", "absent": False},
        {"absent": True},
        {**came},
        {**came, "late": True, "left_early": True, "events": 2},
        {**came, "outings": [["13:00", "14:00"]], "events": 1},
    ]
    for day, fields in zip(days, kept, strict=False):
        Attendance.objects.create(enrolment=trainee, day=day, host=trainee.host, **fields)
    sign_in(make_member(Role.OFFICIAL, trainee.host))

    page = client.get(reverse("curriculum:trainee", args=[trainee.pk])).content.decode()

    table = page[page.index('id="days"') :]
    said = ["외출", "지각", "조퇴", "출석", "결석", "인정"]  # the newest day first
    places = [re.search(rf">[^<]*{word}[^<]*</span>", table).start() for word in said]
    assert places == sorted(places)
    assert table.count("<td>09:05</td><td>18:00</td>") == 3
    assert table.count("<td>–</td><td>–</td>") == 2
