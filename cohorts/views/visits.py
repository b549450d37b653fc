"""Requests of schools as the office reads them, and visits: arranged, moved, reported, printed, counted."""

import calendar
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import school_requests, visits
from cohorts.forms.cohorts import ReasonForm
from cohorts.forms.outreach import RequestFilter, VisitFilter
from cohorts.forms.visits import ArrangeForm, HeadcountForm
from cohorts.models import SchoolRequest, Visit
from cohorts.outreach import feedback_marks, rural_rows, visit_figures
from cohorts.outreach_states import VisitState
from cohorts.permissions import (
    available_visit_verbs,
    can_move_visit,
    can_plan_visit,
    can_report_visit,
    can_see_contacts,
    can_see_pupils,
    can_see_teacher,
    can_see_visit_history,
)
from cohorts.sheets import SCHOOL_REQUESTS, VISITS
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.dates import add_months
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

OFFICE = (Role.ADMIN, *HOST_STAFF)
READERS = (*OFFICE, Role.MENTOR)
REPORTERS = (*HOST_STAFF, Role.MENTOR)
USUAL_HOUR = time(10)  # what the form begins with
REQUEST_SORTS = {"received": "submitted_at", "school": ("school_name", "submitted_at"), "region": ("region", "school_name"),
                 "state": ("state", "submitted_at"), "pupils": ("pupils", "submitted_at")}  # fmt: skip
VISIT_SORTS = {"day": "starts_at", "school": ("school__name", "starts_at"), "state": ("state", "starts_at"),
               "pupils": ("pupils", "starts_at")}  # fmt: skip


class TakenByHost(SheetListing):
    """Its rows may be of several hosts: each reviews who took those that it answers for."""

    def __init__(self, request: HttpRequest, rows: Any, *, verb: str, **options: Any) -> None:
        super().__init__(request, rows, saw=self.write_down, **options)
        self.verb = verb

    def write_down(self, _people: int) -> None:
        for host, number in Counter(self.rows.order_by().values_list("host_id", flat=True)).items():
            audit.saw(self.request.user, self.verb, host_id=host, people=number)


# Requests ------------------------------------------------------------------------------


@require_GET
@roles(*OFFICE)
def school_request_list(request: HttpRequest) -> HttpResponse:
    listing = TakenByHost(
        request, SchoolRequest.objects.visible_to(request.user).for_list(), form=RequestFilter,
        form_options={"user": request.user}, sorts=REQUEST_SORTS, default_sort="-received", sheet=SCHOOL_REQUESTS,
        verb="school_request.downloaded",
    )  # fmt: skip
    return listing.render("cohorts/school_request_list.html")


@require_GET
@roles(*OFFICE)
def school_request(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    shown = can_see_contacts(request.user, found)
    if shown and found.contact_email:
        audit.saw(request.user, "school_request.viewed", host_id=found.host_id)
    visit = found.visits.standing().for_list().first()
    context = {
        "found": found,
        "visit": visit,
        "shows_teacher": shown,
        "may_cancel": (visit is None or visit.state == VisitState.PLANNED)
        and found.can_be_cancelled
        and can_plan_visit(request.user, found),
        "cancel_form": ReasonForm(),
        "may_plan": visit is None and found.state == "accepted" and can_plan_visit(request.user, found),
        "events": history_of(found),
    }
    return render(request, "cohorts/school_request.html", context)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def visit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The day, the expert and the place of an accepted school's visit."""
    found = load_request(request, pk)
    require(can_plan_visit(request.user, found))
    round = found.round
    begins = timezone.make_aware(datetime.combine(found.wishes[0], USUAL_HOUR))
    initial = {
        "starts_at": begins, "ends_at": begins + timedelta(minutes=round.minutes),
        "place": found.address if round.format == "at_school" else round.place,
    }  # fmt: skip
    form = ArrangeForm(sent(request), round=round, initial=initial)
    if form.carries_out(lambda: visits.plan_visit(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The visit is arranged. Teacher and expert are told by mail."))
        return redirect(form.result)
    context = {"form": form, "found": found, "cancel_url": found.get_absolute_url()}
    return render(request, "cohorts/visit_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def school_request_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    require(can_plan_visit(request.user, found))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, so that the schools can be told."))
        return redirect(found)
    reason = form.cleaned_data["reason"]
    done = _("The request was cancelled. The school is told by mail.")
    return do(request, lambda: school_requests.cancel_request(found, by=request.user, reason=reason), done, found)


def load_request(request: HttpRequest, pk: int) -> SchoolRequest:
    rows = SchoolRequest.objects.visible_to(request.user).select_related("round__company", "school", "host")
    return get_object_or_404(rows, pk=pk)


# Visits --------------------------------------------------------------------------------


def _visits(request: HttpRequest) -> SheetListing:
    return TakenByHost(
        request, Visit.objects.visible_to(request.user).for_list(), form=VisitFilter,
        form_options={"user": request.user}, sorts=VISIT_SORTS, default_sort="-day", sheet=VISITS,
        verb="visit.downloaded",
    )  # fmt: skip


@require_GET
@roles(*READERS)
def visit_list(request: HttpRequest) -> HttpResponse:
    return _visits(request).render("cohorts/visit_list.html")


@require_GET
@roles(*READERS)
def visit_figures_page(request: HttpRequest) -> HttpResponse:
    """What the listed visits reached: pupils, regions, the share of rural schools, and what schools say."""
    listing = _visits(request)
    rows = listing.rows
    figures, marks = visit_figures(rows), feedback_marks(rows)
    context = {
        "listing": listing,
        "figures": figures,
        "held_url": reverse("cohorts:visit-list") + listing.url(state="held", page=None),
        "marks": marks,
        "regions_say": _("%(n)s visits were held in %(regions)s provinces and cities.")
        % {"n": figures.visits, "regions": len(figures.regions)},
        "rural": rural_rows(rows),
        "rural_series": [_("Rural schools"), _("Other schools")],
        "rural_say": _("%(rural)s of %(n)s visits were at rural schools.")
        % {"rural": figures.rural, "n": figures.visits},
        "marks_say": _("%(n)s schools have answered, with marks from 1 to 5.") % {"n": marks.answers},
    }
    return render(request, "cohorts/visit_figures.html", context)


@require_GET
@roles(*READERS)
def visit_calendar(request: HttpRequest) -> HttpResponse:
    """The visits of one month, day by day: `?month=2026-11`."""
    first = _month(request.GET.get("month", ""))
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    rows = Visit.objects.visible_to(request.user).standing().for_list()
    found = rows.filter(starts_at__date__range=(first, last)).order_by("starts_at", "pk")
    days = [(day, list(those)) for day, those in groupby(found, key=lambda one: timezone.localdate(one.starts_at))]
    context = {
        "month": first,
        "days": days,
        "before": f"{add_months(first, -1):%Y-%m}",
        "after": f"{add_months(first, 1):%Y-%m}",
        "title": _("School visits in %(month)s") % {"month": date_format(first, "YEAR_MONTH_FORMAT")},
    }
    return render(request, "cohorts/visit_calendar.html", context)


def _month(asked: str) -> date:
    """The first day of the month asked for; of the present one, if that is none."""
    try:
        year, month = (int(part) for part in asked.split("-"))
        return date(year, month, 1) if 2000 <= year <= 2100 else timezone.localdate().replace(day=1)
    except ValueError:
        return timezone.localdate().replace(day=1)


@require_GET
@roles(*READERS)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    context = seen(request, found) | {
        "visit": found,
        "verbs": available_visit_verbs(request.user, found),
        "feedback": getattr(found, "feedback", None),
        "cancel_form": ReasonForm(),
        "events": history_of(found) if can_see_visit_history(request.user, found) else None,
        "sees_request": request.user.role in OFFICE,
    }
    return render(request, "cohorts/visit.html", context)


@require_GET
@roles(*READERS)
def visit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit on one sheet, for the day."""
    found = load(request, pk)
    return render(request, "cohorts/visit_print.html", seen(request, found) | {"visit": found})


def seen(request: HttpRequest, found: Visit) -> dict[str, Any]:
    """The people of a visit, as the reader may know them; written down as seen."""
    teacher = found.request if can_see_teacher(request.user, found) and found.request.contact_email else None
    asked = found.round.names_needed and can_see_pupils(request.user, found)
    pupils = list(found.named_pupils.all()) if asked else []
    if people := len(pupils) + bool(teacher):
        audit.saw(request.user, "visit.viewed", host_id=found.host_id, people=people)
    return {"teacher": teacher, "pupils": pupils, "names_asked": asked}


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def visit_reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_move_visit(request.user, found))
    if found.state != VisitState.PLANNED:
        messages.error(request, _("Only a planned visit can be moved."))
        return redirect(found)
    initial = {name: getattr(found, name) for name in visits.ARRANGED}
    form = ArrangeForm(sent(request), round=found.round, initial=initial)
    if form.carries_out(lambda: visits.reschedule_visit(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The visit was moved. Teacher and expert are told by mail."))
        return redirect(found)
    context = {"form": form, "found": found.request, "visit": found, "cancel_url": found.get_absolute_url()}
    return render(request, "cohorts/visit_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def visit_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_move_visit(request.user, found))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, so that the schools can be told."))
        return redirect(found)
    reason = form.cleaned_data["reason"]
    done = _("The visit was cancelled. The next school in line gets it.")
    return do(request, lambda: school_requests.cancel_visit(found, by=request.user, reason=reason), done, found)


@require_http_methods(["GET", "POST"])
@roles(*REPORTERS)
def visit_report(request: HttpRequest, pk: int) -> HttpResponse:
    """How many were there; a correction later goes the same way."""
    found = load(request, pk)
    require(can_report_visit(request.user, found))
    if not {"report", "amend"} & available_visit_verbs(request.user, found):
        messages.error(request, _("A visit is reported once it has begun, unless it was cancelled."))
        return redirect(found)
    act = visits.amend_visit_report if found.state == VisitState.HELD else visits.hold_visit
    form = HeadcountForm(sent(request), visit=found)
    if form.carries_out(lambda: act(found, by=request.user, **form.values())):
        messages.success(request, _("The report was saved."))
        return redirect(found)
    context = {"form": form, "visit": found, "cancel_url": found.get_absolute_url()}
    return render(request, "cohorts/visit_report.html", context, status=form_status(form))


def load(request: HttpRequest, pk: int) -> Visit:
    rows = Visit.objects.visible_to(request.user).for_list().select_related("host", "feedback", "reported_by")
    return get_object_or_404(rows, pk=pk)
