"""Reviewers' work: the queue, and the points for one application."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cohorts import queries
from cohorts.actions import scores as actions
from cohorts.forms.scores import ReviewFilter, ScoreForm
from cohorts.models import Application, Cohort, Score
from cohorts.permissions import can_score
from cohorts.states import Stage
from portal import audit
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing


@require_GET
@roles(Role.REVIEWER)
def score_list(request: HttpRequest) -> HttpResponse:
    """What to review: first what one has not scored, of that what has the fewest scores."""
    listing = Listing(
        request,
        Application.objects.visible_to(request.user).in_selection().for_review(request.user),
        form=ReviewFilter,
        form_options={"cohorts": Cohort.objects.visible_to(request.user)},
    )
    stage = Stage(listing.chosen.get("stage", Stage.DOCUMENT))
    return listing.render("cohorts/score_list.html", {"stage": stage})


@require_http_methods(["GET", "POST"])
@roles(Role.REVIEWER)
def score_edit(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(Application.objects.visible_to(request.user).for_detail(), pk=pk)
    require(can_score(request.user, application))
    audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    mine = {score.stage: score for score in Score.objects.filter(application=application, reviewer=request.user)}
    form = ScoreForm(request.POST or None, stages=queries.stages_of(application.cohort.policy), mine=mine)
    if form.is_valid():
        try:
            actions.score_application(application, form.given(), by=request.user)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your scores for %(number)s are saved.") % {"number": application})
            return redirect("cohorts:score-list")
    context = {"form": form, "application": application, "cancel_url": reverse("cohorts:score-list")}
    return render(request, "cohorts/score_edit.html", context, status=form_status(form))
