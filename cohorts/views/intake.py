"""Pictures of the intake: applications by day, stages, scores and districts; on paper and as a file without small numbers."""

import io

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.models import Cohort
from cohorts.queries.intake import Intake, intake_of
from cohorts.queries.pictures import Picture
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import roles
from portal.common.htmx import render
from portal.common.spreadsheets import Column, Sheet, write_sheets

OFFICE = (Role.ADMIN, *HOST_STAFF)


def load(request: HttpRequest, pk: int) -> Cohort:
    rows = Cohort.objects.visible_to(request.user).select_related("programme", "policy", "host")
    return get_object_or_404(rows, pk=pk)


@require_GET
@roles(*OFFICE)
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = load(request, pk)
    return render(request, "cohorts/intake.html", {"cohort": cohort, "intake": intake_of(cohort)})


@require_GET
@roles(*OFFICE)
def intake_print(request: HttpRequest, pk: int) -> HttpResponse:
    """For who is not of the office: no reviewer, no number below five."""
    cohort = load(request, pk)
    context = {"cohort": cohort, "intake": intake_of(cohort, outside=True), "outside": True}
    return render(request, "cohorts/intake.html", context)


@require_GET
@roles(*OFFICE)
def intake_export(request: HttpRequest, pk: int) -> FileResponse:
    """The figures of the print as a workbook, a sheet for each picture."""
    cohort = load(request, pk)
    file = io.BytesIO()
    write_sheets(file, sheets_of(intake_of(cohort, outside=True)))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"intake-{cohort.pk}-{timezone.localdate():%Y%m%d}.xlsx")


def sheets_of(found: Intake) -> list[Sheet]:
    number = _("Number")
    return [
        _sheet(_("Applications by day"), _("Days from the deadline"), found.days, found.days.series),
        _sheet(_("From application to enrolment"), _("Step"), found.funnel, [number]),
        _sheet(_("Mean points by stage"), _("Stage"), found.scores, [_("Mean")], "decimal"),
        _sheet(_("Applicants by district"), _("District"), found.districts, [number]),
    ]


def _sheet(title: str, label: str, picture: Picture, series: list[str], kind: str = "integer") -> Sheet:
    columns = [Column("label", label, width=24)]
    columns += [Column(f"n{place}", name, kind, width=18) for place, name in enumerate(series)]
    rows = [
        {
            "label": name,
            **{f"n{place}": value for place, value in enumerate(values if isinstance(values, list) else [values])},
        }
        for name, values in picture.rows
    ]
    notes = [picture.finding, _("Numbers below five are not shown.")]
    return Sheet(title, columns, rows, timezone.localdate(), notes)
