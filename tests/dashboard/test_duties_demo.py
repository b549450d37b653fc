"""The demo shows what an ordinance asks for: a report to the council, and a check that leaves something to do."""

import pytest
from django.utils import timezone

from cohorts.loading import load
from partners.models import Agreement, ComplianceCheck
from portal.dashboard.demo import cast, duties, gumi, school
from portal.dashboard.demo.clock import DAY, on


@pytest.mark.django_db
def test_an_office_keeps_its_duties():
    today = timezone.localdate()
    with on(today - 430 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        people = cast.hire()
    gumi.agree(people["official.gyeongbuk"], today - gumi.SIGNED * DAY)

    reviewed = duties.tell(people, today)

    assert reviewed.state == "reviewed"
    assert list(ComplianceCheck.objects.to_follow_up()) == [reviewed]
    assert not ComplianceCheck.objects.overdue().exists()
    assert not Agreement.objects.to_report().exists()
