"""What became of the trainees, and the report of it."""

import io
from datetime import date

import openpyxl

from cohorts.models import Cohort, Enrolment
from placements import actions as placing
from placements.models import Employment
from portal.audit.models import AccessRecord
from tests.browser.chain.cast import Cast
from tests.browser.chain.desk import Desk, did, on
from tests.browser.chain.figures import assert_true
from tests.files import pdf

AS_OF = date(2026, 11, 20)


def employ_early(cast: Cast, cohort: Cohort) -> None:
    """Numbers 51 and 52 find work in the third week, which is proved at once."""
    hired = date(2026, 5, 18)
    with on(hired, "12:00"):
        for trainee in cohort.enrolments.filter(number__in=(51, 52)):
            report_job(cast, trainee, hired_on=hired, verified_on=hired)
            placing.end_for_employment(trainee.employments.get(), by=cast.operator)


def report_job(cast: Cast, trainee: Enrolment, *, hired_on: date, verified_on: date | None, **fields: object) -> None:
    job = placing.report_employment(
        trainee, by=cast.operator, hired_on=hired_on,
        **{"kind": "contract", "company": "팔공데이터(주)", "business_number": "123-45-67890", "work": "데이터 분석",
           "contract": "정규직", "in_region": True, "insured_on": hired_on} | fields,
    )  # fmt: skip
    if verified_on:
        placing.verify_employment(job, verification="insurance", on=verified_on, by=cast.second)


def find_work(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The trainee reports a job with its evidence; a second official of the city examines and verifies it."""
    me = cohort.enrolments.get(person__user=cast.applicant)
    with on("2026-11-10"):
        desk.open(cast.applicant, f"/trainees/{me.pk}/jobs/report/", small=True)
        desk.fill(kind="contract", company="(주)달구벌로보틱스", business_number="2208162517", hired_on="2026-11-09",
                  work="로봇 소프트웨어", contract="정규직", in_region="yes", insured_on="2026-11-09")  # fmt: skip
        desk.submit()
        desk.page.locator("#evidence").wait_for()
        desk.fill(file={"name": "재직증명서.pdf", "mimeType": "application/pdf", "buffer": pdf()})
        desk.press("Attach")
        desk.sees("재직증명서.pdf")
        desk.examine()
        did(cast.applicant, "employment.reported", "employment.evidence_added")
    job = Employment.objects.get(enrolment=me)
    with on("2026-11-11"):
        desk.open(cast.second, f"/employments/{job.pk}/")
        desk.sees("재직증명서.pdf")
        desk.look("employment")
        desk.go(f"/employments/{job.pk}/verify/")
        desk.fill(verification="certificate", verified_on="2026-11-11")
        desk.submit()
        desk.sees_state(job, "verified")
        did(cast.second, "employment.verified")
        completed = list(cohort.enrolments.filter(state="completed").exclude(pk=me.pk).order_by("number"))
        for place, one in enumerate(completed[:40]):
            report_job(cast, one, hired_on=date(2026, 11, 5), verified_on=None if place % 10 == 9 else date(2026, 11, 11),
                       in_region=place % 4 > 0, company=f"성서정밀 {place}(주)")  # fmt: skip
        gone = Employment.objects.get(enrolment__number=52)
        placing.leave_employment(gone, left_on=date(2026, 10, 30), by=cast.operator)
        for one, reason in zip(completed[-3:], ("military", "study", "study"), strict=True):
            placing.exclude_outcome(one, reason=reason, since=date(2026, 11, 6), by=cast.operator)


def report(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """Official and admin export the report with their reasons; every figure in it is the database's."""
    for person, unmasked in ((cast.official, True), (cast.admin, False)):
        desk.open(person, f"/reports/{cohort.pk}/")
        desk.look("report")
        desk.go(f"/reports/{cohort.pk}/export/")
        desk.fill(as_of=AS_OF, reason="시의회 결산 보고에 첨부합니다")
        if unmasked:
            desk.page.locator('[name="unmasked"]').check(force=True)
        desk.submit()
        desk.page.locator('#job-progress, form[action$="/download/"]').first.wait_for()
        button = desk.page.locator('form[action$="/download/"] button')
        button.wait_for(timeout=30_000)
        desk.examine()
        desk.look("export")
        with desk.page.expect_download() as download:
            button.click()
        assert download.value.suggested_filename.endswith(".xlsx")
        book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
        assert_true(book, cohort, AS_OF, unmasked=unmasked)
        did(person, "export.requested", "export.made", "export.downloaded")
        record = AccessRecord.objects.filter(action="export.downloaded").latest("pk")
        assert (record.actor, record.reason) == (person, "시의회 결산 보고에 첨부합니다")
