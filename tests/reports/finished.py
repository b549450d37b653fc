"""A finished cohort whose every figure was counted by hand."""

from datetime import date

from cohorts.models import Cohort
from cohorts.states import CohortState, EnrolmentState
from placements.models import Employment, OutcomeExclusion
from placements.states import Exclusion, JobKind, JobState, Verification
from tests.factories import make_application, make_cohort, make_enrolment, make_person

FIRST, LAST = date(2025, 9, 1), date(2026, 2, 27)
AS_OF = date(2026, 10, 31)


def make_finished(**fields) -> Cohort:
    return make_cohort(**{"state": CohortState.FINISHED, "starts_on": FIRST, "ends_on": LAST, "number": 3} | fields)


def make_trainee(cohort: Cohort, state: str = EnrolmentState.COMPLETED, ended_on: date = LAST, **person):
    person = make_person(host=cohort.host, **person)
    application = make_application(cohort=cohort, person=person, state="enrolled", major="컴퓨터공학과")
    return make_enrolment(cohort=cohort, person=person, application=application, state=state, ended_on=ended_on)


def make_job(enrolment, **fields) -> Employment:
    return Employment.objects.create(
        **{
            "enrolment": enrolment,
            "host": enrolment.host,
            "kind": JobKind.CONTRACT,
            "company": "(주)가온소프트",
            "business_number": "012-34-56789",
            "work": "백엔드 개발",
            "contract": "정규직",
            "hired_on": date(2026, 3, 16),
            "insured_on": date(2026, 3, 16),
            "state": JobState.VERIFIED,
            "verification": Verification.INSURANCE,
            "verified_on": date(2026, 4, 1),
        }
        | fields
    )


def make_outcomes(**fields) -> Cohort:
    """Ten trainees and one who never came, as of 31 October 2026:

    7 completed (3 with a job that counts, 1 of them outside the region, 1 of them left after two months;
    1 whose job came too late; 1 in military service; 1 with a job nobody has verified; 1 without),
    1 employed early and still there, 1 not completed, 1 dropped out.
    """
    cohort = make_finished(**fields)
    make_job(make_trainee(cohort, name="김하나"))
    make_job(make_trainee(cohort, name="남궁민수"), in_region=False, left_on=date(2026, 5, 16))
    make_job(make_trainee(cohort, name="박세찬"), hired_on=date(2026, 7, 1), verified_on=date(2026, 7, 20))
    make_job(make_trainee(cohort, name="최늦은"), hired_on=date(2026, 9, 1), verified_on=date(2026, 9, 10))
    soldier = make_trainee(cohort, name="이군인")
    OutcomeExclusion.objects.create(
        enrolment=soldier, host=cohort.host, reason=Exclusion.MILITARY, since=date(2026, 3, 2)
    )
    make_job(make_trainee(cohort, name="정미확"), state=JobState.REPORTED, verification="", verified_on=None)
    make_trainee(cohort, name="오구직")
    early = make_trainee(cohort, EnrolmentState.EARLY_EMPLOYED, date(2025, 12, 5), name="한조기")
    make_job(early, hired_on=date(2025, 12, 8), insured_on=date(2025, 12, 8), verified_on=date(2026, 1, 5))
    make_trainee(cohort, EnrolmentState.NOT_COMPLETED, name="우미완")
    make_trainee(cohort, EnrolmentState.DROPPED, date(2025, 11, 3), name="중포기")
    make_trainee(cohort, EnrolmentState.NO_SHOW, FIRST, name="노쇼자")
    return cohort
