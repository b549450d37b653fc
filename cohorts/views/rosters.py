"""Taking in a roster of applicants: send the file, look at each row, confirm."""

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from cohorts.actions import rosters as actions
from cohorts.forms.rosters import RosterForm, RosterLineFilter
from cohorts.models import Cohort, RosterImport, RosterLine
from cohorts.permissions import is_host_staff
from cohorts.roster import explain
from cohorts.roster_columns import column_label
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.spreadsheets import Column, write_xlsx
from portal.common.verbs import do
from portal.jobs.models import Job

# What the preview shows of a row
SHOWN = ("name", "birth_date", "mobile", "email", "address", "track")
WAITS = "job-progress"  # the part of a page that asks how far a job is


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def roster_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The rosters of a cohort, and the form to send one more."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).for_detail(), pk=pk)
    require(is_host_staff(request.user, cohort))
    sent = request.method == "POST"
    form = RosterForm(request.POST if sent else None, request.FILES if sent else None)
    if form.carries_out(lambda: actions.receive_roster(cohort, form.cleaned_data["file"], by=request.user)):
        return redirect(form.result)
    rosters = RosterImport.objects.visible_to(request.user).filter(cohort=cohort).select_related("uploaded_by")[:50]
    context = {"cohort": cohort, "form": form, "rosters": rosters, "cancel_url": cohort.get_absolute_url()}
    return render(request, "cohorts/roster_list.html", context, status=form_status(form))


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of each row; while a job works on it, how far it is."""
    found = RosterImport.objects.visible_to(request.user).select_related("cohort", "host", "uploaded_by")
    roster = get_object_or_404(found, pk=pk)
    if roster.is_at_work or roster.state == RosterImport.State.UNREADABLE:
        waiting = {"roster": roster, "job": Job.objects.filter(key=roster.job_key).first()}
        return render(request, "cohorts/roster_wait.html", waiting, partial="roster-progress")
    if request.htmx.target == WAITS:  # type: ignore[attr-defined]  # django-htmx sets it
        return HttpResponseClientRefresh()
    listing = Listing(
        request,
        roster.lines.all(),
        form=RosterLineFilter,
        sorts={"number": "number", "outcome": ("outcome", "number"), "change": ("change", "number")},
        default_sort="number",
        page_size=50,
    )
    for line in listing.page.object_list:
        line.sentence = explain(line.reason) if line.reason else ""
        line.cells = [line.shown.get(name, "") for name in SHOWN]
    audit.saw(request.user, "roster.viewed", host_id=roster.host_id, people=len(listing))
    may_take = is_host_staff(request.user, roster)
    context: dict[str, Any] = {
        "roster": roster,
        "may_take": may_take,
        "columns": [column_label(name) for name in SHOWN],
        "tiles": tiles(roster),
        "may_decide": may_take and roster.state == RosterImport.State.PREVIEW,
    }
    return listing.render("cohorts/roster.html", context)


def tiles(roster: RosterImport) -> list[dict]:
    """Each number leads to exactly its rows."""
    counts = roster.counts
    shown = [(RosterLine.Change.NEW, "change", ""), (RosterLine.Change.CHANGED, "change", ""),
             (RosterLine.Change.SAME, "change", ""), (RosterLine.Outcome.INELIGIBLE, "outcome", ""),
             (RosterLine.Outcome.DUPLICATE, "outcome", ""), (RosterLine.Outcome.ERROR, "outcome", "bad")]  # fmt: skip
    return [
        {
            "label": kind.label,
            "value": counts.get(kind, 0),
            "url": f"?{field}={kind}",
            "tone": tone if counts.get(kind) else "",
        }
        for kind, field, tone in shown
    ]


@require_POST
@roles(*HOST_STAFF)
def roster_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    roster = get_object_or_404(RosterImport.objects.visible_to(request.user), pk=pk)
    require(is_host_staff(request.user, roster))
    try:
        actions.confirm_roster(roster, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(roster)


@require_POST
@roles(*HOST_STAFF)
def roster_discard(request: HttpRequest, pk: int) -> HttpResponse:
    roster = get_object_or_404(RosterImport.objects.visible_to(request.user), pk=pk)
    require(is_host_staff(request.user, roster))
    done = _("The roster was put aside. Nothing of it was taken in.")
    back = reverse("cohorts:roster-list", args=[roster.cohort_id])
    return do(request, lambda: actions.discard_roster(roster, by=request.user), done, back, refused_to=roster)


@require_GET
@roles(*HOST_STAFF)
def roster_left_out(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that are not taken in, with the reason, for whoever has to correct the file."""
    roster = get_object_or_404(RosterImport.objects.visible_to(request.user).select_related("cohort"), pk=pk)
    require(is_host_staff(request.user, roster))
    columns = [Column("number", _("Row"), "integer", 8), Column("outcome", _("Outcome"), "text", 12)]
    columns += [Column("reason", _("Reason"), "long", 50)]
    columns += [Column(name, column_label(name), "text", 18) for name in SHOWN]
    lines = roster.lines.exclude(outcome=RosterLine.Outcome.OK)
    rows = [
        {"number": line.number, "outcome": line.get_outcome_display(), "reason": explain(line.reason), **line.shown}
        for line in lines
    ]
    audit.saw(request.user, "roster.downloaded", host_id=roster.host_id, people=len(rows))
    file = io.BytesIO()
    write_xlsx(file, _("Rows not taken in"), columns, rows, as_of=timezone.localdate())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"roster-{roster.pk}.xlsx")


@require_POST
@roles(*HOST_STAFF)
def roster_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to everybody of this roster who has no account, so that they can claim their record."""
    roster = get_object_or_404(RosterImport.objects.visible_to(request.user), pk=pk)
    require(is_host_staff(request.user, roster))
    return do(
        request,
        lambda: actions.invite_applicants(roster, by=request.user),
        lambda made: _("%(count)s applicants were invited to their account.") % {"count": made},
        roster,
    )
