"""Copy the set-up of another cohort: choose, look at what would come, then write it. Plan the next one in one step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cohorts.actions import setup as actions
from cohorts.forms.setup import FirstDayForm, NextCohortForm, SetupForm
from cohorts.models import Cohort
from cohorts.permissions import can_edit_form, can_plan_cohort
from portal.accounts.roles import HOST_STAFF
from portal.common.dates import add_months
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def setup_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The first POST shows what would come; the one with `confirm` writes it."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    require(can_edit_form(request.user, cohort))
    sources = Cohort.objects.visible_to(request.user).filter(host=cohort.host_id).exclude(pk=pk).order_by("-starts_on")
    usual = sources.filter(programme=cohort.programme_id, starts_on__lt=cohort.starts_on).first()
    data = sent(request)
    form = SetupForm(data, sources=sources.select_related("policy"), initial={"source": usual})
    context: dict[str, Any] = {"cohort": cohort, "form": form, "cancel_url": cohort.get_absolute_url()}
    if form.is_valid():
        source, parts = form.cleaned_data["source"], form.cleaned_data["parts"]
        if "confirm" not in request.POST:
            return render(request, "cohorts/setup_check.html", context | coming(source, cohort, parts))
        try:
            actions.copy_setup(cohort, source=source, parts=parts, by=request.user)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The set-up was copied. Look it through before you publish the notice."))
            return redirect(cohort)
    return render(request, "cohorts/setup_copy.html", context, status=form_status(form))


def coming(source: Cohort, target: Cohort, parts: list[str]) -> dict[str, Any]:
    """What would be copied, and the dates before and after."""
    moves = actions.policy_moves(source, target) if "policy" in parts else []
    labels = {"age_reference_date": _("Age counted on"), "waitlist_until": _("Waitlist is valid until")}
    return {
        "source": source,
        "parts": [(name, actions.COPIERS[name].label, actions.COPIERS[name].count(source)) for name in parts],
        "moves": [(labels[move.field], move) for move in moves],
    }


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def cohort_next(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of the next cohort, its dates a year later or moved to `?first_day=`; written with its set-up."""
    source = get_object_or_404(Cohort.objects.visible_to(request.user).for_detail(), pk=pk)
    require(can_plan_cohort(request.user, source.programme))
    usual = add_months(source.starts_on, 12)
    move = FirstDayForm(
        request.GET if "first_day" in request.GET else None, source=source, initial={"first_day": usual}
    )
    first_day = move.cleaned_data["first_day"] if move.is_valid() else usual
    data = sent(request)
    form = NextCohortForm(data, user=request.user, source=source, first_day=first_day)
    if form.carries_out(lambda: actions.plan_next_cohort(source, by=request.user, **form.values())):
        messages.success(request, _("The next cohort is planned. Look at its dates and rules, then publish it."))
        return redirect(form.result)
    context = {"cohort": source, "form": form, "move": move, "cancel_url": source.get_absolute_url()}
    return render(request, "cohorts/cohort_next.html", context, status=form_status(move, form))
