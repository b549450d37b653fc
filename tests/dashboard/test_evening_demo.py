"""The demo shows a cohort in its first days: seats that go on, people who are called, and the desk at work."""

import pytest
from django.utils import timezone

from cohorts.loading import load
from cohorts.models import BulkAction, Enrolment, Offer
from cohorts.queries import desk_numbers, failed_contacts
from curriculum.queries import newcomers, unconfirmed, with_first_days
from portal.dashboard.demo import cast, evening, school
from portal.dashboard.demo.clock import DAY, on


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, *(pytest.param(day, marks=pytest.mark.slow) for day in range(1, 7))])
def test_two_seats_go_on_whatever_the_day_of_the_week(days):
    today = timezone.localdate() + days * DAY
    with on(today - 300 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        people = cast.hire()

    cohort = evening.tell(people, today)

    with on(today):
        assert cohort.enrolments.filter(state="no_show").count() == 2
        offer = Offer.objects.live().get(application__cohort=cohort)
        assert failed_contacts(offer) == 3
        assert desk_numbers(cohort).lacking == 1
        assert unconfirmed(with_first_days(newcomers(Enrolment.objects.filter(cohort=cohort), today))).count() == 1
        assert BulkAction.objects.get().state == "done"
