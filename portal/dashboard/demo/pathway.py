"""P-TECH: six entry years at two high schools and a college, with everything that happens on the way.

The ministry enters the years that lie behind with their own dates, then works with the portal: the end of
the last school year and this year's entrants are of the day on which they were written down.
"""

import random
from datetime import date, time, timedelta

from cohorts.actions.cohorts import close_recruiting, finish_cohort, plan_cohort, publish_cohort, start_cohort
from cohorts.actions.pathway import (
    Entrant,
    add_place,
    admit_entrants,
    leave_pathway,
    return_from_leave,
    take_leave,
    transfer,
)
from cohorts.actions.progression import Decision, progress_class
from cohorts.models import Cohort, Person, PlaceOfStudy, Programme, Stay
from cohorts.planning import TrackPlan, first_too_late
from cohorts.states import StayEnd
from partners.actions.agreements import amend_agreement, bring_into_force_agreement, sign_agreement
from partners.actions.promises import add_commitment
from partners.models import Agreement, Organization
from partners.states import Measure, OrganizationKind
from portal.accounts.models import User
from portal.common.dates import period_end, school_year, school_year_begins
from portal.dashboard.demo.clock import DAY, on
from portal.dashboard.demo.daegu import claim_person, stated
from portal.dashboard.demo.roster import FAMILY, GIVEN

SEED = 2019
YEARS = 6  # entry years; those of the first have completed
EACH = 10  # entrants a year at each of the two high schools
SEATS = 30
FIRST, SECOND, COLLEGE = "한빛소프트웨어고등학교", "가람미래고등학교", "온누리과학대학교"
WHY = {
    "leave": ("질병 치료", "가정 사정", "해외 연수"),
    "left": ("진로 변경", "타 학교 전학", "가정 사정"),
    "held_back": ("출석 미달",),
}


def tell(cast: dict[str, User], today: date) -> Programme:
    by, draw = cast["official.moe"], random.Random(SEED)  # noqa: S311  # the same years in every demo
    now = school_year(today)
    first = now - YEARS + 1
    taken_in = min(today - 300 * DAY, school_year_begins(now) - 60 * DAY)
    with on(taken_in):
        programme = agree(by, school_year_begins(first))
        places = schools(programme, by)
        for year in range(first, now):
            recruit(programme, year, by)
            admit(programme, places, year, draw, by=by)
            live(programme, school_year_begins(year), draw, by=by)
            if year < now - 1:
                go_on(places, year + 1, draw, by=by)
    with on(max(school_year_begins(now) + DAY, taken_in + DAY)):
        go_on(places, now, draw, by=by)
        recruit(programme, now, by)
        admit(programme, places, now, draw, by=by)
        finish(programme, first, by)
    if today > school_year_begins(now) + 80 * DAY:
        with on(school_year_begins(now) + 75 * DAY):
            live(programme, school_year_begins(now), draw, by=by, until=70)
    claim_person(cast["pupil"], pupil_of(programme), by=by)
    return programme


def agree(by: User, start: date) -> Programme:
    """Signed and in force for ten years, with what both have promised."""
    programme = Programme.objects.select_related("agreement").get(key="p-tech")
    agreement = Agreement.objects.get(key="ibm-p-tech")
    parties = {party.organization.key: party for party in agreement.parties.select_related("organization")}
    promised = (
        ("moe", "고교·전문대 연계 과정 입학생 모집", "명", 150, Measure.ENTRANTS),
        ("ibm-korea", "P-TECH 교육과정 제공 대상 입학생", "명", 150, Measure.ENTRANTS),
    )
    for key, what, unit, quantity, measure in promised:
        add_commitment(agreement, by=by, party=parties[key], what=what, unit=unit, quantity=quantity, measure=measure)
    agreement.refresh_from_db()
    agreement = amend_agreement(
        agreement, by=by, version=agreement.version, valid_from=start, valid_until=period_end(start, 120)
    )
    agreement = sign_agreement(agreement, by=by, signed_on=start - 60 * DAY)
    bring_into_force_agreement(agreement, by=by)
    return programme


def schools(programme: Programme, by: User) -> list[PlaceOfStudy]:
    """Two high schools and the college that both lead to."""
    stages = list(programme.stages.all())
    named = (
        (FIRST, OrganizationKind.SCHOOL, "서울특별시", 0),
        (SECOND, OrganizationKind.SCHOOL, "경기도", 0),
        (COLLEGE, OrganizationKind.UNIVERSITY, "경기도", 1),
    )
    found = []
    for name, kind, region, stage in named:
        school, _new = Organization.objects.get_or_create(name=name, kind=kind, defaults={"region": region})
        found.append(add_place(stages[stage], school, by=by))
    return found


def recruit(programme: Programme, year: int, by: User) -> Cohort:
    start = school_year_begins(year)
    deadline = start - 60 * DAY
    cohort = plan_cohort(
        programme, by=by, name=f"P-TECH {year}학년도 입학", capacity=SEATS, tracks=[TrackPlan("일반", SEATS)],
        policy={"region": "", "unemployed_only": False, "age_min": 14, "age_max": 18},
        apply_opens_at=stated(deadline - 14 * DAY, time(9)), apply_closes_at=first_too_late(stated(deadline, time(18))),
        starts_on=start, ends_on=period_end(start, 60),
        notice="고등학교 3년과 전문대학 2년을 이어 배우는 5년 과정입니다. 각 고등학교의 전형으로 선발합니다.",
    )  # fmt: skip
    cohort = close_recruiting(publish_cohort(cohort, by=by), by=by)
    return start_cohort(cohort, by=by)


def admit(programme: Programme, places: list[PlaceOfStudy], year: int, draw: random.Random, *, by: User) -> None:
    """The entrants of a year, born in the year in which they turn fifteen."""
    cohort = Cohort.objects.get(programme=programme, starts_on=school_year_begins(year))
    entrants = [
        Entrant(
            places[number % 2], draw.choice(FAMILY) + draw.choice(GIVEN),
            date(year - 15, draw.randrange(1, 13), draw.randrange(1, 28)),
            f"010-{year}-{number:04d}", f"pupil{year}.{number}@example.kr",
        )
        for number in range(2 * EACH)
    ]  # fmt: skip
    admit_entrants(cohort, entrants, by=by)


def live(programme: Programme, start: date, draw: random.Random, *, by: User, until: int = 300) -> None:
    """What happens within a year: leaves and returns, a transfer, somebody who leaves."""
    there = list(Stay.objects.open().filter(place__stage__programme=programme).select_related("enrolment", "place"))
    for stay in there:
        day = max(start, stay.starts_on) + timedelta(days=draw.randrange(20, until))
        if stay.on_leave:
            if draw.random() < 0.7:
                return_from_leave(stay.enrolment, on=day, by=by)
        elif draw.random() < 0.03:
            take_leave(stay.enrolment, on=day, expected_on=day + 365 * DAY, reason=draw.choice(WHY["leave"]), by=by)
        elif draw.random() < 0.02:
            leave_pathway(stay.enrolment, on=day, reason=draw.choice(WHY["left"]), by=by)
        elif draw.random() < 0.02 and (other := stay.place.stage.places.exclude(pk=stay.place_id).first()):
            transfer(stay.enrolment, other, on=day, reason="이사", by=by)


def go_on(places: list[PlaceOfStudy], year: int, draw: random.Random, *, by: User) -> None:
    """The end of a school year, class by class, the oldest first."""
    day = school_year_begins(year)
    for place in reversed(places):
        for number in range(place.stage.years, 0, -1):
            stays = Stay.objects.at_school().filter(place=place, year=number, starts_on__lt=day)
            last = place == places[2] and number == place.stage.years
            decisions = {
                pk: decide(draw, places[2], last=last) for pk in stays.order_by("pk").values_list("pk", flat=True)
            }
            if decisions:
                progress_class(place, number, decisions, on=day, by=by)


def decide(draw: random.Random, college: PlaceOfStudy, *, last: bool) -> Decision:
    chance = draw.random()
    if chance < 0.02:
        return Decision(StayEnd.HELD_BACK, reason=draw.choice(WHY["held_back"]))
    if chance < 0.04:
        return Decision(StayEnd.LEFT, reason=draw.choice(WHY["left"]))
    return Decision(StayEnd.COMPLETED) if last else Decision(StayEnd.PROGRESSED, college)


def finish(programme: Programme, year: int, by: User) -> None:
    """The first entry year is over once the last of it has left or completed."""
    cohort = Cohort.objects.get(programme=programme, starts_on=school_year_begins(year))
    if not cohort.enrolments.active().exists():
        finish_cohort(cohort, by=by)


def pupil_of(programme: Programme) -> Person:
    """Somebody who goes to the college now, the first by number of the newest entry year there."""
    there = Stay.objects.at_school().filter(place__stage__programme=programme, place__stage__position=2)
    return there.select_related("person__host").order_by("-enrolment__cohort__starts_on", "enrolment__number")[0].person
