"""How a cohort's applicants came and fared: by day against the last one, by stage, by reviewer, by district."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Any

from django.db.models import CharField, Count, Exists, F, Func, IntegerField, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Floor, Least, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.districts import district_of
from cohorts.eligibility import province_of
from cohorts.models import Cohort, InterviewBooking, InterviewInvitation, Offer, Score
from cohorts.queries.pictures import Picture
from cohorts.small_numbers import LEAST, joined, merged
from cohorts.states import HOLDS_A_SEAT, RECEIVED, ApplicationState, Stage

DAYS = 21  # before the deadline that are drawn
BIN = 10  # points
DISTRICTS = 10  # that are named; the others are one


@dataclass(frozen=True)
class Marks:
    """What one reviewer has given in one stage."""

    reviewer: str
    stage: Stage
    number: int
    mean: float
    spread: float  # standard deviation of the population


@dataclass(frozen=True)
class Intake:
    cohort: Cohort
    before: Cohort | None  # the cohort of the same programme before this one
    days: Picture
    funnel: Picture
    scores: Picture
    districts: Picture
    marks: list[Marks] = field(default_factory=list)


def intake_of(cohort: Cohort, *, outside: bool = False) -> Intake:
    """Five queries. `outside`: for a paper or file, without reviewers and without numbers below five.

    Join `programme` and `policy`.
    """
    before = cohort_before(cohort)
    marks, bins = _scores(cohort)
    return Intake(
        cohort,
        before,
        _days(cohort, before, outside=outside),
        _funnel(cohort, outside=outside),
        _means(marks) if outside else _distribution(bins),
        _districts(cohort, outside=outside),
        [] if outside else marks,
    )


def cohort_before(cohort: Cohort) -> Cohort | None:
    earlier = Cohort.objects.filter(programme=cohort.programme_id, number__lt=cohort.number)
    return earlier.order_by("-number").first()


# By day ------------------------------------------------------------------------------------


def _days(cohort: Cohort, before: Cohort | None, *, outside: bool) -> Picture:
    """The applications of each day, by days before the deadline; days that have not come are None."""
    cohorts = [cohort, *([before] if before else [])]
    counts = _by_day(cohorts)
    today = (timezone.localdate() - _last_day(cohort)).days
    came = [0, *(place for by_day in counts.values() for place in by_day)]
    places, last = range(max(min(came), -DAYS), max(came) + 1), max(came)
    columns = [_column(counts[one.pk], places, until=today if one is cohort else last) for one in cohorts]
    finding = _days_finding(counts, cohorts, today)
    rows = [(_day_label(place), [column[n] for column in columns]) for n, place in enumerate(places)]
    return Picture(joined(rows) if outside else rows, finding, [str(one) for one in cohorts])


def _by_day(cohorts: Sequence[Cohort]) -> dict[int, Counter[int]]:
    """By cohort: how many came on each day, counted from its last day."""
    last = {one.pk: _last_day(one) for one in cohorts}
    found: dict[int, Counter[int]] = {pk: Counter() for pk in last}
    rows = cohorts[0].applications.model.objects.filter(cohort__in=last, state__in=RECEIVED)
    by_day = rows.annotate(day=TruncDate("submitted_at")).order_by().values_list("cohort", "day")
    for pk, day, number in by_day.annotate(Count("pk")):
        found[pk][(day - last[pk]).days] += number
    return found


def _last_day(cohort: Cohort) -> date:
    return timezone.localdate(cohort.closes_at_stated)


def _column(counts: Mapping[int, int], places: Sequence[int], *, until: int) -> list[int | None]:
    return [counts.get(place, 0) if place <= until else None for place in places]


def _day_label(place: int) -> str:
    return f"D{place:+d}" if place else _("D-day")


def _days_finding(counts: Mapping[int, Counter[int]], cohorts: Sequence[Cohort], today: int) -> str:
    """Both cohorts as far as this one has come."""
    now, *earlier = (sum(n for place, n in counts[one.pk].items() if place <= today) for one in cohorts)
    told: dict[str, Any] = {"n": f"{now:,}"}
    if not earlier:
        return _("%(n)s applications so far; there is no earlier cohort to compare with.") % told
    told |= {"before": f"{earlier[0]:,}", "cohort": cohorts[1]}
    if today < 0:
        told["days"] = -today
        return _("%(n)s applications %(days)d days before the deadline; %(cohort)s had %(before)s then.") % told
    return _("%(n)s applications; %(cohort)s had %(before)s.") % told


# By stage ----------------------------------------------------------------------------------


def _funnel(cohort: Cohort, *, outside: bool) -> Picture:
    """From received to enrolled, each with what came before it; steps that the cohort does not have are left out."""
    applied = {"application": OuterRef("pk")}
    met = InterviewBooking.objects.live().filter(**applied, slot__ends_at__lte=timezone.now())
    scored = Score.objects.filter(**applied)
    reached = {
        "documents": Exists(scored.filter(stage=Stage.DOCUMENT)),
        "invited": Exists(InterviewInvitation.objects.filter(**applied)),
        "interviewed": Exists(scored.filter(stage=Stage.INTERVIEW)) | Exists(met),
        "offered": Exists(Offer.objects.filter(**applied)),
        "accepted": Q(state__in=HOLDS_A_SEAT),
        "enrolled": Q(state=ApplicationState.ENROLLED),
    }
    labels = {
        "received": _("Received"), "eligible": _("Eligible"), "documents": _("Documents marked"),
        "invited": _("Invited to the interview"), "interviewed": _("Interviewed"), "offered": _("Offered a seat"),
        "accepted": _("Accepted"), "enrolled": _("Enrolled"),
    }  # fmt: skip
    found = cohort.applications.received().aggregate(
        received=Count("pk"),
        eligible=Count("pk", filter=~Q(state=ApplicationState.INELIGIBLE)),
        **{name: Count("pk", filter=Q(condition)) for name, condition in reached.items()},
    )
    finding = _("Of %(received)s applications %(offered)s were offered a seat and %(accepted)s have taken it.")
    if not found["offered"]:
        finding = _("Of %(received)s applications %(eligible)s are eligible; no seat is offered yet.")
    finding %= {
        name: f"{found[name]:,}" if not outside or found[name] >= LEAST else _("fewer than five") for name in labels
    }
    shown = LEAST if outside else 1
    rows = [(label, found[name]) for name, label in labels.items() if name == "received" or found[name] >= shown]
    return Picture(rows, finding)


# Scores ------------------------------------------------------------------------------------


def _scores(cohort: Cohort) -> tuple[list[Marks], dict[Stage, Counter[int]]]:
    """What each reviewer gave by stage, and how the points of a stage are spread; one query."""
    low = Least(Cast(Floor(F("points") / BIN), IntegerField()) * BIN, Value(100 - BIN))
    rows = Score.objects.filter(application__cohort=cohort).order_by().annotate(low=low)
    grouped = rows.values_list("stage", "reviewer", "reviewer__name", "low").annotate(
        number=Count("pk"), whole=Sum("points"), squares=Sum(F("points") * F("points"))
    )
    sums: dict[tuple[str, int | None, str | None], list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    bins: dict[Stage, Counter[int]] = defaultdict(Counter)
    for stage, reviewer, name, bin, number, points, squares in grouped:
        bins[Stage(stage)][bin] += number
        for place, value in enumerate((number, float(points), float(squares))):
            sums[stage, reviewer, name][place] += value
    order = list(Stage)
    marks = [_marks(Stage(stage), name or _("Test results"), *given) for (stage, _pk, name), given in sums.items()]
    return sorted(marks, key=lambda one: (order.index(one.stage), one.reviewer)), bins


def _marks(stage: Stage, name: str, number: float, points: float, squares: float) -> Marks:
    mean = points / number
    return Marks(name, stage, int(number), mean, sqrt(max(squares / number - mean * mean, 0)))


def _means(marks: Sequence[Marks]) -> Picture:
    """The mean of each stage; of so few scores that somebody could be meant, none."""
    rows = []
    for stage in Stage:
        given = [one for one in marks if one.stage == stage]
        if (number := sum(one.number for one in given)) >= LEAST:
            rows.append((str(stage.label), round(sum(one.mean * one.number for one in given) / number, 1)))
    parts = ", ".join(f"{label} {mean}" for label, mean in rows)
    return Picture(rows, _("Mean points: %(means)s.") % {"means": parts} if rows else _("No points are given yet."))


def _distribution(bins: Mapping[Stage, Counter[int]]) -> Picture:
    stages = [stage for stage in Stage if bins.get(stage)]
    if not stages:
        return Picture([], _("No points are given yet."))
    lows = range(min(low for one in stages for low in bins[one]), 100, BIN)
    columns = [_between([bins[stage][low] for low in lows]) for stage in stages]
    rows = [(_bin_label(low), [one[n] for one in columns]) for n, low in enumerate(lows)]
    tops = [max(lows, key=lambda low, stage=stage: bins[stage][low]) for stage in stages]
    parts = [f"{stage.label} {rows[lows.index(top)][0]}" for stage, top in zip(stages, tops, strict=True)]
    finding = _("Most points lie between: %(ranges)s.") % {"ranges": ", ".join(parts)}
    return Picture(rows, finding, [str(stage.label) for stage in stages])


def _between(numbers: Sequence[int]) -> list[int | None]:
    """None for the zeros before the first and after the last that is none: no line is drawn there."""
    some = [place for place, number in enumerate(numbers) if number]
    return [number if some[0] <= place <= some[-1] else None for place, number in enumerate(numbers)]


def _bin_label(low: int) -> str:
    return f"{low}–{low + BIN - 1 if low + BIN < 100 else 100}"


# Districts ---------------------------------------------------------------------------------


class TwoWords(Func):
    """The first two words of an address; they name its district."""

    function = "substring"
    template = "%(function)s(%(expressions)s from '^\\s*\\S+\\s+\\S+')"
    output_field = CharField()


def _districts(cohort: Cohort, *, outside: bool) -> Picture:
    """Where the applicants of RECEIVED live, the most first; one query, however many they are."""
    home = province_of(cohort.policy.region) or ""
    counts: Counter[str | None] = Counter()
    rows = cohort.applications.received().annotate(begins=TwoWords("address")).order_by().values_list("begins")
    for begins, number in rows.annotate(Count("pk")):
        counts[district_of(begins or "", home)] += number
    unknown, whole = counts.pop(None, 0), counts.total()
    named = counts.most_common()
    found = [(str(name), number) for name, number in named[:DISTRICTS]]
    if rest := sum(number for _name, number in named[DISTRICTS:]):
        found.append((_("others"), rest))
    if unknown:
        found.append((_("unknown"), unknown))
    if outside:
        found = merged(found, _("others"))
    if not found:
        return Picture([], _("Nothing can be said of districts yet."))
    told = {"name": found[0][0], "n": f"{found[0][1]:,}", "whole": f"{whole + unknown:,}", "unknown": unknown}
    finding = _("The most come from %(name)s: %(n)s of %(whole)s.") % told
    if unknown >= (LEAST if outside else 1):
        finding += " " + _("Of %(unknown)d the district is unknown.") % told
    return Picture(found, finding)
