"""The demo shows the outreach of Intel and the ministry: what both promised is counted from visits that were held."""

import pytest
from django.db.models import Sum
from django.utils import timezone

from cohorts.loading import load
from cohorts.models import OutreachRound, SchoolRequest, Visit, VisitFeedback
from partners.models import Agreement, CommitmentFigure
from portal.dashboard.demo import cast, ministry, school
from portal.dashboard.demo.clock import DAY, on


@pytest.mark.django_db
def test_the_promises_of_intel_are_measured_by_visits():
    today = timezone.localdate()
    with on(today - 300 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        people = cast.hire()

    ministry.tell(people, today)

    agreement = Agreement.objects.get(key="intel-career-education")
    held = Visit.objects.held()
    numbers = (
        CommitmentFigure.objects.filter(agreement=agreement).order_by("commitment").values_list("number", flat=True)
    )
    assert agreement.state == "in_force"
    assert list(numbers) == [5, held.aggregate(n=Sum("pupils"))["n"], 5]
    assert (held.count(), Visit.objects.unreported().count(), VisitFeedback.objects.count() > 2) == (5, 1, True)
    assert SchoolRequest.objects.to_plan().count() == 1
    assert {round.is_open for round in OutreachRound.objects.all()} == {True, False}
