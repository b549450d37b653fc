"""The people in selection as the rules see them, and the rules of their cohort."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from cohorts import ranking, rubric
from cohorts.eligibility import lives_in
from cohorts.models import (
    BonusClaim,
    BonusRule,
    Cohort,
    CohortPolicy,
    Criterion,
    CriterionPoints,
    Decision,
    QuotaGroup,
    Score,
    SeatQuota,
    Track,
)
from cohorts.queries.groups import name_of
from cohorts.quotas import Quota, QuotaRule
from cohorts.rules import Entry, Rules
from cohorts.states import HOLDS_A_PLACE, IN_SELECTION, ApplicationState, OfferState, Stage

CAN_FAIL = ~Q(minimum=None) | ~Q(low_below=None)  # of criteria
HELD = (*HOLDS_A_PLACE, ApplicationState.WAITLISTED)


class Applied(NamedTuple):
    """An application in selection, as plain values: of ten thousand only what decides is read."""

    pk: int
    receipt_number: str | None
    name: str
    track_id: int | None
    submitted_at: datetime | None
    address: str
    education: str
    confirmed: list[int]  # bonus rules


@dataclass
class Pool:
    """Who is in the selection of a cohort at the moment, and for how many seats."""

    cohort: Cohort
    tracks: list[Any]  # with what `_with_line` adds
    applied: list[Applied]
    scores: dict[int, ranking.Scores]  # by application
    quotas: list[SeatQuota]  # those of the cohort
    points: dict[int, Decimal]  # by bonus rule
    bonus_names: dict[str, str]  # by group
    failures: dict[int, tuple[str, ...]]  # by application: of single criteria
    held: Counter[tuple[str, str]]  # (track, group): who has a place or waits since an earlier selection

    @property
    def seats(self) -> dict[int, int]:
        """By track: neither taken nor offered nor waited for."""
        return {track.pk: max(track.seats_free - track.offered - track.waits, 0) for track in self.tracks}

    @cached_property
    def rules(self) -> Rules:
        """The cohort's own."""
        return replace(policy_rules(self.cohort.policy), quotas=self.quotas_by_track(self.quotas))

    def quotas_by_track(self, quotas: Iterable[SeatQuota]) -> dict[str, tuple[Quota, ...]]:
        """In seats, less those whom an earlier selection has seated or put on the waitlist."""
        found: dict[str, list[Quota]] = defaultdict(list)
        for quota in quotas:
            for track in self.tracks:
                if quota.track_id in (None, track.pk):
                    seats = quota.seats_of(track.capacity) - self.held[str(track.pk), quota.group]
                    found[str(track.pk)].append(Quota(quota.group, QuotaRule(quota.rule), max(seats, 0)))
        return {track: tuple(here) for track, here in found.items()}

    @property
    def track_names(self) -> dict[str, str]:
        return {str(track.pk): track.name for track in self.tracks}

    def names(self, quotas: Iterable[SeatQuota]) -> dict[str, str]:
        """What the groups of quotas are called, by code."""
        return {quota.group: name_of(quota, self.bonus_names) for quota in quotas}

    def entries(self, quotas: Iterable[SeatQuota]) -> list[Entry]:
        """Those who have a track, with the groups that `quotas` name; without scores they still are in the list."""
        named = {(quota.kind, quota.value) for quota in quotas}
        regions = {value for kind, value in named if kind == QuotaGroup.REGION}
        educations = {value for kind, value in named if kind == QuotaGroup.EDUCATION}
        known: dict[str, frozenset[str]] = {}
        nothing, none = ranking.Scores(), Decimal()
        found = []
        for one in self.applied:
            if one.track_id is None or one.submitted_at is None:
                continue
            groups: frozenset[str] = frozenset()
            if regions:
                if one.address not in known:
                    known[one.address] = frozenset(f"region:{it}" for it in regions if lives_in(one.address, it))
                groups = known[one.address]
            points = none
            if one.confirmed:
                points = sum((self.points[rule] for rule in one.confirmed), none)
                groups = groups.union(f"bonus:{rule}" for rule in one.confirmed)
            if one.education in educations:
                groups = groups.union({f"education:{one.education}"})
            scores = self.scores.get(one.pk, nothing)
            failures = self.failures.get(one.pk, ())
            found.append(Entry(one.pk, str(one.track_id), scores, one.submitted_at, points, groups, failures))
        return found


def pool_of(cohort: Cohort) -> Pool:
    """Three queries; one more for a rubric that can fail, one more after an earlier selection."""
    tracks = list(_with_line(cohort.tracks.all()))
    rules = tracks[0].bonus if tracks else []
    rows = cohort.applications.in_selection().order_by("pk").annotate(confirmed=_confirmed() if rules else Value(""))
    shown = ("pk", "receipt_number", "person__name", "track", "submitted_at", "address", "education", "confirmed")
    return Pool(
        cohort,
        tracks,
        [Applied(*row) for row in rows.values_list(*shown)],
        mean_scores(cohort),
        [SeatQuota(**row) for row in (tracks[0].seat_quotas if tracks else [])],
        {row["rule"]: Decimal(row["points"]) for row in rules},
        {f"bonus:{row['rule']}": row["name"] for row in rules},
        failures_of(cohort) if any(track.can_fail for track in tracks) else {},
        _held(cohort) if any(track.last for track in tracks) else Counter(),
    )


def policy_rules(policy: CohortPolicy) -> Rules:
    """All but the quotas."""
    return Rules(
        weights_of(policy),
        policy.minimum_total,
        {stage: least for stage in Stage if (least := getattr(policy, f"minimum_{stage}")) is not None},
        tuple(ranking.Tie(tie) for tie in policy.tie_order),
        ranking.BonusPolicy(policy.bonus_limit, policy.bonus_above_full),
    )


def weights_of(policy: CohortPolicy) -> ranking.Weights:
    return ranking.Weights(policy.weight_document, policy.weight_test, policy.weight_interview)


def stages_of(policy: CohortPolicy) -> list[Stage]:
    """The stages that count in this cohort."""
    return [stage for stage in Stage if getattr(policy, f"weight_{stage}")]


def failures_of(cohort: Cohort) -> dict[int, tuple[str, ...]]:
    """Who fails by a single criterion whatever the total, and why: minimum marks and vetoes; one query.

    A stage that does not count fails nobody.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for pk, *element, panel in _panels(cohort, stages_of(cohort.policy)):
        found[pk] += rubric.failures(rubric.Element(*element), panel)
    return {pk: tuple(codes) for pk, codes in found.items() if codes}


def _panels(cohort: Cohort, stages: Sequence[Stage]) -> "QuerySet[Any, Any]":
    """The marks of each panel for each criterion that can fail somebody."""
    criteria = Criterion.objects.filter(CAN_FAIL, cohort=cohort, stage__in=stages)
    marks = CriterionPoints.objects.filter(criterion__in=criteria, score__application__state__in=IN_SELECTION)
    of_criterion = ("criterion", "criterion__most", "criterion__minimum", "criterion__low_below")
    rows = marks.order_by("criterion__stage", "criterion__position").values_list("score__application", *of_criterion)
    return rows.annotate(panel=ArrayAgg("points"))


def mean_scores(cohort: Cohort) -> dict[int, ranking.Scores]:
    """The panel's mean by stage of each application in selection that has a score."""
    scores = Score.objects.filter(application__cohort=cohort, application__state__in=IN_SELECTION).order_by()
    panels = {str(stage): ArrayAgg("points", filter=Q(stage=stage)) for stage in Stage}
    return {
        application: ranking.Scores(_mean(document), _mean(test), _mean(interview))
        for application, document, test, interview in scores.values_list("application").annotate(**panels)
    }


def _mean(given: list[Decimal] | None) -> Decimal | None:
    """Of stored points: one alone has its two decimals already, and most have one alone."""
    if not given:
        return None
    return given[0] if len(given) == 1 else ranking.panel_mean(given)


def _confirmed() -> ArraySubquery:
    return ArraySubquery(BonusClaim.objects.confirmed().filter(application=OuterRef("pk")).order_by().values("rule"))


def _held(cohort: Cohort) -> Counter[tuple[str, str]]:
    rows = Decision.objects.filter(
        selection__cohort=cohort, selection__released_at__isnull=False, application__state__in=HELD
    )
    found: Counter[tuple[str, str]] = Counter()
    for track, facts in rows.order_by().values_list("application__track", "facts"):
        found.update((str(track), group) for group in facts.get("groups", ()))
    return found


def _with_line(tracks: QuerySet[Track]) -> "QuerySet[Any]":
    """Of each track: the seats on offer, how many wait since an earlier selection, and the last rank given.

    With the quotas and the bonus rules of its cohort.
    """
    released = Decision.objects.filter(application__track=OuterRef("pk"), selection__released_at__isnull=False)
    earlier = released.order_by().values("application__track")
    waits = Count("pk", filter=Q(application__state=ApplicationState.WAITLISTED))
    return tracks.annotate(
        can_fail=Exists(Criterion.objects.filter(CAN_FAIL, cohort=OuterRef("cohort"))),
        offered=Count("offers", filter=Q(offers__state=OfferState.LIVE)),
        waits=Coalesce(Subquery(earlier.annotate(waits=waits).values("waits")), 0),
        last=Coalesce(Subquery(earlier.annotate(last=Max("rank")).values("last")), 0),
        seat_quotas=quota_rows(),
        bonus=_rows(BonusRule, "name", rule=F("pk"), points=Cast("points", TextField())),
    )


def quota_rows() -> ArraySubquery:
    """Of tracks: the quotas of their cohort as the fields of `SeatQuota`, so that they cost no query of their own."""
    return _rows(SeatQuota, "cohort_id", "track_id", "kind", "value", "rule", "amount", "unit")


def _rows(model: type[SeatQuota | BonusRule], *names: str, **fields: Any) -> ArraySubquery:
    mine = model.objects.filter(cohort=OuterRef("cohort")).order_by("pk")
    return ArraySubquery(mine.values(row=JSONObject(**{name: name for name in names}, **fields)))
