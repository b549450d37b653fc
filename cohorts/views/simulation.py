"""The selection board: other rules tried beside the cohort's own, and adopted. Trying writes nothing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cohorts import queries
from cohorts.actions import board as actions
from cohorts.forms.board import TIES, AdoptForm, BoardForm
from cohorts.models import Cohort
from cohorts.permissions import can_edit_policy
from cohorts.queries.simulation import Simulated, simulate
from cohorts.quotas import Quota, QuotaRule
from cohorts.rules import Rules
from cohorts.simulation import STEP
from cohorts.states import Stage
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import render


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def selection_simulate(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules in the address, beside the cohort's own: who gains, who loses, and how much hangs on it."""
    cohort = _cohort(request, pk)
    for way, step in (("up", -1), ("down", 1)):
        if way in request.GET:
            return redirect(f"{request.path}?{_moved(request, request.GET[way], step)}")
    return _page(request, cohort, AdoptForm())


@require_POST
@roles(*HOST_STAFF)
def selection_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the rules in the address into the policy, with the reason that is sent."""
    cohort = _cohort(request, pk)
    require(can_edit_policy(request.user, cohort))
    tried, form = BoardForm(request.GET, pool=queries.pool_of(cohort)), AdoptForm(request.POST)
    if all([tried.is_valid(), form.is_valid()]):
        try:
            actions.adopt_rules(
                cohort, by=request.user, quotas=tried.rows.plans(), **tried.policy(), **form.cleaned_data
            )
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The rules were adopted. They are in the history of the cohort."))
            return redirect("cohorts:selection", cohort.pk)
    return _page(request, cohort, form, status=422)


def _cohort(request: HttpRequest, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy", "host"), pk=pk)


def _moved(request: HttpRequest, tie: str, step: int) -> str:
    """The address with one tie a place up or down; what cannot move stays."""
    asked = request.GET.copy()
    order = asked.get("tie_order", "").split(",")
    if tie in order and 0 <= (at := order.index(tie)) + step < len(order):
        order[at], order[at + step] = order[at + step], order[at]
    for name in ("up", "down"):
        asked.pop(name, None)
    asked["tie_order"] = ",".join(order)
    return asked.urlencode()


def _page(request: HttpRequest, cohort: Cohort, adopt: AdoptForm, status: int = 200) -> HttpResponse:
    pool = queries.pool_of(cohort)
    form = BoardForm(request.GET if "weight_test" in request.GET else None, pool=pool)
    trying = form.is_valid()
    own = queries.policy_rules(cohort.policy)
    rules, plans = (form.tried(), form.rows.plans()) if trying else (own, [actions.plan_of(one) for one in pool.quotas])
    found = simulate(pool, rules, [plan.row(cohort) for plan in plans])
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(found.gains) + len(found.losses))
    context = {
        "cohort": cohort,
        "form": form,
        "adopt": adopt if trying and can_edit_policy(request.user, cohort) else None,
        "adopt_url": f"{reverse('cohorts:selection-adopt', args=[cohort.pk])}?{request.GET.urlencode()}",
        "own": in_words(pool.rules, pool.names(pool.quotas), pool.track_names),
        "tried": in_words(found.rules, found.names, pool.track_names),
        "gains": _rows(found, found.gains),
        "losses": _rows(found, found.losses),
        "seats": len(found.then.selected),
        "unranked": len(found.then.unranked),
        "shifts": [(_label(one.up, one.down), one.seats_changed) for one in found.shifts],
        "finding": _finding(found),
        "effects": _effects(found),
    }
    return render(request, "cohorts/selection_simulate.html", context, status=status)


def _rows(found: Simulated, applications: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "application": one,
            "before": (found.now.ranks.get(one.pk), found.now.totals.get(one.pk)),
            "after": (found.then.ranks.get(one.pk), found.then.totals.get(one.pk)),
        }
        for one in applications
    ]


def in_words(rules: Rules, names: dict[str, str], tracks: dict[str, str]) -> list[str]:
    """The rules as sentences for a reader; `names` of the groups and of the tracks, by code."""
    weights = [f"{stage.label} {getattr(rules.weights, stage)}%" for stage in Stage if getattr(rules.weights, stage)]
    found = [", ".join(weights)]
    if rules.minimum:
        found.append(_("at least %(minimum)s points") % {"minimum": rules.minimum})
    for stage, least in rules.minimums.items():
        if getattr(rules.weights, stage):
            found.append(_("%(stage)s at least %(least)s") % {"stage": Stage(stage).label, "least": least})
    if rules.bonus.limit is not None:
        found.append(_("bonus points up to %(limit)s") % {"limit": rules.bonus.limit})
    found.append(_("equal totals by %(order)s") % {"order": " → ".join(str(TIES[tie]) for tie in rules.tie_order)})
    for track, quotas in rules.quotas.items():
        found += [f"{tracks.get(track, track)}: {quota_in_words(quota, names)}" for quota in quotas]
    return found


def quota_in_words(quota: Quota, names: dict[str, str]) -> str:
    sentence = (
        _("at least %(seats)d seats for %(group)s")
        if quota.rule == QuotaRule.AT_LEAST
        else _("at most %(seats)d seats for %(group)s")
    )
    return sentence % {"seats": quota.seats, "group": names.get(quota.group, quota.group)}


def _effects(found: Simulated) -> list[dict[str, Any]]:
    return [
        {
            "track": found.pool.track_names[one.effect.track],
            "words": quota_in_words(one.effect.quota, found.names),
            "there": one.there,
            "seated": one.seated,
            "changed": one.effect.seats_changed,
        }
        for one in found.effects
    ]


def _label(up: str, down: str) -> str:
    return f"{Stage(up).label} +{STEP}, {Stage(down).label} −{STEP}"


def _finding(found: Simulated) -> str:
    most = max((one.seats_changed for one in found.shifts), default=0)
    return ngettext(
        "At most %(n)d seat changes hands when a weight moves by %(step)d points.",
        "At most %(n)d seats change hands when a weight moves by %(step)d points.",
        most,
    ) % {"n": most, "step": STEP}
