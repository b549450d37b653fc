"""The pages of an ordinance's duties, in a browser."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from partners.actions import checks, council, promises
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import make_agreement, make_company, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_check_from_the_agreement_to_its_review(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    official = make_member(Role.OFFICIAL)
    city = official.acting.organization
    council.set_ordinance(
        city, by=None, name="한빛시 업무협약 관리 조례", applies_from=date(2020, 1, 1), report_days=50,
        check_interval_months=12, consent_rule="burden",
    )  # fmt: skip
    agreement = make_agreement(host=city, report_due_on=timezone.localdate() - timedelta(days=3))
    party = promises.add_party(agreement, by=None, transcribed_from="제2조", organization=make_company())
    promises.add_commitment(
        agreement, by=None, transcribed_from="제2조", party=party, what="현장 교육", unit="명", quantity=100
    )
    check = checks.open_check(agreement, by=None, covers_until=timezone.localdate() - timedelta(days=20))
    sign_in(page, client, official, live_server.url)

    page.goto(agreement.get_absolute_url())
    assert_accessible(page)
    look(page, "agreement-duties")
    page.goto(f"/organizations/{city.pk}/ordinance/")
    assert_accessible(page)
    look(page, "ordinance-set")
    page.goto(f"/checks/{check.pk}/fill/")
    assert_accessible(page)
    look(page, "check-fill")
    page.get_by_label("현장 교육").first.select_option("delayed")
    page.get_by_label("점검 결과").fill("절반을 이행했습니다.")
    page.get_by_label("개선방안").fill("강사를 더 섭외합니다.")
    page.get_by_role("button", name="검토 요청").click()
    checks.review_check(check, by=None, follow_up="강사 명단 제출", follow_up_due_on=timezone.localdate())
    page.goto(check.get_absolute_url())
    assert_accessible(page)
    look(page, "check")
    page.goto(f"/agreements/{agreement.pk}/commitments/{agreement.commitments.get().pk}/deliveries/")
    assert_accessible(page)
    look(page, "delivery-list")
    page.goto("/checks/")
    assert_accessible(page)
    look(page, "check-list")
