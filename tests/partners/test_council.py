"""What an ordinance asks for: the council's consent before the signing, the report after it."""

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from partners.actions import agreements, council, promises
from partners.actions.calendar import remind_of_council_reports
from partners.queries import agreement_todos
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_agreement, make_company, make_member
from tests.workers import drain

pytestmark = pytest.mark.django_db
RULES = {"name": "한빛시 업무협약 관리 조례", "applies_from": date(2020, 1, 1)}


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def city(official):
    return official.acting.organization


def rules(city, **values):
    return council.set_ordinance(city, by=None, **RULES | values)


def draft(city, **values):
    agreement = agreements.register_agreement(by=None, host=city, title="AI 스쿨 업무협약", **values)
    for organization in (city, make_company()):
        promises.add_party(agreement, by=None, transcribed_from="제2조", organization=organization)
    return agreement


def signed(city, day=date(2026, 3, 12), **values):
    return agreements.sign_agreement(draft(city, **values), by=None, signed_on=day)


def test_signing_sets_the_day_of_the_report(city):
    rules(city, report_days=50)

    assert signed(city).report_due_on == date(2026, 5, 4)


def test_the_report_does_not_roll_where_the_ordinance_says_so(city):
    rules(city, report_days=50, report_rolls=False)

    assert signed(city).report_due_on == date(2026, 5, 1)


def test_without_an_ordinance_or_before_it_nothing_is_due(city):
    assert signed(city).report_due_on is None

    rules(city, report_days=50, applies_from=date(2026, 3, 13))
    assert signed(city).report_due_on is None


def test_a_changed_ordinance_moves_reports_that_are_still_due(city):
    rules(city, report_days=50)
    made, waiting = signed(city), signed(city)
    council.report_to_council(made, by=None, made_on=date(2026, 4, 1), session="제312회 임시회")

    rules(city, report_days=30)

    made.refresh_from_db()
    waiting.refresh_from_db()
    assert (made.report_due_on, waiting.report_due_on) == (date(2026, 5, 4), date(2026, 4, 13))


@pytest.mark.parametrize(
    ("rule", "burden", "needed"),
    [("none", True, False), ("burden", False, False), ("burden", True, True), ("always", False, True)],
)
def test_consent_comes_before_the_signing_where_it_is_asked_for(city, rule, burden, needed):
    rules(city, consent_rule=rule)
    agreement = draft(city, has_burden=burden)
    if needed:
        with pytest.raises(ActionRefused, match="의회의 동의를 먼저"):
            agreements.sign_agreement(agreement, by=None, signed_on=date(2026, 3, 12))
        council.record_consent(agreement, by=None, made_on=date(2026, 3, 2), session="제311회 임시회")

    assert agreements.sign_agreement(agreement, by=None, signed_on=date(2026, 3, 12)).state == "signed"


def test_a_consent_after_the_signing_is_none(city):
    rules(city, consent_rule="always")
    agreement = draft(city)
    council.record_consent(agreement, by=None, made_on=date(2026, 3, 20), session="제311회 임시회")

    with pytest.raises(ActionRefused) as refused:
        agreements.sign_agreement(agreement, by=None, signed_on=date(2026, 3, 12))
    assert refused.value.field == "signed_on"


def test_consent_is_for_drafts_and_a_report_for_signed_ones(city):
    with pytest.raises(ActionRefused):
        council.record_consent(signed(city), by=None, made_on=date(2026, 3, 2), session="제311회")
    with pytest.raises(ActionRefused):
        council.report_to_council(draft(city), by=None, made_on=date(2026, 3, 2), session="제311회")


def test_a_burden_is_reported_before_the_signing_where_the_ordinance_says_so(sign_in, official, city):
    rules(city, consent_rule="report", report_days=50)
    agreements.sign_agreement(draft(city), by=None, signed_on=date(2026, 3, 12))  # without a burden
    agreement = draft(city, has_burden=True, burden_amount=10_000_000)
    with pytest.raises(ActionRefused, match="의회에 먼저 보고"):
        agreements.sign_agreement(agreement, by=None, signed_on=date(2026, 3, 12))

    browser, address = sign_in(official), reverse("partners:agreement-report-to-council", args=[agreement.pk])
    assert address in browser.get(agreement.get_absolute_url()).content.decode()
    browser.post(address, {"made_on": "2026-03-10", "session": "제311회 임시회"})
    page = browser.get(agreement.get_absolute_url()).content.decode()
    assert "체결 전 보고" in page
    assert address not in page

    with pytest.raises(ActionRefused) as refused:
        agreements.sign_agreement(agreement, by=None, signed_on=date(2026, 3, 9))
    assert refused.value.field == "signed_on"
    agreement = agreements.sign_agreement(agreement, by=None, signed_on=date(2026, 3, 12))
    assert agreement.report_due_on == date(2026, 5, 4)  # the other report is still to be made
    council.report_to_council(agreement, by=None, made_on=date(2026, 4, 2), session="제312회 임시회")


@pytest.mark.parametrize("day", [date(2026, 3, 11), date(2100, 1, 1)])
def test_a_report_is_neither_older_than_the_agreement_nor_to_come(city, day):
    with pytest.raises(ActionRefused) as refused:
        council.report_to_council(signed(city), by=None, made_on=day, session="제312회")
    assert refused.value.field == "made_on"


def test_a_report_is_recorded_once_with_its_event(official, city):
    agreement = signed(city)
    made = {"by": official, "made_on": date(2026, 4, 1), "session": "제312회 임시회"}
    council.report_to_council(agreement, **made)

    with pytest.raises(ActionRefused):
        council.report_to_council(agreement, **made)
    event = AuditEvent.objects.get(verb="agreement.reported_to_council")
    assert (event.object_id, event.actor, event.after["made_on"]) == (agreement.pk, official, "2026-04-01")


def test_an_amount_without_a_burden_is_refused(city):
    with pytest.raises(ActionRefused) as refused:
        draft(city, burden_amount=1_000_000)
    assert refused.value.field == "has_burden"


def test_reports_are_asked_for_once_when_due_soon_and_once_when_late(official, city, time_machine_at):
    rules(city, report_days=50)
    agreement = signed(city)

    for day in ("04-19", "04-20", "04-21", "05-04", "05-05", "05-06"):
        with time_machine_at(f"2026-{day} 09:00"):
            remind_of_council_reports()
            drain()

    assert [one.key.split(":")[3] for one in Mail.objects.order_by("pk")] == ["soon", "overdue"]
    assert mail.outbox[0].to == [official.email]
    assert mail.outbox[0].subject == f"의회 보고 기한이 다가옵니다: ‘{agreement}’"
    assert mail.outbox[1].subject == f"의회 보고 기한이 지났습니다: ‘{agreement}’"


def test_what_was_reported_is_asked_for_no_more(city, official, time_machine_at):
    rules(city, report_days=50)
    council.report_to_council(signed(city), by=None, made_on=date(2026, 4, 1), session="제312회 임시회")

    with time_machine_at("2026-05-06 09:00"):
        assert remind_of_council_reports() == 0


def test_numbers_lead_to_exactly_the_reports(sign_in, official, city):
    rules(city, report_days=50)
    signed(city)
    signed(city, day=timezone.localdate())
    browser = sign_in(official)

    todos = {todo.url.partition("show=")[2]: todo for todo in agreement_todos(official)}

    assert (todos["report_overdue"].count, todos["to_report"].count) == (1, 2)
    for key in ("report_overdue", "to_report"):
        assert browser.get(todos[key].url).context["listing"].total == todos[key].count


def test_the_rules_are_set_on_the_page_of_the_office(sign_in, official, city):
    browser = sign_in(official)
    url = reverse("partners:ordinance-set", args=[city.pk])
    values = {"name": "한빛시 조례", "applies_from": "2026-01-01", "report_days": "50", "report_rolls": "on",
              "check_interval_months": "12", "consent_rule": "burden"}  # fmt: skip

    wrong = browser.post(url, values | {"report_days": "-1"})
    right = browser.post(url, values, follow=True)

    assert wrong.status_code == 422
    assert "체결 후 50일 이내" in right.content.decode()
    assert city.ordinance.consent_rule == "burden"


def test_a_company_has_no_ordinance(sign_in, official):
    answer = sign_in(official).get(reverse("partners:ordinance-set", args=[make_company().pk]))

    assert answer.status_code == 403


def test_consent_and_report_are_recorded_on_their_pages(sign_in, official, city):
    rules(city, report_days=50, consent_rule="always")
    browser, agreement = sign_in(official), draft(city)
    consent = reverse("partners:agreement-record-consent", args=[agreement.pk])
    report = reverse("partners:agreement-report-to-council", args=[agreement.pk])

    early = browser.post(report, {"made_on": "2026-04-01", "session": "제312회 임시회"})
    assert browser.post(consent, {"made_on": "", "session": "제311회"}).status_code == 422
    browser.post(consent, {"made_on": "2026-03-02", "session": "제311회 임시회"})
    browser.post(reverse("partners:agreement-sign", args=[agreement.pk]), {"signed_on": "2026-03-12"})
    page = browser.get(agreement.get_absolute_url()).content.decode()
    done = browser.post(report, {"made_on": "2026-05-20", "session": "제313회 임시회"}, follow=True).content.decode()

    assert early.status_code == 422
    assert "2026. 5. 4.까지" in page
    assert "제313회 임시회" in done
    assert "기한 후 보고" in done


def test_the_opinion_of_the_review_and_the_remark_stay_in_the_office(sign_in, official, city):
    agreement = make_agreement(host=city, review_opinion="예산 검토 필요", remark="담당자 확인 필요")
    company = make_company()
    promises.add_party(agreement, by=None, transcribed_from="제2조", organization=company)

    mine = sign_in(official).get(agreement.get_absolute_url()).content.decode()
    theirs = sign_in(make_member(Role.MENTOR, company)).get(agreement.get_absolute_url()).content.decode()

    assert "예산 검토 필요" in mine
    assert "담당자 확인 필요" in mine
    assert "예산 검토 필요" not in theirs
    assert "담당자 확인 필요" not in theirs
