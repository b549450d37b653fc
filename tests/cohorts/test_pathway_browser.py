"""The pathway in a browser: an office ends a year and takes it back; a trainee looks at the own way on a phone."""

from datetime import date

import pytest

from cohorts.actions import pathway as actions
from cohorts.models import Stay
from cohorts.states import Standing
from portal.accounts.roles import Role
from tests.browser import SMALL, assert_accessible, look, opened, sign_in
from tests.cohorts.walking import go_on, line, make_pathway
from tests.factories import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("한빛고등학교", "가람고등학교", "온누리대학")


@pytest.fixture
def way(settings):
    """Two entry years: one that has come to the college, one in its first year."""
    settings.MFA_REQUIRED = False
    made = make_pathway(host=make_organization(kind="ministry", name="교육부"))
    for place, name in zip((*made.schools, *made.colleges), NAMES, strict=True):
        place.school.name = name
        place.school.save(update_fields=["name"])
    made.entrants(2022, 3)
    for year in (1, 2, 3):
        go_on(made.schools[0], year, date(2022 + year, 3, 1), to=made.colleges[0] if year == 3 else None)
    made.entrants(2024, 4)
    return made


def test_a_year_ends_is_taken_back_and_a_trainee_sees_the_own_way(page, browser, way, client, live_server):
    pupil = way.cohorts[2022].enrolments.first()
    pupil.person.user = make_user(name="한별")
    pupil.person.save(update_fields=["user"])
    actions.take_leave(pupil, on=date(2025, 5, 6), expected_on=date(2026, 3, 2), reason="질병", by=None)
    sign_in(page, client, make_member(Role.OFFICIAL, way.host), live_server.url)

    page.goto(f"/programmes/{way.programme.pk}/")
    page.get_by_role("link", name="입학생 현황").click()
    page.get_by_role("row", name="2022학년도").get_by_role("link", name="1", exact=True).click()  # the one on leave
    page.get_by_role("link", name=pupil.person.name).click()
    assert page.get_by_role("img", name="연도별 경로").is_visible()
    look(page, "way")

    page.goto(f"/programmes/{way.programme.pk}/pathway/classes/")
    page.get_by_role("link", name="진급 처리 (고교 과정 1학년, 한빛고등학교)").click()
    page.get_by_label("결정").nth(1).select_option("held_back")
    page.get_by_label("결정").nth(2).select_option("left")
    page.get_by_role("button", name="처리 내용 확인").click()
    assert "사유" in page.get_by_role("alert").inner_text()
    page.get_by_label("사유").nth(2).fill("진로 변경")
    page.get_by_role("button", name="처리 내용 확인").click()
    look(page, "progression-check")
    page.get_by_role("button", name="처리하기").click()
    assert Stay.objects.as_of(date(2025, 3, 1)).filter(standing=Standing.LEFT).count() == 1

    page.get_by_role("link", name="되돌리기 (한빛고등학교, 고교 과정 1학년, 2025. 3. 1.)").click()
    page.get_by_label("사유").fill("다른 반을 골랐습니다")
    page.get_by_role("button", name="되돌리기").click()
    assert [line(one) for one in way.cohorts[2024].enrolments.all()] == [[(1, 1, "")]] * 4
    look(page, "pathway-classes")

    with opened(browser, live_server.url, viewport=SMALL) as phone:
        sign_in(phone, client, pupil.person.user, live_server.url)
        phone.goto("/my/course/")
        assert phone.get_by_role("heading", name="나의 경로").is_visible()
        assert "온누리대학" in phone.inner_text("main")
        assert "질병" not in phone.inner_text("main")
        assert_accessible(phone)
