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
    stored = dict(application.answers.order_by().values_list("question", "value"))
    changed = [questions[pk].key for pk, value in told.items() if _keep(application, questions[pk], value, stored, by)]
    if application.state == ApplicationState.DRAFT:
        return application  # a draft has no history yet
    if changed:
        keep_only_asked(application)
        audit.record(application, "application.changed", by=by, after={"questions": sorted(changed)})
    return _judge_again(application, by=by)


def _keep(application: Application, question: Question, value: Any, stored: Mapping[int, Any], by: "User") -> bool:
    """Whether anything changed."""
    if question.kind == QuestionKind.FILE:
        if value:
            _attach(application, question, value, by)
        return bool(value)
    if value in EMPTY:
        return bool(application.answers.filter(question=question).delete()[0])
    if stored.get(question.pk) == value:
        return False
    Answer.objects.update_or_create(
        application=application, question=question, defaults={"host_id": application.host_id, "value": value}
    )
    return True


def _attach(application: Application, question: Question, upload: "UploadedFile[Any]", by: "User") -> None:
    for old in application.files.filter(question=question):
        old.delete()
        forget_content(old)
    fields = {"application": application, "host_id": application.host_id, "question": question, "uploaded_by": by}
    file = ApplicationFile.from_upload(upload, **fields)
    file.save()
    audit.record(application, "application.file_attached", by=by, after={"file": file.pk, "sha256": file.sha256})
