"""The life of an agreement, and what refuses to happen in it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from partners.actions import agreements as actions
from partners.actions.promises import add_commitment, add_party
from partners.models import Agreement
from partners.states import TRANSITIONS, AgreementState, DatePrecision
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_agreement, make_company, make_member, make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def city(official):
    return official.acting.organization


def draft(city, *, parties: int = 2, **fields) -> Agreement:
    agreement = actions.register_agreement(by=None, host=city, title="AI 스쿨 업무협약", **fields)
    for organization in [city, make_company(), make_company()][:parties]:
        add_party(agreement, by=None, transcribed_from="제2조", organization=organization)
    return agreement


def verbs(agreement: Agreement) -> list[str]:
    found = AuditEvent.objects.filter(object_type="partners.agreement", object_id=agreement.pk).order_by("pk")
    return [event.verb.removeprefix("agreement.") for event in found]


def test_registering_makes_a_draft_with_the_next_number_of_the_year(official, city):
    first = actions.register_agreement(by=official, host=city, title="가")
    second = actions.register_agreement(by=official, host=city, title="나")

    year = timezone.localdate().year
    assert (first.number, second.number) == (f"{year}-001", f"{year}-002")
    assert first.state == AgreementState.DRAFT
    assert verbs(first) == ["registered"]


def test_a_number_is_taken_once(city):
    actions.register_agreement(by=None, host=city, title="가", number="A-1")

    with pytest.raises(ActionRefused) as refused:
        actions.register_agreement(by=None, host=city, title="나", number="A-1")
    assert refused.value.field == "number"


def test_a_company_keeps_no_register():
    with pytest.raises(ActionRefused):
        actions.register_agreement(by=None, host=make_company(), title="가")


@pytest.mark.parametrize(
    "known", [{}, {"signed_on": date(2019, 12, 1), "signed_precision": DatePrecision.MONTH}], ids=["no day", "month"]
)
def test_a_draft_whose_day_is_not_known_stays_a_draft(official, city, known):
    agreement = draft(city, **known)

    with pytest.raises(ActionRefused) as refused:
        actions.sign_agreement(agreement, by=official)

    assert refused.value.field == "signed_on"
    assert Agreement.objects.get(pk=agreement.pk).state == AgreementState.DRAFT


def test_signing_asks_for_the_day_and_keeps_it(official, city):
    agreement = draft(city, signed_on=date(2019, 12, 1), signed_precision=DatePrecision.MONTH)

    signed = actions.sign_agreement(agreement, by=official, signed_on=date(2019, 12, 13))

    assert (signed.state, signed.signed_day, signed.valid_from) == ("signed", date(2019, 12, 13), date(2019, 12, 13))


def test_nobody_signs_in_the_future_or_alone(official, city):
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(ActionRefused):
        actions.sign_agreement(draft(city), by=official, signed_on=tomorrow)
    with pytest.raises(ActionRefused):
        actions.sign_agreement(draft(city, parties=1), by=official, signed_on=date(2020, 1, 2))


def test_force_begins_on_its_first_day(official, city):
    today = timezone.localdate()
    agreement = draft(city, signed_on=today, valid_from=today + timedelta(days=1))
    actions.sign_agreement(agreement, by=official)

    with pytest.raises(ActionRefused):
        actions.bring_into_force_agreement(agreement, by=official)


ACTS = {
    AgreementState.SIGNED: lambda a, by: actions.sign_agreement(a, by=by, signed_on=date(2020, 1, 2)),
    AgreementState.IN_FORCE: lambda a, by: actions.bring_into_force_agreement(a, by=by),
    AgreementState.FULFILLED: lambda a, by: actions.fulfil_agreement(a, by=by),
    AgreementState.TERMINATED: lambda a, by: actions.terminate_agreement(a, by=by, reason="예산이 없습니다."),
    AgreementState.RENEWED: lambda a, by: actions.renew_agreement(a, by=by),
}


@pytest.mark.parametrize("to", ACTS)
@pytest.mark.parametrize("state", AgreementState.values)
def test_each_action_obeys_the_table(official, city, state, to):
    agreement = make_agreement(host=city, state=state)
    for organization in (city, make_company()):
        agreement.parties.create(organization=organization)
    before = AuditEvent.objects.count()

    if to in TRANSITIONS[state]:
        ACTS[to](agreement, official)
        assert AuditEvent.objects.count() > before
    else:
        with pytest.raises(ActionRefused):
            ACTS[to](agreement, official)
        assert AuditEvent.objects.count() == before


def test_terminating_needs_a_reason_and_keeps_it(official):
    agreement = make_agreement()

    with pytest.raises(ActionRefused) as refused:
        actions.terminate_agreement(agreement, by=official, reason=" ")
    ended = actions.terminate_agreement(agreement, by=official, reason="사업이 중단되었습니다.")

    assert refused.value.field == "reason"
    assert (ended.ended_on, ended.end_reason) == (timezone.localdate(), "사업이 중단되었습니다.")
    assert AuditEvent.objects.get(verb="agreement.terminated").reason == "사업이 중단되었습니다."


def test_a_renewal_takes_over_parties_and_promises_and_the_old_one_gives_way_once_it_is_in_force(official, city):
    old = make_agreement(host=city)
    party = add_party(old, by=None, transcribed_from="제2조", organization=city, role="운영")
    add_party(old, by=None, transcribed_from="제2조", organization=make_company())
    add_commitment(old, by=None, transcribed_from="제2조", party=party, what="모집", unit="명", quantity=100)

    new = actions.renew_agreement(old, by=official)

    assert (new.state, new.predecessor) == ("draft", old)
    assert [one.role for one in new.parties.all()] == ["운영", ""]
    assert new.commitments.get().party.agreement == new
    old.refresh_from_db()
    assert old.state == AgreementState.IN_FORCE
    actions.sign_agreement(new, by=official, signed_on=timezone.localdate())
    actions.bring_into_force_agreement(new, by=official)
    old.refresh_from_db()
    assert (old.state, old.ended_on) == ("renewed", timezone.localdate())


def test_one_renewal_is_enough(official):
    agreement = make_agreement()
    actions.renew_agreement(agreement, by=official)

    with pytest.raises(ActionRefused):
        actions.renew_agreement(agreement, by=official)


# Amending ------------------------------------------------------------------------------


def test_an_amendment_says_what_changed(official, city):
    agreement = draft(city)

    actions.amend_agreement(agreement, by=official, version=1, title="새 이름", department="일자리과", binding=False)

    event = AuditEvent.objects.get(verb="agreement.amended")
    assert event.before == {"title": "AI 스쿨 업무협약", "department": ""}
    assert event.after == {"title": "새 이름", "department": "일자리과"}


def test_nothing_changed_leaves_no_event_and_no_version(official, city):
    agreement = draft(city)

    same = actions.amend_agreement(agreement, by=official, version=1, title=agreement.title)

    assert same.version == 1
    assert "amended" not in verbs(agreement)


def test_of_two_who_amend_the_second_sees_both_values_and_loses_nothing(official, city):
    agreement = draft(city)
    actions.amend_agreement(agreement, by=official, version=1, title="먼저")

    with pytest.raises(actions.ChangedMeanwhile) as refused:
        actions.amend_agreement(agreement, by=official, version=1, title="나중")

    assert refused.value.current.title == "먼저"
    assert refused.value.fields == ["title"]
    saved = actions.amend_agreement(agreement, by=official, version=refused.value.current.version, title="나중")
    assert saved.title == "나중"


def test_what_was_signed_stays_but_the_person_in_charge_may_change(official):
    agreement = make_agreement()

    with pytest.raises(ActionRefused) as refused:
        actions.amend_agreement(agreement, by=official, version=1, title="다른 이름")
    amended = actions.amend_agreement(agreement, by=official, version=1, in_charge=official)

    assert refused.value.field == "title"
    assert amended.in_charge == official


@pytest.mark.parametrize("state", ["renewed", "fulfilled", "expired", "terminated"])
def test_an_ended_agreement_is_kept_as_it_is(official, state):
    agreement = make_agreement(state=state)

    with pytest.raises(ActionRefused):
        actions.amend_agreement(agreement, by=official, version=1, department="다른 과")
    with pytest.raises(ActionRefused):
        add_party(agreement, by=official, transcribed_from="제2조", organization=make_organization())


# Calendar ------------------------------------------------------------------------------


def test_an_agreement_expires_on_the_day_after_its_last(official, time_machine_at):
    agreement = make_agreement(valid_from=date(2025, 1, 1), valid_until=date(2025, 12, 31))

    with time_machine_at("2025-12-31 23:00"):
        assert actions.expire_agreement(agreement).state == "in_force"
    with time_machine_at("2026-01-01 00:10"):
        expired = actions.expire_agreement(agreement)

    assert (expired.state, expired.ended_on) == ("expired", date(2025, 12, 31))


def test_one_that_extends_itself_gets_a_new_last_day_once_its_day_of_notice_has_passed(time_machine_at):
    agreement = make_agreement(
        valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31), renewal_months=12, notice_days=30
    )

    with time_machine_at("2026-12-01 12:00"):
        assert actions.extend_agreement(agreement).valid_until == date(2026, 12, 31)
    with time_machine_at("2026-12-02 00:10"):
        assert actions.expire_agreement(agreement).valid_until == date(2027, 12, 31)

    assert verbs(agreement) == ["extended"]


def test_a_notice_in_time_lets_it_end(time_machine_at):
    agreement = make_agreement(
        valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31), renewal_months=12, notice_days=30,
        notice_given_on=date(2026, 11, 20),
    )  # fmt: skip

    with time_machine_at("2027-01-01 00:10"):
        assert actions.expire_agreement(agreement).state == "expired"
