"""Reviewers' work: the queue, and the points for one application."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import queries
from cohorts.actions import scores as actions
from cohorts.blind import facts_of
from cohorts.forms.scores import ReviewFilter, ScoreForm
from cohorts.models import Application, Cohort, InterviewPanel
from cohorts.queries.application_rows import Row, review_rows
from cohorts.queries.interviews import HOLDS_INTERVIEWS
from cohorts.states import Stage
from portal import audit
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.common.guards import roles
from portal.common.htmx import form_status, render
from portal.common.listing import SearchedOnce
from portal.common.prepared import per_role


@per_role
def panels_of(reader: Any) -> QuerySet[InterviewPanel]:
    panels = InterviewPanel.objects.visible_to(reader).filter(cohort__state__in=HOLDS_INTERVIEWS)
    return panels.select_related("cohort")


@require_GET
@roles(Role.REVIEWER)
def score_list(request: HttpRequest) -> HttpResponse:
    """What to review: first what one has not scored, of that what has the fewest scores."""
    listing = ReviewListing(
        request,
        Application.objects.visible_to(request.user).in_selection(),
        form=ReviewFilter,
        form_options={"cohorts": Cohort.objects.visible_to(request.user)},
    )
    first = next(iter(listing), None) if listing.page.number == 1 else None
    context = {
        "stage": listing.stage,
        "first": first if first and first["my_points"] is None else None,
        "panels": panels_of(request.user),
    }
    return listing.render("cohorts/score_list.html", context)


class ReviewListing(SearchedOnce):
    """In the order of reviewing, for which all scores are counted, and with them all rows: one query does both."""

    key_columns = ("pk", "score_count", "my_points")
    is_searched = True

    def __init__(self, request: HttpRequest, rows: Any, **options: Any) -> None:
        super().__init__(request, rows, **options)
        self.stage = Stage(self.chosen.get("stage", Stage.DOCUMENT))

    @cached_property
    def found(self) -> Any:
        return self.rows.to_review(self.request.user, self.stage)  # type: ignore[attr-defined]

    def count_quickly(self) -> int:
        return int(self.rows.order_by().count())

    def fetch(self, rows: Any) -> list[Row]:
        return review_rows(rows)


@require_http_methods(["GET", "POST"])
@roles(Role.REVIEWER)
def score_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The points of one application; saved, it goes on to the next one. `?stage=` shows that stage alone."""
    application = _load(request, pk)
    audit.saw(request.user, "application.viewed", host_id=application.host_id, subject_id=application.person_id)
    draft = queries.draft_of(request.user, application)
    form = _form(request, application, draft=draft.entries if draft else None)
    if form.carries_out(lambda: actions.score_application(application, form.given(), by=request.user)):
        messages.success(request, _("Your scores for %(number)s are saved.") % {"number": application})
        return redirect(_next_url(request, application))
    context = {
        "form": form,
        "application": application,
        "facts": facts_of(application),
        "draft": draft,
        "query": _query(request),
        "queue": queries.queue_of(request.user, application, _stage(request)),
        "cancel_url": f"{reverse('cohorts:score-list')}{_query(request)}",
    }
    return render(request, "cohorts/score_edit.html", context, status=form_status(form))


@require_POST
@roles(Role.REVIEWER)
def score_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed so far. To htmx it answers with the sums and the time, or with what is wrong."""
    application = _load(request, pk)
    form = _form(request, application, complete=False)
    form.is_valid()
    try:
        actions.keep_draft(application, request.user, form.typed())
    except ActionRefused as refusal:
        form.refuse(refusal)
    if not request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        kept = _("What you have typed is kept, and not given yet.")
        messages.success(request, kept) if form.is_valid() else messages.error(request, _first_error(form))
        return redirect(f"{reverse('cohorts:score-edit', args=[pk])}{_query(request)}")
    context = {"form": form, "kept_at": timezone.now()}
    return render(request, "cohorts/score_edit.html", context, partial="score-state", status=form_status(form))


def _load(request: HttpRequest, pk: int) -> Application:
    """A reviewer sees applications of the assigned cohorts alone, so `can_score` would ask the same again."""
    return queries.to_score(request.user, pk)


def _stage(request: HttpRequest) -> Stage | None:
    asked = request.GET.get("stage")
    return Stage(asked) if asked in Stage.values else None


def _query(request: HttpRequest) -> str:
    return f"?stage={stage.value}" if (stage := _stage(request)) else ""


def _form(request: HttpRequest, application: Application, **options: Any) -> ScoreForm:
    stages, stage = queries.stages_of(application.cohort.policy), _stage(request)
    criteria = queries.criteria_of(application.cohort)
    given = queries.given_by(request.user, application, marks=bool(criteria))
    taken_in = {score.stage for score in given if score.reviewer_id is None}
    return ScoreForm(
        request.POST or None,
        stages=[one for one in ([stage] if stage in stages else stages) if one not in taken_in],
        mine={score.stage: score for score in given},
        criteria=criteria,
        **options,
    )


def _next_url(request: HttpRequest, application: Application) -> str:
    """The next one of the cohort that one has not scored, or the list."""
    found = queries.next_to_review(request.user, application.cohort, _stage(request))
    address = reverse("cohorts:score-edit", args=[found]) if found else reverse("cohorts:score-list")
    return f"{address}{_query(request)}"


def _first_error(form: ScoreForm) -> str:
    return str(next(iter(form.errors.values()))[0])
