"""Admission interviews for the office and the panellists: panels, their times and days, invitations."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import calendars
from cohorts.actions import interview_panels as panels
from cohorts.actions import interviews as actions
from cohorts.forms.interviews import DayForm, InterviewPeopleFilter, InviteForm, PanelForm, SlotsForm
from cohorts.interviewing import PANELLISTS_AT_LEAST
from cohorts.models import Cohort, InterviewBooking, InterviewPanel
from cohorts.permissions import can_hold_interviews
from cohorts.queries import interviews as queries
from cohorts.queries.reviewing import reviewers_of
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.downloads import send_bytes
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do

OFFICE = (Role.ADMIN, *HOST_STAFF)
PANEL = (*OFFICE, Role.REVIEWER)


def load(request: HttpRequest, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)


def load_panel(request: HttpRequest, pk: int) -> InterviewPanel:
    return get_object_or_404(InterviewPanel.objects.visible_to(request.user).select_related("cohort__policy"), pk=pk)


@require_GET
@roles(*OFFICE)
def admission_interviews(request: HttpRequest, pk: int) -> HttpResponse:
    """The panels of a cohort, and how far choosing has come."""
    cohort = load(request, pk)
    found = queries.panels_of(cohort)
    numbers, people = queries.interview_numbers(cohort), reverse("cohorts:admission-people", args=[pk])
    context = {
        "cohort": cohort,
        "panels": found,
        "too_few": [panel for panel in found if panel.too_few],
        "least": PANELLISTS_AT_LEAST,
        "tiles": [(label, numbers[show], f"{people}?show={show}") for show, label in queries.SHOW.items()],
        "free": sum((panel.places or 0) - (panel.booked or 0) for panel in found),
        "may_act": can_hold_interviews(request.user, cohort),
    }
    return render(request, "cohorts/admission_interviews.html", context)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def admission_panel_create(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = load(request, pk)
    require(can_hold_interviews(request.user, cohort))
    form = PanelForm(sent(request), people=reviewers_of(cohort))
    if form.carries_out(lambda: panels.create_panel(cohort, by=request.user, **form.values())):
        messages.success(request, _("The panel is set up. Now open its times."))
        return redirect("cohorts:admission-slots-add", form.result.pk)
    context = {"cohort": cohort, "form": form, "cancel_url": reverse("cohorts:admission-interviews", args=[pk])}
    return render(request, "cohorts/admission_panel_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def admission_panel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    panel = load_panel(request, pk)
    require(can_hold_interviews(request.user, panel))
    form = PanelForm(sent(request), people=reviewers_of(panel.cohort), panel=panel)
    if form.carries_out(lambda: panels.edit_panel(panel, by=request.user, **form.values())):
        messages.success(request, _("The panel was changed. Who has booked is told of another place."))
        return redirect(panel)
    context = {"cohort": panel.cohort, "panel": panel, "form": form, "cancel_url": panel.get_absolute_url()}
    return render(request, "cohorts/admission_panel_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def admission_panel_remove(request: HttpRequest, pk: int) -> HttpResponse:
    panel = load_panel(request, pk)
    require(can_hold_interviews(request.user, panel))
    done = _("The panel was removed.")
    back = reverse("cohorts:admission-interviews", args=[panel.cohort_id])
    return do(
        request,
        lambda: panels.remove_panel(panel, by=request.user),
        done,
        back,
        refused_to=reverse("cohorts:admission-panel", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def admission_slots_add(request: HttpRequest, pk: int) -> HttpResponse:
    panel = load_panel(request, pk)
    require(can_hold_interviews(request.user, panel))
    form = SlotsForm(sent(request))
    if form.carries_out(
        lambda: panels.add_slots(panel, form.spans(), by=request.user, capacity=form.cleaned_data["capacity"])
    ):
        sentence = ngettext("%(n)d time is open.", "%(n)d times are open.", form.result)
        messages.success(request, sentence % {"n": form.result})
        return redirect(f"{panel.get_absolute_url()}?day={form.spans()[0].starts_at.date()}")
    context = {"cohort": panel.cohort, "panel": panel, "form": form, "cancel_url": panel.get_absolute_url()}
    return render(request, "cohorts/admission_slots_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def admission_slots_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """`day`, and `slot` for one time of it."""
    panel = load_panel(request, pk)
    require(can_hold_interviews(request.user, panel))
    day, slot = parse_day(request.POST.get("day")), request.POST.get("slot", "")
    one = int(slot) if slot.isdecimal() and len(slot) < 19 else None
    done, back = _("The free times are closed."), f"{panel.get_absolute_url()}?day={day or ''}"
    day = day or timezone.localdate()
    return do(request, lambda: panels.remove_slots(panel, day, by=request.user, slot=one), done, back)


# A panel's day -----------------------------------------------------------------------------


def parse_day(text: str | None) -> date | None:
    """A day of this century, or nothing."""
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    return day if day and 2000 < day.year < 2100 else None


def _day_context(request: HttpRequest, panel: InterviewPanel) -> dict[str, Any]:
    """The day asked for; otherwise today, or the next one on which the panel sits, or its last."""
    days, today = queries.days_of(panel), timezone.localdate()
    day = parse_day(request.GET.get("day"))
    if day is None:
        day = next((one for one in days if one >= today), days[-1] if days else today)
    slots = queries.plan_of_day(panel, day, seen_by=request.user)
    seen = [seat for slot in slots for seat in slot.seats]
    if seen:
        audit.saw(request.user, "application.listed", host_id=panel.host_id, people=len(seen))
    members = [one.reviewer for one in panel.members.select_related("reviewer").order_by("reviewer__name", "pk")]
    return {
        "cohort": panel.cohort, "panel": panel, "days": days, "day": day, "slots": slots, "members": members,
        "booked": len(seen), "named": request.user.role != Role.REVIEWER or not panel.cohort.policy.blind_review,
    }  # fmt: skip


@require_GET
@roles(*PANEL)
def admission_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A panel's day: who comes when. Panellists go to the scores from here, the office to the bookings."""
    panel = load_panel(request, pk)
    context = _day_context(request, panel)
    context |= {
        "may_act": can_hold_interviews(request.user, panel),
        "scores": request.user.role == Role.REVIEWER,
        "marks": request.user.role != Role.ADMIN,
        "now": timezone.now(),
        "events": history_of(panel) if request.user.role in OFFICE else None,
        "day_form": DayForm(initial={"day": context["day"]}),
        "least": PANELLISTS_AT_LEAST,
    }
    return render(request, "cohorts/admission_panel.html", context)


@require_GET
@roles(*PANEL)
def admission_panel_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of a day for the door and the table (면접 시간표): nobody's contact, and in a blind review no name."""
    return render(request, "cohorts/admission_panel_print.html", _day_context(request, load_panel(request, pk)))


@require_GET
@roles(*PANEL)
def admission_panel_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Every interview before the panel as a calendar, by receipt number."""
    panel = load_panel(request, pk)
    rows = InterviewBooking.objects.visible_to(request.user).filter(slot__panel=panel)
    rows = rows.select_related("slot__panel", "application").order_by("slot__starts_at", "pk")
    content = calendars.for_panellist(rows, cohort=panel.cohort.name)
    return send_bytes(content, f"interviews-{panel.pk}.ics", calendars.CONTENT_TYPE)


# Invitations, and who has chosen ---------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def admission_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """`?who=…` says how many that would be, and writes to nobody."""
    cohort = load(request, pk)
    require(can_hold_interviews(request.user, cohort))
    given = request.GET if request.method == "GET" and "who" in request.GET else sent(request)
    form = InviteForm(given, cohort=cohort, initial={"who": "all"})
    context = {"cohort": cohort, "form": form, "free": queries.places_free(cohort), "preview": None}
    if form.is_valid():
        chosen = queries.invitable(cohort, **form.chosen())
        if request.method == "GET":
            context["preview"] = chosen.count()
        else:
            try:
                until = form.cleaned_data["book_until"]
                number = actions.invite_to_interview(cohort, chosen, by=request.user, book_until=until)
            except ActionRefused as refusal:
                form.refuse(refusal)
            else:
                sentence = ngettext("%(n)d applicant is invited.", "%(n)d applicants are invited.", number)
                messages.success(request, sentence % {"n": number})
                return redirect("cohorts:admission-interviews", pk)
    status = form_status(form) if request.method == "POST" else 200
    return render(request, "cohorts/admission_invite.html", context, status=status)


@require_GET
@roles(*OFFICE)
def admission_people(request: HttpRequest, pk: int) -> HttpResponse:
    """The applicants in selection: who is not invited, who has no time, who comes when."""
    cohort = load(request, pk)
    listing = Listing(
        request, queries.people_of(cohort), form=InterviewPeopleFilter,
        sorts={"name": ("person__name", "pk"), "receipt": "receipt_number", "time": ("starts_at", "pk")},
        default_sort="receipt",
    )  # fmt: skip
    for row in listing:
        row.booking_label = _state_label(row.booking_state)
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    context = {"cohort": cohort, "may_act": can_hold_interviews(request.user, cohort)}
    return listing.render("cohorts/admission_people.html", context)


def _state_label(state: str | None) -> str:
    return dict(InterviewBooking._meta.get_field("state").flatchoices).get(state, "") if state else ""
