"""Attendance: which registers are due, one day's register, the sheet of a cohort, a trainee's progress."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.models import Cohort, Enrolment, LicenceSeat
from cohorts.models.pathway import is_pathway
from cohorts.permissions import can_end_enrolment
from cohorts.states import CohortState
from curriculum import actions
from curriculum.actions.attendance import in_training_on
from curriculum.forms import DayFilter, RegisterForm
from curriculum.models import Attendance, TrainingDay
from curriculum.permissions import can_complete, can_take_attendance
from curriculum.queries import days_kept, expulsions_of, progress_of, risks_of, sheet_of
from curriculum.states import ExcuseKind
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import render
from portal.common.listing import Listing
from portal.common.prepared import Prepared, Slot, per_role
from portal.common.verbs import do

TEACHERS = (*HOST_STAFF, Role.INSTRUCTOR)
READERS = (Role.ADMIN, *TEACHERS)


@require_GET
@roles(*READERS)
def day_list(request: HttpRequest) -> HttpResponse:
    """The training days until today, the newest first: whose register is missing?"""
    days = TrainingDay.objects.visible_to(request.user).filter(date__lte=timezone.localdate())
    listing = Listing(
        request,
        days.select_related("cohort", "registered_by"),
        form=DayFilter,
        sorts={"date": "date", "cohort": ("cohort__name", "date")},
        default_sort="-date",
    )
    return listing.render("curriculum/day_list.html")


@require_http_methods(["GET", "POST"])
@roles(*TEACHERS)
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the attendance of one day. `fill` puts the whole day into the empty lines first."""
    days = TrainingDay.objects.visible_to(request.user).select_related("cohort__policy", "registered_by")
    day = get_object_or_404(days, pk=pk)
    require(can_take_attendance(request.user, day.cohort))
    trainees = list(in_training_on(day).select_related("person").order_by("number"))
    saved = {row.enrolment_id: row for row in Attendance.objects.filter(day=day)}
    form = RegisterForm(trainees, saved, sent(request))
    status = 200
    if request.method == "POST":
        if "fill" in request.POST:
            form.fill(day.cohort.policy)
        elif form.is_valid():
            try:
                count = actions.save_register(day, form.entries, by=request.user)
            except ActionRefused as refusal:
                messages.error(request, str(refusal))
                status = 409
            else:
                messages.success(request, _("The register of %(count)s trainees was saved.") % {"count": count})
                return redirect("curriculum:register", day.pk)
        else:
            status = 422
    context = {
        "day": day,
        "form": form,
        "excuses": [(value, str(label)) for value, label in ExcuseKind.choices],  # said once, not in each line
        "lessons": day.lessons.select_related("module"),
        "judged": saved,
        "future": day.date > timezone.localdate(),
    }
    return render(request, "curriculum/register.html", context, status=status)


@require_GET
@roles(*READERS)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody's attendance over the whole course, a mark for each day."""
    found = Cohort.objects.visible_to(request.user).select_related("policy").prefetch_related("days")
    cohort = get_object_or_404(found, pk=pk)
    trainees = Enrolment.objects.visible_to(request.user).filter(cohort=cohort).select_related("person")
    days, rows = sheet_of(cohort, trainees)
    if rows:
        audit.saw(request.user, "attendance.viewed", host_id=cohort.host_id, people=len(rows))
    running = cohort.state == CohortState.RUNNING
    context = {
        "cohort": cohort,
        "days": days,
        "rows": rows,
        "risks": risks_of(cohort, rows) if running else [],
        "may_complete": can_complete(request.user, cohort) and timezone.localdate() >= cohort.ends_on,
    }
    return render(request, "curriculum/sheet.html", context)


@per_role
def enrolment_seen(reader: Any) -> QuerySet[Enrolment]:
    seen = Enrolment.objects.visible_to(reader).filter(pk=Slot("pk"))
    return seen.select_related("person", "cohort__policy", "cohort__programme")


held_seats = Prepared(LicenceSeat.objects.held().filter(enrolment=Slot("enrolment")).select_related("pool__provider"))


@require_GET
@roles(*READERS, Role.TRAINEE)
def trainee(request: HttpRequest, pk: int) -> HttpResponse:
    """How one trainee stands: the course, each unit, and the newest days."""
    enrolment = enrolment_seen.or_404(request.user, pk=pk)
    own = request.user.role == Role.TRAINEE
    if not own:
        audit.saw(request.user, "trainee.viewed", host_id=enrolment.host_id, subject_id=enrolment.person_id)
    course, units = progress_of(enrolment)
    context = {
        "enrolment": enrolment,
        "own": own,
        "course": course,
        "units": units,
        "expulsions": expulsions_of(enrolment, course, units),
        "may_end": can_end_enrolment(request.user, enrolment),
        "minimum": enrolment.cohort.policy.minimum_rate,
        "rows": days_kept(enrolment),
        "licences": held_seats(enrolment=enrolment.pk),
    }
    return render(request, "curriculum/trainee.html", context)


@require_GET
@roles(Role.TRAINEE)
def my_course(request: HttpRequest) -> HttpResponse:
    """To the newest course of one's own; on a pathway, to the way through it."""
    mine = Enrolment.objects.visible_to(request.user).select_related("cohort__programme")
    newest = mine.order_by("-starts_on").first()
    if newest and is_pathway(newest.cohort.programme):
        return redirect("cohorts:way", newest.pk)
    if newest:
        return redirect("curriculum:trainee", newest.pk)
    return render(request, "curriculum/no_course.html")


@require_POST
@roles(*HOST_STAFF)
def completion(request: HttpRequest, pk: int) -> HttpResponse:
    """End the course: everybody completes it or does not, by the rate."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    require(can_complete(request.user, cohort))
    back = reverse("curriculum:sheet", args=[cohort.pk])
    return do(
        request,
        lambda: actions.complete_course(cohort, by=request.user),
        lambda made: _("%(completed)s trainees have completed, %(not_completed)s have not.") % made,
        back,
    )
