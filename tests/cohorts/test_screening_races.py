"""Rubrics, results and documents in the same moment: the later one waits, and is refused or finds it done."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from cohorts.actions.exams import apply_exam, read_exam, receive_exam
from cohorts.actions.rubric import CriterionPlan, set_rubric
from cohorts.actions.scores import Given, score_application
from cohorts.actions.selection import prepare_selection
from cohorts.actions.supplements import answer_supplement, ask_supplement
from cohorts.models import ApplicationFile, CriterionPoints, ExamImport, Score, Selection
from cohorts.states import CohortState, Stage
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_cohort, make_scores, make_user
from tests.files import pdf
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def refused(results):
    return [one for one in results if isinstance(one, ActionRefused)]


def test_a_rubric_that_is_replaced_while_reviewers_save_never_leaves_a_half_score():
    cohort = make_cohort(state=CohortState.SELECTING)
    application, users = make_application(cohort=cohort), [make_user() for _ in range(6)]
    for _round in range(5):
        Score.objects.all().delete()
        old = set_rubric(cohort, Stage.INTERVIEW, [CriterionPlan("하나", 60), CriterionPlan("둘", 40)], by=None)
        given = {Stage.INTERVIEW: Given(marks={one.pk: one.most for one in old})}
        saves = [partial(score_application, application, given, by=user) for user in users]
        replace = [lambda: set_rubric(cohort, Stage.INTERVIEW, [CriterionPlan("셋", 100)], by=None)]
        in_parallel([*saves[:3], *replace, *saves[3:]])

        current = set(cohort.criteria.values_list("pk", flat=True))
        assert set(CriterionPoints.objects.values_list("criterion", flat=True)) <= current
        for score in Score.objects.all():
            assert score.marks.count() == len(current)
            assert sum(mark.points for mark in score.marks.all()) == score.points


def test_results_and_a_selection_in_the_same_moment_never_disagree():
    for _round in range(4):
        cohort = make_cohort(state=CohortState.SELECTING)
        one = make_application(cohort=cohort)
        make_scores(one, test=None)
        upload = SimpleUploadedFile("a.csv", f"접수번호,점수\n{one.receipt_number},90\n".encode())
        with transaction.atomic():
            exam = receive_exam(cohort, upload, by=None)
        read_exam(exam)
        ExamImport.objects.filter(pk=exam.pk).update(state=ExamImport.State.APPLYING)

        in_parallel(
            [
                lambda exam=exam: apply_exam(exam, by=None),
                lambda cohort=cohort: prepare_selection(cohort, by=None, turn_down_unranked=True),
            ]
        )

        [decision] = Selection.objects.get(cohort=cohort).decisions.all()
        written = Score.objects.filter(application=one, stage=Stage.TEST).exists()
        assert ("test" in decision.scores) == written


def test_results_confirmed_twice_are_taken_in_once():
    cohort = make_cohort(state=CohortState.SELECTING)
    one = make_application(cohort=cohort)
    upload = SimpleUploadedFile("a.csv", f"접수번호,점수\n{one.receipt_number},90\n".encode())
    with transaction.atomic():
        exam = receive_exam(cohort, upload, by=None)
    read_exam(exam)
    ExamImport.objects.filter(pk=exam.pk).update(state=ExamImport.State.APPLYING)

    results = in_parallel([lambda: apply_exam(exam, by=None)] * 4)

    assert len(refused(results)) == 3
    assert Score.objects.count() == 1


def test_one_document_sent_from_two_windows_arrives_once():
    cohort = make_cohort(state=CohortState.SELECTING, apply_closes_at=timezone.now() - timedelta(hours=1))
    application, user = make_application(cohort=cohort), make_user()
    supplement = ask_supplement(application, ["초본"], by=None, due_on=timezone.localdate())
    item = supplement.items.get()

    results = in_parallel(
        [lambda: answer_supplement(supplement, {item.pk: SimpleUploadedFile("a.pdf", pdf())}, by=user)] * 4
    )

    assert len(refused(results)) == 3
    assert ApplicationFile.objects.count() == 1


def test_an_applicant_is_asked_once_by_two_officials():
    cohort = make_cohort(state=CohortState.SELECTING, apply_closes_at=timezone.now() - timedelta(hours=1))
    application = make_application(cohort=cohort)

    results = in_parallel([lambda: ask_supplement(application, ["초본"], by=None, due_on=timezone.localdate())] * 4)

    assert len(refused(results)) == 3
    assert application.supplements.count() == 1
