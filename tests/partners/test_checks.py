"""Compliance checks: opened in time, filled in, reviewed by another, followed up, and never forgotten."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from partners.actions import checks, council, promises
from partners.models import Amendment, ComplianceCheck
from partners.queries import check_todos
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_agreement, make_company, make_member
from tests.workers import drain

pytestmark = pytest.mark.django_db
BEGINS = date(2025, 3, 12)


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, email="official@example.kr")


@pytest.fixture
def city(official):
    city = official.acting.organization
    council.set_ordinance(city, by=None, name="조례", applies_from=date(2020, 1, 1), check_interval_months=12)
    return city


@pytest.fixture
def charged(city):
    return make_member(Role.OPERATOR, city, email="charge@example.kr")


def agreement_of(city, **fields):
    dates = {"signed_on": BEGINS, "valid_from": BEGINS, "valid_until": date(2030, 3, 11)}
    agreement = make_agreement(host=city, **dates | fields)
    party = promises.add_party(agreement, by=None, transcribed_from="제2조", organization=make_company())
    promises.add_commitment(
        agreement, by=None, transcribed_from="제2조", party=party, what="현장 교육", unit="명", quantity=100
    )
    return agreement


def opened(city, **fields):
    return checks.open_check(agreement_of(city, **fields), by=None, covers_until=date(2026, 3, 11))


def found(check, state="on_track", note=""):
    return {one.pk: (state, note) for one in check.agreement.commitments.all()}


def filled(check, by=None, **values):
    return checks.fill_check(check, by=by, **{"findings": "이상 없음", "commitments": found(check)} | values)


def keys():
    return [(one.key.split(":")[3], one.address.split("@")[0]) for one in Mail.objects.order_by("pk")]


def test_a_check_opens_once_for_each_interval(city, charged, time_machine_at):
    agreement_of(city, in_charge=charged)

    for day, there in (("2026-03-11", 0), ("2026-03-12", 1), ("2026-03-13", 1), ("2027-03-12", 2)):
        with time_machine_at(f"{day} 00:20"):
            checks.open_checks()
        assert ComplianceCheck.objects.count() == there

    newest = ComplianceCheck.objects.first()
    assert (newest.covers_until, newest.due_on) == (date(2027, 3, 11), date(2027, 4, 12))
    assert keys() == [("opened", "charge"), ("opened", "charge")]


def test_no_check_without_a_duty(city, time_machine_at):
    agreement_of(city, state="draft")
    agreement_of(city, signed_on=date(2019, 12, 31), valid_from=date(2019, 12, 31))  # before the ordinance
    agreement_of(make_member(Role.OFFICIAL).acting.organization)  # an office without one

    with time_machine_at("2026-03-12 00:20"):
        assert checks.open_checks() == 0


def test_who_is_in_charge_is_asked_and_what_is_late_goes_one_level_up(city, charged, time_machine_at):
    with time_machine_at("2026-03-12 00:20"):
        opened(city, in_charge=charged)  # due on 13 April, since the 11th is a Saturday

    for day in ("04-05", "04-06", "04-07", "04-13", "04-14", "04-15"):
        with time_machine_at(f"2026-{day} 09:00"):
            checks.remind_of_checks()
            drain()

    assert keys() == [("soon", "charge"), ("overdue", "official")]
    assert mail.outbox[1].subject.startswith("이행점검 기한이 지났습니다")


def test_above_the_officials_stand_the_admins(city, time_machine_at):
    make_member(Role.ADMIN, email="admin@example.kr")
    with time_machine_at("2026-03-12 00:20"):
        opened(city)

    with time_machine_at("2026-04-14 09:00"):
        checks.remind_of_checks()

    assert keys() == [("overdue", "admin")]


def test_a_check_that_nobody_reviews_goes_up_a_step_of_its_own(city, charged, time_machine_at):
    make_member(Role.ADMIN, email="admin@example.kr")
    with time_machine_at("2026-03-12 00:20"):
        check = opened(city, in_charge=charged)
    with time_machine_at("2026-04-14 09:00"):  # a day late
        checks.remind_of_checks()
        filled(check, by=charged)

    for day in ("04-20", "04-21", "04-22", "04-23"):
        with time_machine_at(f"2026-{day} 09:00"):
            checks.remind_of_checks()
            drain()

    assert keys() == [("overdue", "official"), ("review", "admin")]
    assert mail.outbox[-1].subject.startswith("이행점검 검토 기한이 지났습니다")


def test_an_overdue_follow_up_goes_up_once(city, charged, time_machine_at):
    with time_machine_at("2026-03-12 09:00"):
        check = filled(opened(city, in_charge=charged), by=charged)
        checks.review_check(check, by=None, follow_up="강사 확보", follow_up_due_on=date(2026, 4, 30))

    for day in ("04-30", "05-01", "05-02"):
        with time_machine_at(f"2026-{day} 09:00"):
            checks.remind_of_checks()

    assert keys() == [("follow_up", "official")]


def test_a_check_goes_its_way_with_an_event_for_each_step(official, city, charged):
    check = filled(opened(city), by=charged)
    checks.return_check(check, by=official, reason="수치 확인")
    check = checks.review_check(
        filled(check, by=charged), by=official, follow_up="보완", follow_up_due_on=timezone.localdate()
    )
    checks.finish_follow_up(check, by=charged)

    events = AuditEvent.objects.filter(object_type="partners.compliancecheck", object_id=check.pk).order_by("pk")
    assert [event.verb for event in events] == [
        "check.opened", "check.filled", "check.returned", "check.filled", "check.reviewed", "check.followed_up",
    ]  # fmt: skip


def test_nobody_reviews_the_own_check(official, city):
    check = filled(opened(city), by=official)

    for act in (checks.review_check, lambda one, by: checks.return_check(one, by=by, reason="수치 확인")):
        with pytest.raises(ActionRefused, match="본인이 작성한"):
            act(check, by=official)


def test_what_is_wanting_needs_its_improvement(city):
    check = opened(city)

    with pytest.raises(ActionRefused) as refused:
        filled(check, commitments=found(check, "delayed"))
    assert refused.value.field == "improvement"
    assert filled(check, commitments=found(check, "delayed"), improvement="일정 조정").state == "filled"


def test_every_commitment_is_answered_for(city):
    with pytest.raises(ActionRefused, match="과제마다"):
        filled(opened(city), commitments={})


def test_a_commitment_that_a_check_speaks_of_is_kept(city):
    check = filled(opened(city))

    with pytest.raises(ActionRefused):
        promises.remove_commitment(check.agreement.commitments.get(), by=None, amendment=Amendment())


@pytest.mark.parametrize("values", [{"follow_up": "보완"}, {"follow_up_due_on": date(2100, 1, 1)}])
def test_a_follow_up_has_its_day(city, values):
    with pytest.raises(ActionRefused):
        checks.review_check(filled(opened(city)), by=None, **values)


def test_a_step_in_the_wrong_state_is_refused(city):
    check = opened(city)

    with pytest.raises(ActionRefused):
        checks.review_check(check, by=None)
    with pytest.raises(ActionRefused):
        checks.finish_follow_up(check, by=None)


def test_a_check_is_filled_in_and_reviewed_on_its_pages(sign_in, official, city, charged):
    check = opened(city, in_charge=charged)
    line = check.agreement.commitments.get().pk
    fill = reverse("partners:check-fill", args=[check.pk])
    review = reverse("partners:check-review", args=[check.pk])
    typed = {f"state_{line}": "delayed", f"note_{line}": "강사 섭외 중", "findings": "절반 이행"}

    theirs = sign_in(charged)
    wrong = theirs.post(fill, typed)
    right = theirs.post(fill, typed | {"improvement": "일정 조정"}, follow=True).content.decode()
    mine = sign_in(official)
    bad = mine.post(review, {"follow_up": "보완"})
    done = mine.post(review, {"follow_up": "보완", "follow_up_due_on": str(timezone.localdate())}, follow=True)

    assert (wrong.status_code, bad.status_code) == (422, 422)
    assert 'value="강사 섭외 중"' in wrong.content.decode()
    assert "검토 대기" in right
    assert "후속 조치 완료" in done.content.decode()


def test_only_who_is_in_charge_fills_it_in(sign_in, official, city, charged):
    check = opened(city, in_charge=charged)

    assert sign_in(official).get(reverse("partners:check-fill", args=[check.pk])).status_code == 403


def test_other_parties_do_not_see_the_checks(sign_in, city):
    agreement = opened(city).agreement
    mentor = make_member(Role.MENTOR, agreement.parties.get().organization)

    assert "이행점검" not in sign_in(mentor).get(agreement.get_absolute_url()).content.decode()


def test_numbers_lead_to_exactly_their_checks(sign_in, official, city):
    opened(city)
    filled(opened(city))
    ComplianceCheck.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    check = filled(opened(city))
    checks.review_check(check, by=None, follow_up="보완", follow_up_due_on=timezone.localdate())
    browser = sign_in(official)

    own = filled(opened(city))  # of a third agreement, filled in by the reader: somebody else reviews it
    ComplianceCheck.objects.filter(pk=own.pk).update(filled_by=official)
    todos = check_todos(official)

    assert [todo.count for todo in todos] == [2, 1, 1, 1]
    for todo in todos:
        assert browser.get(todo.url).context["listing"].total == todo.count


@pytest.mark.parametrize("count", [1, 3])
def test_checks_take_as_many_queries_for_one_as_for_three(sign_in, official, city, django_assert_num_queries, count):
    for _ in range(count):
        opened(city)
    browser = sign_in(official)
    browser.get(reverse("partners:check-list"))

    with django_assert_num_queries(4):
        browser.get(reverse("partners:check-list"))
