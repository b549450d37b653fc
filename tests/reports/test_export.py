"""The file: asked for with a reason, equal to the database, taken by who may, for 24 hours."""

import hashlib
import io
from datetime import timedelta
from urllib.parse import unquote

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from placements.states import Exclusion
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs.states import JobState
from portal.reports import actions
from portal.reports.models import Export
from portal.reports.queries import snapshot
from portal.reports.workbook import COLUMNS
from tests.factories import make_member, make_organization
from tests.reports.finished import AS_OF, make_outcomes
from tests.workers import drain

# The job reads in a transaction of its own isolation, so the tests commit.
pytestmark = pytest.mark.django_db(transaction=True)
REASON = "시의회 결산 보고에 첨부합니다"


def ask(cohort, role=Role.OFFICIAL, *, unmasked=False, user=None) -> Export:
    user = user or make_member(role, cohort.host)
    export = actions.request_export(cohort, as_of=AS_OF, reason=REASON, unmasked=unmasked, by=user)
    drain()
    export.refresh_from_db()
    return export


def content_of(export: Export) -> bytes:
    with export.file.open("rb") as file:
        return file.read()


def sheets_of(content: bytes) -> tuple[dict[str, list], dict[str, dict]]:
    """The columns of the list by heading, and the rows of the summary by figure."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page, summary = book.worksheets
    rows = list(page.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[0] == "연번")
    body = [row for row in rows[head + 1 :] if row[1] != "합계"]
    listed = {name: [row[at] for row in body] for at, name in enumerate(rows[head])}
    told = list(summary.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(told) if row[0] == "지표")
    return listed, {row[0]: dict(zip(told[start], row, strict=True)) for row in told[start + 1 :]}


def sql(query: str, *parameters: object) -> list:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def test_the_file_holds_what_the_database_holds():
    cohort = make_outcomes()
    export = ask(cohort, unmasked=True)

    listed, summary = sheets_of(content_of(export))

    people = sql(
        "SELECT p.name, e.state, e.ended_on FROM cohorts_enrolment e JOIN cohorts_person p ON p.id = e.person_id "
        "WHERE e.cohort_id = %s AND e.state NOT IN ('withdrawn', 'no_show') ORDER BY e.number",
        cohort.pk,
    )
    in_time = sql(
        "SELECT j.company, j.hired_on FROM placements_employment j JOIN cohorts_enrolment e ON e.id = j.enrolment_id "
        "WHERE e.cohort_id = %s AND j.state = 'verified' AND (e.state = 'early_employed' "
        "OR e.state = 'completed' AND j.hired_on > %s AND j.hired_on <= '2026-08-27') ORDER BY e.number",
        cohort.pk,
        cohort.ends_on,
    )
    assert listed["성명"] == [name for name, _state, _ended in people]
    completed = [ended if state == "completed" else None for _name, state, ended in people]
    assert [cell and cell.date() for cell in listed["수료일"]] == completed
    said = [n for n, word in enumerate(listed["취업여부"]) if word in ("취업", "조기취업")]
    assert [(listed["기업명"][n], listed["취업일"][n].date()) for n in said] == in_time
    assert summary["취업률"]["분자"] == len(in_time)
    assert summary["수료율"]["분모"] == len(people) == export.rows


def test_the_summary_is_the_screen(client, sign_in):
    cohort = make_outcomes()
    export = ask(cohort)
    _listed, summary = sheets_of(content_of(export))

    page = sign_in(export.requested_by.act_as(export.job.membership)).get(f"/reports/{cohort.pk}/?as_of={AS_OF}")

    shown = {str(line.label): line.rate for line in page.context["lines"]}
    assert {name: (row["분자"], row["분모"], row["제외"]) for name, row in summary.items()} == {
        name: (rate.numerator, rate.denominator, rate.excluded) for name, rate in shown.items()
    }
    assert [row["비율(%)"] for row in summary.values()] == [float(rate.value) for rate in shown.values()]
    assert {row["기준일"].date() for row in summary.values()} == {AS_OF}


def test_the_columns_are_those_councils_expect():
    export = ask(make_outcomes())

    listed, _summary = sheets_of(content_of(export))

    assert list(listed) == [
        "연번", "기수", "과정", "성명", "출생연도", "성별", "거주지(구·군)", "전공여부", "수료구분", "수료일", "취업여부",
        "취업일", "기업명", "사업자번호", "소재지(관내/관외)", "직무", "고용형태", "고용보험 취득일", "확인방법", "확인일",
        "6개월 유지", "제외사유", "비고",
    ]  # fmt: skip
    assert len(COLUMNS) == len(listed)
    assert listed["사업자번호"][0] == "012-34-56789"
    assert listed["6개월 유지"].count("유지") == 2
    assert [reason for reason in listed["제외사유"] if reason] == [str(Exclusion.MILITARY.label)]


@pytest.mark.parametrize(("role", "unmasked", "name"), [
    (Role.OFFICIAL, False, "남**수"), (Role.OFFICIAL, True, "남궁민수"), (Role.OPERATOR, False, "남**수"),
])  # fmt: skip
def test_names_are_masked_unless_role_and_reason_allow(role, unmasked, name):
    export = ask(make_outcomes(), role, unmasked=unmasked)

    listed, _summary = sheets_of(content_of(export))

    assert listed["성명"][1] == name


def test_an_operator_is_not_given_the_names():
    cohort = make_outcomes()

    with pytest.raises(ActionRefused, match="이름"):
        ask(cohort, Role.OPERATOR, unmasked=True)


def test_a_download_is_counted_person_by_person(client, sign_in):
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = ask(cohort, user=official)

    answer = sign_in(official).post(f"/exports/{export.pk}/download/")

    content = b"".join(answer)
    answer.close()
    listed, _summary = sheets_of(content)
    record = AccessRecord.objects.get(action="export.downloaded")
    assert (record.people, record.reason, record.actor) == (len(listed["성명"]), REASON, official)
    assert hashlib.sha256(content).hexdigest() == export.sha256
    assert AuditEvent.objects.filter(verb="export.downloaded", object_id=export.pk).count() == 1
    assert "취업 현황" in unquote(answer["Content-Disposition"])


def test_after_a_day_the_file_is_gone(client, sign_in):
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = ask(cohort, user=official)
    path, storage = export.file.name, export.file.storage

    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        answer = sign_in(official).post(f"/exports/{export.pk}/download/")
        destroyed = actions.destroy_exports(timezone.now(), by=None)

    assert (answer.status_code, destroyed, storage.exists(path)) == (410, 1, False)
    assert "다시" in answer.content.decode()
    assert not AccessRecord.objects.exists()


def test_with_the_role_goes_the_file(client, sign_in):
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = ask(cohort, user=official)
    official.acting.ended_at = timezone.now()
    official.acting.save()
    official.act_as(official.memberships.create(organization=make_organization(), role=Role.OFFICIAL))

    answer = sign_in(official).post(f"/exports/{export.pk}/download/")

    assert answer.status_code == 404


def test_names_do_not_follow_into_a_lesser_role():
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = ask(cohort, user=official, unmasked=True)
    official.act_as(official.memberships.create(organization=cohort.host, role=Role.OPERATOR))

    assert not Export.objects.visible_to(official).filter(pk=export.pk).exists()


def test_a_role_that_ends_before_the_job_runs_gets_nothing():
    cohort = make_outcomes()
    official = make_member(Role.OFFICIAL, cohort.host)
    export = actions.request_export(cohort, as_of=AS_OF, reason=REASON, unmasked=False, by=official)
    official.acting.ended_at = timezone.now()
    official.acting.save()

    drain()

    export.refresh_from_db()
    assert (export.job.state, export.state, export.file.name) == (JobState.FAILED, Export.State.FAILED, "")


def test_a_report_made_twice_is_one_file():
    export = ask(make_outcomes())
    kept = export.sha256, export.file.name

    again = actions.make_report(export, by=export.requested_by.act_as(export.job.membership))

    assert (again.sha256, again.file.name) == kept


def test_the_report_reads_one_moment():
    cohort = make_outcomes()

    with snapshot():
        before = cohort.enrolments.count()
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("DELETE FROM cohorts_enrolment WHERE state = 'no_show'")
        other.close()
        during = cohort.enrolments.count()

    assert (before, during, cohort.enrolments.count()) == (11, 11, 10)
