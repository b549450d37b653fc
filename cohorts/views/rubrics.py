"""The rubrics of a cohort: what each stage is judged by."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cohorts import queries
from cohorts.actions.rubric import set_rubric
from cohorts.forms.rubrics import USUAL, RubricForm
from cohorts.models import Cohort, Score
from cohorts.permissions import can_set_rubric
from cohorts.states import Stage
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render


def load(request: HttpRequest, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def rubrics(request: HttpRequest, pk: int) -> HttpResponse:
    """Of each stage that counts: its weight, its minimum mark, its criteria."""
    cohort = load(request, pk)
    policy, criteria = cohort.policy, list(cohort.criteria.all())
    scored = set(Score.objects.filter(application__cohort=cohort).order_by().values_list("stage", flat=True).distinct())
    may_set = can_set_rubric(request.user, cohort) and not cohort.has_started
    stages = [
        {
            "stage": stage,
            "weight": getattr(policy, f"weight_{stage}"),
            "minimum": getattr(policy, f"minimum_{stage}"),
            "criteria": [one for one in criteria if one.stage == stage],
            "locked": stage in scored,
            "url": reverse("cohorts:rubric-edit", args=[cohort.pk, stage]) if may_set and stage not in scored else "",
        }
        for stage in queries.stages_of(policy)
    ]
    return render(request, "cohorts/rubrics.html", {"cohort": cohort, "stages": stages, "may_set": may_set})


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def rubric_edit(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """The criteria of one stage. To begin with, `?usual` fills in what such stages are judged by as a rule, and
    `?last` what the programme's last cohort was.
    """
    if stage not in Stage.values:
        raise Http404
    cohort = load(request, pk)
    require(can_set_rubric(request.user, cohort))
    stored = list(cohort.criteria.filter(stage=stage))
    usual, last = USUAL[Stage(stage)], queries.last_rubric(cohort, Stage(stage)) if not stored else []
    begun = usual if "usual" in request.GET else last if "last" in request.GET else []
    form = RubricForm(request.POST or None, plans=stored or begun)
    if request.method == "POST" and form.carries_out(
        lambda: set_rubric(cohort, Stage(stage), form.rows.plans(), by=request.user)
    ):
        messages.success(request, said(len(form.result)))
        return redirect("cohorts:rubrics", cohort.pk)
    context: dict[str, Any] = {
        "cohort": cohort,
        "stage": Stage(stage),
        "form": form,
        "offers_usual": bool(usual) and not stored and not form.is_bound,
        "last": last[0].cohort if last and not form.is_bound else None,
        "cancel_url": reverse("cohorts:rubrics", args=[cohort.pk]),
    }
    return render(request, "cohorts/rubric_edit.html", context, status=form_status(form))


def said(number: int) -> str:
    if not number:
        return _("The stage is judged by one number from 0 to 100.")
    return _("The rubric has %(number)d criteria now.") % {"number": number}
