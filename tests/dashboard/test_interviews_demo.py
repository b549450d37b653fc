"""The demo shows a city in the middle of its interviews: some over, some today, some without a time yet."""

import pytest
from django.utils import timezone

from cohorts.loading import load
from cohorts.models import InterviewBooking, Score, Supplement
from cohorts.queries.calibration import scores_of_stage
from cohorts.queries.interviews import interview_numbers, interviews_to_choose, interviews_today
from cohorts.states import Stage
from portal.dashboard.demo import cast, daegu_next, school
from portal.dashboard.demo.clock import DAY, on


@pytest.mark.django_db
def test_each_role_finds_what_it_has_to_do():
    today = timezone.localdate()
    with on(today - 60 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        people = cast.hire()

    cohort = daegu_next.tell(people, today)

    numbers = interview_numbers(cohort)
    assert all(numbers[show] for show in ("not_invited", "not_booked", "booked", "conflict", "no_show"))
    assert [one.cohort for one in interviews_to_choose(people["applicant"])] == [cohort]
    assert interviews_today(people["reviewer"])
    assert len(scores_of_stage(cohort, Stage.DOCUMENT).reviewers) == 3
    assert Score.objects.filter(reviewer=None, stage=Stage.TEST).exists()
    assert {one.state for one in Supplement.objects.all()} == {"requested", "expired"}
    assert InterviewBooking.objects.live().filter(slot__starts_at__date=today + 5 * DAY).exists()
