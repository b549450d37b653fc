"""Answers to a cohort's own questions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.actions.applications import (
    Tab,
    _judge_again,
    _lock,
    _require_changeable,
    forget_content,
    keep_only_asked,
    mark_tab,
)
from cohorts.actions.typed import Typed, put_typed
from cohorts.models import Answer, Application, ApplicationFile, Question, QuestionKind
from cohorts.queries.answers import own_answers
from cohorts.states import ApplicationState
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User

EMPTY: tuple[Any, ...] = (None, "", [])


@transaction.atomic
def save_own_answers(
    application: Application,
    told: Mapping[int, Any],
    *,
    by: "User",
    tab: Tab | None = None,
    typed: Typed | None = None,
) -> Application:
    """Keep answers by the pk of their question; an empty one is taken away. As `save_answers` in all else.

    A file replaces the one that was there.
    """
    application = _lock(application)
    _require_changeable(application)
    questions = Question.objects.in_bulk(told)
    if any(question.form_id != application.form_id for question in questions.values()) or len(questions) < len(told):
        raise ActionRefused(_("This page belongs to another version of the form. Open your application again."))
    application.save(update_fields=[*mark_tab(application, tab), "updated_at"])
    if typed:
        application.typed = put_typed(application.cohort, by.pk, typed, application.typed)
    changed = _keep(application, {questions[pk]: value for pk, value in told.items()}, by)
    if application.state == ApplicationState.DRAFT:
        return application  # a draft has no history yet
    if changed:
        keep_only_asked(application, own_answers(application))
        audit.record(application, "application.changed", by=by, after={"questions": sorted(changed)})
    return _judge_again(application, by=by)


def _keep(application: Application, told: Mapping[Question, Any], by: "User") -> list[str]:
    """Write what is new in one query, and take away what is empty in one; returns the keys of what changed."""
    files = {one: value for one, value in told.items() if one.kind == QuestionKind.FILE and value}
    for question, upload in files.items():
        _attach(application, question, upload, by)
    before = dict(application.answers.order_by().values_list("question", "value"))
    words = {one: value for one, value in told.items() if one.kind != QuestionKind.FILE}
    empty = [one for one, value in words.items() if value in EMPTY and one.pk in before]
    new = [one for one, value in words.items() if value not in EMPTY and before.get(one.pk) != value]
    if empty:
        application.answers.filter(question__in=empty).delete()
    if new:
        mine = {"application": application, "host_id": application.host_id}
        Answer.objects.bulk_create(
            [Answer(**mine, question=one, value=words[one]) for one in new],
            update_conflicts=True,
            unique_fields=["application", "question"],
            update_fields=["value", "answered_at"],
        )
    return [one.key for one in (*files, *empty, *new)]


def _attach(application: Application, question: Question, upload: "UploadedFile[Any]", by: "User") -> None:
    for old in application.files.filter(question=question):
        old.delete()
        forget_content(old)
    fields = {"application": application, "host_id": application.host_id, "question": question, "uploaded_by": by}
    file = ApplicationFile.from_upload(upload, **fields)
    file.save()
    audit.record(application, "application.file_attached", by=by, after={"file": file.pk, "sha256": file.sha256})
