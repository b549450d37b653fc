"""The selection of a cohort: what the scores say, what is decided from them, and the waitlist."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts import queries
from cohorts.actions import selection as actions
from cohorts.decision_reasons import explain
from cohorts.forms.board import TIES
from cohorts.forms.selection import DecisionFilter, PrepareForm, RequestReleaseForm, SendBackForm, WaitlistFilter
from cohorts.models import Application, Cohort, Criterion, Decision, SeatQuota, Selection
from cohorts.permissions import can_select
from cohorts.ranking import Tie
from cohorts.states import SELECTS
from cohorts.views.release import load, release_context
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.listing import FilterForm, Listing
from portal.common.verbs import do

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
    selection = load(request, pk)
    done = _("The prepared selection is discarded.")
    back = reverse("cohorts:selection", args=[selection.cohort_id])
    return do(request, lambda: actions.discard_selection(selection, by=request.user), done, back)


@require_POST
@roles(*HOST_STAFF)
def selection_request_release(request: HttpRequest, pk: int) -> HttpResponse:
    selection, form = load(request, pk), RequestReleaseForm(request.POST, auto_id="request_%s")
    if form.carries_out(lambda: actions.request_release(selection, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Your colleagues are asked to release it. Each of them gets a mail."))
        return redirect("cohorts:selection", selection.cohort_id)
    return _again(request, selection, request_form=form)


@require_POST
@roles(*HOST_STAFF)
def selection_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    selection, form = load(request, pk), SendBackForm(request.POST, auto_id="back_%s")
    if form.carries_out(lambda: actions.send_back_selection(selection, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The selection was sent back with your reason."))
        return redirect("cohorts:selection", selection.cohort_id)
    return _again(request, selection, send_back_form=form)


def _again(request: HttpRequest, selection: Selection, **forms: PortalForm) -> HttpResponse:
    """The page with the dialog standing open; where another has acted meanwhile, its dialog is gone: said above."""
    [(name, form)] = forms.items()
    if release_context(request.user, selection)[name] is None:
        messages.error(request, " ".join(" ".join(errors) for errors in form.errors.values()))
        return redirect("cohorts:selection", selection.cohort_id)
    return _page(request, selection.cohort, PrepareForm(), status=422, **forms)


@require_GET
@roles(*SEES)
def selection_waitlist(request: HttpRequest, pk: int) -> HttpResponse:
    """Offers, answers and the order of those who wait."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    tracks: Any = SimpleLazyObject(lambda: _tracks(cohort))  # the rows alone need none of it
    listing = Listing(
        request,
        Decision.objects.visible_to(request.user).seated(cohort),
        form=WaitlistFilter,
        form_options={"tracks": tracks},
        sorts={
            "rank": ("application__track", "rank"),
            "total": ("total", "rank"),
            "name": "application__person__name",
            "state": ("turn", "application__track", "rank"),
            "until": ("deadline", "rank"),
        },
        default_sort="state",
    )
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    context = {
        "cohort": cohort,
        "tracks": tracks,
        "valid_until": queries.waitlist_valid_until(cohort),
        "valid": queries.waitlist_is_valid(cohort),
        "may_act": can_select(request.user, cohort),
        "has_quotas": SimpleLazyObject(lambda: any(track.seat_quotas for track in tracks)),
    }
    return listing.render("cohorts/selection_waitlist.html", context)


def _tracks(cohort: Cohort) -> list[Any]:
    """With their seats; where quotas hold, the next in line is not always the first of the waitlist."""
    tracks = queries.track_seats(cohort)
    quotas = [SeatQuota(**row) for row in (tracks[0].seat_quotas if tracks else [])]
    turn = queries.next_by_quota(tracks, {track.pk: max(track.free, 1) for track in tracks}, quotas)
    first = {pk: chosen[0] for pk, chosen in turn.items() if chosen}
    numbers = (
        dict(Application.objects.filter(pk__in=first.values()).values_list("pk", "receipt_number")) if turn else {}
    )
    for track in tracks:
        if track.pk in turn:
            track.next_pk = first.get(track.pk)
            track.next_number = numbers.get(track.next_pk)
    return tracks


def _page(
    request: HttpRequest, cohort: Cohort, form: PrepareForm, status: int = 200, **forms: PortalForm
) -> HttpResponse:
    """With the forms of dialogs that were sent with mistakes; they stand open."""
    undecided = Exists(cohort.applications.in_selection())
    people = ("prepared_by", "requested_by", "released_by")
    current = cohort.selections.select_related(*people).annotate(undecided=undecided).first()
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
    if current and not preview:
        current.cohort = cohort
        context |= release_context(request.user, current) | forms
        listing, more = _decided(request, current)
        groups, order = current.inputs.get("groups", {}), current.inputs.get("tie_order", cohort.policy.tie_order)
    else:
        ranking = queries.rank(cohort)
        listing, more = _ranked(request, ranking)
        groups, order = ranking.names, cohort.policy.tie_order
    context |= more | {"ties": " → ".join(str(TIES[Tie(tie)]) for tie in order)}
    tell_why(listing, cohort, None if preview else current, groups)
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    response = listing.render("cohorts/selection.html", context)
    response.status_code = status
    return response


def _ranked(request: HttpRequest, ranking: queries.Ranking) -> tuple[Listing, dict[str, Any]]:
    """What a selection would come to, and its numbers."""
    listing = Listing(request, ranking.rows(), form=FilterForm, page_size=50)
    distribution = queries.distribution((one.total, one.outcome) for one in ranking.ranked)
    numbers = queries.preview_numbers(ranking)
    return listing, {"numbers": numbers, "unranked": ranking.unranked, "distribution": distribution}


def _decided(request: HttpRequest, selection: Selection) -> tuple[Listing, dict[str, Any]]:
    """The decisions of a selection, and its numbers."""
    numbers = queries.decision_numbers(selection)
    listing = Listing(
        request,
        selection.decisions.for_list(),
        form=DecisionFilter,
        form_options={"tracks": [row.track for row in numbers]},
        at=reverse("cohorts:selection", args=[selection.cohort_id]),
        sorts={"rank": ("application__track", "rank"), "total": ("total", "rank")},
        default_sort="rank",
        page_size=50,
    )
    totals = selection.decisions.order_by().values_list("total", "outcome")
    return listing, {"numbers": numbers, "distribution": queries.distribution(totals)}


def tell_why(rows: Iterable[Any], cohort: Cohort, selection: Selection | None, groups: Mapping[str, str]) -> None:
    """`why` of each row: the reasons of its decision in sentences. `groups`: what those of quotas are called."""
    rows = list(rows)
    of_criteria = any(code.startswith(("below:", "veto:")) for row in rows for code in row.reasons)
    names = criterion_names(cohort, selection) if of_criteria else {}
    for row in rows:
        row.why = explain(row.reasons, names, groups)


def criterion_names(cohort: Cohort, selection: Selection | None) -> dict[int, str]:
    """Of a prepared selection as it was prepared; of a preview as they are now."""
    if selection is None:
        return {one.pk: str(one) for one in cohort.criteria.all()}
    rows = selection.inputs.get("rubric", [])
    return {one["id"]: Criterion.in_language(one["name"], one["name_en"]) for one in rows}
