"""The demo shows what ordinances ask for: reports made to the council, a check that was reviewed, one that waits."""

import pytest
from django.utils import timezone

from cohorts.loading import load
from partners.models import Agreement, ComplianceCheck
from portal.dashboard.demo import cast, daegu, duties, gumi, school
from portal.dashboard.demo.clock import DAY, on


@pytest.mark.django_db
@pytest.mark.parametrize("earlier", [0, 3])  # on another day of the week
def test_two_offices_keep_their_duties(earlier):
    today = timezone.localdate()
    with on(today - 430 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        people = cast.hire()
    daegu.agree(people, today - (143 + earlier) * DAY)
    gumi.agree(people["official.gyeongbuk"], today - gumi.SIGNED * DAY)

    reviewed = duties.tell(people, today)

    waiting = ComplianceCheck.objects.open().get()
    assert (reviewed.state, waiting.host) == ("reviewed", people["official.gyeongbuk"].acting.organization)
    assert list(ComplianceCheck.objects.to_follow_up()) == [reviewed]
    assert not ComplianceCheck.objects.overdue().exists()
    assert not Agreement.objects.to_report().exists()
