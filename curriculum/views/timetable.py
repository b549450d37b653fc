"""The timetable of a cohort: planning it, and a week of it."""

from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cohorts.models import Cohort, Enrolment
from curriculum import actions
from curriculum.actions.timetable import draft_timetable
from curriculum.models import Lesson
from curriculum.permissions import can_plan_timetable
from curriculum.queries import module_progress
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import render

WEEK = timedelta(days=7)


@require_GET
@roles(Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)
def timetable(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).for_detail(), pk=pk)
    context = week_of(cohort, request.GET.get("week", "")) | {
        "modules": module_progress(cohort),
        "may_plan": can_plan_timetable(request.user, cohort),
    }
    return render(request, "curriculum/timetable.html", context)


@require_GET
@roles(Role.TRAINEE)
def my_timetable(request: HttpRequest, pk: int) -> HttpResponse:
    """A trainee's own week."""
    mine = Enrolment.objects.visible_to(request.user).select_related("cohort__programme")
    enrolment = get_object_or_404(mine, pk=pk)
    return render(request, "curriculum/timetable.html", week_of(enrolment.cohort, request.GET.get("week", "")))


def week_of(cohort: Cohort, asked: str) -> dict:
    """The lessons of the week asked for; otherwise of this week, or the nearest one of the course."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = timezone.localdate()
    day = max(cohort.starts_on, min(day, cohort.ends_on))
    monday = day - timedelta(days=day.weekday())
    lessons = Lesson.objects.filter(day__cohort=cohort, day__date__range=(monday, monday + WEEK - timedelta(days=1)))
    lessons = lessons.select_related("module", "day").order_by("day__date", "position")
    return {
        "cohort": cohort,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "days": [(day, list(rows)) for day, rows in groupby(lessons, key=lambda lesson: lesson.day)],
        "earlier": monday - WEEK if monday > cohort.starts_on else None,
        "later": monday + WEEK if monday + WEEK <= cohort.ends_on else None,
    }


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def timetable_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows what would be planned; a POST writes it."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).for_detail(), pk=pk)
    require(can_plan_timetable(request.user, cohort))
    context: dict = {"cohort": cohort}
    try:
        if request.method == "POST":
            planned = actions.plan_timetable(cohort, by=request.user)
            days = len({slot.day for slot in planned.slots})
            messages.success(request, _("The timetable is planned: %(days)s days of lessons.") % {"days": days})
            return redirect("curriculum:timetable", cohort.pk)
        draft = draft_timetable(cohort)
    except ActionRefused as refusal:
        context["refusal"] = str(refusal)
    else:
        context |= {
            "draft": draft,
            "days": len({slot.day for slot in draft.slots} | set(draft.days_free)),
            "hours": sum(slot.hours for slot in draft.slots),
            "planned_before": cohort.days.exists(),
        }
    status = 409 if request.method == "POST" else 200
    return render(request, "curriculum/timetable_plan.html", context, status=status)
