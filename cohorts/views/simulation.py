"""What another weighting would change. Nothing here is written."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from cohorts import queries
from cohorts.forms.selection import SimulationForm
from cohorts.models import Cohort
from cohorts.queries.simulation import Simulated, simulate
from cohorts.ranking import Weights
from cohorts.simulation import STEP
from cohorts.states import Stage
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import roles
from portal.common.htmx import render


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def selection_simulate(request: HttpRequest, pk: int) -> HttpResponse:
    """The weights in the address, beside the cohort's own: who gains, who loses, and how much hangs on it."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    policy = cohort.policy
    own = {name: getattr(policy, name) for name in SimulationForm.base_fields}
    form = SimulationForm(request.GET if "weight_test" in request.GET else None, initial=own)
    weights, minimum = queries.weights_of(policy), policy.minimum_total
    if form.is_bound and form.is_valid():
        weights, minimum = form.weights(), form.cleaned_data["minimum_total"]
    found = simulate(cohort, replace(queries.policy_rules(policy), weights=weights, minimum=minimum))
    people = len(found.gains) + len(found.losses)
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=people)
    context = {
        "cohort": cohort,
        "form": form,
        "own": _shown(queries.weights_of(policy), policy.minimum_total),
        "tried": _shown(weights, minimum),
        "gains": _rows(found, found.gains),
        "losses": _rows(found, found.losses),
        "seats": len(found.then.selected),
        "unranked": len(found.then.unranked),
        "shifts": [(_label(one.up, one.down), one.seats_changed) for one in found.shifts],
        "finding": _finding(found),
    }
    return render(request, "cohorts/selection_simulate.html", context)


def _rows(found: Simulated, applications: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "application": one,
            "before": (found.now.ranks.get(one.pk), found.now.totals.get(one.pk)),
            "after": (found.then.ranks.get(one.pk), found.then.totals.get(one.pk)),
        }
        for one in applications
    ]


def _shown(weights: Weights, minimum: Any) -> str:
    parts = [f"{stage.label} {getattr(weights, stage)}%" for stage in Stage if getattr(weights, stage)]
    return ", ".join(parts) + (_(", at least %(minimum)s points") % {"minimum": minimum} if minimum else "")


def _label(up: str, down: str) -> str:
    return f"{Stage(up).label} +{STEP}, {Stage(down).label} −{STEP}"


def _finding(found: Simulated) -> str:
    most = max((one.seats_changed for one in found.shifts), default=0)
    return ngettext(
        "At most %(n)d seat changes hands when a weight moves by %(step)d points.",
        "At most %(n)d seats change hands when a weight moves by %(step)d points.",
        most,
    ) % {"n": most, "step": STEP}
