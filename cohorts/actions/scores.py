"""Points given by reviewers. Blank is not a score; nothing changes once a selection counts on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts import rubric
from cohorts.models import Application, Cohort, Criterion, CriterionPoints, ReviewDraft, Score
from cohorts.states import IN_SELECTION, Stage
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Given:
    """What a reviewer entered for one stage; None = not scored.

    `marks` by the pk of the criterion, where the stage has a rubric: their sum is the points then.
    """

    points: Decimal | None = None
    comment: str = ""
    marks: Mapping[int, int | None] = field(default_factory=dict)


@transaction.atomic
def score_application(application: Application, given: Mapping[Stage, Given], *, by: "User") -> Application:
    """Write down one reviewer's points (0-100) by stage; blank ones take an earlier score away.

    Refuses when a selection has been prepared or released: what it counted on stays as it was (domain.md 1). Refuses
    a rubric that is filled in half.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=application.cohort_id)  # its rubrics stay meanwhile
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    _require_unlocked(application)
    criteria: dict[str, list[Criterion]] = defaultdict(list)
    for criterion in Criterion.objects.filter(cohort=application.cohort_id):
        criteria[criterion.stage].append(criterion)
    if Stage.TEST in given and application.scores.filter(reviewer=None).exists():
        raise ActionRefused(_("The result of the coding test was taken in from a file."), f"{Stage.TEST}_points")
    before = _kept(application, by)
    for stage, entry in given.items():
        points = _points_of(stage, entry, criteria[stage])
        if points is None:
            application.scores.filter(reviewer=by, stage=stage).delete()
            continue
        score, _new = Score.objects.update_or_create(
            application=application,
            stage=stage,
            reviewer=by,
            defaults={"host_id": application.host_id, "points": points, "comment": entry.comment},
        )
        score.marks.all().delete()
        CriterionPoints.objects.bulk_create(
            CriterionPoints(score=score, host_id=score.host_id, criterion=one, points=entry.marks[one.pk] or 0)
            for one in criteria[stage]
        )
    ReviewDraft.objects.filter(application=application, reviewer=by).delete()
    audit.record(application, "application.scored", by=by, before=before, after=_kept(application, by))
    return application


def keep_draft(application: Application, reviewer: "User", entries: Mapping[str, str]) -> None:
    """Keep what a reviewer has typed beside the scores given; without entries the draft goes. It counts nowhere.

    Refuses like `score_application`.
    """
    _require_unlocked(application)
    if not entries:
        ReviewDraft.objects.filter(application=application, reviewer=reviewer).delete()
        return
    ReviewDraft.objects.update_or_create(
        application=application,
        reviewer=reviewer,
        defaults={"host_id": application.host_id, "entries": dict(entries)},
    )


def _kept(application: Application, by: "User") -> dict[str, Any]:
    """One's own points and marks, as the history keeps them: {"interview": "82.00", "interview_marks": {"7": 40, …}}."""
    kept: dict[str, Any] = {}
    for score in application.scores.filter(reviewer=by).prefetch_related("marks"):
        kept[score.stage] = str(score.points)
        if marks := {str(mark.criterion_id): mark.points for mark in score.marks.all()}:
            kept[f"{score.stage}_marks"] = marks
    return kept


def _points_of(stage: Stage, entry: Given, criteria: Sequence[Criterion]) -> Decimal | None:
    """What counts: the sum of the rubric, or the one number; None for nothing entered."""
    if not criteria:
        if entry.marks:
            raise ActionRefused(_("The rubric has been changed meanwhile. Open the application once more."))
        return entry.points
    marks = {pk: points for pk, points in entry.marks.items() if points is not None}
    if entry.points is not None or entry.marks.keys() - {one.pk for one in criteria}:
        raise ActionRefused(_("The rubric has been changed meanwhile. Open the application once more."))
    if not marks:
        return None
    for one in criteria:
        name = f"{stage}_{one.pk}"
        if one.pk not in marks:
            raise ActionRefused(_("Enter the points of every criterion: blank is not 0."), name)
        if not 0 <= marks[one.pk] <= one.most:
            raise ActionRefused(_("Enter 0 to %(most)d points.") % {"most": one.most}, name)
    whole = rubric.total([one.element for one in criteria], marks)
    return None if whole is None else Decimal(whole)


def _require_unlocked(application: Application) -> None:
    if application.state not in IN_SELECTION:
        raise ActionRefused(
            _("The scores are locked: the application is in the state “%(state)s”.")
            % {"state": application.get_state_display()}
        )
    if application.cohort.selections.filter(released_at=None).exists():
        raise ActionRefused(_("The scores are locked: a selection has been prepared from them."))
