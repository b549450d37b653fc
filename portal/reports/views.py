"""The report of a cohort on screen, and as a file that is asked for, made, and taken."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from cohorts.models import Cohort
from cohorts.states import COUNTS_AS_TRAINEE, STARTED, EnrolmentState
from partners.forms.filters import kept_query
from placements.states import Exclusion
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.downloads import send_file
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.reports import actions
from portal.reports.forms import ApplicationsExportForm, AsOfForm, ExportForm, RegisterExportForm, ReportFilter
from portal.reports.models import Export
from portal.reports.permissions import can_export_register, can_request_export, can_see_report, can_take_export
from portal.reports.queries import Figures, figures_of
from portal.reports.register import selection
from portal.reports.workbook import lines

READERS = (Role.ADMIN, *HOST_STAFF)


def cohorts_of(request: HttpRequest) -> Any:
    return Cohort.objects.visible_to(request.user).filter(state__in=STARTED)


@require_GET
@roles(*READERS)
def report_list(request: HttpRequest) -> HttpResponse:
    """The cohorts there is a report of: those that have begun."""
    trainees = Count("enrolments", filter=Q(enrolments__state__in=COUNTS_AS_TRAINEE))
    listing = Listing(
        request,
        cohorts_of(request).select_related("programme", "host").annotate(trainee_count=trainees),
        form=ReportFilter,
        sorts={"name": "name", "ends": ("ends_on", "name")},
        default_sort="-ends",
    )
    return listing.render("reports/report_list.html")


@require_GET
@roles(*READERS)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of a cohort as of a day, as the file has them; nobody's name."""
    cohort = get_object_or_404(cohorts_of(request).select_related("programme", "host", "policy"), pk=pk)
    require(can_see_report(request.user, cohort))
    today = timezone.localdate()
    form = AsOfForm(request.GET if "as_of" in request.GET else {"as_of": today}, auto_id="as_%s", latest=today)
    as_of = form.cleaned_data["as_of"] if form.is_valid() else today
    figures = figures_of(cohort, as_of)
    context = {
        "cohort": cohort,
        "form": form,
        "as_of": as_of,
        "figures": figures,
        "lines": lines(figures),
        "results": by_label(EnrolmentState, figures.states),
        "exclusions": by_label(Exclusion, figures.exclusions),
        "funnel": funnel(figures),
    }
    return render(request, "reports/report.html", context, status=form_status(form))


def by_label(states: Any, counts: dict[str, int]) -> list[tuple[str, int]]:
    """In the order in which the states are listed; those nobody is in are left out."""
    return [(str(state.label), counts[state]) for state in states if counts.get(state)]


def funnel(figures: Figures) -> list[tuple[str, int]]:
    return [
        (_("Trainees"), figures.trainees),
        (_("Completed or employed early"), figures.completed + figures.early),
        (_("In work"), figures.in_work),
    ]


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def export_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the report of a cohort as a file, and say what for."""
    cohort = get_object_or_404(cohorts_of(request), pk=pk)
    require(can_request_export(request.user, cohort))
    options = {"user": request.user, "cohort": cohort}
    initial = {"as_of": request.GET.get("as_of") or timezone.localdate()}
    form = ExportForm(request.POST or None, initial=initial, **options)
    if form.carries_out(
        lambda: actions.request_export(cohort, by=request.user, **{"unmasked": False} | form.cleaned_data)
    ):
        return redirect(form.result)
    context = {"form": form, "cohort": cohort, "cancel_url": reverse("reports:report", args=[cohort.pk])}
    return render(request, "reports/export_create.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def applications_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the applications of a cohort with all answers as a file, and say what for."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    require(can_request_export(request.user, cohort))
    form = ApplicationsExportForm(request.POST or None, user=request.user, cohort=cohort)
    if form.carries_out(
        lambda: actions.request_applications(cohort, by=request.user, **{"unmasked": False} | form.cleaned_data)
    ):
        return redirect(form.result)
    back = f"{reverse('cohorts:application-list')}?cohort={cohort.pk}"
    context = {"form": form, "cohort": cohort, "cancel_url": back}
    return render(request, "reports/applications_export.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def register_export(request: HttpRequest) -> HttpResponse:
    """Ask for the register as this address shows it, as a file, and say what for."""
    require(can_export_register(request.user))
    query = kept_query(request.GET)
    form = RegisterExportForm(request.POST or None)
    if form.carries_out(lambda: actions.request_register(query=query, by=request.user, **form.cleaned_data)):
        return redirect(form.result)
    columns, chosen, rows = selection(query, request.user)
    context = {
        "form": form,
        "columns": columns,
        "filters": chosen.words(),
        "total": rows.count(),
        "cancel_url": f"{reverse('partners:agreement-list')}?{query or 'view=all'}",
    }
    return render(request, "reports/register_export.html", context, status=form_status(form))


@require_GET
@roles(*READERS)
def export_list(request: HttpRequest) -> HttpResponse:
    """What one has asked for oneself."""
    listing = Listing(
        request,
        Export.objects.visible_to(request.user).for_list(),
        sorts={"asked": "requested_at", "cohort": ("cohort__name", "-requested_at")},
        default_sort="-asked",
    )
    return listing.render("reports/export_list.html")


def own_export(request: HttpRequest, pk: int) -> Export:
    """404 for everybody else, and for who has lost the role or right to have asked for it."""
    return get_object_or_404(Export.objects.visible_to(request.user).for_list(), pk=pk)


@require_GET
@roles(*READERS)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is; then the file, until it expires. htmx asks for the progress alone."""
    found = own_export(request, pk)
    if getattr(request, "htmx", False) and found.state != Export.State.MAKING:
        return HttpResponseClientRefresh()
    return render(request, "reports/export.html", {"export": found}, partial="export-progress")


@require_POST
@roles(*READERS)
def export_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file. Whoever may no longer have it gets 404; after its time, 410 and how to get another."""
    found = own_export(request, pk)
    require(can_take_export(request.user, found))
    try:
        taken = actions.take_export(found, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return render(request, "reports/export.html", {"export": found}, status=410)
    return send_file(taken)
