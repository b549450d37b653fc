"""Changwon: last year's cohort, with its outcomes."""

import random
from datetime import date, time, timedelta

from django.utils import timezone

from cohorts.actions.cohorts import close_recruiting, finish_cohort, plan_cohort, publish_cohort, start_cohort
from cohorts.actions.programmes import register_programme
from cohorts.models import Cohort
from cohorts.planning import first_too_late
from curriculum import actions as teaching
from partners.models import Agreement, Organization
from placements import actions as placing
from portal.accounts.models import User
from portal.common.dates import period_end
from portal.dashboard.demo import promises, school
from portal.dashboard.demo.clock import DAY, monday, on
from portal.dashboard.demo.daegu import stated
from portal.dashboard.demo.roster import invented

SEED = 2025
SEATS = 30


def tell(cast: dict[str, User], today: date) -> Cohort:
    by = cast["official.changwon"]
    start = monday(today) - timedelta(weeks=58)
    agreement = promises.agree_in_changwon(by, start - 75 * DAY, seats=SEATS)
    cohort = recruit(by, start, agreement)
    draw = random.Random(SEED)  # noqa: S311  # the same year in every demo
    habit = school.habits(cohort.enrolments.values_list("pk", flat=True), draw)
    for day in cohort.days.order_by("date"):
        with on(day.date, "18:30"):
            school.attend(day, habit, draw, by=by)
    with on(cohort.ends_on + 3 * DAY):
        teaching.complete_course(cohort, by=by)
        finish_cohort(cohort, by=by)
    find_work(by, cohort, draw)
    return cohort


def recruit(by: User, start: date, agreement: Agreement) -> Cohort:
    deadline = start - 21 * DAY
    with on(start - 70 * DAY):
        programme = register_programme(
            by=by, host=Organization.objects.get(key="changwon-complex"), key="changwon-smart", kind="intensive",
            agreement=agreement, name="창원 스마트제조 AI 과정", months_at_least=6, capacity=SEATS,
            target="제조 데이터 분야 취업을 희망하는 경남 청년",
        )  # fmt: skip
        school.write_modules(programme, by=by)
        cohort = plan_cohort(
            programme, by=by, capacity=SEATS, policy={"region": "경상남도", "waitlist_until": start},
            apply_opens_at=stated(deadline - 21 * DAY, time(9)), apply_closes_at=first_too_late(stated(deadline, time(18))),
            starts_on=start, ends_on=period_end(start, 6), place="경상남도 창원시 성산구",
        )  # fmt: skip
        cohort = publish_cohort(cohort, by=by)
    with on(deadline + DAY):
        cohort = close_recruiting(cohort, by=by)
        file = invented(64, region="경상남도 창원시", deadline=deadline, track="일반", seed=SEED)
        school.take_roster(cohort, file, by=by)
    with on(start - 15 * DAY):
        reviewer = by
        school.score_all(cohort, by=reviewer, seed=SEED)
        school.select(cohort, by=by)
        school.answer(cohort, declining=2)
    with on(start - 13 * DAY):
        school.answer(cohort)
        school.enrol(cohort, by=by)
        teaching.plan_timetable(cohort, by=by)
    with on(start, "08:30"):
        return start_cohort(cohort, by=by)


def find_work(by: User, cohort: Cohort, draw: random.Random) -> None:
    """Two in three have a verified job within six months; two are left out of the rate."""
    completed = list(cohort.enrolments.filter(state="completed").order_by("number"))
    for place, trainee in enumerate(completed):
        if place % 9 == 4:
            with on(cohort.ends_on + 30 * DAY):
                placing.exclude_outcome(trainee, reason="study", since=timezone.localdate(), by=by)
            continue
        if draw.random() > 0.7:
            continue
        hired = cohort.ends_on + draw.randrange(10, 150) * DAY
        with on(hired + 10 * DAY):
            job = placing.report_employment(
                trainee, by=by, kind="contract", company=draw.choice(("성산정밀(주)", "마산제어", "진해로지스(주)")),
                work="데이터 분석", contract=draw.choice(("정규직", "계약직")), hired_on=hired, insured_on=hired,
                in_region=draw.random() < 0.8,
            )  # fmt: skip
            placing.verify_employment(job, verification="insurance", on=timezone.localdate(), by=by)
            if draw.random() < 0.1:
                placing.leave_employment(job, left_on=timezone.localdate(), by=by)
