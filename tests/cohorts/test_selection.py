"""Decisions: ranked by the policy, prepared from frozen inputs, released together."""

from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from cohorts import queries
from cohorts.actions import selection as actions
from cohorts.models import Application, Decision, Offer, Selection
from cohorts.states import ApplicationState, CohortState, Outcome
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import (
    make_application,
    make_cohort,
    make_member,
    make_organization,
    make_person,
    make_scores,
    make_user,
    make_waitlist,
)
from tests.workers import drain

pytestmark = pytest.mark.django_db
A = ApplicationState


def selecting(seats=2, **fields):
    return make_cohort(state=CohortState.SELECTING, tracks={"일반": seats}, **fields)


def scored(cohort, *interviews, **fields):
    """One application per interview score; everything else is equal."""
    applications = []
    for points in interviews:
        applications.append(make_application(cohort=cohort, **fields))
        make_scores(applications[-1], interview=points)
    return applications


def outcomes(selection):
    return [(one.rank, str(one.outcome)) for one in selection.decisions.order_by("application_id")]


def states(applications):
    found = dict(Application.objects.values_list("pk", "state"))
    return [found[application.pk] for application in applications]


# Preparing -----------------------------------------------------------------------------------


def test_the_best_get_the_seats_and_the_next_wait():
    cohort = selecting(seats=2)
    applications = scored(cohort, 50, 90, 70, 60)

    selection = actions.prepare_selection(cohort, by=None)

    assert outcomes(selection) == [(4, "waitlisted"), (1, "selected"), (2, "selected"), (3, "waitlisted")]
    best = selection.decisions.get(rank=1)
    assert (best.total, best.scores) == (
        Decimal("81.00"),
        {"document": "80.00", "test": "70.00", "interview": "90.00"},
    )
    assert states(applications) == ["submitted"] * 4
    assert not Mail.objects.exists()


def test_the_mean_of_a_panel_counts():
    cohort = selecting()
    [application] = scored(cohort, 90)
    make_scores(application, document=None, test=None, interview=80)

    selection = actions.prepare_selection(cohort, by=None)

    assert selection.decisions.get().scores["interview"] == "85.00"


def test_nobody_below_the_minimum_is_selected_or_waits():
    cohort = selecting(seats=2, policy={"minimum_total": Decimal("70")})
    scored(cohort, 90, 20)

    assert outcomes(actions.prepare_selection(cohort, by=None)) == [(1, "selected"), (2, "rejected")]


def test_each_track_has_its_own_seats_and_ranks():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1, "심화": 1})
    general, advanced = cohort.tracks.all()
    scored(cohort, 50, 60, track=general)
    scored(cohort, 40, 30, track=advanced)

    found = outcomes(actions.prepare_selection(cohort, by=None))

    assert found == [(2, "waitlisted"), (1, "selected"), (1, "selected"), (2, "waitlisted")]


def test_a_missing_score_is_not_a_zero():
    cohort = selecting()
    scored(cohort, 50, None)

    with pytest.raises(ActionRefused) as refusal:
        actions.prepare_selection(cohort, by=None)
    assert refusal.value.field == "turn_down_unranked"
    assert not Selection.objects.exists()

    selection = actions.prepare_selection(cohort, by=None, turn_down_unranked=True)
    assert list(selection.decisions.values_list("rank", "outcome", "total")) == [
        (1, "selected", Decimal("65.00")),
        (2, "rejected", None),
    ]
    assert selection.decisions.get(rank=2).scores == {"document": "80.00", "test": "70.00"}


@pytest.mark.parametrize("state", CohortState)
def test_only_a_cohort_that_is_selecting_is_selected_from(state):
    cohort = make_cohort(state=state)
    scored(cohort, 50)

    if state == CohortState.SELECTING:
        assert actions.prepare_selection(cohort, by=None).pk
    else:
        with pytest.raises(ActionRefused):
            actions.prepare_selection(cohort, by=None)
        assert not Selection.objects.exists()


def test_there_is_one_open_selection_at_a_time():
    cohort = selecting()
    scored(cohort, 50)
    selection = actions.prepare_selection(cohort, by=None)

    with pytest.raises(ActionRefused):
        actions.prepare_selection(cohort, by=None)

    actions.discard_selection(selection, by=None)
    assert actions.prepare_selection(cohort, by=None).decisions.count() == 1
    verbs = ["selection.prepared", "selection.discarded", "selection.prepared"]
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == verbs


def test_an_empty_cohort_has_nothing_to_decide():
    with pytest.raises(ActionRefused):
        actions.prepare_selection(selecting(), by=None)


def test_a_later_selection_stands_behind_those_who_wait():
    cohort = selecting(seats=1)
    _taken, waiting = make_waitlist(cohort, A.REJECTED, A.WAITLISTED)
    scored(cohort, 100)

    selection = actions.prepare_selection(cohort, by=None)

    assert outcomes(selection) == [(3, "waitlisted")]
    actions.release_selection(selection, by=None)
    assert Application.objects.waitlisted().first() == waiting


# Releasing -----------------------------------------------------------------------------------


def test_a_release_moves_everybody_and_writes_one_mail_each():
    cohort = selecting(seats=1, policy={"minimum_total": Decimal("50")})
    user = make_user()
    applications = scored(cohort, 90, 60, 0)
    selection = actions.prepare_selection(cohort, by=user)

    actions.release_selection(selection, by=user, override="혼자 근무")

    assert states(applications) == ["offered", "waitlisted", "rejected"]
    assert Offer.objects.get().application == applications[0]
    drain()
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(one.person.email for one in applications)
    assert AuditEvent.objects.filter(verb__startswith="application.", actor=user).count() == 3
    assert AuditEvent.objects.get(verb="selection.released").after == {"selected": 1, "waitlisted": 1, "rejected": 1}


def test_a_release_told_twice_changes_nothing():
    cohort = selecting(seats=1)
    scored(cohort, 90, 60)
    selection = actions.prepare_selection(cohort, by=None)
    first = actions.release_selection(selection, by=None)

    again = actions.release_selection(selection, by=make_user())

    assert (again.released_at, again.released_by) == (first.released_at, None)
    assert (Offer.objects.count(), Mail.objects.count()) == (1, 2)
    assert AuditEvent.objects.filter(verb="selection.released").count() == 1


def test_the_waitlist_mail_names_the_place():
    cohort = selecting(seats=1)
    scored(cohort, 90, 60, 70)
    actions.release_selection(actions.prepare_selection(cohort, by=None), by=None)

    places = {row.person_id: row.subject for row in Mail.objects.filter(template="cohorts/waitlisted")}
    order = [Application.objects.waitlisted()[n].person_id for n in range(2)]
    assert "1" in places[order[0]]
    assert "2" in places[order[1]]


def test_who_withdrew_before_the_release_leaves_the_seat_to_the_next():
    cohort = selecting(seats=1)
    applications = scored(cohort, 90, 60)
    selection = actions.prepare_selection(cohort, by=None)
    Application.objects.filter(pk=applications[0].pk).update(state=A.WITHDRAWN)

    actions.release_selection(selection, by=None)

    assert states(applications) == ["withdrawn", "offered"]


def test_a_release_refuses_when_seats_have_gone():
    cohort = selecting(seats=2)
    applications = scored(cohort, 90, 60)
    selection = actions.prepare_selection(cohort, by=None)
    cohort.tracks.update(capacity=1)

    with pytest.raises(ActionRefused):
        actions.release_selection(selection, by=None)

    assert states(applications) == ["submitted", "submitted"]
    assert not Mail.objects.exists()


def test_a_discarded_selection_cannot_be_released_nor_a_released_one_discarded():
    cohort = selecting()
    scored(cohort, 90)
    gone = actions.prepare_selection(cohort, by=None)
    stale = Selection.objects.get()
    actions.discard_selection(gone, by=None)
    with pytest.raises(ActionRefused):
        actions.release_selection(stale, by=None)

    released = actions.release_selection(actions.prepare_selection(cohort, by=None), by=None)
    with pytest.raises(ActionRefused):
        actions.discard_selection(released, by=None)
    assert Decision.objects.count() == 1


def many(cohort, number):
    """Applications with all scores, made quickly."""
    from django.utils import timezone

    from cohorts.models import Person, Score

    reviewer, now, track = make_user(), timezone.now(), cohort.tracks.get()
    people = Person.objects.bulk_create(
        Person(host=cohort.host, name="홍길동", birth_date="1998-03-15", mobile="", email=f"m{n}@example.kr")
        for n in range(number)
    )
    applications = Application.objects.bulk_create(
        Application(
            cohort=cohort, host=cohort.host, person=person, track=track, state=A.SUBMITTED, submitted_at=now,
            receipt_number=f"M-{cohort.pk}-{person.pk}",
        )
        for person in people
    )  # fmt: skip
    Score.objects.bulk_create(
        Score(application=one, host=cohort.host, stage=stage, reviewer=reviewer, points=(one.pk * 37) % 101)
        for one in applications
        for stage in ("document", "test", "interview")
    )
    return applications


@pytest.mark.parametrize("number", [4, 1000])
def test_a_release_takes_ten_queries_however_many_applied(number, django_assert_max_num_queries):
    cohort = selecting(seats=3)
    many(cohort, number)
    selection = actions.prepare_selection(cohort, by=None)

    with django_assert_max_num_queries(12) as queries_:
        actions.release_selection(selection, by=None)

    savepoints = [one for one in queries_ if "SAVEPOINT" in one["sql"]]
    assert len(queries_) - len(savepoints) <= 10
    assert Mail.objects.count() == number


# Pages ---------------------------------------------------------------------------------------


@pytest.fixture
def official(client, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL)
    client.force_login(user)
    return user


def page(name, thing):
    return reverse(f"cohorts:{name}", args=[thing.pk])


def test_the_preview_shows_the_order_and_what_decides_ties(client, official):
    cohort = selecting(seats=1, host=official.acting.organization)
    first, second = scored(cohort, 90, 80)

    response = client.get(page("selection", cohort))

    assert response.status_code == 200
    body = response.content.decode()
    assert body.index(first.receipt_number) < body.index(second.receipt_number)
    assert response.context["funnel"].rows[0][1] == 2
    assert not Selection.objects.exists()


def test_prepare_and_release_through_the_pages(client, official):
    cohort = selecting(seats=1, host=official.acting.organization)
    applications = scored(cohort, 90, 80)

    assert client.post(page("selection-prepare", cohort)).status_code == 302
    selection = Selection.objects.get()
    assert (selection.prepared_by, client.get(page("selection", cohort)).status_code) == (official, 200)
    question = client.get(page("selection-release", selection))
    assert question.context["mails"] == 2
    assert states(applications) == ["submitted", "submitted"]

    assert client.post(page("selection-release", selection)).status_code == 422
    client.post(page("selection-release", selection), {"override": "다른 담당자가 없음"})

    assert states(applications) == ["offered", "waitlisted"]
    selection.refresh_from_db()
    assert selection.override_reason == "다른 담당자가 없음"
    assert client.get(page("selection", cohort)).status_code == 200


def test_prepare_says_beside_the_box_what_is_missing(client, official):
    cohort = selecting(host=official.acting.organization)
    scored(cohort, 90, None)

    response = client.post(page("selection-prepare", cohort))

    assert response.status_code == 422
    assert response.context["form"].errors["turn_down_unranked"]
    assert client.post(page("selection-prepare", cohort), {"turn_down_unranked": "on"}).status_code == 302


def test_a_prepared_selection_is_discarded_through_the_page(client, official):
    cohort = selecting(host=official.acting.organization)
    scored(cohort, 90)
    selection = actions.prepare_selection(cohort, by=official)

    client.post(page("selection-discard", selection))

    assert not Selection.objects.exists()


@pytest.mark.parametrize("name", ["selection-prepare", "selection-discard"])
def test_what_changes_something_takes_no_get(client, official, name):
    cohort = selecting(host=official.acting.organization)
    selection = Selection.objects.create(cohort=cohort, host=cohort.host)

    assert client.get(page(name, cohort if name == "selection-prepare" else selection)).status_code == 405


def test_another_citys_selection_is_unknown(client, official):
    cohort = selecting(host=make_organization())
    selection = Selection.objects.create(cohort=cohort, host=cohort.host)

    assert client.get(page("selection", cohort)).status_code == 404
    assert client.post(page("selection-release", selection)).status_code == 404
    assert client.get(page("selection-waitlist", cohort)).status_code == 404


@pytest.mark.parametrize("number", [1, 3, 60])
@pytest.mark.parametrize("stage", ["preview", "prepared", "released"])
def test_the_selection_page_takes_the_same_queries_for_any_number(
    client, official, number, stage, django_assert_max_num_queries
):
    cohort = selecting(host=official.acting.organization)
    many(cohort, number)
    if stage != "preview":
        selection = actions.prepare_selection(cohort, by=None)
        if stage == "released":
            actions.release_selection(selection, by=None)
    client.get(page("selection", cohort))

    with django_assert_max_num_queries(17):
        client.get(page("selection", cohort))


@pytest.mark.parametrize("number", [1, 3, 60])
def test_the_waitlist_takes_the_same_queries_for_any_number(client, official, number, django_assert_max_num_queries):
    cohort = selecting(host=official.acting.organization)
    many(cohort, number)
    actions.release_selection(actions.prepare_selection(cohort, by=None), by=None)
    client.get(page("selection-waitlist", cohort))

    with django_assert_max_num_queries(13):
        client.get(page("selection-waitlist", cohort))


def test_the_waitlist_shows_who_is_next_and_the_official_offers_it(client, official):
    cohort = selecting(seats=2, host=official.acting.organization)
    [waiting] = make_waitlist(cohort, A.WAITLISTED)
    response = client.get(page("selection-waitlist", cohort))
    assert response.context["tracks"][0].next_pk == waiting.pk

    client.post(page("offer-place", waiting))

    assert states([waiting]) == ["offered"]


def test_outcomes_and_numbers_agree(client):
    cohort = selecting(seats=1)
    scored(cohort, 90, 80, 70)
    preview = queries.preview_numbers(queries.rank(cohort))
    prepared = queries.decision_numbers(actions.prepare_selection(cohort, by=None))

    assert preview == prepared
    assert (prepared[0].selected, prepared[0].waitlisted, prepared[0].cut_off) == (1, 2, Decimal("81.00"))
    assert queries.distribution([(Decimal("100"), Outcome.SELECTED)]).rows == [("90–100", [1, 0, 0])]


def test_two_persons_of_one_total_are_marked_as_tied():
    cohort = selecting(seats=1)
    scored(cohort, 90, 90, 70)

    assert [row.tied for row in queries.rank(cohort).rows()] == [True, True, False]
    selection = actions.prepare_selection(cohort, by=None)
    assert [row.tied for row in selection.decisions.for_list().order_by("rank")] == [True, True, False]


def test_the_host_of_another_persons_application_never_mixes():
    cohort, other = selecting(), selecting()
    scored(cohort, 90)
    make_application(cohort=other, person=make_person(host=other.host))

    assert actions.prepare_selection(cohort, by=None).decisions.count() == 1
