"""What cohorts count towards commitments, of many agreements at once."""

import pytest

from partners.measures import delivered
from partners.models import Commitment, Party
from partners.states import Measure
from tests.factories import make_agreement, make_cohort, make_enrolment, make_programme

pytestmark = pytest.mark.django_db


def promise(agreement, measure):
    party, _new = Party.objects.get_or_create(agreement=agreement, organization=agreement.host)
    return Commitment.objects.create(agreement=agreement, party=party, what=measure, unit="명", measure=measure)


@pytest.mark.parametrize("count", [1, 3])
def test_the_seats_and_trainees_of_each_agreement_count_towards_its_own(count, django_assert_num_queries):
    for seats in range(1, count + 1):
        agreement = make_agreement()
        cohort = make_cohort(
            programme=make_programme(agreement=agreement, host=agreement.host), state="running", capacity=10 * seats
        )
        for _number in range(seats):
            make_enrolment(cohort=cohort)
        promise(agreement, Measure.SEATS)
        promise(agreement, Measure.TRAINEES)
    commitments = list(Commitment.objects.order_by("pk"))
    with django_assert_num_queries(2):
        found = delivered(commitments)
    expected = [number for seats in range(1, count + 1) for number in (10 * seats, seats)]
    assert [found[one.pk].number for one in commitments] == expected
    shown = {Measure.SEATS: "published", Measure.TRAINEES: "counted"}
    assert {found[one.pk].url.partition("?")[2] for one in commitments} == {
        f"agreement={one.agreement_id}&show={shown[one.measure]}" for one in commitments
    }
