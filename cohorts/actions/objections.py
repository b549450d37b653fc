"""Objections to a result: written down by the office when they arrive, answered once, with words."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.models import Application, Objection, ObjectionResult
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def record_objection(application: Application, *, by: "User", received_on: date, what: str) -> Objection:
    """Only to a released decision, and while no other one of the application waits for its answer."""
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    released = application.decisions.filter(selection__released_at__isnull=False).order_by("-selection__released_at")
    decision = released.select_related("selection").first()
    if decision is None:
        raise ActionRefused(_("There is no result yet to object to."))
    if received_on > timezone.localdate() or received_on < timezone.localdate(decision.selection.released_at):
        raise ActionRefused(_("It arrives between the release and today."), "received_on")
    if application.objections.filter(result=ObjectionResult.OPEN).exists():
        raise ActionRefused(_("An objection of this applicant waits for its answer already."))
    made = Objection.objects.create(
        application=application, host_id=application.host_id, received_on=received_on, recorded_by=by, what=what
    )
    audit.record(application, "application.objection_received", by=by, after={"on": received_on.isoformat()})
    return made


@transaction.atomic
def answer_objection(objection: Objection, *, by: "User", result: str, answer: str) -> Objection:
    """The answer goes to the applicant by mail. It changes no decision: that takes a reason of its own."""
    found = Objection.objects.select_for_update(of=("self",), no_key=True)
    objection = found.select_related("application__cohort", "application__person__user").get(pk=objection.pk)
    if objection.result != ObjectionResult.OPEN:
        raise ActionRefused(_("This objection has been answered already."))
    if not answer.strip():
        raise ActionRefused(_("Write the answer. The applicant gets it by mail."), "answer")
    objection.result, objection.answer = result, answer
    objection.answered_at, objection.answered_by = timezone.now(), by
    objection.save(update_fields=["result", "answer", "answered_at", "answered_by"])
    application = objection.application
    audit.record(application, "application.objection_answered", by=by, after={"result": result})
    notify.queue_many([emails.objection_answered(objection, by=by)])
    return objection
