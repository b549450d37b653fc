"""Applications with their answers as a file: a column per question, whatever the version."""

import io

import openpyxl
import pytest

from cohorts.actions import questions as setup
from cohorts.models import Answer
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from portal.common.exceptions import ActionRefused
from portal.reports import actions
from tests.cohorts.asking import ask
from tests.factories import make_application, make_cohort, make_member
from tests.workers import drain

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "심사위원회 회의 자료로 씁니다"


def answered(cohort, form, **fields):
    application = make_application(cohort=cohort, form=form, **fields)
    for number, question in enumerate(form.questions.all()):
        Answer.objects.create(
            application=application, question=question, host_id=cohort.host_id, value=f"=답{form.version}-{number}"
        )
    return application


def make_versions(cohort):
    """The second version asks one more and says the first question in other words."""
    first = setup.draft_form(cohort, by=None)
    ask(first, "지원 경로")
    ask(first, "졸업한 학교", blind=True)
    setup.publish_form(first, by=None)
    second = setup.draft_form(cohort, by=None)
    told = {"kind": "short", "page": "추가 질문", "most_letters": 50}
    setup.edit_question(second.questions.get(label="지원 경로"), by=None, label="어떻게 알았습니까?", **told)
    ask(second, "관심 분야")
    setup.publish_form(second, by=None)
    return first, second


def rows_of(export):
    with export.file.open("rb") as file:
        page = openpyxl.load_workbook(io.BytesIO(file.read())).active
    rows = list(page.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[0] == "연번")
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


def make_file(cohort, role=Role.OFFICIAL, *, unmasked=False):
    by = make_member(role, cohort.host)
    export = actions.request_applications(cohort, reason=REASON, unmasked=unmasked, by=by)
    drain()
    export.refresh_from_db()
    return export, by


def test_each_question_is_one_column_in_the_words_of_its_newest_version():
    cohort = make_cohort()
    first, second = make_versions(cohort)
    old, new = answered(cohort, first), answered(cohort, second)
    make_application(cohort=cohort, state="draft")

    export, by = make_file(cohort, unmasked=True)

    rows = {row["접수번호"]: row for row in rows_of(export)}
    assert set(rows) == {old.receipt_number, new.receipt_number}
    assert [rows[old.receipt_number][name] for name in ("어떻게 알았습니까?", "졸업한 학교", "관심 분야")] == [
        "=답1-0", "=답1-1", None,
    ]  # fmt: skip
    assert rows[new.receipt_number]["관심 분야"] == "=답2-2"
    assert rows[new.receipt_number]["이메일"] == new.person.email
    actions.take_export(export, by=by)
    assert AccessRecord.objects.filter(action="export.downloaded", people=2, reason=REASON).exists()


def test_masked_it_says_nobodys_name_contact_or_school():
    cohort = make_cohort()
    _first, second = make_versions(cohort)
    application = answered(cohort, second)

    (row,) = rows_of(make_file(cohort, Role.OPERATOR)[0])

    assert row["성명"] != application.person.name
    assert not {"졸업한 학교", "이메일", "휴대전화"} & row.keys()
    assert "관심 분야" in row


def test_an_operator_gets_no_names_and_nobody_a_file_without_a_reason():
    cohort = make_cohort()
    operator = make_member(Role.OPERATOR, cohort.host)

    for told in ({"reason": REASON, "unmasked": True}, {"reason": "왜냐", "unmasked": False}):
        with pytest.raises(ActionRefused):
            actions.request_applications(cohort, by=operator, **told)
