"""What is published never changes, whoever writes it."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from cohorts.models import Answer, ApplicationForm, Question
from tests.factories import make_application, make_cohort

pytestmark = pytest.mark.django_db


def make_form(cohort=None, **fields):
    cohort = cohort or make_cohort()
    return ApplicationForm.objects.create(cohort=cohort, host_id=cohort.host_id, version=1, **fields)


def ask(form, **fields):
    values = {"kind": "short", "label": "지원 경로", "page": "추가 질문", "most_letters": 50} | fields
    return Question.objects.create(form=form, host_id=form.host_id, position=form.questions.count() + 1, **values)


def publish(form):
    form.published_at = timezone.now()
    form.save()
    return form


def test_the_database_keeps_a_published_form_and_its_questions():
    form = make_form()
    question = ask(form)
    publish(form)

    for attempt in (
        lambda: Question.objects.filter(pk=question.pk).update(label="다른 질문"),
        lambda: Question.objects.filter(pk=question.pk).delete(),
        lambda: ask(form, label="나중에 넣은 질문"),
        lambda: ApplicationForm.objects.filter(pk=form.pk).update(version=9),
        lambda: ApplicationForm.objects.filter(pk=form.pk).delete(),
    ):
        with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
            attempt()
    question.refresh_from_db()
    assert question.label == "지원 경로"


def test_a_cohort_has_one_draft_of_its_form():
    form = make_form()

    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationForm.objects.create(cohort=form.cohort, host_id=form.host_id, version=2)


def test_a_form_of_another_host_is_refused_by_the_database():
    application, question = make_application(), ask(make_form())
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(application=application, question=question, host_id=application.host_id, value="x")
        connection.check_constraints()
