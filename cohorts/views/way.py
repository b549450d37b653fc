"""One person's way through a pathway, and the steps on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cohorts.actions import pathway as actions
from cohorts.forms.pathway import EndWayForm, LeaveForm, ReturnForm, TransferForm
from cohorts.models import Enrolment, Stay
from cohorts.permissions import can_move_on_way
from cohorts.states import WAY_TRANSITIONS, ProgrammeKind, Standing, StayEnd
from cohorts.views.pathway import PEOPLE_READERS
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.forms import PortalForm, sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


def load(request: HttpRequest, pk: int) -> Enrolment:
    """Somebody enrolled on a pathway whom the user may see; it is written down that they did."""
    rows = Enrolment.objects.visible_to(request.user).filter(cohort__programme__kind=ProgrammeKind.PATHWAY)
    found = get_object_or_404(rows.select_related("person", "cohort__programme", "host"), pk=pk)
    if request.user.role != Role.TRAINEE:
        audit.saw(request.user, "way.viewed", host_id=found.host_id, subject_id=found.person_id)
    return found


@require_GET
@roles(*PEOPLE_READERS, Role.TRAINEE)
def way(request: HttpRequest, pk: int) -> HttpResponse:
    """The line through the years, stay by stay. The history is for the office."""
    enrolment = load(request, pk)
    stays = list(enrolment.stays.for_list())
    own = request.user.role == Role.TRAINEE
    tells = request.user.role in (Role.ADMIN, *HOST_STAFF)
    now = next((stay for stay in stays if stay.is_open), None)
    context = {
        "enrolment": enrolment,
        "stays": stays,
        "now": now,
        "standing": standing_of(stays),
        "own": own,
        "verbs": verbs(now) if can_move_on_way(request.user, enrolment) else [],
        "events": history_of(enrolment, *stays) if tells else None,
    }
    return render(request, "cohorts/way.html", context)


def standing_of(stays: list[Stay]) -> Standing | None:
    """None before it has begun."""
    if not stays or stays[0].starts_on > timezone.localdate():
        return None
    last = stays[-1]
    if last.end in (StayEnd.LEFT, StayEnd.COMPLETED):
        return Standing(last.end)
    return Standing.ON_LEAVE if last.on_leave else Standing.STUDYING


def verbs(now: Stay | None) -> list[tuple[str, str]]:
    """URL names and the words of what may be done with somebody on the way."""
    if now is None:
        return []
    may = WAY_TRANSITIONS[Standing.ON_LEAVE if now.on_leave else Standing.STUDYING]
    found = [
        (StayEnd.RETURNED, "cohorts:way-return", _("Back from leave")),
        (StayEnd.ON_LEAVE, "cohorts:way-leave", _("Leave of absence")),
        (StayEnd.TRANSFERRED, "cohorts:way-transfer", _("Change of school")),
        (StayEnd.LEFT, "cohorts:way-end", _("End of the way")),
    ]
    return [(name, label) for how, name, label in found if how in may]


# Steps ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def way_leave(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, LeaveForm, actions.take_leave, _("Leave of absence"), _("The leave was written down."))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def way_return(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The return was written down.")
    return step(request, pk, ReturnForm, actions.return_from_leave, _("Back from leave"), done)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def way_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The change of school was written down.")
    return step(request, pk, TransferForm, actions.transfer, _("Change of school"), done, needs_stay=True)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def way_end(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, EndWayForm, actions.leave_pathway, _("End of the way"), _("The way has ended."))


def step(
    request: HttpRequest,
    pk: int,
    kind: Callable[..., PortalForm],
    act: Callable[..., Any],
    title: str,
    done: str,
    *,
    needs_stay: bool = False,
) -> HttpResponse:
    """Ask, act, and go back to the way."""
    enrolment = load(request, pk)
    require(can_move_on_way(request.user, enrolment))
    now = enrolment.stays.open().for_list().first()
    if now is None:
        messages.error(request, _("This way has ended, or has not begun."))
        return redirect("cohorts:way", enrolment.pk)
    form = kind(sent(request), **({"stay": now} if needs_stay else {}))
    if form.carries_out(lambda: act(enrolment, by=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("cohorts:way", enrolment.pk)
    context = {"form": form, "enrolment": enrolment, "now": now, "title": title}
    return render(request, "cohorts/way_form.html", context, status=form_status(form))
