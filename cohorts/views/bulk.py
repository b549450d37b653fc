"""Actions on many applications: chosen in the list, previewed, run, and undone for half an hour."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from cohorts.actions import bulk as actions
from cohorts.bulk import UNDO_WITHIN, BulkVerb, Obstacle
from cohorts.forms.applications import filter_for
from cohorts.forms.bulk import FORMS, BulkFilter, BulkRowFilter
from cohorts.models import Application, BulkAction, BulkRow, Cohort, Track
from cohorts.permissions import can_act_in_bulk
from cohorts.states import ApplicationState
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do
from portal.jobs.models import Job

SEES = (Role.ADMIN, *HOST_STAFF)
WAITS = "job-progress"  # the id in components/_progress.html
State = BulkAction.State
LEAVES_AS_IT_IS = (BulkVerb.ASK, BulkVerb.WRITE)  # nothing to show before and after


@require_GET
@roles(*SEES)
def bulk_list(request: HttpRequest) -> HttpResponse:
    done = Count("rows", filter=Q(rows__outcome=BulkRow.Outcome.DONE))
    listing = Listing(
        request,
        BulkAction.objects.visible_to(request.user).for_list().annotate(row_count=Count("rows"), done_count=done),
        form=BulkFilter,
        sorts={"made": "made_at", "verb": ("verb", "-made_at")},
        default_sort="-made",
    )
    return listing.render("cohorts/bulk_list.html")


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def bulk_prepare(request: HttpRequest) -> HttpResponse:
    """The ticked applications of a cohort, or all that the filter of the list finds; the POST makes the preview."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=_number(request.GET.get("cohort")))
    require(can_act_in_bulk(request.user, cohort))
    chosen = _chosen(request, cohort)
    verb = request.GET.get("verb", "")
    if verb not in BulkVerb.values:
        messages.error(request, _("Choose what is to be done."))
        return redirect(_back(cohort))
    form = FORMS[verb](request.POST if request.method == "POST" else None, cohort=cohort)
    if form.is_valid():
        try:
            made = actions.prepare_bulk(cohort, chosen, verb=BulkVerb(verb), by=request.user, **form.values())
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            return redirect(made)
    context = {
        "cohort": cohort,
        "verb": BulkVerb(verb),
        "number": chosen.count(),
        "form": form,
        "cancel_url": _back(cohort),
    }
    return render(request, "cohorts/bulk_prepare.html", context, status=form_status(form))


def _number(text: str | None) -> int:
    """An id of an address; what is none finds nothing."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _back(cohort: Cohort) -> str:
    return f"{reverse('cohorts:application-list')}?cohort={cohort.pk}"


def _chosen(request: HttpRequest, cohort: Cohort) -> Any:
    visible = Application.objects.visible_to(request.user).filter(cohort=cohort)
    if "all" not in request.GET:
        return visible.filter(pk__in=[_number(one) for one in request.GET.getlist("rows")])
    tracks = Track.objects.filter(cohort=cohort)
    form = filter_for(request.user.role)(request.GET, tracks=tracks)
    return form.narrow(visible, form.chosen())


@require_GET
@roles(*SEES)
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview, the progress, or what was done; row by row."""
    found = BulkAction.objects.visible_to(request.user).select_related("cohort", "host", "made_by", "undone_by")
    action = get_object_or_404(found, pk=pk)
    if action.is_at_work:
        return _wait(request, action)
    if request.htmx.target == WAITS:  # type: ignore[attr-defined]  # django-htmx sets it
        return HttpResponseClientRefresh()
    listing = _rows(request, action)
    moves = action.verb == BulkVerb.SET_TRACK
    tracks = dict(Track.objects.filter(cohort=action.cohort_id).values_list("pk", "name")) if moves else {}
    for row in listing:
        row.was, row.becomes = _said(row.before, tracks, action), _said(row.after, tracks, action)
    audit.saw(request.user, "application.listed", host_id=action.host_id, people=len(listing))
    may_act = can_act_in_bulk(request.user, action)
    if request.htmx:  # type: ignore[attr-defined]
        return listing.render("cohorts/bulk.html", {"action": action, "changes": action.verb not in LEAVES_AS_IT_IS})
    counts = _counts(action)
    context = {
        "action": action,
        "track": tracks.get(action.values.get("track")),
        "tiles": [
            (one.label, sum(counts[one].values()), f"?outcome={one}", _why(counts[one]))
            for one in BulkRow.Outcome
            if one in counts
        ],
        "may_decide": may_act and action.state == State.PREVIEW,
        "possible": sum(counts.get(BulkRow.Outcome.WILL, {}).values()),
        "may_undo": may_act and action.can_be_undone,
        "minutes": int(UNDO_WITHIN.total_seconds() // 60),
        "changes": action.verb not in LEAVES_AS_IT_IS,
        **_asked(action),
    }
    return listing.render("cohorts/bulk.html", context)


def _rows(request: HttpRequest, action: BulkAction) -> Listing:
    return Listing(
        request,
        action.rows.select_related("application__person").annotate(goes=Case(When(obstacle="", then=1), default=0)),
        form=BulkRowFilter,
        sorts={
            "outcome": ("outcome", "pk"),
            "name": ("application__person__name", "pk"),
            "reason": ("goes", "obstacle"),
        },
        default_sort="reason",  # first what does not happen
    )


def _wait(request: HttpRequest, action: BulkAction) -> HttpResponse:
    goes_on = Q(outcome__in=(BulkRow.Outcome.WILL, BulkRow.Outcome.DONE))
    job = Job.objects.filter(key=action.job_key).first()
    waiting = {"action": action, "job": job, "total": (job and job.total) or action.rows.filter(goes_on).count()}
    return render(request, "cohorts/bulk_wait.html", waiting, partial="bulk-progress")


def _counts(action: BulkAction) -> dict[str, dict[str, int]]:
    """How many by outcome and by what is in the way; one query."""
    found: dict[str, dict[str, int]] = {}
    rows = action.rows.order_by("obstacle").values_list("outcome", "obstacle").annotate(Count("pk"))
    for outcome, problem, number in rows:
        found.setdefault(outcome, {})[problem] = number
    return found


def _why(counts: dict[str, int]) -> str:
    return ", ".join(f"{Obstacle(problem).label} {number}" for problem, number in counts.items() if problem)


def _said(facts: dict[str, Any], tracks: dict[int, str], action: BulkAction) -> str:
    """A state, a track or until when a time can be chosen, as the verb is about."""
    if action.verb == BulkVerb.SET_TRACK:
        return tracks.get(facts["track"], "–")
    if action.verb == BulkVerb.INVITE:
        until = facts["book_until"]
        return _("until %(moment)s") % {"moment": _moment(until)} if until else _("not invited")
    return str(ApplicationState(facts["state"]).label)


def _moment(code: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(code)), "SHORT_DATETIME_FORMAT")


def _asked(action: BulkAction) -> dict[str, Any]:
    """Days and moments that the action was given, as the page shows them."""
    values = action.values
    return {
        "due_on": date.fromisoformat(values["due_on"]) if "due_on" in values else None,
        "book_until": _moment(values["book_until"]) if "book_until" in values else None,
    }


def _load(request: HttpRequest, pk: int) -> BulkAction:
    action = get_object_or_404(BulkAction.objects.visible_to(request.user), pk=pk)
    require(can_act_in_bulk(request.user, action))
    return action


@require_POST
@roles(*HOST_STAFF)
def bulk_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    action = _load(request, pk)
    try:
        actions.confirm_bulk(action, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(action)


@require_POST
@roles(*HOST_STAFF)
def bulk_discard(request: HttpRequest, pk: int) -> HttpResponse:
    action = _load(request, pk)
    done = _("The action was put aside. Nothing was changed.")
    return do(request, lambda: actions.discard_bulk(action, by=request.user), done, action)


@require_POST
@roles(*HOST_STAFF)
def bulk_undo(request: HttpRequest, pk: int) -> HttpResponse:
    action = _load(request, pk)
    try:
        actions.ask_undo_bulk(action, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(action)
