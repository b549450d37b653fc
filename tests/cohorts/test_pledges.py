"""Between an accepted seat and the first day: rules, consents, double benefit, orientation; and who falls out."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cohorts import queries
from cohorts.actions import pledges as actions
from cohorts.actions.enrolment import enrol
from cohorts.models import Application, Consent, Enrolment, Pledge
from cohorts.readiness import Facts, Lack, lacks
from cohorts.states import ApplicationState, CohortState, ConsentKind
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_member, make_person, make_waitlist

pytestmark = pytest.mark.django_db
A = ApplicationState
YES = {"other_training": True, "other_training_name": "다른 국비 과정"}


@pytest.fixture
def cohort():
    return make_cohort(state=CohortState.SELECTING, tracks={"일반": 20}, policy={"needs_pledge": True})


@pytest.fixture
def official(client, cohort, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL, cohort.host)
    client.force_login(user)
    return user


def accept(cohort, name="홍길동", **fields):
    cohort.tracks.update(seats_taken=cohort.tracks.get().seats_taken + 1)
    user = make_member(Role.TRAINEE, cohort.host)
    person = make_person(host=cohort.host, name=name, user=user)
    return make_application(cohort=cohort, person=person, state=A.ACCEPTED, **fields)


def pledge(application, **given):
    return actions.give_pledge(application, by=application.person.user, **given)


# The rule --------------------------------------------------------------------------------------


@given(st.builds(Facts, *[st.booleans()] * 3, st.sampled_from([None, True, False]), st.booleans()))
def test_ready_is_who_has_done_all_that_the_policy_asks(facts):
    found = lacks(facts)

    assert (Lack.PLEDGE in found) == (facts.needs_pledge and not facts.pledged)
    assert not (Lack.ANSWER in found and Lack.DOUBLE_BENEFIT in found)
    if not facts.asks_double_benefit or facts.other_training is False:
        assert not {Lack.ANSWER, Lack.DOUBLE_BENEFIT} & set(found)


def test_the_database_says_what_the_rule_says(cohort):
    for answer in ({"other_training": None}, {"other_training": False}, YES):
        for settled in (None, timezone.now()):
            for agrees in (True, False):
                one = accept(cohort, other_training_cleared_at=settled, **answer)
                if agrees:
                    pledge(one)

    found = list(queries.on_the_way(cohort))
    for lack in Lack:
        said = {one.pk for one in found if lack in queries.lacks_of(one, cohort.policy)}
        assert said == set(
            queries.on_the_way(cohort).filter(queries.lacking(cohort.policy, lack)).values_list("pk", flat=True)
        )
    ready = queries.on_the_way(cohort).exclude(queries.lacking(cohort.policy, ""))
    assert set(ready) == {one for one in found if not queries.lacks_of(one, cohort.policy)}
    assert queries.desk_numbers(cohort).ready == len(ready) == 3


# Enrolled --------------------------------------------------------------------------------------


def test_only_who_lacks_nothing_is_enrolled_and_the_others_keep_the_seat(cohort):
    done, silent, doubled = accept(cohort), accept(cohort, "박서연"), accept(cohort, "이도윤", **YES)
    pledge(done)
    pledge(doubled)

    enrolled = enrol(cohort, by=None)

    assert [one.application for one in enrolled] == [done]
    assert {one.state for one in Application.objects.filter(pk__in=[silent.pk, doubled.pk])} == {A.ACCEPTED}
    with pytest.raises(ActionRefused, match="박서연") as refusal:
        enrol(cohort, by=None)
    assert "이도윤" in str(refusal.value)

    actions.record_entry(silent, by=None, paper_note="휴대전화 없음, 서약서 3번")
    actions.record_entry(doubled, by=None, settled_note="수강포기 확인서 확인")

    assert {one.application for one in enrol(cohort, by=None)} == {silent, doubled}


def test_a_paper_form_needs_its_note_and_a_double_benefit_its_evidence(cohort):
    one = accept(cohort, **YES)

    actions.record_entry(one, by=None, paper_note="서약서 3번", settled_note="확인서")

    assert Pledge.objects.get().channel == "paper"
    assert AuditEvent.objects.get(verb="application.pledged").reason == "서약서 3번"
    assert AuditEvent.objects.get(verb="application.double_benefit_settled").reason == "확인서"
    with pytest.raises(ActionRefused):
        actions.record_entry(accept(cohort), by=None, settled_note="확인서")


def test_a_new_yes_is_settled_anew(cohort):
    one = accept(cohort, other_training_cleared_at=timezone.now(), **YES)

    pledge(one, other_training=True, other_training_name="또 다른 과정")

    one.refresh_from_db()
    assert one.other_training_cleared_at is None


@pytest.mark.parametrize("state", [state for state in A if state not in (A.ACCEPTED, A.ENROLLED)])
def test_rules_are_agreed_to_with_a_seat(cohort, state):
    user = make_member(Role.TRAINEE, cohort.host)
    one = make_application(cohort=cohort, person=make_person(host=cohort.host, user=user), state=state)

    with pytest.raises(ActionRefused):
        pledge(one)
    assert not Pledge.objects.exists()


def test_a_pledge_stays_with_its_version(cohort):
    first, second = accept(cohort), accept(cohort)
    pledge(first)

    made = actions.write_rules(cohort.host, by=None, body="1. 새 규칙", body_en="1. New")
    pledge(first)
    pledge(second)

    assert [one.text.version for one in Pledge.objects.order_by("pk")] == [1, 2]
    assert actions.write_rules(cohort.host, by=None, body="1. 새 규칙", body_en="1. New") == made


def test_a_cancelled_seat_goes_to_the_next_and_the_person_is_told(cohort):
    first, second = make_waitlist(cohort, A.ACCEPTED, A.WAITLISTED)
    cohort.tracks.update(seats_taken=20)

    actions.cancel_seat(first, by=None, reason="오리엔테이션 불참")

    second.refresh_from_db()
    assert second.state == A.OFFERED
    assert AuditEvent.objects.get(verb="application.withdrawn").reason == "오리엔테이션 불참"
    assert "오리엔테이션 불참" in Mail.objects.get(template="cohorts/seat_cancelled").body


def test_orientation_is_noted_for_everybody_with_a_seat(cohort):
    here, away = accept(cohort), accept(cohort)
    with pytest.raises(ActionRefused):
        actions.mark_orientation(cohort, by=None, came=[here.pk])
    actions.plan_orientation(cohort, by=None, at=timezone.now() - timedelta(hours=1), place="강당")
    cohort.refresh_from_db()
    stranger = make_application()

    assert actions.mark_orientation(cohort, by=None, came=[here.pk, stranger.pk]) == 1
    actions.mark_orientation(cohort, by=None, came=[here.pk])

    noted = dict(Application.objects.values_list("pk", "came_to_orientation"))
    assert noted == {here.pk: True, away.pk: False, stranger.pk: None}
    assert AuditEvent.objects.filter(verb="application.orientation_marked").count() == 2


def test_who_lacks_something_is_reminded_once_a_day(cohort):
    done, silent = accept(cohort), accept(cohort)
    pledge(done)

    actions.remind_of_entry(cohort, by=None)
    actions.remind_of_entry(cohort, by=None)

    mail = Mail.objects.get()
    assert (mail.address, "수강 서약" in mail.body) == (silent.person.email, True)
    pledge(silent)
    with pytest.raises(ActionRefused):
        actions.remind_of_entry(cohort, by=None)


# Pages -----------------------------------------------------------------------------------------


def test_the_applicant_agrees_answers_and_chooses_freely(client, cohort, settings):
    settings.MFA_REQUIRED = False
    one = accept(cohort, other_training=None)
    client.force_login(one.person.user)
    url = reverse("cohorts:pledge", args=[one.pk])
    assert url in client.get(one.get_absolute_url()).content.decode()
    assert url in client.get("/").content.decode()

    refused = client.post(url, {"third_party": "on"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"agree", "other_training"}
    assert refused.context["form"]["third_party"].value()
    assert not Consent.objects.exists()
    assert not Pledge.objects.exists()
    assert client.post(url, {"agree": "on", "other_training": "False", "third_party": "on"}).status_code == 302

    one.refresh_from_db()
    assert (one.other_training, one.pledge.channel) == (False, "web")
    assert [consent.kind for consent in one.person.consents.given()] == [ConsentKind.THIRD_PARTY]
    assert url not in client.get("/").content.decode()
    consent = one.person.consents.get()
    client.post(reverse("cohorts:consent-withdraw", args=[consent.pk]))
    assert not one.person.consents.given().exists()
    assert client.get(url).context["pledge"] == one.pledge  # the rules stay agreed to


def test_the_desk_shows_who_lacks_what_and_enrols_the_ready(client, official, cohort):
    done, silent = accept(cohort, "가나다"), accept(cohort, "라마바")
    pledge(done)
    desk = reverse("cohorts:enrolment-desk", args=[cohort.pk])

    rows = list(client.get(desk).context["listing"])
    assert [(row.person.name, row.lacks) for row in rows] == [("가나다", []), ("라마바", [Lack.PLEDGE])]
    assert list(client.get(desk, {"show": "ready"}).context["listing"]) == [done]
    assert list(client.get(desk, {"show": "pledge"}).context["listing"]) == [silent]
    assert client.get(desk, {"show": "nonsense"}).context["listing"].total == 2
    client.post(reverse("cohorts:entry-remind", args=[cohort.pk]))
    client.post(reverse("cohorts:enrolment-start", args=[cohort.pk]))

    assert Enrolment.objects.get().application == done
    assert Mail.objects.filter(template="cohorts/entry_reminder").count() == 1


def test_the_office_records_for_one_person(client, official, cohort):
    one = accept(cohort, other_training=None)
    url = reverse("cohorts:entry-record", args=[one.pk])

    refused = client.post(url, {"other_training": "True", "paper_note": "서약서"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["other_training_name"]
    assert not Pledge.objects.exists()
    sent = {
        "other_training": "True",
        "other_training_name": "타 과정",
        "settled_note": "포기 확인서",
        "paper_note": "서약서",
    }
    assert client.post(url, sent | {"came": "True"}).status_code == 302

    one.refresh_from_db()
    assert (one.came_to_orientation, one.other_training_cleared_at is not None) == (True, True)
    assert "paper_note" not in client.get(url).context["form"].fields
    client.post(url, {"other_training": "True", "other_training_name": "타 과정"})
    one.refresh_from_db()
    assert one.came_to_orientation  # what is left empty stays


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_the_same_of_any_number(client, official, cohort, count, django_assert_num_queries):
    for _ in range(count):
        pledge(accept(cohort))
    desk = reverse("cohorts:enrolment-desk", args=[cohort.pk])
    client.get(desk)

    with django_assert_num_queries(7):
        page = client.get(desk)

    assert len(page.context["listing"]) == count
