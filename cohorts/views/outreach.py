"""Rounds of school visits: the list, one of them, writing it, and the choice of schools."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import outreach as actions
from cohorts.forms.cohorts import ReasonForm
from cohorts.forms.outreach import RoundFilter, RoundForm
from cohorts.models import OutreachRound, Programme
from cohorts.outreach import Line, fingerprint, proposal, request_numbers, waitlist_of
from cohorts.outreach_states import RequestState, RoundState
from cohorts.permissions import available_round_verbs, can_offer_round, can_run_round, can_see_visit_history
from cohorts.states import ProgrammeKind
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.MENTOR)
SORTS = {"topic": "topic", "company": ("company__name", "topic"), "closes": ("apply_closes_at", "topic")}


@require_GET
@roles(*READERS)
def round_list(request: HttpRequest) -> HttpResponse:
    rows = OutreachRound.objects.visible_to(request.user).for_list()
    options = {"user": request.user}
    listing = Listing(request, rows, form=RoundFilter, form_options=options, sorts=SORTS, default_sort="-closes")
    mine = Programme.objects.visible_to(request.user).filter(kind=ProgrammeKind.OUTREACH)
    offers = list(mine) if request.user.role in HOST_STAFF else []
    return listing.render("cohorts/round_list.html", {"offers": offers})


@require_GET
@roles(*READERS)
def round(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts, how many asked and got a visit, who waits, and the visits."""
    found = load(request, pk)
    staff = request.user.role != Role.MENTOR
    decided = found.state == RoundState.DECIDED
    context = {
        "round": found,
        "verbs": available_round_verbs(request.user, found),
        "may_decide": can_run_round(request.user, found) and found.state == RoundState.PUBLISHED,
        "tiles": _tiles(found) if staff else None,
        "waitlist": waitlist_of(found) if staff and decided else [],
        "visits": found.visits.standing().for_list()[:50],
        "cancel_form": ReasonForm(),
        "events": history_of(found) if can_see_visit_history(request.user, found) else None,
    }
    return render(request, "cohorts/round.html", context)


def _tiles(round: OutreachRound) -> list[dict[str, Any]]:
    """How many requests are in which state; each number leads to exactly those."""
    listed = reverse("cohorts:school-request-list")
    return [
        {
            "label": one.label,
            "value": one.number,
            "url": f"{listed}?round={round.pk}&state={one.state}",
            "note": _("%(n)d of them rural") % {"n": one.rural},
        }
        for one in request_numbers(round.requests.all())
    ]


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def round_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """A new round of a programme."""
    programmes = Programme.objects.visible_to(request.user).filter(kind=ProgrammeKind.OUTREACH)
    programme = get_object_or_404(programmes, pk=pk)
    require(can_offer_round(request.user, programme))
    form = RoundForm(sent(request), programme=programme)
    if form.carries_out(lambda: actions.offer_round(programme, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The round was prepared. Schools see it once you publish it."))
        return redirect(form.result)
    context = {"form": form, "programme": programme, "cancel_url": programme.get_absolute_url()}
    return render(request, "cohorts/round_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def round_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_run_round(request.user, found))
    form = RoundForm(sent(request), programme=found.programme, round=found)
    if form.carries_out(lambda: actions.edit_round(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The changes were saved."))
        return redirect(found)
    context = {"form": form, "programme": found.programme, "round": found, "cancel_url": found.get_absolute_url()}
    return render(request, "cohorts/round_form.html", context, status=form_status(form))


@require_POST
@roles(*HOST_STAFF)
def round_publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_run_round(request.user, found))
    done = _("The round is published. Schools can read it.")
    return do(request, lambda: actions.publish_round(found, by=request.user), done, found)


@require_POST
@roles(*HOST_STAFF)
def round_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_run_round(request.user, found))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, so that the schools can be told."))
        return redirect(found)
    reason = form.cleaned_data["reason"]
    done = _("The round was cancelled. The schools are told by mail.")
    return do(request, lambda: actions.cancel_round(found, by=request.user, reason=reason), done, found)


@require_GET
@roles(*HOST_STAFF)
def round_choice(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would get a visit by the rule, before anything is decided."""
    found = load(request, pk)
    require(can_run_round(request.user, found))
    if found.state != RoundState.PUBLISHED:
        return redirect(found)
    lines = proposal(found)
    context = {"round": found, "lines": lines, "seen": fingerprint(lines), "tiles": _outcomes(lines)}
    return render(request, "cohorts/round_choice.html", context)


def _outcomes(lines: list[Line]) -> list[dict[str, Any]]:
    """How many requests would get a visit, wait and go away empty, and how many of each are rural."""
    outcomes = (RequestState.ACCEPTED, RequestState.WAITLISTED, RequestState.TURNED_DOWN)
    found = {outcome: [line.request for line in lines if line.outcome == outcome] for outcome in outcomes}
    return [
        {
            "label": outcome.label,
            "value": len(requests),
            "note": _("%(n)d of them rural") % {"n": sum(one.rural for one in requests)},
        }
        for outcome, requests in found.items()
    ]


@require_POST
@roles(*HOST_STAFF)
def round_decide(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_run_round(request.user, found))
    seen = request.POST.get("seen", "")
    done = _("The visits are given. Each school gets one mail. Now arrange the days.")
    return do(
        request,
        lambda: actions.decide_requests(found, by=request.user, seen=seen),
        done,
        f"{reverse('cohorts:school-request-list')}?round={found.pk}&show=to_plan",
        refused_to=reverse("cohorts:round-choice", args=[found.pk]),
    )


def load(request: HttpRequest, pk: int) -> OutreachRound:
    rows = OutreachRound.objects.visible_to(request.user).select_related("programme", "company", "host")
    return get_object_or_404(rows, pk=pk)
