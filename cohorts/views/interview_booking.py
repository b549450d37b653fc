"""One applicant's interview: chosen, changed and cancelled by themselves, or by the office for who telephones."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts import calendars
from cohorts.actions import interviews as actions
from cohorts.forms.interviews import CancelForm
from cohorts.interviewing import change_until
from cohorts.models import Application, InterviewBooking, InterviewSlot
from cohorts.permissions import can_book_interview, can_mark_attendance, is_applicant
from cohorts.queries import interviews as queries
from cohorts.states import IN_SELECTION
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.downloads import send_bytes
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import render
from portal.common.verbs import do

CHOOSES = (*HOST_STAFF, Role.TRAINEE)
MARKS = (*HOST_STAFF, Role.REVIEWER)


def load(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).for_detail().select_related("interview_invitation")
    application = get_object_or_404(rows, pk=pk)
    require(can_book_interview(request.user, application))
    return application


@require_GET
@roles(*CHOOSES)
def admission_interview(request: HttpRequest, pk: int) -> HttpResponse:
    """What is booked, and the free times by day; `?slot=` asks before it books."""
    application = load(request, pk)
    if not is_applicant(request.user, application):
        person, host = application.person_id, application.host_id
        audit.saw(request.user, "application.viewed", host_id=host, subject_id=person)
    return _page(request, application)


@require_POST
@roles(*CHOOSES)
def admission_book(request: HttpRequest, pk: int) -> HttpResponse:
    """`slot`: take it, or move there. A time that somebody else has just taken is said, with what is free."""
    application = load(request, pk)
    number = request.POST.get("slot", "")
    slot = InterviewSlot.objects.filter(cohort=application.cohort_id, pk=_number(number)).first()
    try:
        if slot is None:
            raise ActionRefused(_("Choose a time."))
        actions.book_interview(application, slot, by=request.user)
    except ActionRefused as refusal:
        return _page(request, application, refusal=str(refusal))
    messages.success(request, _("The interview is booked. A mail confirms it."))
    return redirect("cohorts:admission-interview", pk)


@require_POST
@roles(*CHOOSES)
def admission_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The office may say why; that goes into the mail."""
    application = load(request, pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, application, cancel_form=form)
    reason = "" if is_applicant(request.user, application) else form.cleaned_data["reason"]
    done = _("The interview is cancelled. The time is free for others.")
    back = reverse("cohorts:admission-interview", args=[pk])
    return do(request, lambda: actions.cancel_interview(application, by=request.user, reason=reason), done, back)


@require_GET
@roles(*CHOOSES)
def admission_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The interview as a calendar file; what was cancelled, as cancelled."""
    application = load(request, pk)
    booking = queries.booking_of(application)
    if booking is None:
        raise Http404
    content = calendars.for_applicant(booking, cohort=application.cohort.name)
    return send_bytes(content, f"interview-{application.receipt_number}.ics", calendars.CONTENT_TYPE)


@require_POST
@roles(*MARKS)
def admission_attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """`came=no`: the applicant did not come; `came=yes` takes that back."""
    rows = InterviewBooking.objects.visible_to(request.user).select_related("slot__panel", "application__person")
    booking = get_object_or_404(rows, pk=pk)
    require(can_mark_attendance(request.user, booking))
    came = request.POST.get("came") == "yes"
    done = _("Written down: the applicant came.") if came else _("Written down: the applicant did not come.")
    back = f"{booking.slot.panel.get_absolute_url()}?day={timezone.localdate(booking.slot.starts_at)}"
    return do(request, lambda: actions.mark_attendance(booking, by=request.user, came=came), done, back)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _page(
    request: HttpRequest, application: Application, *, refusal: str = "", cancel_form: CancelForm | None = None
) -> HttpResponse:
    own = is_applicant(request.user, application)
    now, hours = timezone.now(), application.cohort.policy.interview_change_hours
    booking = queries.booking_of(application)
    live = booking if booking and booking.is_live else None
    invitation = getattr(application, "interview_invitation", None)
    may_choose = application.state in IN_SELECTION
    if own:
        in_time = live.slot.changeable(hours) if live else bool(invitation and now < invitation.book_until)
        may_choose = may_choose and in_time
    not_before = now + (now - change_until(now, hours)) if own else now
    days = queries.free_days(application, not_before=not_before) if may_choose else []
    wanted = _number(request.GET.get("slot", ""))
    context: dict[str, Any] = {
        "application": application, "cohort": application.cohort, "own": own, "booking": booking, "live": live,
        "invitation": invitation, "may_choose": may_choose, "days": days, "refusal": refusal, "hours": hours,
        "chosen": next((slot for day in days for slot in day.times if slot.pk == wanted), None),
        "gone": bool(wanted) and not any(slot.pk == wanted for day in days for slot in day.times),
        "change_until": change_until(live.slot.starts_at, hours) if live else None,
        "may_cancel": bool(live) and (live.slot.changeable(hours) if own else not live.is_over),
    }  # fmt: skip
    context["cancel_form"] = None if own else cancel_form or CancelForm()
    status = 422 if refusal or cancel_form else 200
    return render(request, "cohorts/admission_interview.html", context, status=status)
