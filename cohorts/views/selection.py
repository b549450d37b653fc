"""The selection of a cohort: what the scores say, what is decided from them, and the waitlist."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import queries
from cohorts.actions import selection as actions
from cohorts.actions.offers import answer_until
from cohorts.decision_reasons import explain
from cohorts.forms.selection import DecisionFilter, PrepareForm, WaitlistFilter
from cohorts.models import Cohort, Criterion, Decision, Selection
from cohorts.permissions import can_select
from cohorts.states import SELECTS
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.listing import FilterForm, Listing

SEES = (Role.ADMIN, *HOST_STAFF)


@require_GET
@roles(*SEES)
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """The open selection, or a preview of what would be prepared now, or the last released one."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    return _page(request, cohort, PrepareForm())


@require_POST
@roles(*HOST_STAFF)
def selection_prepare(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    require(can_select(request.user, cohort))
    form = PrepareForm(request.POST)
    form.full_clean()
    try:
        actions.prepare_selection(cohort, by=request.user, **form.cleaned_data)
    except ActionRefused as refusal:
        form.refuse(refusal)
        return _page(request, cohort, form, status=422)
    messages.success(request, _("The selection is prepared. Nobody is told before it is released."))
    return redirect("cohorts:selection", cohort.pk)


@require_POST
@roles(*HOST_STAFF)
def selection_discard(request: HttpRequest, pk: int) -> HttpResponse:
    selection = _load(request, pk)
    try:
        actions.discard_selection(selection, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The prepared selection is discarded."))
    return redirect("cohorts:selection", selection.cohort_id)


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def selection_release(request: HttpRequest, pk: int) -> HttpResponse:
    """The question before the decisions take effect, with their numbers."""
    selection = _load(request, pk)
    if request.method == "POST":
        try:
            actions.release_selection(selection, by=request.user)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The selection is released. Everybody gets one mail."))
        return redirect("cohorts:selection", selection.cohort_id)
    numbers = queries.decision_numbers(selection)
    context = {
        "selection": selection,
        "cohort": selection.cohort,
        "numbers": numbers,
        "mails": sum(row.selected + row.waitlisted + row.rejected for row in numbers),
        "answer_until": answer_until(selection.cohort),
        "cancel_url": reverse("cohorts:selection", args=[selection.cohort_id]),
    }
    return render(request, "cohorts/selection_release.html", context)


@require_GET
@roles(*SEES)
def selection_waitlist(request: HttpRequest, pk: int) -> HttpResponse:
    """Offers, answers and the order of those who wait."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    tracks = queries.track_seats(cohort)
    listing = Listing(
        request,
        Decision.objects.visible_to(request.user).seated(cohort),
        form=WaitlistFilter,
        form_options={"tracks": tracks},
        sorts={"rank": ("application__track", "rank"), "total": ("total", "rank"), "name": "application__person__name"},
        default_sort="rank",
    )
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    context = {
        "cohort": cohort,
        "tracks": tracks,
        "valid_until": queries.waitlist_valid_until(cohort),
        "valid": queries.waitlist_is_valid(cohort),
        "may_act": can_select(request.user, cohort),
    }
    return listing.render("cohorts/selection_waitlist.html", context)


def _load(request: HttpRequest, pk: int) -> Selection:
    found = Selection.objects.visible_to(request.user).select_related("cohort__policy", "prepared_by")
    selection = get_object_or_404(found, pk=pk)
    require(can_select(request.user, selection.cohort))
    return selection


def _page(request: HttpRequest, cohort: Cohort, form: PrepareForm, status: int = 200) -> HttpResponse:
    undecided = Exists(cohort.applications.in_selection())
    current = cohort.selections.select_related("prepared_by", "released_by").annotate(undecided=undecided).first()
    preview = current is None or (current.released_at is not None and current.undecided)
    context = {
        "cohort": cohort,
        "form": form,
        "selection": None if preview else current,
        "may_act": can_select(request.user, cohort),
        "can_prepare": preview and cohort.state in SELECTS,
        "weights": [
            (stage.label, getattr(cohort.policy, f"weight_{stage}")) for stage in queries.stages_of(cohort.policy)
        ],
        "funnel": queries.funnel(cohort),
    }
    if preview:
        ranking = queries.rank(cohort)
        listing = Listing(request, ranking.rows(), form=FilterForm, page_size=50)
        context |= {"numbers": queries.preview_numbers(ranking), "unranked": ranking.unranked}
        context["distribution"] = queries.distribution((one.total, one.outcome) for one in ranking.ranked)
    else:
        numbers = queries.decision_numbers(current)
        listing = Listing(
            request,
            current.decisions.for_list(),
            form=DecisionFilter,
            form_options={"tracks": [row.track for row in numbers]},
            sorts={"rank": ("application__track", "rank"), "total": ("total", "rank")},
            default_sort="rank",
            page_size=50,
        )
        totals = current.decisions.order_by().values_list("total", "outcome")
        context |= {"numbers": numbers, "distribution": queries.distribution(totals)}
    tell_why(listing, cohort, None if preview else current)
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    response = listing.render("cohorts/selection.html", context)
    response.status_code = status
    return response


def tell_why(rows: Iterable[Any], cohort: Cohort, selection: Selection | None) -> None:
    """`why` of each row: the reasons of its decision in sentences."""
    rows = list(rows)
    names = criterion_names(cohort, selection) if any(":" in code for row in rows for code in row.reasons) else {}
    for row in rows:
        row.why = explain(row.reasons, names)


def criterion_names(cohort: Cohort, selection: Selection | None) -> dict[int, str]:
    """Of a prepared selection as it was prepared; of a preview as they are now."""
    if selection is None:
        return {one.pk: str(one) for one in cohort.criteria.all()}
    rows = selection.inputs.get("rubric", [])
    return {one["id"]: Criterion.in_language(one["name"], one["name_en"]) for one in rows}
