"""The only writers of `Application.state`. Call them inside a transaction."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.interviews import release_interview
from cohorts.models import Application
from cohorts.states import GIVES_INTERVIEW_BACK, TRANSITIONS, ApplicationState
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.audit.models import AuditEvent


def _move(application: Application, to: ApplicationState, *, by: "User | None", reason: str = "") -> Application:
    """Lock the application, move it and record that; returns the fresh row.

    The lock is FOR NO KEY UPDATE: rows that refer to the application are not held up.
    """
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cohort", "person__user")
        .get(pk=application.pk)
    )
    return _move_locked(application, to, by=by, reason=reason)


def _move_locked(
    application: Application, to: ApplicationState, *, by: "User | None", reason: str = "", **told: Any
) -> Application:
    """As `_move`, of a fresh row that the caller has locked; `told` are other fields written with the state."""
    was = application.state
    _require_transition(application, to)
    application.state = to
    for name, value in told.items():
        setattr(application, name, value)
    application.save(update_fields=["state", *told, "updated_at"])
    audit.record(application, f"application.{to}", by=by, before={"state": was}, after={"state": to}, reason=reason)
    if to in GIVES_INTERVIEW_BACK:
        release_interview(application, by=by)
    return application


def _move_all(
    moves: Mapping[ApplicationState, Sequence[Application]], *, by: "User | None", reason: str = ""
) -> "list[AuditEvent]":
    """Move many applications, which the caller has locked, in one query.

    Returns their audit events unsaved, to be written together with the caller's own.
    """
    events, cases = [], []
    for to, applications in moves.items():
        for application in applications:
            _require_transition(application, to)
            states: dict[str, dict[str, object]] = {"before": {"state": application.state}, "after": {"state": to}}
            events.append(audit.event(application, f"application.{to}", by=by, reason=reason, **states))
            application.state = to
        if applications:
            cases.append(When(pk__in=[application.pk for application in applications], then=Value(to)))
    if events:
        moved = Application.objects.filter(pk__in=[event.object_id for event in events])
        moved.update(state=Case(*cases), updated_at=timezone.now())
    return events


def _move_back(states: Mapping[Application, str]) -> None:
    """Undo moves of applications, which the caller has locked and whose events it writes; one query.

    Not a transition of its own: the state that is left was never shown to have effects (`actions.bulk`).
    """
    cases = [
        When(pk__in=[application.pk for application, was in states.items() if was == state], then=Value(state))
        for state in set(states.values())
    ]
    if cases:
        moved = Application.objects.filter(pk__in=[application.pk for application in states])
        moved.update(state=Case(*cases), updated_at=timezone.now())


def _require_transition(application: Application, to: ApplicationState) -> None:
    if to not in TRANSITIONS[application.state]:
        raise ActionRefused(
            _("This is no longer possible: the application is in the state “%(state)s”.")
            % {"state": application.get_state_display()}
        )
