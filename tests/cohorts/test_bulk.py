"""Many applications at once: what the preview shows is what is done, and half an hour takes it back exactly."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cohorts.actions import bulk as actions
from cohorts.actions.interviews import book_interview
from cohorts.actions.offers import offer_place
from cohorts.actions.supplements import answer_supplement, ask_supplement, cancel_supplement
from cohorts.bulk import FROM, HELD_BY_A_SELECTION, BulkVerb, Now, Obstacle, obstacle
from cohorts.models import Application, BulkAction, BulkRow, InterviewInvitation, Selection
from cohorts.states import TRANSITIONS, ApplicationState, CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs.models import Job
from portal.notify.models import Mail
from tests.cohorts.interviewing import make_invited, make_panel, make_slots
from tests.factories import make_application, make_cohort, make_member, make_user, make_waitlist
from tests.files import pdf
from tests.workers import drain

pytestmark = pytest.mark.django_db
A, V, Out = ApplicationState, BulkVerb, BulkRow.Outcome
RECEIVED = [state for state in A if state != A.DRAFT]


@pytest.fixture
def cohort():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 50, "심화": 50})
    make_slots(make_panel(cohort), 3)
    return cohort


@pytest.fixture
def official(client, cohort, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL, cohort.host)
    client.force_login(user)
    return user


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def values_of(verb, cohort):
    return {
        V.SET_TRACK: {"track": cohort.tracks.last().pk},
        V.WRITE: {"subject": "제출 서류 안내", "text": "원본을 가져오세요."},
        V.ASK: {"documents": ["주민등록초본", "졸업증명서"], "due_on": day(5), "message": "흐려서 읽을 수 없습니다."},
        V.INVITE: {"book_until": (timezone.now() + timedelta(days=3)).astimezone(UTC).isoformat()},
    }.get(verb, {"reason": "서류 미비"})


def prepare(cohort, verb, **values):
    values = values or values_of(verb, cohort)
    return actions.prepare_bulk(cohort, Application.objects.filter(cohort=cohort), verb=verb, by=None, **values)


def run(action):
    actions.confirm_bulk(action, by=None)
    drain()
    action.refresh_from_db()
    return action


def undo(action):
    actions.ask_undo_bulk(action, by=None)
    drain()
    action.refresh_from_db()
    return action


def facts(cohort):
    return dict(Application.objects.filter(cohort=cohort).values_list("pk", "state"))


def tracks(cohort):
    return dict(Application.objects.filter(cohort=cohort).values_list("pk", "track"))


def outcomes(action):
    return dict(action.rows.values_list("application", "outcome"))


# The rule --------------------------------------------------------------------------------------


@given(st.sampled_from(V), st.sampled_from(RECEIVED), st.booleans(), st.booleans())
def test_what_is_possible_follows_the_life_of_an_application(verb, state, prepared, same):
    found = obstacle(verb, Now(state, 1, prepared), track=1 if same else 2)

    if verb in (V.OVERRULE, V.TURN_DOWN, V.WITHDRAW) and found is None:
        becomes = {V.OVERRULE: A.SUBMITTED, V.TURN_DOWN: A.REJECTED, V.WITHDRAW: A.WITHDRAWN}[verb]
        assert becomes in TRANSITIONS[state]
    if verb == V.WRITE:
        assert found is None
    if verb == V.SET_TRACK and same:
        assert found is not None
    if prepared and state in FROM[verb] and verb in HELD_BY_A_SELECTION:
        assert found == Obstacle.PREPARED


# Preview and outcome ---------------------------------------------------------------------------


@pytest.mark.parametrize("verb", V)
def test_the_preview_is_the_outcome_and_undo_restores_exactly(cohort, verb):
    for state in RECEIVED:
        make_application(cohort=cohort, state=state)
    states, seats = facts(cohort), tracks(cohort)
    action = prepare(cohort, verb)
    assert facts(cohort) == states
    shown = {row.application_id: (row.outcome, row.after) for row in action.rows.all()}

    run(action)

    for pk, (outcome, after) in shown.items():
        expected = Out.DONE if outcome == Out.WILL else Out.NOT_POSSIBLE
        assert outcomes(action)[pk] == expected
        if outcome == Out.WILL:
            assert (facts(cohort)[pk], tracks(cohort)[pk]) == (after["state"], after["track"])
        else:
            assert (facts(cohort)[pk], tracks(cohort)[pk]) == (states[pk], seats[pk])
    done = [pk for pk, outcome in outcomes(action).items() if outcome == Out.DONE]
    assert AuditEvent.objects.filter(object_type="cohorts.application").count() == len(done)
    assert Mail.objects.count() == (0 if verb == V.SET_TRACK else len(done))
    assert not Mail.objects.exclude(sent_at=None).exists()

    undo(action)

    assert (facts(cohort), tracks(cohort)) == (states, seats)
    assert [outcomes(action)[pk] for pk in done] == [Out.UNDONE] * len(done)
    assert AuditEvent.objects.filter(verb="application.undone").count() == len(done)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        drain()
    assert not Mail.objects.exclude(sent_at=None).exists()


def test_mail_goes_when_it_cannot_be_undone_any_more(cohort, mailoutbox):
    one = make_application(cohort=cohort)
    run(prepare(cohort, V.WRITE))
    assert mailoutbox == []

    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        drain()

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([one.person.email], "제출 서류 안내")
    assert "원본을 가져오세요." in mail.body
    assert "홍길동" in mail.body


def test_what_changes_between_preview_and_run_is_left_out(cohort):
    stays, goes = make_application(cohort=cohort), make_application(cohort=cohort)
    action = prepare(cohort, V.TURN_DOWN)
    Application.objects.filter(pk=goes.pk).update(state=A.WITHDRAWN)

    run(action)

    assert outcomes(action) == {stays.pk: Out.DONE, goes.pk: Out.LEFT_OUT}
    assert facts(cohort) == {stays.pk: A.REJECTED, goes.pk: A.WITHDRAWN}


def test_a_prepared_selection_is_not_pulled_apart(cohort):
    make_application(cohort=cohort)
    action = prepare(cohort, V.TURN_DOWN)
    Selection.objects.create(cohort=cohort, host=cohort.host)

    run(action)

    assert set(action.rows.values_list("outcome", "obstacle")) == {(Out.LEFT_OUT, Obstacle.PREPARED)}


@pytest.mark.parametrize("verb", V)
@pytest.mark.parametrize("number", [3, 30])
def test_any_number_takes_the_same_ten_queries(cohort, verb, number, count_queries):
    people(cohort, verb, number)
    action = prepare(cohort, verb)
    actions.confirm_bulk(action, by=None)

    with count_queries() as run:
        assert actions.run_bulk(action, by=None) == {Out.DONE: number}
    actions.ask_undo_bulk(action, by=None)
    with count_queries() as undone:
        assert actions.undo_bulk(action, by=None) == {Out.UNDONE: number}

    assert (len(run), len(undone)) == QUERIES[verb]
    assert len(run) <= 10 >= len(undone)


QUERIES = {
    V.OVERRULE: (9, 9), V.TURN_DOWN: (9, 9), V.SET_TRACK: (7, 7), V.WITHDRAW: (9, 10), V.ASK: (10, 10),
    V.INVITE: (9, 9), V.WRITE: (8, 8),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("verb", V)
def test_a_thousand_take_no_more(cohort, verb, count_queries):
    test_any_number_takes_the_same_ten_queries(cohort, verb, 1000, count_queries)


@pytest.fixture
def count_queries():
    """The queries of a block, without the savepoints that a test puts around it."""

    @contextmanager
    def counted():
        found = []
        with CaptureQueriesContext(connection) as context:
            yield found
        found += [one["sql"] for one in context.captured_queries if "SAVEPOINT" not in one["sql"]]

    return counted


def people(cohort, verb, number):
    one = make_application(cohort=cohort, state=A.INELIGIBLE if verb == V.OVERRULE else A.SUBMITTED)
    clone(one, number - 1)


def clone(one, number):
    """Applications of invented people, in two queries."""
    from cohorts.models import Person

    people = Person.objects.bulk_create(
        Person(
            host=one.host, name="가나다", birth_date=one.person.birth_date, mobile=f"010-9{place // 1000:03d}-{place % 1000:04d}",
            email=f"many{place}@example.kr", address="대구광역시",
        )
        for place in range(number)
    )  # fmt: skip
    Application.objects.bulk_create(
        Application(
            cohort=one.cohort, host=one.host, person=person, track=one.track, state=one.state, address="대구광역시",
            receipt_number=f"M-{place}", submitted_at=timezone.now(),
        )
        for place, person in enumerate(people)
    )  # fmt: skip


# Undo ------------------------------------------------------------------------------------------


def test_undo_leaves_what_somebody_has_changed_since(cohort):
    one, two = make_application(cohort=cohort, state=A.INELIGIBLE), make_application(cohort=cohort, state=A.INELIGIBLE)
    action = run(prepare(cohort, V.OVERRULE))
    moved = run(prepare_for(cohort, [two], V.SET_TRACK))

    undo(action)

    assert facts(cohort) == {one.pk: A.INELIGIBLE, two.pk: A.SUBMITTED}
    assert dict(action.rows.values_list("application", "obstacle")) == {one.pk: "", two.pk: Obstacle.CHANGED}
    assert moved.state == "done"
    sent = Mail.objects.filter(template="cohorts/application_admitted")
    assert {mail.person_id: mail.job.state for mail in sent} == {one.person_id: "cancelled", two.person_id: "queued"}


def prepare_for(cohort, applications, verb):
    chosen = Application.objects.filter(pk__in=[one.pk for one in applications])
    return actions.prepare_bulk(cohort, chosen, verb=verb, by=None, **values_of(verb, cohort))


def test_after_half_an_hour_it_stays(cohort):
    make_application(cohort=cohort)
    action = run(prepare(cohort, V.TURN_DOWN))

    with time_machine.travel(action.done_at + timedelta(minutes=30)), pytest.raises(ActionRefused):
        actions.ask_undo_bulk(action, by=None)

    assert set(facts(cohort).values()) == {A.REJECTED}


def test_mail_that_has_gone_is_not_called_back(cohort):
    one, two = make_application(cohort=cohort), make_application(cohort=cohort)
    action = run(prepare(cohort, V.WRITE))
    gone = Mail.objects.get(person_id=one.person_id)
    Job.objects.filter(pk=gone.job_id).update(state="done", finished_at=timezone.now())
    Mail.objects.filter(pk=gone.pk).update(sent_at=timezone.now())

    undo(action)

    assert outcomes(action) == {one.pk: Out.KEPT, two.pk: Out.UNDONE}
    assert Mail.objects.get(pk=gone.pk).job.state == "done"
    assert Mail.objects.get(person_id=two.person_id).job.state == "cancelled"


@pytest.mark.parametrize("gone", [{"state": "running", "lease_until": timezone.now()}, {"state": "done"}])
def test_a_decision_that_somebody_has_read_is_not_undone(cohort, gone):
    """The mail set out between the question and the undo."""
    one, two = make_application(cohort=cohort), make_application(cohort=cohort)
    action = run(prepare(cohort, V.TURN_DOWN))
    actions.ask_undo_bulk(action, by=None)
    Job.objects.filter(mail__person_id=one.person_id).update(**gone)
    if gone["state"] == "done":
        Mail.objects.filter(person_id=one.person_id).update(sent_at=timezone.now())

    actions.undo_bulk(action, by=None)

    assert facts(cohort) == {one.pk: A.REJECTED, two.pk: A.SUBMITTED}
    assert action.rows.get(application=one).obstacle == Obstacle.SENT


def test_nobody_comes_back_to_the_waitlist_before_somebody_who_was_offered_a_seat(cohort):
    first, second = make_waitlist(cohort, A.WAITLISTED, A.WAITLISTED)
    action = run(prepare_for(cohort, [first], V.WITHDRAW))
    offer_place(second, by=None)

    undo(action)

    assert action.rows.get().obstacle == Obstacle.OFFERED
    assert facts(cohort) == {first.pk: A.WITHDRAWN, second.pk: A.OFFERED}


def test_who_has_applied_again_has_one_application(cohort):
    one = make_application(cohort=cohort)
    action = run(prepare(cohort, V.WITHDRAW))
    make_application(cohort=cohort, person=one.person)

    undo(action)

    assert action.rows.get().obstacle == Obstacle.APPLIED


def test_it_is_undone_once_and_run_once(cohort):
    make_application(cohort=cohort)
    action = run(prepare(cohort, V.TURN_DOWN))
    with pytest.raises(ActionRefused):
        actions.confirm_bulk(action, by=None)
    with pytest.raises(ActionRefused):
        actions.run_bulk(action, by=None)
    undo(action)

    with pytest.raises(ActionRefused):
        undo(action)


def test_a_run_that_breaks_off_leaves_nothing(cohort, monkeypatch):
    one = make_application(cohort=cohort)
    action = prepare(cohort, V.TURN_DOWN)
    actions.confirm_bulk(action, by=None)
    job = Job.objects.get(kind="run_bulk")

    class Killed(BaseException):
        pass

    def dies(done, total=None):
        raise Killed

    monkeypatch.setattr(job, "advance", dies)
    with pytest.raises(Killed):
        actions.run_bulk(action, by=None, job=job)

    one.refresh_from_db()
    action.refresh_from_db()
    assert (one.state, action.state, Mail.objects.count()) == (A.SUBMITTED, "running", 0)
    drain()  # the next worker does all of it
    one.refresh_from_db()
    assert (one.state, Mail.objects.count()) == (A.REJECTED, 1)


# Documents and interviews ------------------------------------------------------------------------


def test_many_are_asked_for_documents_and_told_when_it_cannot_be_undone_any_more(cohort, mailoutbox):
    one = make_application(cohort=cohort)
    asked = make_application(cohort=cohort, state=A.WAITLISTED)
    ask_supplement(asked, ["초본"], by=None, due_on=timezone.localdate())
    run(prepare(cohort, V.ASK))

    made = one.supplements.get()
    assert list(made.items.values_list("name", flat=True)) == ["주민등록초본", "졸업증명서"]
    assert BulkRow.objects.get(application=asked).obstacle == Obstacle.ASKED
    assert asked.supplements.count() == 1
    assert [mail.to for mail in mailoutbox] == [[asked.person.email]]
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        drain()
    assert "졸업증명서" in mailoutbox[-1].body
    assert "흐려서 읽을 수 없습니다." in mailoutbox[-1].body
    assert made.get_absolute_url() in mailoutbox[-1].body


def test_whoever_can_still_change_the_application_is_not_asked():
    cohort = make_cohort()
    make_application(cohort=cohort)

    action = prepare(cohort, V.ASK)

    assert action.rows.get().obstacle == Obstacle.OPEN


def test_undone_nothing_is_asked_for_but_what_somebody_has_answered_stays(cohort):
    one, two = make_application(cohort=cohort), make_application(cohort=cohort)
    action = run(prepare(cohort, V.ASK))
    item = two.supplements.get().items.first()
    answer_supplement(two.supplements.get(), {item.pk: SimpleUploadedFile("a.pdf", pdf())}, by=make_user())

    undo(action)

    assert (one.supplements.count(), two.supplements.count()) == (0, 1)
    assert outcomes(action) == {one.pk: Out.UNDONE, two.pk: Out.KEPT}
    assert dict(Mail.objects.values_list("person_id", "job__state")) == {
        one.person_id: "cancelled", two.person_id: "queued"
    }  # fmt: skip


def test_who_is_no_longer_asked_before_the_mail_goes_hears_nothing_of_it(cohort):
    one = make_application(cohort=cohort)
    run(prepare(cohort, V.ASK))

    cancel_supplement(one.supplements.get(), by=None)

    assert Mail.objects.get().job.state == "cancelled"


def test_invited_again_one_gets_the_new_deadline_and_undone_the_old_one(cohort):
    known, new, booked = (make_invited(cohort), make_application(cohort=cohort), make_invited(cohort))
    book_interview(booked, cohort.interview_slots.first(), by=None)
    before = known.interview_invitation.book_until

    action = run(prepare(cohort, V.INVITE))

    until = datetime.fromisoformat(action.values["book_until"])
    dates = InterviewInvitation.objects.values_list("application", "book_until")
    assert dict(dates)[known.pk] == dict(dates)[new.pk] == until
    assert action.rows.get(application=booked).obstacle == Obstacle.BOOKED
    told = Mail.objects.filter(template="cohorts/interview_invited").values_list("person_id", flat=True)
    assert set(told) == {known.person_id, new.person_id}
    undo(action)
    assert dict(dates.all())[known.pk] == before
    assert not InterviewInvitation.objects.filter(application=new).exists()


def test_who_has_booked_meanwhile_keeps_the_invitation(cohort):
    one = make_application(cohort=cohort)
    action = run(prepare(cohort, V.INVITE))
    book_interview(one, cohort.interview_slots.first(), by=None)

    undo(action)

    assert action.rows.get().obstacle == Obstacle.CHANGED
    assert InterviewInvitation.objects.filter(application=one).exists()


def test_nobody_is_invited_where_no_time_is_free(cohort):
    make_application(cohort=cohort)
    cohort.interview_slots.all().delete()

    with pytest.raises(ActionRefused):
        prepare(cohort, V.INVITE)


@pytest.mark.parametrize(
    ("verb", "values"),
    [(V.ASK, {"documents": ["초본"], "due_on": day(1), "message": ""}), (V.INVITE, None)],
)
def test_a_preview_that_waited_too_long_is_not_confirmed(cohort, verb, values):
    make_application(cohort=cohort)
    action = prepare(cohort, verb, **(values or values_of(verb, cohort)))

    with time_machine.travel(timezone.now() + timedelta(days=3)), pytest.raises(ActionRefused):
        actions.confirm_bulk(action, by=None)


# Pages -----------------------------------------------------------------------------------------


def address(cohort, **query):
    from urllib.parse import urlencode

    return f"{reverse('cohorts:bulk-prepare')}?{urlencode({'cohort': cohort.pk, **query}, doseq=True)}"


def test_from_the_list_to_the_undo(client, official, cohort):
    one, two, other = (make_application(cohort=cohort) for _ in range(3))
    listed = client.get(reverse("cohorts:application-list"), {"cohort": cohort.pk}).content.decode()
    assert f'value="{one.pk}" form="bulk"' in listed
    assert 'form="bulk"' not in client.get(reverse("cohorts:application-list")).content.decode()

    url = address(cohort, verb="turn_down", rows=[one.pk, two.pk])
    assert client.get(url).context["number"] == 2
    answer = client.post(url, {"reason": "서류 미비"})
    action = BulkAction.objects.get()
    assert answer.url == action.get_absolute_url()
    assert client.get(action.get_absolute_url()).context["possible"] == 2
    client.post(reverse("cohorts:bulk-confirm", args=[action.pk]))
    assert "cohorts/bulk_wait.html" in [one.name for one in client.get(action.get_absolute_url()).templates]
    drain()
    page = client.get(action.get_absolute_url())
    assert page.context["may_undo"]
    assert set(facts(cohort).values()) == {A.REJECTED, A.SUBMITTED}

    client.post(reverse("cohorts:bulk-undo", args=[action.pk]))
    assert client.get(action.get_absolute_url()).context["job"].kind == "undo_bulk"
    drain()

    assert set(facts(cohort).values()) == {A.SUBMITTED}
    assert client.get(reverse("cohorts:bulk-list")).context["listing"].total == 1
    assert outcomes(action).keys() == {one.pk, two.pk}
    assert other.pk not in outcomes(action)


def test_all_that_the_filter_finds_and_no_more(client, official, cohort):
    make_application(cohort=cohort, state=A.INELIGIBLE)
    found = [make_application(cohort=cohort) for _ in range(30)]
    make_application(cohort=make_cohort(host=cohort.host))

    url = address(cohort, verb="set_track", all=1, state="submitted")
    client.post(url, {"track": cohort.tracks.last().pk})

    assert set(outcomes(BulkAction.objects.get())) == {one.pk for one in found}


@pytest.mark.parametrize(
    ("verb", "sent", "fields"),
    [
        ("turn_down", {}, ["reason"]),
        ("set_track", {"track": "0"}, ["track"]),
        ("write", {"subject": "두\n줄", "text": ""}, ["subject", "text"]),
        ("ask", {"documents": "", "due_on": day(0)}, ["documents", "due_on"]),
        ("invite", {"book_until_0": "", "book_until": "2020-01-01T10:00"}, ["book_until"]),
        ("write", {"subject": "안내", "text": "950505-1234567"}, ["text"]),
    ],
)
def test_what_is_missing_is_asked_for_again(client, official, cohort, verb, sent, fields):
    one = make_application(cohort=cohort)

    answer = client.post(address(cohort, verb=verb, rows=one.pk), sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == fields
    assert not BulkAction.objects.exists()


def test_nothing_ticked_and_other_cities_are_nothing(client, official, cohort):
    foreign = make_application(cohort=make_cohort())

    assert client.post(address(cohort, verb="turn_down", rows=foreign.pk), {"reason": "서류"}).status_code == 422
    assert client.post(address(cohort, verb="turn_down"), {"reason": "서류"}).status_code == 422
    assert client.get(address(foreign.cohort, verb="turn_down", rows=foreign.pk)).status_code == 404
    assert client.get(address(cohort, verb="nonsense", rows="x")).status_code == 302
    assert client.get(f"{reverse('cohorts:bulk-prepare')}?cohort=²").status_code == 404
    assert not BulkAction.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_of_any_number(client, official, cohort, count, django_assert_num_queries):
    for _ in range(count):
        make_application(cohort=cohort)
        action = prepare(cohort, V.SET_TRACK)
    for url, number in ((action.get_absolute_url(), 8), (reverse("cohorts:bulk-list"), 4)):
        client.get(url)
        with django_assert_num_queries(number):
            assert len(client.get(url).context["listing"]) == count


def test_what_does_not_happen_stands_first_and_is_counted_by_reason(client, official, cohort):
    for _ in range(3):
        make_application(cohort=cohort)
    gone, known = make_application(cohort=cohort, state=A.WITHDRAWN), make_application(cohort=cohort)
    ask_supplement(known, ["초본"], by=None, due_on=timezone.localdate())

    page = client.get(prepare(cohort, V.ASK).get_absolute_url())

    assert {row.application_id for row in page.context["listing"].rows[:2]} == {gone.pk, known.pk}
    [will, not_possible] = page.context["tiles"]
    assert (will[1], will[3], not_possible[1]) == (3, "", 2)
    assert not_possible[3] == f"{Obstacle.ASKED.label} 1, {Obstacle.STATE.label} 1"


# Whoever asked has lost the role -------------------------------------------------------------


@pytest.mark.parametrize("ends", ["role", "account"])
def test_an_undo_whose_asker_has_lost_the_role_is_refused_and_another_asks_again(client, cohort, official, ends):
    make_application(cohort=cohort, state=A.SUBMITTED)
    action = run(prepare(cohort, V.TURN_DOWN))
    actions.ask_undo_bulk(action, by=official)
    end(official, ends)

    drain()

    action.refresh_from_db()
    assert (action.state, action.can_be_undone) == ("done", True)
    assert set(facts(cohort).values()) == {A.REJECTED}
    assert AuditEvent.objects.get(verb="bulk_action.refused").after == {"state": "done"}
    colleague = make_member(Role.OFFICIAL, cohort.host)
    client.force_login(colleague)
    page = client.get(action.get_absolute_url()).content.decode()
    assert f"{cohort.host}의 담당 공무원과 운영기관 담당자가" in page
    client.post(reverse("cohorts:bulk-undo", args=[action.pk]))
    drain()
    assert set(facts(cohort).values()) == {A.SUBMITTED}
    action.refresh_from_db()
    assert (action.state, action.undone_by, action.was_refused) == ("undone", colleague, False)


def test_after_the_half_hour_the_page_says_that_it_is_over(client, cohort, official):
    make_application(cohort=cohort, state=A.SUBMITTED)
    action = run(prepare(cohort, V.TURN_DOWN))
    actions.ask_undo_bulk(action, by=official)
    end(official, "role")
    drain()
    client.force_login(make_member(Role.OFFICIAL, cohort.host))

    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        page = client.get(action.get_absolute_url()).content.decode()

    assert "다시 요청할 수 있는 30분이 지났습니다" in page
    assert reverse("cohorts:bulk-undo", args=[action.pk]) not in page


def test_an_action_whose_asker_has_lost_the_role_is_confirmed_again(client, cohort, official):
    make_application(cohort=cohort, state=A.SUBMITTED)
    action = prepare(cohort, V.TURN_DOWN)
    actions.confirm_bulk(action, by=official)
    end(official, "role")

    drain()

    action.refresh_from_db()
    assert (action.state, set(facts(cohort).values())) == ("preview", {A.SUBMITTED})
    client.force_login(make_member(Role.OPERATOR, cohort.host))
    assert "다시 확정할 수 있습니다" in client.get(action.get_absolute_url()).content.decode()
    client.post(reverse("cohorts:bulk-confirm", args=[action.pk]))
    drain()
    assert set(facts(cohort).values()) == {A.REJECTED}


def end(user, what):
    if what == "account":
        user.is_active = False
        user.save(update_fields=["is_active"])
    else:
        user.memberships.update(ended_at=timezone.now())
