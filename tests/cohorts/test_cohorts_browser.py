"""Programme, cohort and notice as they are seen, at both widths."""

import pytest
from django.urls import reverse

from cohorts.actions import cohorts as actions
from cohorts.states import CohortState
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import assign, make_application, make_cohort, make_member, make_organization, make_programme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort(settings):
    settings.MFA_REQUIRED = False
    host = make_organization(name="달구벌시")
    programme = make_programme(host=host, name="달구벌 AI 스쿨")
    make_cohort(programme=programme, name="달구벌 AI 스쿨 1기", number=1, state=CohortState.RUNNING)
    cohort = make_cohort(
        programme=programme,
        name="달구벌 AI 스쿨 2기",
        number=2,
        tracks={"일반": 80, "심화": 20},
        place="달구벌 혁신센터 3층",
        notice="인공지능을 처음 배우는 분도 지원할 수 있습니다.",
    )
    make_application(cohort=cohort)
    assign(make_member(Role.INSTRUCTOR, host), cohort)
    return cohort


def test_the_pages_of_the_staff_are_accessible(page, live_server, client, cohort):
    official = make_member(Role.OFFICIAL, cohort.host)
    actions.edit_cohort(cohort, by=official, place="달구벌 혁신센터 4층")
    sign_in(page, client, official, live_server.url)
    for name, pk in [
        ("cohort-list", None), ("cohort", cohort.pk), ("cohort-create", None), ("cohort-edit", cohort.pk), ("cohort-next", cohort.pk),
        ("cohort-policy", cohort.pk), ("cohort-history", cohort.pk), ("programme-list", None),
        ("programme", cohort.programme_id), ("programme-edit", cohort.programme_id),
    ]:  # fmt: skip
        page.goto(reverse(f"cohorts:{name}", args=[pk] if pk else []))
        assert_accessible(page)
        look(page, name)


def test_the_public_pages_are_accessible(page, live_server, cohort):
    for url in (reverse("cohorts:notice-list"), reverse("cohorts:notice", args=[cohort.pk])):
        page.goto(live_server.url + url)
        assert_accessible(page)
    look(page, "notice")
