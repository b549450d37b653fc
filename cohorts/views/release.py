"""The release of a selection by two persons, and the proof that its frozen inputs give the same again."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import queries
from cohorts.actions import selection as actions
from cohorts.actions.offers import answer_until
from cohorts.forms.selection import ExportForm, ReleaseForm, RequestReleaseForm, SendBackForm
from cohorts.frozen import frozen_workbook
from cohorts.models import Selection
from cohorts.permissions import can_select
from cohorts.rules import of_inputs
from cohorts.views.simulation import in_words
from portal import audit
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status
from portal.common.verbs import do

SEES = (Role.ADMIN, *HOST_STAFF)


def load(request: HttpRequest, pk: int) -> Selection:
    found = Selection.objects.visible_to(request.user)
    people = ("prepared_by", "requested_by", "released_by")
    selection = get_object_or_404(found.select_related("cohort__policy", *people), pk=pk)
    require(can_select(request.user, selection.cohort))
    return selection


def release_context(user: User, selection: Selection) -> dict[str, Any]:
    """`way`: what `user` may do towards the release: ask for it, release, release alone with a reason, or wait."""
    way = release_way(user, selection) if can_select(user, selection.cohort) and not selection.released_at else ""
    return {
        "way": way,
        "request_form": RequestReleaseForm(auto_id="request_%s") if way == "ask" else None,
        "send_back_form": SendBackForm(auto_id="back_%s") if selection.requested_at and way else None,
    }


def release_way(user: User, selection: Selection) -> str:
    if not selection.cohort.policy.four_eyes:
        return "release"
    if user.pk in (selection.prepared_by_id, selection.requested_by_id):
        if not queries.second_pairs(selection.host_id, user):
            return "alone"
        return "wait" if selection.requested_at else "ask"
    return "release" if selection.requested_at or selection.prepared_by_id is None else "ask"


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def selection_release(request: HttpRequest, pk: int) -> HttpResponse:
    """The question before the decisions take effect, with their numbers."""
    selection = load(request, pk)
    alone = not selection.released_at and release_way(request.user, selection) == "alone"
    form = ReleaseForm(request.POST if request.method == "POST" else None) if alone else None
    if request.method == "POST" and (form is None or form.is_valid()):
        override = form.cleaned_data["override"] if form else ""
        done = _("The selection is released. Everybody gets one mail.")
        back = reverse("cohorts:selection", args=[selection.cohort_id])
        return do(request, lambda: actions.release_selection(selection, by=request.user, override=override), done, back)
    numbers = queries.decision_numbers(selection)
    context = {
        "selection": selection,
        "cohort": selection.cohort,
        "form": form,
        "numbers": numbers,
        "mails": sum(row.selected + row.waitlisted + row.rejected for row in numbers),
        "answer_until": answer_until(selection.cohort),
        "cancel_url": reverse("cohorts:selection", args=[selection.cohort_id]),
    }
    return render(request, "cohorts/selection_release.html", context, status=form_status(form) if form else 200)


# The proof -----------------------------------------------------------------------------


@require_GET
@roles(*SEES)
def selection_recompute(request: HttpRequest, pk: int) -> HttpResponse:
    """Ranks again from the frozen inputs alone: the same, or the differences."""
    return _proof(request, _visible(request, pk), ExportForm())


@require_POST
@roles(*HOST_STAFF)
def selection_export(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The frozen inputs as a workbook that ranks by its own formulas; the reason goes into the access record."""
    selection, form = load(request, pk), ExportForm(request.POST)
    if not form.is_valid():
        return _proof(request, selection, form)
    file, people = frozen_workbook(selection)
    reason = form.cleaned_data["reason"]
    audit.saw(request.user, "selection.downloaded", host_id=selection.host_id, people=people, reason=reason)
    return FileResponse(file, as_attachment=True, filename=f"selection-{selection.pk}.xlsx")


def _visible(request: HttpRequest, pk: int) -> Selection:
    found = Selection.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("cohort__policy", "prepared_by", "released_by"), pk=pk)


def _proof(request: HttpRequest, selection: Selection, form: ExportForm) -> HttpResponse:
    differences = queries.recompute(selection) if selection.can_be_recomputed else []
    audit.saw(request.user, "application.listed", host_id=selection.host_id, people=len(differences))
    numbers = queries.decision_numbers(selection)
    tracks = {str(row.track.pk): row.track.name for row in numbers}
    rules = of_inputs(selection.inputs) if selection.can_be_recomputed else None
    context = {
        "selection": selection,
        "cohort": selection.cohort,
        "form": form,
        "may_export": can_select(request.user, selection.cohort),
        "differences": differences[:100],
        "number": len(differences),
        "numbers": numbers,
        "decisions": sum(row.selected + row.waitlisted + row.rejected for row in numbers),
        "rules": in_words(rules, selection.inputs.get("groups", {}), tracks) if rules else [],
    }
    return render(request, "cohorts/selection_recompute.html", context, status=form_status(form))
