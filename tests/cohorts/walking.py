"""What the tests of a pathway share: three years at a high school, two at a college, and people on the way."""

from dataclasses import dataclass, field
from datetime import date

from cohorts.actions.pathway import add_place, enter
from cohorts.actions.progression import Decision, progress_class
from cohorts.models import Cohort, Enrolment, PlaceOfStudy, Programme, ProgrammeStage, Stay
from cohorts.states import CohortState, ProgrammeKind, StayEnd
from partners.models import Organization
from partners.states import OrganizationKind
from portal.common.dates import period_end
from tests.factories import make_cohort, make_enrolment, make_organization, make_person, make_programme


@dataclass
class Pathway:
    programme: Programme
    stages: list[ProgrammeStage]
    schools: list[PlaceOfStudy]  # of the first stage
    colleges: list[PlaceOfStudy]
    cohorts: dict[int, Cohort] = field(default_factory=dict)

    @property
    def host(self) -> Organization:
        return self.programme.host

    def entry(self, year: int, **fields) -> Cohort:
        """The entry year that begins on 1 March of `year`."""
        start = date(year, 3, 1)
        made = make_cohort(
            programme=self.programme, state=CohortState.RUNNING, name=f"{year}학년도", starts_on=start,
            ends_on=period_end(start, 60), policy={"region": "", "unemployed_only": False}, **fields,
        )  # fmt: skip
        self.cohorts[year] = made
        return made

    def entrants(self, year: int, count: int = 1, *, at: int = 0) -> list[Enrolment]:
        """So many people who entered in `year` at one of the high schools."""
        cohort = self.cohorts.get(year) or self.entry(year)
        made = [make_enrolment(cohort=cohort, person=make_person(host=self.host)) for _ in range(count)]
        enter(cohort, {one.pk: self.schools[at] for one in made}, by=None)
        return made


def make_pathway(*, host: Organization | None = None, agreement=None, colleges: int = 1) -> Pathway:
    """P-TECH of a ministry, two high schools and a college."""
    host = host or make_organization(kind=OrganizationKind.MINISTRY)
    programme = make_programme(host=host, kind=ProgrammeKind.PATHWAY, months_at_least=None, agreement=agreement)
    named = (("고교 과정", 3), ("전문대 과정", 2))
    stages = [
        ProgrammeStage.objects.create(programme=programme, position=number, name=name, years=years)
        for number, (name, years) in enumerate(named, 1)
    ]
    schools = [add_place(stages[0], make_organization(kind=OrganizationKind.SCHOOL), by=None) for _ in range(2)]
    found = [
        add_place(stages[1], make_organization(kind=OrganizationKind.UNIVERSITY), by=None) for _ in range(colleges)
    ]
    return Pathway(programme, stages, schools, found)


def class_of(place: PlaceOfStudy, year: int) -> list[Stay]:
    return list(Stay.objects.at_school().filter(place=place, year=year).order_by("enrolment"))


def go_on(place: PlaceOfStudy, year: int, on: date, *, to: PlaceOfStudy | None = None, **others: StayEnd):
    """Everybody of a class goes on."""
    decisions = {stay.pk: Decision(StayEnd.PROGRESSED, to) for stay in class_of(place, year)}
    return progress_class(place, year, decisions, on=on, by=None)


def line(enrolment: Enrolment) -> list[tuple[int, int, str]]:
    """The stays of a way: stage, year, how each ended."""
    return list(enrolment.stays.values_list("place__stage__position", "year", "end"))
