"""A selection is sent back in a dialog that asks why: first without a reason, then with one; with script and without."""

import pytest
from django.urls import reverse

from cohorts.actions import selection as actions
from cohorts.states import CohortState
from portal.accounts.roles import Role
from tests.browser import look, sign_in
from tests.factories import make_application, make_cohort, make_member, make_organization, make_scores

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def requested(settings):
    """A selection that one official prepared and asked to release, and the colleague who is asked."""
    settings.MFA_REQUIRED = False
    city = make_organization()
    first, second = (make_member(Role.OFFICIAL, city, name=name) for name in ("김주무", "이담당"))
    cohort = make_cohort(host=city, state=CohortState.SELECTING, tracks={"일반": 1})
    for interview in (90, 60):
        make_scores(make_application(cohort=cohort), interview=interview)
    selection = actions.prepare_selection(cohort, by=first)
    actions.request_release(selection, by=first, note="동점 2건 확인 바랍니다")
    selection.colleague = second
    return selection


@pytest.mark.parametrize("script", ["page", "plain_page"])
def test_a_selection_is_sent_back_with_its_reason(request, script, live_server, client, requested):
    page = request.getfixturevalue(script)
    sign_in(page, client, requested.colleague, live_server.url)
    page.goto(reverse("cohorts:selection", args=[requested.cohort_id]))
    dialog = page.locator("#send-back")
    assert not dialog.is_visible()

    page.get_by_role("button", name="돌려보내기").first.click()
    assert dialog.is_visible()
    look(page, f"send-back-{script}")
    dialog.get_by_role("button", name="돌려보내기").click()
    assert dialog.is_visible()  # nothing was typed: it stands open and says so
    dialog.get_by_text("입력하세요").first.wait_for()
    look(page, f"send-back-refused-{script}")
    dialog.locator("[name=reason]").fill("면접 점수를 다시 보세요")
    dialog.get_by_role("button", name="돌려보내기").click()
    page.get_by_text("돌려보냈습니다").first.wait_for()

    requested.refresh_from_db()
    assert requested.requested_at is None
    assert requested.sent_back_reason == "면접 점수를 다시 보세요"
