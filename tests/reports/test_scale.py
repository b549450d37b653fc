"""A report of many people takes no more memory than one of few."""

import io
import tracemalloc
from datetime import date

import openpyxl
import pytest
from django.db import connection

from cohorts.models import Enrolment, Person
from cohorts.states import EnrolmentState
from placements.models import Employment
from placements.states import JobKind, JobState, Verification
from portal.reports.queries import figures_of, outcomes
from portal.reports.workbook import write_report
from tests.reports.finished import AS_OF, LAST, make_finished

MEGABYTE = 2**20


def fill(cohort, number: int) -> None:
    """So many completers, every second one employed."""
    host = cohort.host
    people = Person.objects.bulk_create(
        (
            Person(host=host, name="홍길동", birth_date=date(1998, 3, 15), mobile="010-0000-0000",
                   email=f"p{n}@example.kr", address="대구광역시 중구 1")
            for n in range(number)
        ),
        batch_size=5000,
    )  # fmt: skip
    enrolments = Enrolment.objects.bulk_create(
        (
            Enrolment(host=host, cohort=cohort, person=person, number=n, state=EnrolmentState.COMPLETED,
                      starts_on=cohort.starts_on, ended_on=LAST)
            for n, person in enumerate(people, 1)
        ),
        batch_size=5000,
    )  # fmt: skip
    Employment.objects.bulk_create(
        (
            Employment(host=host, enrolment=enrolment, kind=JobKind.CONTRACT, company="(주)가온", hired_on=date(2026, 3, 16),
                       state=JobState.VERIFIED, verification=Verification.INSURANCE, verified_on=date(2026, 4, 1))
            for enrolment in enrolments[::2]
        ),
        batch_size=5000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_memory_is_flat_in_the_number_of_people():
    peaks, files = {}, {}
    for number in (500, 5000):
        cohort = make_finished()
        fill(cohort, number)
        assert cohort.policy
        files[number] = io.BytesIO()
        tracemalloc.start()
        people, _figures = write_report(files[number], cohort, AS_OF, outcomes(cohort, AS_OF), unmasked=False, notes=[])
        peaks[number] = tracemalloc.get_traced_memory()[1] - files[number].getbuffer().nbytes
        tracemalloc.stop()
        assert people == number

    assert peaks[5000] < peaks[500] + 6 * MEGABYTE  # a read of 2,000 rows, not of 5,000
    page = openpyxl.load_workbook(files[5000], read_only=True).worksheets[0]
    assert sum(1 for _row in page.iter_rows()) > 5000
    assert figures_of(cohort, AS_OF).employment.numerator == 2500
