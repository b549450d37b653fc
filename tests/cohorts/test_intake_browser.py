"""The pictures of an intake, looked at on a desk, a phone and a paper."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from cohorts.states import CohortState
from portal.accounts.roles import Role
from tests.browser import assert_accessible, look, sign_in
from tests.factories import (
    make_application,
    make_cohort,
    make_member,
    make_person,
    make_programme,
    make_scores,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
DISTRICTS = ("수성구", "달서구", "북구", "동구", "중구", "달성군", "서구", "남구")


def taken(programme, number: int, people: int, closes_at):
    """A cohort whose applications came over two weeks, most at the end, with marks of three reviewers."""
    draw = random.Random(number)
    made = make_cohort(
        programme=programme, number=number, name=f"대구 AI 스쿨 {number}기", state=CohortState.SELECTING,
        apply_closes_at=closes_at, apply_opens_at=closes_at - timedelta(days=14),
    )  # fmt: skip
    reviewers = [make_user(name=name) for name in ("최유진 위원", "오세훈 위원", "남지현 위원")]
    for place in range(people):
        home = draw.choice(DISTRICTS[: 2 + place % 7])
        person = make_person(host=made.host, address=f"대구광역시 {home} 1" if place % 19 else "경상북도 경산시 1")
        days = min(13.9, draw.expovariate(0.25))
        application = make_application(
            cohort=made, person=person, submitted_at=closes_at - timedelta(days=days, hours=1)
        )
        marks = {"document": draw.gauss(74, 9), "test": draw.gauss(66, 12), "interview": draw.gauss(80, 6)}
        if place % 3:
            points = {stage: max(0, min(100, round(value))) for stage, value in marks.items()}
            make_scores(application, reviewer=reviewers[place % 3], **points)
    return made


def test_the_pictures_of_an_intake(page, live_server, client, settings):
    settings.MFA_REQUIRED = False
    programme, closes = make_programme(), timezone.now() - timedelta(days=2)
    taken(programme, 5, 40, closes - timedelta(days=200))
    cohort = taken(programme, 6, 55, closes)
    sign_in(page, client, make_member(Role.OFFICIAL, cohort.host), live_server.url)
    for address, name in (("intake/", "intake"), ("intake/print/", "intake-print")):
        page.goto(f"/cohorts/{cohort.pk}/{address}")
        assert_accessible(page)
        look(page, name)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.goto(f"/cohorts/{cohort.pk}/intake/")
    look(page, "intake-en")
