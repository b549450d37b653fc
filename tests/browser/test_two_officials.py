"""Two officials amend one agreement at once: the second sees both values and loses nothing."""

import pytest

from partners.actions.agreements import amend_agreement
from partners.models import Agreement
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import make_agreement, make_member, make_organization

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_second_sees_both_values_and_decides(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    city = make_organization(name="한빛시")
    first, second = (make_member(Role.OFFICIAL, city, name=name) for name in ("이정원", "박서연"))
    agreement = make_agreement(
        host=city, title="로봇 실증 업무협약", state="draft", department="일자리과", purpose="실증"
    )
    sign_in(page, client, second, live_server.url)
    page.goto(f"/agreements/{agreement.pk}/amend/")
    page.get_by_label("담당부서").fill("미래산업과")
    page.get_by_label("목적").fill("로봇 실증과 인재 양성")

    amend_agreement(Agreement.objects.get(), by=first, version=1, department="투자유치과")
    page.get_by_role("button", name="저장").click()
    page.get_by_text("투자유치과").first.wait_for()
    assert_accessible(page)
    look(page, "two-officials")

    assert page.get_by_label("담당부서").input_value() == "미래산업과"
    assert page.get_by_label("목적").input_value() == "로봇 실증과 인재 양성"
    page.get_by_role("button", name="저장").click()
    page.wait_for_url(f"**/agreements/{agreement.pk}/")
    kept = Agreement.objects.get()
    assert (kept.department, kept.purpose, kept.version) == ("미래산업과", "로봇 실증과 인재 양성", 3)
