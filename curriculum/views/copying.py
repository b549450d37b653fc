"""Copy a programme as a template: say what, look at what comes of it, then write it."""

from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cohorts.copying import Move
from cohorts.models import Cohort, Programme
from cohorts.permissions import can_copy_programme
from curriculum.actions import copying as actions
from curriculum.forms import CopyForm
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, *HOST_STAFF)
def programme_copy(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Programme.objects.visible_to(request.user).select_related("host").prefetch_related("stages")
    source = get_object_or_404(rows, pk=pk)
    require(can_copy_programme(request.user, source))
    cohort = actions.last_cohort(source)
    form = CopyForm(request.POST or None, source=source, cohort=cohort, user=request.user)
    context: dict[str, Any] = {"form": form, "programme": source, "cohort": cohort}
    asks = "confirm" not in request.POST
    if "change" in request.POST or not form.is_valid():
        return render(request, "curriculum/programme_copy.html", context, status=form_status(form))
    given = form.values()
    if asks:
        return render(request, "curriculum/programme_copy_check.html", context | draft(source, cohort, given))
    try:
        made = actions.copy_programme(source, by=request.user, **given)
    except ActionRefused as refusal:
        form.refuse(refusal)
        return render(request, "curriculum/programme_copy.html", context, status=422)
    messages.success(request, _("The programme was copied. Look it through before you publish anything."))
    return redirect(made)


def draft(source: Programme, cohort: Cohort | None, given: dict[str, Any]) -> dict[str, Any]:
    """What the copy would hold."""
    modules = source.modules.order_by("pk")
    moves = actions.draft_moves(cohort, given["host"], given["first_day"]) if cohort and given["first_day"] else []
    return {
        "host": given["host"],
        "ours": given["host"].pk == source.host_id,
        "modules": modules,
        "hours": modules.aggregate(sum=Sum("hours"))["sum"] or 0,
        "moves": [(label(move), move) for move in moves],
        "tracks": cohort.tracks.all() if cohort and moves else [],
    }


def label(move: Move) -> str:
    return {
        "apply_opens_at": _("Applications open"),
        "apply_closes_at": _("Applications close"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "age_reference_date": _("Age counted on"),
        "waitlist_until": _("Waitlist is valid until"),
    }[move.field]
