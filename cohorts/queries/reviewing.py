"""Who reviews a cohort, how far they are, and whom a conflict keeps away."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cohorts.models import (
    Application,
    Cohort,
    Criterion,
    ReviewAssignment,
    ReviewConflict,
    ReviewDraft,
    Score,
)
from cohorts.models.application import ApplicationQuerySet
from cohorts.ranking import panel_mean
from cohorts.states import Stage
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.numbers import round_half_up
from portal.common.prepared import Among, Prepared, Slot, per_role


def reviewers_of(cohort: Cohort) -> list[User]:
    """Those who are put to work in the cohort as reviewers, and still are members; by name."""
    at_work = {"memberships__assignments__cohort": cohort, "memberships__ended_at": None}
    found = User.objects.filter(**at_work, memberships__role=Role.REVIEWER, is_active=True)
    return list(found.distinct().order_by("name", "pk"))


def conflict_pairs(cohort: Cohort) -> set[tuple[int, int]]:
    rows = ReviewConflict.objects.filter(application__cohort=cohort)
    return set(rows.order_by().values_list("application", "reviewer"))


def begun(cohort: Cohort) -> dict[int, set[int]]:
    """Who has scored what, by application: they keep it."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Score.objects.filter(application__cohort=cohort, reviewer__isnull=False).order_by()
    for application, reviewer in rows.values_list("application", "reviewer").distinct():
        found[application].add(reviewer)
    return found


def roll_of(user: User, cohort: Cohort) -> ApplicationQuerySet:
    """The names a reviewer declares conflicts by: of everything in selection, given to them or not."""
    closed = ReviewConflict.objects.filter(reviewer=user).values("application")
    return cohort.applications.in_selection().exclude(pk__in=closed).select_related("person", "cohort__policy")


@dataclass(frozen=True)
class Reviewing:
    """How far one reviewer is."""

    reviewer: User
    given: int
    scored: int
    conflicts: int

    @property
    def left(self) -> int:
        return max(self.given - self.scored, 0)


@dataclass(frozen=True)
class ReviewingOfCohort:
    rows: list[Reviewing]
    given_out: bool  # otherwise everything in selection is everybody's, conflicts excepted
    unscored: int  # applications in selection without any score

    @property
    def scored(self) -> int:
        return sum(row.scored for row in self.rows)

    @property
    def whole(self) -> int:
        return sum(row.scored + row.left for row in self.rows)


def reviewing_of(cohort: Cohort) -> ReviewingOfCohort:
    """How far the reviewers of a cohort are; five queries."""
    reviewers = reviewers_of(cohort)
    given = _by_reviewer(ReviewAssignment.objects.filter(cohort=cohort))
    conflicts = _by_reviewer(ReviewConflict.objects.filter(application__cohort=cohort))
    reviews = Score.objects.filter(application__cohort=cohort).order_by().values_list("reviewer")
    scored = dict(reviews.annotate(Count("application", distinct=True)))
    read = Score.objects.filter(application=OuterRef("pk"), reviewer__isnull=False)
    numbers = cohort.applications.in_selection().aggregate(
        whole=Count("pk"), unscored=Count("pk", filter=~Exists(read))
    )
    rows = []
    for one in reviewers:
        barred = conflicts.get(one.pk, 0)
        part = given.get(one.pk, 0) if given else numbers["whole"] - barred
        rows.append(Reviewing(one, part, scored.get(one.pk, 0), barred))
    return ReviewingOfCohort(rows, bool(given), numbers["unscored"])


def _by_reviewer(rows: Any) -> dict[int, int]:
    return dict(rows.order_by().values_list("reviewer").annotate(Count("pk")))


def conflicts_of(user: User, cohort: Cohort) -> Any:
    """The declared conflicts that `user` may see, newest first."""
    rows = ReviewConflict.objects.visible_to(user).filter(application__cohort=cohort)
    return rows.select_related("application__person", "reviewer", "declared_by")


class Queue(NamedTuple):
    """Where a reviewer stands among the applications of a cohort: those done of all, and the neighbours of one."""

    done: int
    whole: int
    next: int | None
    previous: int | None


@per_role
def _queue(reader: User) -> "QuerySet[Application, Any]":
    rows = Application.objects.visible_to(reader).in_selection().filter(cohort=Slot("cohort")).order_by()
    mine = Score.objects.filter(Among(F("stage"), Slot("stages")), application=OuterRef("pk"), reviewer=reader.pk)
    counted = rows.values("cohort").annotate(
        done=Count("pk", filter=Exists(mine)),
        whole=Count("pk"),
        next=Min("pk", filter=Q(pk__gt=Slot("application"))),
        previous=Max("pk", filter=Q(pk__lt=Slot("application"))),
    )
    return counted.values_list(*Queue._fields)


def queue_of(user: User, application: Application, stage: Stage | None) -> Queue:
    """One query; the neighbours are those received before and after it. `stage` None: done is what has any score."""
    stages = [stage.value] if stage else Stage.values
    found = _queue(user, cohort=application.cohort_id, application=application.pk, stages=stages)
    return Queue(*found[0]) if found else Queue(0, 0, None, None)


@per_role
def _open_to(reader: User) -> "QuerySet[Application, Any]":
    return Application.objects.visible_to(reader).filter(pk=Slot("pk")).values_list("pk")


_details = Prepared(Application.objects.filter(pk=Slot("pk")).for_detail())
_draft = Prepared(ReviewDraft.objects.filter(application=Slot("application"), reviewer=Slot("reviewer")))
_criteria = Prepared(Criterion.objects.filter(cohort=Slot("cohort")))
_given = Prepared(
    Score.objects.filter(Q(reviewer=Slot("reviewer")) | Q(reviewer=None), application=Slot("application"))
)
_given_marks = Prepared(_given.rows.prefetch_related("marks"))


def to_score(user: User, pk: int) -> Application:
    """With its details, or 404. Two queries, which PostgreSQL plans in a third of the time of both in one."""
    _open_to.or_404(user, pk=pk)
    found: Application = _details.or_404(pk=pk)
    return found


def draft_of(user: User, application: Application) -> ReviewDraft | None:
    return next(iter(_draft(application=application.pk, reviewer=user.pk)), None)


def criteria_of(cohort: Cohort) -> list[Criterion]:
    return _criteria(cohort=cohort.pk)


def given_by(user: User, application: Application, *, marks: bool) -> list[Score]:
    """One's own scores and those taken in, with their marks where there are criteria."""
    return (_given_marks if marks else _given)(application=application.pk, reviewer=user.pk)


def next_to_review(user: User, cohort: Cohort, stage: Stage | None) -> int | None:
    """What one has not scored, of that what has the fewest scores; None when everything is done."""
    rows = Application.objects.visible_to(user).in_selection().filter(~Exists(_mine(user, stage)), cohort=cohort)
    scores = Score.objects.filter(application=OuterRef("pk"), **({"stage": stage} if stage else {}))
    number = scores.order_by().values("application").annotate(number=Count("pk")).values("number")
    first = rows.annotate(number=Coalesce(Subquery(number), 0)).order_by("number", "submitted_at", "pk")
    return first.values_list("pk", flat=True).first()


def _mine(user: User, stage: Stage | None) -> Any:
    return Score.objects.filter(application=OuterRef("pk"), reviewer=user, **({"stage": stage} if stage else {}))


@dataclass(frozen=True)
class ScoresOfStage:
    """What the panel gave in one stage; marks are in the order of `criteria`, None for a blank."""

    stage: Stage
    criteria: list[Criterion]
    rows: list[tuple[Score, list[int | None]]]

    @property
    def mean(self) -> Decimal:
        """As the selection counts it."""
        return panel_mean([score.points for score, _marks in self.rows])

    @property
    def means(self) -> list[Decimal]:
        panels = [[marks[place] for _score, marks in self.rows] for place in range(len(self.criteria))]
        return [round_half_up(Fraction(sum(filter(None, panel)), len(panel)), 2) for panel in panels]


def scores_on(application: Application) -> list[ScoresOfStage]:
    """By stage; three queries."""
    criteria = list(Criterion.objects.filter(cohort=application.cohort_id))
    scores = application.scores.select_related("reviewer", "exam").prefetch_related("marks").order_by("pk")
    by_stage: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        by_stage[score.stage].append(score)
    found = []
    for stage in Stage:
        its = [one for one in criteria if one.stage == stage]
        rows = []
        for score in by_stage[stage]:
            marks = {mark.criterion_id: mark.points for mark in score.marks.all()}
            rows.append((score, [marks.get(one.pk) for one in its]))
        if rows:
            found.append(ScoresOfStage(stage, its, rows))
    return found


def last_rubric(cohort: Cohort, stage: Stage) -> list[Criterion]:
    """What the same stage was judged by in the programme's newest other cohort that has a rubric for it."""
    others = Criterion.objects.filter(cohort__programme=cohort.programme_id, stage=stage).exclude(cohort=cohort)
    newest = others.order_by("-cohort__starts_on", "-cohort").values("cohort")[:1]
    return list(others.filter(cohort=newest).select_related("cohort"))
