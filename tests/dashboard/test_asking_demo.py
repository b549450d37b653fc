"""The demo shows a form with own questions, an applicant's answers, and somebody with more time."""

import pytest
from django.utils import timezone

from cohorts.loading import load
from cohorts.models import Answer, Programme
from portal.dashboard.demo import cast, daegu_next, kumoh, school
from portal.dashboard.demo.clock import DAY, on


@pytest.mark.django_db
def test_cohorts_of_the_demo_ask_their_own_questions():
    today = timezone.localdate()
    with on(today - 60 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        people = cast.hire()

    daegu = daegu_next.recruit(people, today - 8 * DAY)
    recruiting = kumoh.recruit(people, Programme.objects.get(key="kumoh-manufacturing"), today)

    assert [cohort.forms.get().questions.count() for cohort in (daegu, recruiting)] == [6, 6]
    assert Answer.objects.filter(application__cohort=daegu).count() == 6
    assert recruiting.extensions.in_force().count() == 1
