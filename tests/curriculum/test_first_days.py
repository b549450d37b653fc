"""Three of the first five days confirm a registration; who stays away gives the seat to the next."""

from datetime import time, timedelta
from itertools import pairwise, product

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cohorts.states import ApplicationState, CohortState, EnrolmentState
from curriculum.actions import save_register
from curriculum.actions.attendance import Entry
from curriculum.actions.first_days import end_first_days, warn_of_first_days
from curriculum.first_days import Standing, standing
from curriculum.queries import newcomers, unconfirmed, with_first_days
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import assign, make_cohort, make_day, make_enrolment, make_member, make_waitlist

pytestmark = pytest.mark.django_db
S, E = Standing, EnrolmentState


def run(*, begun: int, **fields):
    """A cohort of five seats that began so many days ago."""
    starts_on = timezone.localdate() - timedelta(days=begun)
    return make_cohort(state=CohortState.RUNNING, starts_on=starts_on, tracks={"일반": 5}, **fields)


def hold(cohort, marks):
    """A day for each sign of each trainee's line: ○ attended, × missed; `marks` by trainee."""
    for place in range(max(map(len, marks.values()))):
        day = make_day(cohort=cohort, on=cohort.starts_on + timedelta(days=place))
        lines = [(who, line[place]) for who, line in marks.items() if place < len(line)]
        entries = [Entry(who.pk, time(9), time(18)) if sign == "○" else Entry(who.pk) for who, sign in lines]
        save_register(day, entries, by=None)


def found(*trainees):
    return {row.pk: (row.came, row.held) for row in with_first_days(type(trainees[0]).objects.all())}


# The rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ("", S.OPEN), ("○", S.OPEN), ("×", S.OPEN), ("××", S.LAST_CHANCE), ("○××", S.LAST_CHANCE),
        ("×××", S.UNCONFIRMED), ("○○○", S.CONFIRMED), ("×○×○○", S.CONFIRMED), ("○○×××", S.UNCONFIRMED),
    ],
)  # fmt: skip
def test_three_of_the_first_five_days(signs, expected):
    assert standing(signs.count("○"), len(signs), needed=3, window=5) == expected


@given(st.lists(st.booleans(), max_size=20), st.integers(0, 20), st.integers(1, 20))
def test_what_is_certain_stays_and_the_whole_window_decides(days, needed, window):
    needed = min(needed, window)
    said = [standing(sum(days[:n]), n, needed=needed, window=window) for n in range(min(len(days), window) + 1)]

    for before, after in pairwise(said):
        assert before not in (S.CONFIRMED, S.UNCONFIRMED) or after == before
    if len(days) >= window:
        assert said[-1] == (S.CONFIRMED if sum(days[:window]) >= needed else S.UNCONFIRMED)


@given(st.integers(0, 8), st.integers(0, 8))
def test_after_a_last_chance_one_missed_day_decides(came, held):
    if came <= held and standing(came, held, needed=3, window=5) == S.LAST_CHANCE:
        assert standing(came, held + 1, needed=3, window=5) == S.UNCONFIRMED


# Counted ---------------------------------------------------------------------------------------


def test_the_first_days_are_counted_from_ones_own_first_day():
    cohort = run(begun=10)
    keen, lazy = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    late = make_enrolment(cohort=cohort, starts_on=cohort.starts_on + timedelta(days=5))
    hold(cohort, {keen: "○○○○○××", lazy: "○×××○○○"})
    make_day(cohort=cohort, on=cohort.starts_on + timedelta(days=8))  # its register is not saved

    assert found(keen) == {keen.pk: (5, 5), lazy.pk: (2, 5), late.pk: (0, 2)}
    new = newcomers(type(keen).objects.all())
    assert set(unconfirmed(with_first_days(new))) == {lazy}


def test_an_excused_day_counts_as_attended():
    cohort = run(begun=6)
    ill = make_enrolment(cohort=cohort)
    day = make_day(cohort=cohort, on=cohort.starts_on)
    save_register(day, [Entry(ill.pk, excuse="illness")], by=None)

    assert found(ill) == {ill.pk: (1, 1)}


def test_the_database_says_what_the_rule_says():
    """Every line of five days, after each of them."""
    cohort = run(begun=6)
    for days in range(5):
        make_day(cohort=cohort, on=cohort.starts_on + timedelta(days=days))
    trainees = {make_enrolment(cohort=cohort): "".join(line) for line in product("○×", repeat=5)}
    for held in range(1, 6):
        day = cohort.days.get(date=cohort.starts_on + timedelta(days=held - 1))
        came = [who for who, line in trainees.items() if line[held - 1] == "○"]
        save_register(
            day, [Entry(who.pk, time(9), time(18)) if who in came else Entry(who.pk) for who in trainees], by=None
        )

        said = {who for who, line in trainees.items() if rule(line[:held]) == S.UNCONFIRMED}

        assert set(unconfirmed(with_first_days(cohort.enrolments.all()))) == said


def rule(line):
    return standing(line.count("○"), len(line), needed=3, window=5)


# Ended -----------------------------------------------------------------------------------------


def seated(cohort, *, waiting=1):
    """Somebody in training on a seat, and those who wait for it."""
    applications = make_waitlist(cohort, ApplicationState.ENROLLED, *[ApplicationState.WAITLISTED] * waiting)
    cohort.tracks.update(seats_taken=5)
    trainee = make_enrolment(cohort=cohort, application=applications[0], person=applications[0].person)
    return trainee, applications[1:]


def test_who_never_came_is_a_no_show_and_the_next_is_offered_the_seat():
    cohort = run(begun=1)
    trainee, [second] = seated(cohort)
    hold(cohort, {trainee: "×"})

    ended = end_first_days(trainee, by=None)

    second.refresh_from_db()
    assert (ended.state, ended.ended_on, second.state) == (E.NO_SHOW, cohort.starts_on, ApplicationState.OFFERED)
    assert set(Mail.objects.values_list("template", flat=True)) == {
        "curriculum/first_days_ended", "cohorts/place_offered",
    }  # fmt: skip


def test_who_came_too_seldom_withdraws_with_the_last_day_attended():
    cohort = run(begun=6)
    trainee, [second] = seated(cohort)
    hold(cohort, {trainee: "○○×××"})

    ended = end_first_days(trainee, by=None)

    second.refresh_from_db()
    assert (ended.state, ended.ended_on) == (E.WITHDRAWN, cohort.starts_on + timedelta(days=1))
    assert second.state == ApplicationState.OFFERED
    assert "2" in ended.end_reason


def test_after_the_window_the_seat_is_not_filled_again():
    cohort = run(begun=8)
    trainee, [second] = seated(cohort)
    hold(cohort, {trainee: "○○×××"})

    end_first_days(trainee, by=None)

    second.refresh_from_db()
    assert second.state == ApplicationState.WAITLISTED
    assert cohort.tracks.get().seats_taken == 5


@pytest.mark.parametrize("signs", ["○", "○××", "××○", "○○○××"])
def test_who_can_still_be_confirmed_or_is_stays(signs):
    cohort = run(begun=6)
    trainee, _waiting = seated(cohort)
    hold(cohort, {trainee: signs})

    with pytest.raises(ActionRefused):
        end_first_days(trainee, by=None)

    trainee.refresh_from_db()
    assert trainee.is_active


def test_nobody_is_a_no_show_before_a_register_is_saved():
    trainee, _waiting = seated(run(begun=1))

    with pytest.raises(ActionRefused):
        end_first_days(trainee, by=None)


# Warned ----------------------------------------------------------------------------------------


def test_before_the_last_chance_is_missed_one_mail_warns():
    cohort = run(begun=3)
    near, fine, gone = (make_enrolment(cohort=cohort) for _ in range(3))
    hold(cohort, {near: "○××", fine: "○○×", gone: "×××"})

    assert warn_of_first_days() == 1
    warn_of_first_days()

    assert [mail.address for mail in Mail.objects.all()] == [near.person.email]
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert warn_of_first_days() == 0


# Pages -----------------------------------------------------------------------------------------

LIST = reverse("curriculum:first-days-list")


@pytest.fixture
def cohort(client, settings):
    settings.MFA_REQUIRED = False
    cohort = run(begun=6)
    client.force_login(make_member(Role.OFFICIAL, cohort.host))
    return cohort


def test_the_office_sees_who_is_not_confirmed_and_ends_it(client, cohort):
    lazy, keen = make_enrolment(cohort=cohort), make_enrolment(cohort=cohort)
    hold(cohort, {lazy: "×○×××", keen: "○○○○○"})
    make_enrolment()
    end = reverse("curriculum:first-days-end", args=[lazy.pk])

    assert [row.standing for row in client.get(LIST).context["listing"]] == [S.UNCONFIRMED, S.CONFIRMED]
    assert list(client.get(LIST, {"show": "unconfirmed"}).context["listing"]) == [lazy]
    assert end in client.get(LIST).content.decode()
    assert reverse("curriculum:first-days-end", args=[keen.pk]) not in client.get(LIST).content.decode()
    home = client.get("/").content.decode()
    assert f"{LIST}?show=unconfirmed" in home

    client.post(end)

    lazy.refresh_from_db()
    assert lazy.state == E.WITHDRAWN
    assert list(client.get(LIST, {"cohort": cohort.pk}).context["listing"]) == [lazy, keen]
    assert f"{LIST}?show=unconfirmed" not in client.get("/").content.decode()


def test_an_instructor_looks_and_ends_nothing(client, cohort):
    lazy = make_enrolment(cohort=cohort)
    hold(cohort, {lazy: "×××"})
    client.force_login(assign(make_member(Role.INSTRUCTOR, cohort.host), cohort))
    end = reverse("curriculum:first-days-end", args=[lazy.pk])

    assert end not in client.get(LIST).content.decode()
    assert client.post(end).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_of_any_number(client, cohort, count, django_assert_num_queries):
    hold(cohort, {make_enrolment(cohort=cohort): "×××" for _ in range(count)})
    client.get(LIST)

    with django_assert_num_queries(6):
        page = client.get(LIST)

    assert len(page.context["listing"]) == count
