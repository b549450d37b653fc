"""Kumoh: a university course; one cohort works with licence seats, the next is recruiting."""

import random
from datetime import date, time, timedelta

from cohorts.actions.applications import save_answers, start_application, submit_application
from cohorts.actions.cohorts import close_recruiting, plan_cohort, publish_cohort, start_cohort
from cohorts.actions.consents import give_consents
from cohorts.actions.enrolment import end_enrolment
from cohorts.actions.licences import assign_licences, register_licence_pool
from cohorts.models import Cohort, Programme
from cohorts.planning import first_too_late
from cohorts.states import ConsentKind, EnrolmentState
from curriculum import actions as teaching
from partners.models import Organization
from partners.states import Measure
from portal.accounts.models import User
from portal.dashboard.demo import asking, school
from portal.dashboard.demo.clock import DAY, monday, on
from portal.dashboard.demo.daegu import claim, stated
from portal.dashboard.demo.roster import invented

SEED = 1979
WEEKS, WEEKS_SO_FAR = 16, 6
SEATS = 24
MODULES = (
    ("D1", "3D 설계 기초", 120),
    ("D2", "파트·어셈블리 설계", 160),
    ("S1", "구조 시뮬레이션", 160),
    ("M1", "제조 공정 설계", 160),
)


def tell(cast: dict[str, User], today: date) -> Cohort:
    programme = Programme.objects.get(key="kumoh-manufacturing")
    running = teach(cast, programme, today)
    lend(cast["official.kumoh"], running, today)
    return recruit(cast, programme, today)


# The cohort that runs --------------------------------------------------------------------


def teach(cast: dict[str, User], programme: Programme, today: date) -> Cohort:
    """Chosen and enrolled, and register after register until yesterday."""
    by, start = cast["official.kumoh"], monday(today) - timedelta(weeks=WEEKS_SO_FAR)
    deadline = start - 21 * DAY
    with on(start - 50 * DAY):
        for code, title, hours in MODULES:
            teaching.write_module(programme, by=by, code=code, title=title, hours=hours)
        cohort = plan_cohort(
            programme, by=by, capacity=SEATS,
            policy={"region": "경상북도", "unemployed_only": False, "age_max": 45, "waitlist_until": start},
            apply_opens_at=stated(deadline - 14 * DAY, time(9)), apply_closes_at=first_too_late(stated(deadline, time(18))),
            starts_on=start, ends_on=start + timedelta(weeks=WEEKS, days=-3), place="경상북도 구미시 대학로 61",
        )  # fmt: skip
        cohort = publish_cohort(cohort, by=by)
    with on(deadline + DAY):
        cohort = close_recruiting(cohort, by=by)
        file = invented(31, region="경상북도 구미시", deadline=deadline, track="일반", seed=SEED - 1)
        school.take_roster(cohort, file, by=by)
    with on(start - 14 * DAY):
        school.score_all(cohort, by=by, seed=SEED)
        school.select(cohort, by=by)
        school.answer(cohort)
    with on(start - 5 * DAY):
        school.enrol(cohort, by=by)
        teaching.plan_timetable(cohort, by=by)
    with on(start, "08:30"):
        cohort = start_cohort(cohort, by=by)
        claim(cast["trainee.kumoh"], cohort, by=by)
    draw = random.Random(SEED)  # noqa: S311  # the same weeks in every demo
    habit = school.habits(cohort.enrolments.values_list("pk", flat=True), draw)
    for day in cohort.days.filter(date__lt=today).order_by("date"):
        with on(day.date, "18:30"):
            school.attend(day, habit, draw, by=by)
    return cohort


def lend(by: User, cohort: Cohort, today: date) -> None:
    """The seats that Dassault gives under the agreement of Gumi: half in the first week, then all; one has left."""
    agreement = cohort.programme.agreement
    provider = Organization.objects.get(key="dassault-korea")
    with on(cohort.starts_on):
        assert agreement is not None  # noqa: S101
        pool = register_licence_pool(
            by=by, host=cohort.host, agreement=agreement, provider=provider, tool="3D익스피리언스 플랫폼", seats=30,
            valid_from=cohort.starts_on, valid_until=cohort.starts_on + 365 * DAY,
            commitment=agreement.commitments.filter(measure=Measure.LICENCES).first(),
        )  # fmt: skip
    trainees = list(cohort.enrolments.active().order_by("number"))
    for weeks, group in ((0, trainees[:12]), (2, trainees[12:])):
        with on(cohort.starts_on + timedelta(weeks=weeks, days=1)):
            assign_licences(pool, group, by=by, until=cohort.ends_on)
    with on(today - DAY, "19:00"):
        end_enrolment(
            trainees[-1], EnrolmentState.DROPPED, on=today - DAY, by=by, reason="다른 지역으로 이사하였습니다."
        )


# The next one ----------------------------------------------------------------------------


def recruit(cast: dict[str, User], programme: Programme, today: date) -> Cohort:
    by = cast["official.kumoh"]
    deadline = today + 12 * DAY
    start = monday(deadline) + timedelta(weeks=4)
    with on(today - 10 * DAY):
        cohort = plan_cohort(
            programme, by=by, capacity=40, policy={"region": "경상북도", "unemployed_only": False, "age_max": 45},
            apply_opens_at=stated(today - 8 * DAY, time(9)), apply_closes_at=first_too_late(stated(deadline, time(18))),
            starts_on=start, ends_on=start + timedelta(weeks=16), place="경상북도 구미시 대학로 61",
            notice="3D익스피리언스 플랫폼으로 설계·시뮬레이션·제조를 배우는 재직자·구직자 과정입니다.",
        )  # fmt: skip
        asking.publish(cohort, by=by)
        cohort = publish_cohort(cohort, by=by)
    with on(today - 2 * DAY):
        file = invented(23, region="경상북도 구미시", deadline=today - 3 * DAY, track="일반", seed=SEED)
        school.take_roster(cohort, file, by=by)
        school.claim_points(cohort, by=by, most=3)
    with on(today - DAY, "20:10"):
        apply(cast["applicant"], cohort)
    with on(today, "09:20"):
        asking.extend(cohort, by=by, days=2)
    return cohort


def apply(user: User, cohort: Cohort, *, address: str = "경상북도 구미시 대학로 1") -> None:
    """One application by the public page, submitted in an evening."""
    give_consents(cohort.host, [ConsentKind.COLLECTION, ConsentKind.THIRD_PARTY], by=user)
    application = start_application(
        cohort, by=user, name=user.name, birth_date=date(cohort.starts_on.year - 27, 3, 15), mobile="010-5555-0123",
        address=address,
    )  # fmt: skip
    application = save_answers(
        application, by=user, education="university", major="기계공학", employment="seeking", track=cohort.tracks.first(),
        other_training=False, motivation="지역의 제조기업에서 설계와 시뮬레이션을 잇는 일을 하고 싶습니다.",
    )  # fmt: skip
    submit_application(asking.answer(application, by=user), by=user)
