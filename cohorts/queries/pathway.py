"""Where the entrants of a pathway stand: the picture, the flow of a year, the classes, one person's line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Enrolment, PlaceOfStudy, Programme, ProgrammeStage, Stay
from cohorts.models.pathway import StayQuerySet, year_name
from cohorts.queries.pictures import Picture
from cohorts.states import ON_THE_WAY, Standing
from portal.accounts.models import User
from portal.common.dates import add_months

NOT_YET = "none"  # the spot of who had not entered on a day
STAGE = "stage-"  # before the pk of a stage: all its years
HUES, SHADES = 4, 5  # of charts.css
STANDING_CSS = {Standing.ON_LEAVE: "p-s3", Standing.LEFT: "p-s6", Standing.COMPLETED: "p-s5"}
ON_WAY = "on_way"  # at school or on leave


@dataclass(frozen=True)
class Spot:
    """A year of a stage."""

    stage: ProgrammeStage
    year: int

    @property
    def key(self) -> str:
        """As `StayQuerySet.as_of` annotates it."""
        return f"{self.stage.pk}-{self.year}"

    def __str__(self) -> str:
        return year_name(self.stage, self.year)

    @property
    def css(self) -> str:
        """Its colour in a chart: the hue of the stage in the shade of the year."""
        return f"p-hue-{(self.stage.position - 1) % HUES + 1} p-year-{min(self.year, SHADES)}"


def spots_of(stages: Sequence[ProgrammeStage]) -> list[Spot]:
    """Every year of every stage, in the order in which they are walked."""
    return [Spot(stage, year) for stage in stages for year in range(1, stage.years + 1)]


def next_spot(stages: Sequence[ProgrammeStage], spot: Spot) -> Spot | None:
    """What follows a year; None after the last: who is through it has completed the pathway."""
    spots = spots_of(stages)
    place = spots.index(spot) + 1
    return spots[place] if place < len(spots) else None


def labels(stages: Sequence[ProgrammeStage]) -> dict[str, str]:
    """Every spot in words, in the order of the way."""
    found = {spot.key: str(spot) for spot in spots_of(stages)}
    return found | {str(one): str(one.label) for one in STANDING_CSS}


def colours(stages: Sequence[ProgrammeStage]) -> list[str]:
    """The class of each of `labels` in a chart."""
    return [*(spot.css for spot in spots_of(stages)), *STANDING_CSS.values()]


def at(rows: StayQuerySet, spot: str) -> StayQuerySet:
    """Of rows `as_of` a day those at a spot, in a whole stage (`stage-3`), or still on the way."""
    if spot == ON_WAY:
        return rows.filter(standing__in=ON_THE_WAY)
    if spot.startswith(STAGE):
        return rows.filter(place__stage=int(spot.removeprefix(STAGE)), standing=Standing.STUDYING)
    return rows.filter(spot=spot)


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for a leap day."""
    return add_months(day, -12)


def people_url(**query: Any) -> str:
    """The list of exactly the people a figure counts."""
    return f"{reverse('cohorts:way-list')}?{urlencode(query)}"


# The picture ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    number: int
    url: str


@dataclass(frozen=True)
class Crossing:
    """A table of numbers that lead to their people: a row for each entry year, or for where people came from."""

    heads: list[str]
    rows: list[tuple[str, list[Cell | None], Cell]]  # label, by head, the whole row


def entry_years(user: User, programme: Programme) -> list[Cohort]:
    """The entry years of a pathway, the first one first."""
    return list(Cohort.objects.visible_to(user).filter(programme=programme).order_by("starts_on", "pk"))


def _found(user: User, programme: Programme, day: date) -> StayQuerySet:
    return Stay.objects.visible_to(user).filter(enrolment__cohort__programme=programme).as_of(day)


def standings(
    user: User, programme: Programme, stages: Sequence[ProgrammeStage], cohorts: Sequence[Cohort], day: date
) -> tuple[Picture, Crossing]:
    """How many of each entry year stand where on a day, drawn and as numbers that lead on; one query."""
    counted = _found(user, programme, day).order_by().values_list("enrolment__cohort", "spot").annotate(Count("pk"))
    numbers = {(cohort, spot): number for cohort, spot, number in counted}
    entered = [cohort for cohort in cohorts if any(pk == cohort.pk for pk, _spot in numbers)]
    words = labels(stages)
    rows, drawn = [], []
    for cohort in entered:
        values = [numbers.get((cohort.pk, spot), 0) for spot in words]
        told = {"programme": programme.pk, "entry": cohort.pk, "as_of": day.isoformat()}
        cells = [
            Cell(number, people_url(**told, spot=spot)) if number else None
            for spot, number in zip(words, values, strict=True)
        ]
        rows.append((cohort.name, cells, Cell(sum(values), people_url(**told))))
        drawn.append((str(cohort.starts_on.year), values))
    whole = sum(numbers.values())
    lost = sum(number for (_cohort, spot), number in numbers.items() if spot == Standing.LEFT)
    finding = _("Of %(whole)d entrants %(there)d are on the way or have completed it, and %(lost)d have left.")
    told = {"whole": whole, "there": whole - lost, "lost": lost}
    return Picture(drawn, finding % told, list(words.values())), Crossing(list(words.values()), rows)


def flow(user: User, programme: Programme, stages: Sequence[ProgrammeStage], day: date) -> Crossing:
    """From where they stood a year before `day` to where they stand on it; one query."""
    then = year_before(day)
    before = _found(user, programme, then).filter(enrolment=OuterRef("enrolment")).order_by()
    rows = _found(user, programme, day).annotate(before=Subquery(before.values("spot")[:1])).order_by()
    numbers = {(was or NOT_YET, now): n for was, now, n in rows.values_list("before", "spot").annotate(Count("pk"))}
    words = labels(stages)
    heads = [spot for spot in words if any(now == spot for _was, now in numbers)]
    crossed = []
    for was, label in ({NOT_YET: _("Not entered yet")} | words).items():
        told = {"programme": programme.pk, "as_of": day.isoformat(), "before": was}
        values = [numbers.get((was, now), 0) for now in heads]
        if not sum(values):
            continue
        cells = [
            Cell(number, people_url(**told, spot=now)) if number else None
            for now, number in zip(heads, values, strict=True)
        ]
        crossed.append((label, cells, Cell(sum(values), people_url(**told))))
    return Crossing([words[spot] for spot in heads], crossed)


def came_from(user: User, rows: StayQuerySet, spot: str, day: date) -> StayQuerySet:
    """Of rows `as_of` a day those who stood at `spot` a year before."""
    then = Stay.objects.visible_to(user).as_of(year_before(day))
    if spot == NOT_YET:
        return rows.exclude(enrolment__in=then.values("enrolment"))
    return rows.filter(enrolment__in=at(then, spot).values("enrolment"))


# Classes -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Class:
    """Who is at one school in one year of a stage today."""

    place: PlaceOfStudy
    spot: Spot
    number: int

    @property
    def key(self) -> str:
        return f"{self.place.pk}-{self.spot.year}"


def classes(programme: Programme, stages: Sequence[ProgrammeStage], places: Sequence[PlaceOfStudy]) -> list[Class]:
    """The classes that have somebody, in the order of the way; one query."""
    there = Stay.objects.at_school().filter(place__in=places).order_by()
    numbers = Counter({(place, year): n for place, year, n in there.values_list("place", "year").annotate(Count("pk"))})
    return [
        Class(place, spot, numbers[place.pk, spot.year])
        for spot in spots_of(stages)
        for place in places
        if place.stage_id == spot.stage.pk and numbers[place.pk, spot.year]
    ]


def waiting_for_a_school(cohorts: Sequence[Cohort]) -> dict[int, int]:
    """By entry year: how many are enrolled whose way has not begun; one query."""
    rows = Enrolment.objects.active().filter(cohort__in=cohorts, stays=None).order_by()
    return dict(rows.values_list("cohort").annotate(Count("pk")))
