"""The reviewers' scores side by side: as given, how far apart, and adjusted for who is strict and who is lenient."""

import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts import queries
from cohorts.calibration import Spread
from cohorts.forms.reviewing import ScoresFilter
from cohorts.models import Cohort
from cohorts.queries.calibration import SORTED_BY, ScoresOfStage, scores_of_stage
from cohorts.states import Stage
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import roles
from portal.common.listing import Listing
from portal.common.spreadsheets import Column, Sheet, write_sheets

SEES = (Role.ADMIN, *HOST_STAFF)
SORTS = {key: key for key in SORTED_BY if key != "pk"}


@require_GET
@roles(*SEES)
def review_scores(request: HttpRequest, pk: int) -> HttpResponse:
    """Raw scores are what the ranking reads; the adjusted ones are only shown."""
    cohort, stage, found, listing = _found(request, pk)
    audit.saw(request.user, "application.listed", host_id=cohort.host_id, people=len(listing))
    return listing.render("cohorts/review_scores.html", {"cohort": cohort, "stage": stage, "found": found})


@require_GET
@roles(*SEES)
def review_scores_export(request: HttpRequest, pk: int) -> FileResponse:
    """The listed applications by receipt number, and the reviewers, as a spreadsheet."""
    cohort, stage, found, listing = _found(request, pk)
    today, title = timezone.localdate(), f"{cohort} · {stage.label}"
    notes = [": ".join(words) for words in listing.form.words()]
    file = io.BytesIO()
    write_sheets(file, [
        Sheet(_("Applications"), _columns(("receipt", _("Receipt number"))), map(_row, listing.rows), today, [title, *notes]),
        Sheet(_("Reviewers"), _columns(("name", _("Reviewer"))), map(_reviewer_row, found.reviewers), today, [title]),
    ])  # fmt: skip
    audit.saw(request.user, "scores.downloaded", host_id=cohort.host_id, people=len(listing.rows))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"scores-{cohort.pk}-{stage}.xlsx")


def _found(request: HttpRequest, pk: int) -> tuple[Cohort, Stage, ScoresOfStage, Listing]:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    stages = queries.stages_of(cohort.policy)
    asked = request.GET.get("stage")
    stage = Stage(asked) if asked in stages else stages[0]
    found = scores_of_stage(cohort, stage)
    options = {"form": ScoresFilter, "form_options": {"stages": stages}, "sorts": SORTS}
    rows: Any = found.applications
    return cohort, stage, found, Listing(request, rows, default_sort="-range", page_size=50, **options)


def _columns(first: tuple[str, str]) -> list[Column]:
    last = ("leniency", _("Leniency")) if first[0] == "name" else ("adjusted", _("Adjusted"))
    return [
        Column(*first, "text", 20), Column("number", _("Number of scores"), "integer"), Column("mean", _("Raw mean"), "decimal"),
        Column("range", _("Spread"), "decimal"), Column("deviation", _("Standard deviation"), "decimal"),
        Column(*last, "decimal"), Column("group", _("Group"), "integer"),
    ]  # fmt: skip


def _row(one: Any) -> dict[str, Any]:
    return _figures(one.raw) | {"receipt": one.receipt, "adjusted": one.adjusted, "group": one.group}


def _reviewer_row(one: Any) -> dict[str, Any]:
    return _figures(one.raw) | {"name": str(one.reviewer), "leniency": one.leniency, "group": one.group}


def _figures(raw: Spread) -> dict[str, Any]:
    return {name: getattr(raw, name) for name in ("number", "mean", "range", "deviation")}
