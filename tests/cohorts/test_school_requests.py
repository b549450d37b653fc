"""Rounds of school visits and what schools ask for: received once, chosen by the rule, moved up, withdrawn."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cohorts.actions import outreach as rounds
from cohorts.actions import school_requests as actions
from cohorts.actions.visits import plan_visit
from cohorts.models import OutreachRound, SchoolRequest
from cohorts.models.outreach import rural_basis_of
from cohorts.outreach import fingerprint, proposal, waitlist_of
from cohorts.outreach_states import REQUEST_TRANSITIONS, ROUND_TRANSITIONS, RequestState, RoundState
from partners.models import Organization
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.cohorts.visiting import RURAL, TOWN, make_request, make_round, make_visit, school_day
from tests.factories import make_company, make_member, make_organization, make_programme
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


def told(**fields):
    return {
        "school_name": "봉화초등학교", "office": "경상북도봉화교육지원청", "address": RURAL, "rural": True, "grade": "e5",
        "pupils": 24, "wishes": [school_day()], "contact_name": "고은별", "contact_email": "teacher@school.example",
        "contact_mobile": "010-1234-5678", "language": "ko",
    } | fields  # fmt: skip


def send(round, key=None, **fields):
    return actions.send_request(round, submission_key=key or uuid.uuid4(), **told(**fields))


def states(*requests) -> list[str]:
    return [SchoolRequest.objects.get(pk=one.pk).state for one in requests]


def mails() -> list[tuple[str, str]]:
    return [(mail.template.removeprefix("cohorts/"), mail.address) for mail in Mail.objects.order_by("pk")]


def over(round: OutreachRound) -> OutreachRound:
    OutreachRound.objects.filter(pk=round.pk).update(apply_closes_at=timezone.now())
    round.refresh_from_db()
    return round


# The tables ----------------------------------------------------------------------------


def test_the_tables_of_states_are_complete():
    assert set(ROUND_TRANSITIONS) == set(RoundState)
    assert set(REQUEST_TRANSITIONS) == set(RequestState)


@pytest.mark.parametrize(
    ("address", "basis"),
    [
        (RURAL, "봉화읍"),
        ("전라남도 신안군 흑산면 진리1길 5", "흑산면"),
        (TOWN, ""),
        ("부산광역시 부산진구 서면로 10", ""),
    ],
)
def test_a_rural_school_lies_in_an_eup_or_myeon(address, basis):
    assert rural_basis_of(address) == basis


# Rounds --------------------------------------------------------------------------------


def plan(**fields):
    now, today = timezone.now(), timezone.localdate()
    return {
        "company": make_company(), "format": "at_school", "topic": "AI와 직업", "grades": ["e5"], "visits_most": 2,
        "pupils_most": 30, "visits_from": today, "visits_until": today + timedelta(days=90),
        "apply_opens_at": now, "apply_closes_at": now + timedelta(days=14),
    } | fields  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"apply_closes_at": timezone.now() - timedelta(days=1)}, "apply_closes_at"),
        ({"visits_until": timezone.localdate() - timedelta(days=1)}, "visits_until"),
        ({"visits_until": timezone.localdate() + timedelta(days=1)}, "apply_closes_at"),
        ({"names_needed": True}, "names_needed"),
        ({"format": "at_company", "place": ""}, "place"),
        ({"company": None}, "company"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused_beside_its_field(fields, field):
    programme = make_programme(kind="outreach")
    if "company" in fields:
        fields = {"company": make_organization()}

    with pytest.raises(ActionRefused) as refused:
        rounds.offer_round(programme, by=None, **plan(**fields))

    assert refused.value.field == field


def test_only_an_outreach_programme_has_rounds():
    with pytest.raises(ActionRefused) as refused:
        rounds.offer_round(make_programme(), by=None, **plan())

    assert refused.value.field == "programme"


def test_a_round_is_edited_until_schools_read_it():
    official = make_member(Role.OFFICIAL)
    round = rounds.offer_round(
        make_programme(kind="outreach", host=official.acting.organization), by=official, **plan()
    )
    rounds.edit_round(round, by=official, topic="AI와 미래 직업")
    rounds.publish_round(round, by=official)

    with pytest.raises(ActionRefused):
        rounds.edit_round(round, by=official, topic="다른 주제")

    round.refresh_from_db()
    assert (round.topic, round.state) == ("AI와 미래 직업", "published")
    told = AuditEvent.objects.filter(object_type="cohorts.outreachround", actor=official).order_by("pk")
    assert [event.verb for event in told] == ["round.offered", "round.edited", "round.published"]


def test_a_cancelled_round_tells_each_school_why():
    round = make_round()
    stays, gone = make_request(round=round), make_request(round=round, state="withdrawn")

    rounds.cancel_round(round, by=None, reason="강사 사정")

    assert states(stays, gone) == ["cancelled", "withdrawn"]
    assert mails() == [("school_cancelled", stays.contact_email)]
    assert "강사 사정" in Mail.objects.get().body


# Receiving -----------------------------------------------------------------------------


def test_a_request_is_received_with_its_consent_and_one_mail():
    round = make_round()

    request = send(round, shares_contact=True)

    assert (request.state, request.region, request.rural_basis) == ("submitted", "경북", "봉화읍")
    assert request.receipt_number.startswith(f"{timezone.localdate():%y}-V")
    assert (request.consent_text.kind, request.sharing_text.kind) == ("school_contact", "school_sharing")
    assert mails() == [("school_received", "teacher@school.example")]
    assert request.token in Mail.objects.get().body
    assert SchoolRequest.objects.with_token(request.token).get() == request
    event = AuditEvent.objects.get(verb="school_request.received")
    assert "고은별" not in str(event.after)


def test_a_changed_link_leads_nowhere():
    request = make_request()
    other = make_request()

    forged = request.token.replace(f"{request.pk}:", f"{other.pk}:")

    assert not SchoolRequest.objects.with_token(forged).exists()
    assert not SchoolRequest.objects.with_token("").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"grade": "h1"}, "grade"),
        ({"pupils": 31}, "pupils"),
        ({"address": "봉화읍 내성로 1"}, "address"),
        ({"address": TOWN}, "rural"),
        ({"wishes": [school_day(400)]}, "wish_1"),
        ({"wishes": [school_day(), school_day()]}, "wish_2"),
    ],
)
def test_what_the_round_does_not_offer_is_refused_beside_its_field(fields, field):
    with pytest.raises(ActionRefused) as refused:
        send(make_round(), **fields)

    assert refused.value.field == field


def test_no_visit_on_a_sunday():
    sunday = timezone.localdate() + timedelta(days=6 - timezone.localdate().weekday() + 7)

    with pytest.raises(ActionRefused) as refused:
        send(make_round(), wishes=[sunday])

    assert refused.value.field == "wish_1"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "cancelled"},
        {"apply_closes_at": timezone.now() - timedelta(seconds=1)},
        {"apply_opens_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_requests_come_only_while_the_round_is_open(fields):
    with pytest.raises(ActionRefused):
        send(make_round(**fields))


def test_the_same_key_after_the_deadline_is_still_the_same_receipt():
    round, key = make_round(), uuid.uuid4()
    request = send(round, key)

    assert send(over(round), key) == request
    assert Mail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_are_one_request():
    round, key = make_round(), uuid.uuid4()

    found = in_parallel([lambda: send(round, key).receipt_number] * 20)

    assert set(found) == {SchoolRequest.objects.get().receipt_number}
    assert Mail.objects.count() == 1


# The choice ----------------------------------------------------------------------------


def test_the_choice_puts_rural_schools_first_and_tells_each_school_once():
    round = make_round(visits_most=2, waitlist_most=1, over=True)
    town, rural, other, last = (make_request(round=round, rural=rural) for rural in (False, True, False, False))
    seen = fingerprint(proposal(round))

    rounds.decide_requests(round, by=None, seen=seen)

    assert states(rural, town, other, last) == ["accepted", "accepted", "waitlisted", "turned_down"]
    assert sorted(mails()) == sorted(
        [
            ("school_accepted", rural.contact_email),
            ("school_accepted", town.contact_email),
            ("school_waitlisted", other.contact_email),
            ("school_turned_down", last.contact_email),
        ]
    )
    accepted = SchoolRequest.objects.get(pk=rural.pk)
    assert (accepted.school.name, accepted.school.kind) == (rural.school_name, "school")
    assert waitlist_of(round) == [other]


def test_what_was_seen_is_what_is_decided():
    round = make_round(over=True)
    request = make_request(round=round)
    make_request(round=round)
    seen = fingerprint(proposal(round))
    actions.withdraw_request(request)

    with pytest.raises(ActionRefused):
        rounds.decide_requests(round, by=None, seen=seen)

    assert set(SchoolRequest.objects.values_list("state", flat=True)) == {"withdrawn", "submitted"}


@pytest.mark.parametrize("fields", [{}, {"over": True, "state": "decided"}, {"over": True, "state": "draft"}])
def test_nothing_is_decided_too_early_or_twice(fields):
    round = make_round(**fields)
    request = make_request(round=round)

    with pytest.raises(ActionRefused):
        rounds.decide_requests(round, by=None)

    assert states(request) == ["submitted"]


def test_schools_of_one_name_are_told_apart_by_their_office():
    round = make_round(visits_most=4, over=True)
    known = Organization.objects.create(kind="school", name="중앙초등학교", region="대구광역시")
    first, second = (make_request(round=round, school_name="중앙초등학교", office=one) for one in ("중부청", "동부청"))
    far = make_request(round=round, school_name="중앙초등학교", office="봉화청", rural=True)
    again = make_request(round=round, school_name="중앙초등학교", office="중부청")

    rounds.decide_requests(round, by=None)

    schools = {one.pk: SchoolRequest.objects.get(pk=one.pk).school for one in (first, second, far, again)}
    assert schools[first.pk] == known == schools[again.pk]
    assert schools[second.pk].name == "중앙초등학교 (동부청)"
    assert schools[far.pk].name == "중앙초등학교 (봉화청)"


# Afterwards ----------------------------------------------------------------------------


def decided(**fields):
    """A decided round of one visit: who has it, and two who wait."""
    round = make_round(visits_most=1, over=True, **fields)
    requests = [make_request(round=round) for _ in range(3)]
    rounds.decide_requests(round, by=None)
    Mail.objects.all().delete()
    return round, requests


def test_who_withdraws_makes_room_for_the_next():
    _round, (has, following, later) = decided()
    visit = make_visit(request=SchoolRequest.objects.get(pk=has.pk), days=10)

    actions.withdraw_request(has)

    visit.refresh_from_db()
    assert (visit.state, states(has, following, later)) == ("cancelled", ["withdrawn", "accepted", "waitlisted"])
    assert mails() == [("school_accepted", following.contact_email)]


def test_who_waits_and_withdraws_moves_nobody():
    _round, (has, following, later) = decided()

    actions.withdraw_request(following)

    assert states(has, following, later) == ["accepted", "withdrawn", "waitlisted"]
    assert mails() == []


def test_a_cancelled_visit_goes_to_the_next_and_both_are_told():
    _round, (has, following, _later) = decided()
    visit = make_visit(request=SchoolRequest.objects.get(pk=has.pk))

    actions.cancel_visit(visit, by=None, reason="강사 입원")

    assert states(has, following) == ["cancelled", "accepted"]
    assert set(mails()) == {("school_cancelled", has.contact_email), ("school_accepted", following.contact_email)}


@pytest.mark.parametrize("state", RequestState)
def test_the_office_cancels_what_has_not_ended(state):
    request = make_request(state=state)

    if RequestState.CANCELLED in REQUEST_TRANSITIONS[state]:
        actions.cancel_request(request, by=None, reason="같은 학교의 중복 신청")
        assert (states(request), mails()) == (["cancelled"], [("school_cancelled", request.contact_email)])
    else:
        with pytest.raises(ActionRefused):
            actions.cancel_request(request, by=None, reason="같은 학교의 중복 신청")
        assert states(request) == [state]


def test_nobody_moves_up_once_the_days_are_over():
    round, (has, following, _later) = decided()
    OutreachRound.objects.filter(pk=round.pk).update(visits_until=timezone.localdate() - timedelta(days=1))

    actions.withdraw_request(has)

    assert states(following) == ["waitlisted"]


@pytest.mark.parametrize("state", [state for state in RequestState if not REQUEST_TRANSITIONS[state]])
def test_what_has_ended_cannot_be_withdrawn(state):
    request = make_request(state=state)

    with pytest.raises(ActionRefused):
        actions.withdraw_request(request)


def test_a_visit_that_was_held_cannot_be_withdrawn():
    visit = make_visit(state="held", days=-1)

    with pytest.raises(ActionRefused):
        actions.withdraw_request(visit.request)


def test_the_database_refuses_a_visit_of_another_company_than_the_rounds():
    visit, other = make_visit(), make_company()

    with pytest.raises(IntegrityError, match="company_of_round"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        type(visit).objects.filter(pk=visit.pk).update(company=other)


def test_only_an_accepted_school_gets_a_visit_and_only_one():
    start = timezone.now() + timedelta(days=9)
    when = {"starts_at": start, "ends_at": start + timedelta(hours=1), "place": "5학년 1반", "expert_name": "오지훈"}
    waits = make_request(state="waitlisted")
    with pytest.raises(ActionRefused):
        plan_visit(waits, by=None, **when)
    has = make_request(state="accepted")
    plan_visit(has, by=None, **when)

    with pytest.raises(ActionRefused):
        plan_visit(has, by=None, **when)
