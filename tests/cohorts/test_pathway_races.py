"""Several of an office at once: one decision of a class counts, and nobody is at two schools."""

from collections import Counter
from datetime import date

import pytest

from cohorts.actions.pathway import take_leave, transfer
from cohorts.actions.progression import Decision, progress_class
from cohorts.models import Enrolment, Progression, Stay
from cohorts.states import StayEnd
from portal.common.exceptions import ActionRefused
from tests.cohorts.walking import class_of, make_pathway
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_class_is_decided_once_and_one_step_of_a_person_counts():
    way = make_pathway()
    people = way.entrants(2024, 3)
    decisions = {stay.pk: Decision(StayEnd.PROGRESSED) for stay in class_of(way.schools[0], 1)}
    steps = [
        *[lambda: progress_class(way.schools[0], 1, decisions, on=date(2025, 3, 1), by=None)] * 4,
        lambda: take_leave(people[0], on=date(2024, 9, 2), reason="질병", by=None),
        lambda: transfer(people[1], way.schools[1], on=date(2024, 9, 2), reason="이사", by=None),
    ]

    found = in_parallel(steps)

    told = Counter(type(one) for one in found)
    assert told[Progression] <= 1
    assert set(told) <= {Progression, Stay, ActionRefused}
    assert told[ActionRefused] >= 3
    assert Progression.objects.count() == told[Progression]
    for one in Enrolment.objects.all():
        stays = list(one.stays.all())
        assert [stay.until for stay in stays[:-1]] == [stay.starts_on for stay in stays[1:]]
        assert stays[-1].is_open
