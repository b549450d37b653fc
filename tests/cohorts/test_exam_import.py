"""A file of test results, from the upload to the scores; sent again, it changes nothing."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cohorts.actions.exams import apply_exam
from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.actions.scores import Given, score_application
from cohorts.actions.selection import prepare_selection
from cohorts.models import Application, ExamImport, Score
from cohorts.queries import mean_scores, reviewing_of
from cohorts.states import CohortState, Stage
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import assign, make_application, make_cohort, make_member, make_person, make_scores, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(client, settings):
    settings.MFA_REQUIRED = False
    made = make_cohort(state=CohortState.SELECTING)
    client.force_login(make_member(Role.OFFICIAL, made.host))
    return made


def workbook(*rows, before=()) -> bytes:
    """The results on the second sheet; the first one is about something else."""
    book = openpyxl.Workbook()
    for line in before:
        book.active.append(line)
    sheet = book.create_sheet("results")
    for line in rows:
        sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(client, cohort, content: bytes, name="결과.xlsx", **data) -> ExamImport:
    upload = SimpleUploadedFile(name, content)
    answer = client.post(reverse("cohorts:exam-list", args=[cohort.pk]), {"file": upload, "out_of": "100", **data})
    assert answer.status_code == 302, answer.context["form"].errors
    drain()
    return ExamImport.objects.latest("pk")


def confirm(client, exam: ExamImport) -> ExamImport:
    client.post(reverse("cohorts:exam-confirm", args=[exam.pk]))
    drain()
    exam.refresh_from_db()
    return exam


def test_results_are_shown_taken_in_and_counted(client, cohort):
    one, two, three = (make_application(cohort=cohort) for _ in range(3))
    exam = send(client, cohort, workbook(
        ("Score", "Note", "Receipt number", "E-mail"),
        (91.5, "", one.receipt_number, ""), (60, "", "", two.person.email), ("결시", "", three.receipt_number, ""),
        (70, "", "T-없음", ""), before=[("코딩테스트 안내",), ("과목", "배점")],
    ))  # fmt: skip
    page = client.get(exam.get_absolute_url())
    assert exam.counts == {"ok": 2, "absent": 1, "unknown": 1, "new": 2, "rows": 4}
    assert "91.50" in page.content.decode()
    assert not Score.objects.exists()

    exam = confirm(client, exam)

    assert exam.state == ExamImport.State.APPLIED
    assert {pk: str(found.test) for pk, found in mean_scores(cohort).items()} == {one.pk: "91.50", two.pk: "60.00"}
    assert Score.objects.filter(reviewer=None, exam=exam, stage="test").count() == 2
    assert AuditEvent.objects.filter(verb="application.scored", after={"test": "91.50"}).exists()
    assert reviewing_of(cohort).unscored == 3  # by a reviewer


def test_the_same_file_twice_changes_nothing_and_a_corrected_one_the_difference(client, cohort):
    one, two = (make_application(cohort=cohort) for _ in range(2))
    rows = [("접수번호", "점수"), (one.receipt_number, 80), (two.receipt_number, 70)]
    confirm(client, send(client, cohort, workbook(*rows)))
    before = list(Score.objects.order_by("pk").values())

    again = send(client, cohort, workbook(*rows))
    client.post(reverse("cohorts:exam-confirm", args=[again.pk]))
    drain()
    assert again.counts["same"] == 2
    assert list(Score.objects.order_by("pk").values()) == before

    corrected = send(client, cohort, workbook(rows[0], (one.receipt_number, 81), rows[2]))
    [line] = corrected.lines.filter(change="changed")
    assert (line.before, line.points) == (80, 81)
    confirm(client, corrected)
    assert {pk: found.test for pk, found in mean_scores(cohort).items()} == {one.pk: 81, two.pk: 70}
    assert Score.objects.count() == 2


def test_a_file_in_another_code_and_of_another_scale(client, cohort):
    one = make_application(
        cohort=cohort, person=make_person(host=cohort.host, name="남궁민수", birth_date="1999-02-03")
    )
    content = "이름,생년월일,총점\n남궁민수,1999.02.03,320\n".encode("cp949")

    confirm(client, send(client, cohort, content, "결과.csv", out_of="400"))

    assert mean_scores(cohort)[one.pk].test == 80


def test_nothing_is_taken_in_when_one_row_became_wrong_meanwhile(client, cohort):
    one, two = (make_application(cohort=cohort) for _ in range(2))
    exam = send(client, cohort, workbook(("접수번호", "점수"), (one.receipt_number, 80), (two.receipt_number, 70)))
    client.post(reverse("cohorts:exam-confirm", args=[exam.pk]))
    Application.objects.filter(pk=two.pk).update(state="withdrawn")

    with pytest.raises(ActionRefused):
        apply_exam(exam, by=None)

    assert not Score.objects.exists()


def test_a_prepared_selection_locks_the_results_out(client, cohort):
    one = make_application(cohort=cohort)
    make_scores(one, test=None)
    exam = send(client, cohort, workbook(("접수번호", "점수"), (one.receipt_number, 80)))
    prepare_selection(cohort, by=None, turn_down_unranked=True)
    client.post(reverse("cohorts:exam-confirm", args=[exam.pk]))

    with pytest.raises(ActionRefused):
        apply_exam(exam, by=None)

    assert not Score.objects.filter(stage="test").exists()


def test_reviewers_do_not_score_what_was_taken_in(client, cohort):
    one = make_application(cohort=cohort)
    confirm(client, send(client, cohort, workbook(("접수번호", "점수"), (one.receipt_number, 80))))
    reviewer = assign(make_member(Role.REVIEWER, cohort.host), cohort)
    client.force_login(reviewer)

    form = client.get(reverse("cohorts:score-edit", args=[one.pk])).context["form"]

    assert "test_points" not in form.fields
    with pytest.raises(ActionRefused):
        score_application(one, {Stage.TEST: Given(10)}, by=reviewer)


@pytest.mark.parametrize("why", ["weight", "rubric", "begun"])
def test_results_that_count_nowhere_are_refused_with_the_reason(client, cohort, why):
    if why == "weight":
        cohort.policy.weight_test, cohort.policy.weight_interview = 0, 70
        cohort.policy.save()
    elif why == "rubric":
        set_rubric(cohort, Stage.TEST, [CriterionPlan("풀이", 100)], by=None)
    else:
        type(cohort).objects.filter(pk=cohort.pk).update(state=CohortState.RUNNING)
    upload = SimpleUploadedFile("a.csv", "접수번호,점수\n1,2\n".encode())

    response = client.post(reverse("cohorts:exam-list", args=[cohort.pk]), {"file": upload, "out_of": "100"})

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    assert not ExamImport.objects.exists()


def test_a_file_without_scores_says_what_is_missing(client, cohort):
    exam = send(client, cohort, "성명,전화\n김하늘,010\n".encode(), "a.csv")

    assert exam.state == ExamImport.State.UNREADABLE
    assert exam.problem in client.get(exam.get_absolute_url()).content.decode().replace("&quot;", '"')
    client.post(reverse("cohorts:exam-discard", args=[exam.pk]))
    exam.refresh_from_db()
    assert exam.state == ExamImport.State.DISCARDED


def test_put_aside_its_rows_are_gone_and_it_cannot_be_confirmed(client, cohort):
    one = make_application(cohort=cohort)
    exam = send(client, cohort, workbook(("접수번호", "점수"), (one.receipt_number, 80)))
    client.post(reverse("cohorts:exam-discard", args=[exam.pk]))

    answer = client.post(reverse("cohorts:exam-confirm", args=[exam.pk]), follow=True)

    assert [message.level_tag for message in answer.context["messages"]][-1] == "error"
    assert not exam.lines.exists()


def test_the_database_holds_that_a_score_has_one_source(cohort):
    one = make_application(cohort=cohort)

    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(application=one, host=one.host, stage="test", points=50)
    exam = ExamImport.objects.create(cohort=cohort, host=cohort.host, name="a", size=1, sha256="0")
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(application=one, host=one.host, stage="test", points=50, exam=exam, reviewer=make_user())
    Score.objects.create(application=one, host=one.host, stage="test", points=50, exam=exam)
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(application=one, host=one.host, stage="test", points=60, exam=exam)


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_asks_the_same_of_any_number(client, cohort, count, django_assert_max_num_queries):
    rows = [(make_application(cohort=cohort).receipt_number, 80) for _ in range(count)]
    exam = send(client, cohort, workbook(("접수번호", "점수"), *rows))
    client.get(exam.get_absolute_url())

    with django_assert_max_num_queries(8):
        client.get(exam.get_absolute_url())


def test_results_whose_confirmer_has_lost_the_role_are_confirmed_by_another(client, cohort):
    one = make_application(cohort=cohort, state="submitted")
    exam = send(client, cohort, workbook(("접수번호", "점수"), (one.receipt_number, 80)))
    client.post(reverse("cohorts:exam-confirm", args=[exam.pk]))
    Membership.objects.update(ended_at=timezone.now())

    drain()

    exam.refresh_from_db()
    assert exam.state == "preview"
    client.force_login(make_member(Role.OFFICIAL, cohort.host))
    assert "다시 확정해 주세요" in client.get(exam.get_absolute_url()).content.decode()
    assert confirm(client, exam).state == "applied"
