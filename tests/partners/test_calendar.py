"""What the days bring to agreements, and the mail that says so in time, once each."""

from datetime import date

import pytest
from django.core import mail

from partners.actions.calendar import remind_of_commitments, remind_of_ending_agreements, turn_agreements
from partners.actions.figures import refresh_all_figures
from partners.models import Agreement, Commitment, Delivery, Party
from portal.accounts.roles import Role
from portal.notify.models import Mail
from tests.factories import make_agreement, make_company, make_member, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


def ending(official, **fields):
    host = official.acting.organization
    return make_agreement(host=host, valid_from=date(2024, 1, 1), valid_until=date(2026, 12, 31), **fields)


def test_each_notice_goes_once_to_each_reader(official, time_machine_at):
    ending(official, in_charge=make_user(email="charge@example.kr"))
    make_member(Role.OPERATOR, official.acting.organization)  # is not asked

    for day in ("10-01", "10-02", "10-02", "11-01", "12-01", "12-24", "12-31"):
        with time_machine_at(f"2026-{day} 09:00"):
            remind_of_ending_agreements()

    notices = sorted((one.address, one.key.split(":")[3]) for one in Mail.objects.all())
    assert notices == sorted(
        (address, n) for address in ("charge@example.kr", official.email) for n in ("90", "60", "30", "7")
    )


def test_a_day_on_which_nothing_ran_is_made_up_for(official, time_machine_at):
    agreement = ending(official)

    with time_machine_at("2026-12-05 09:00"):
        remind_of_ending_agreements()
        drain()

    assert mail.outbox[0].subject == f"‘{agreement}’ 종료 26일 전"
    assert f"/agreements/{agreement.pk}/" in mail.outbox[0].body


def test_the_schedule_asks_for_them(official, time_machine_at):
    ending(official)

    with time_machine_at("2026-10-05 09:01"):
        drain(schedules=True)
        drain(schedules=True)

    assert len(mail.outbox) == 1


def test_drafts_ended_ones_and_others_without_an_end_are_silent(official, time_machine_at):
    ending(official, state="draft")
    ending(official, state="terminated")
    make_agreement(host=official.acting.organization, valid_until=None)

    with time_machine_at("2026-12-05 09:00"):
        assert remind_of_ending_agreements() == 0


def test_the_night_turns_what_is_due(official, time_machine_at):
    host = official.acting.organization
    begins = make_agreement(host=host, state="signed", valid_from=date(2027, 1, 1), valid_until=date(2029, 12, 31))
    extends = ending(official, renewal_months=12, notice_days=30)
    ends, later = ending(official), make_agreement(host=host, state="signed", valid_from=date(2027, 2, 1))

    with time_machine_at("2027-01-01 00:10"):
        turn_agreements()

    for agreement in (begins, extends, ends, later):
        agreement.refresh_from_db()
    assert [one.state for one in (begins, extends, ends, later)] == ["in_force", "in_force", "expired", "signed"]
    assert extends.valid_until == date(2027, 12, 31)


# Commitments ---------------------------------------------------------------------------


@pytest.fixture
def promised(official):
    """A hundred by the end of 2026, from the first day of 2026 on; nothing delivered."""
    agreement = make_agreement(
        host=official.acting.organization, valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31)
    )
    party = Party.objects.create(agreement=agreement, organization=make_company())
    return Commitment.objects.create(agreement=agreement, party=party, what="특강", unit="회", quantity=100)


def slots() -> list[tuple[str, str]]:
    return sorted((one.address, one.key.split(":")[3]) for one in Mail.objects.filter(key__startswith="commitment_due"))


def remind_on(day: str, time_machine_at) -> None:
    with time_machine_at(f"{day} 09:00"):
        refresh_all_figures()
        remind_of_commitments()


def test_a_commitment_at_risk_and_then_missed_is_told_once_each(official, promised, time_machine_at):
    for day in ("2026-01-01", "2026-03-01", "2026-03-02", "2026-12-20"):
        remind_on(day, time_machine_at)
    assert slots() == [(official.email, "at_risk")]

    promised.due_on = date(2026, 12, 1)
    promised.save()
    for day in ("2026-12-02", "2026-12-03"):
        remind_on(day, time_machine_at)
    assert slots() == [(official.email, "at_risk"), (official.email, "missed")]


def test_one_on_course_is_told_once_when_it_is_due_soon(official, promised, time_machine_at):
    promised.quantity = 5
    promised.due_on = date(2026, 12, 20)
    promised.save()
    charge = make_user(email="charge@example.kr")
    Agreement.objects.update(in_charge=charge)
    Delivery.objects.create(
        agreement=promised.agreement, host=promised.agreement.host, commitment=promised, amount=4,
        delivered_on=date(2026, 2, 1), file="x.pdf", name="x.pdf", size=1,
    )  # fmt: skip
    for day in ("2026-11-01", "2026-11-21", "2026-11-22"):
        remind_on(day, time_machine_at)

    assert slots() == [("charge@example.kr", "soon")]
    drain()
    assert "4" in mail.outbox[0].body


def test_what_is_met_ended_or_not_agreed_is_silent(promised, time_machine_at):
    promised.quantity = None
    promised.save()
    remind_on("2026-12-20", time_machine_at)
    promised.quantity = 100
    promised.save()
    Agreement.objects.update(state="terminated")
    remind_on("2026-12-21", time_machine_at)

    assert slots() == []


def test_the_schedule_tells_of_commitments(promised, time_machine_at):
    with time_machine_at("2026-06-01 09:16"):
        drain(schedules=True)
        drain(schedules=True)

    assert [one for one in slots() if one[1] == "at_risk"] == slots()
    assert len(slots()) == 1


# The day of notice ---------------------------------------------------------------------


def test_the_day_of_notice_is_told_a_month_before_once_however_far_the_end(official, time_machine_at):
    extends = ending(official, renewal_months=12, notice_days=180)  # until 4 July
    ending(official, renewal_months=12, notice_days=180, notice_given_on=date(2026, 5, 2))
    ending(official)

    for day in ("06-03", "06-04", "06-05", "07-04", "07-05"):
        with time_machine_at(f"2026-{day} 09:00"):
            remind_of_ending_agreements()
            drain()

    assert [(one.subject, one.to) for one in mail.outbox] == [
        (f"‘{extends}’ 2026. 7. 4.까지 통지가 없으면 자동연장", [official.email])
    ]
    assert "12개월" in mail.outbox[0].body


def test_of_one_that_a_notice_ends_nobody_says_that_it_extends_itself(official, time_machine_at):
    ending(official, renewal_months=12, notice_days=30, notice_given_on=date(2026, 9, 1))

    with time_machine_at("2026-11-01 09:00"):
        remind_of_ending_agreements()
        drain()

    assert "통지가 없으면" not in mail.outbox[0].body


def test_the_page_says_the_day_of_notice(official, sign_in, time_machine_at):
    with time_machine_at("2026-11-01 09:00"):
        agreement = ending(official, renewal_months=12, notice_days=30)
        page = sign_in(official).get(agreement.get_absolute_url()).content.decode()

    assert "2026. 12. 1." in page
