"""Daegu's evening course in its first days: two did not come, their seats go on, and the desk is still at work."""

from datetime import date, time, timedelta

from django.utils import timezone

from cohorts.actions import bulk, contacts, pledges
from cohorts.actions.cohorts import assign_staff, close_recruiting, plan_cohort, publish_cohort, start_cohort
from cohorts.actions.offers import accept_offer
from cohorts.actions.programmes import register_programme
from cohorts.bulk import BulkVerb
from cohorts.models import Cohort, Enrolment, Offer
from cohorts.planning import first_too_late
from curriculum import actions as teaching
from curriculum.actions.attendance import Entry, in_training_on
from curriculum.actions.first_days import end_first_days
from portal.accounts.models import User
from portal.dashboard.demo import school
from portal.dashboard.demo.clock import DAY, monday, on, work_off
from portal.dashboard.demo.daegu import stated
from portal.dashboard.demo.roster import invented

SEED = 2031
SEATS = 16
EVENING = {
    "day_starts": time(19), "day_ends": time(22), "break_starts": time(20, 30), "break_ends": time(20, 40),
    "offer_hours": 14 * 24, "replacement_days": 14,
}  # fmt: skip


def tell(cast: dict[str, User], today: date) -> Cohort:
    start = monday(today - 5 * DAY)
    cohort = recruit(cast, start)
    absent, seldom = begin(cast, cohort, start)
    for place, day in enumerate(cohort.days.filter(date__lt=today).order_by("date")):
        with on(day.date, "22:10"):
            away = {one.pk for one in absent} | ({one.pk for one in seldom} if place else set())
            hold(day, away, by=cast["instructor"])
            for one in absent if place == 0 else []:
                end_first_days(one, by=cast["operator"])
        if place == 0:
            with on(day.date + DAY):
                go_on(cast, cohort)
    return cohort


def recruit(cast: dict[str, User], start: date) -> Cohort:
    """Sixteen seats, thirty-four applicants."""
    deadline = start - 20 * DAY
    with on(deadline - 20 * DAY):
        programme = register_programme(
            by=cast["official"], host=cast["official"].acting.organization, key="daegu-evening", kind="intensive",
            name="대구 AI 저녁 과정", capacity=SEATS, target="낮에 시간을 내기 어려운 대구 청년",
        )  # fmt: skip
        school.write_modules(programme, by=cast["operator"])
        cohort = plan_cohort(
            programme, by=cast["official"], capacity=SEATS,
            policy={"region": "대구광역시", "unemployed_only": False, **EVENING},
            apply_opens_at=stated(deadline - 14 * DAY, time(9)), apply_closes_at=first_too_late(stated(deadline, time(18))),
            starts_on=start, ends_on=start + timedelta(weeks=12), place="대구광역시 동구 동대구벤처밸리 3층",
            notice="저녁 7시부터 10시까지, 열두 주 동안 배우는 과정입니다. 교육비는 없습니다.",
        )  # fmt: skip
        cohort = publish_cohort(cohort, by=cast["official"])
        assign_staff(cohort, cast["instructor"].acting, by=cast["official"])
    with on(deadline + DAY):
        cohort = close_recruiting(cohort, by=cast["operator"])
        file = invented(34, region="대구광역시", deadline=deadline, track="일반", seed=SEED)
        school.take_roster(cohort, file, by=cast["operator"])
    return cohort


def begin(cast: dict[str, User], cohort: Cohort, start: date) -> tuple[list[Enrolment], list[Enrolment]]:
    """Selected, enrolled and begun; who will not come, and who will come once."""
    with on(start - 14 * DAY):
        school.score_all(cohort, by=cast["reviewer"], seed=SEED)
        school.select(cohort, by=cast["official"])
    with on(start - 12 * DAY):
        school.answer(cohort, declining=2)
        school.answer(cohort)
        pledges.plan_orientation(cohort, by=cast["operator"], at=stated(start - 3 * DAY, time(19)), place=cohort.place)
    with on(start - 3 * DAY, "20:00"):
        cohort.refresh_from_db()
        seated = list(cohort.applications.accepted().order_by("pk"))
        pledges.mark_orientation(cohort, by=cast["operator"], came=[one.pk for one in seated[2:]])
        school.enrol(cohort, by=cast["operator"])
        teaching.plan_timetable(cohort, by=cast["operator"])
    with on(start, "18:30"):
        start_cohort(cohort, by=cast["operator"])
    trainees = list(cohort.enrolments.order_by("application"))
    return trainees[:2], trainees[2:3]


def hold(day: object, away: set[int], *, by: User) -> None:
    pks = in_training_on(day).values_list("pk", flat=True)
    entries = [Entry(pk) if pk in away else Entry(pk, time(18, 50), time(22, 5)) for pk in pks]
    teaching.save_register(day, entries, by=by)


def go_on(cast: dict[str, User], cohort: Cohort) -> None:
    """One of the two offered a free seat accepts and owes the rules; the other is not reached; the rest gets a mail."""
    first, second = Offer.objects.live().filter(application__cohort=cohort).order_by("pk")[:2]
    accept_offer(first, by=None)
    told = {"other_training": True, "other_training_name": "K-디지털 트레이닝(고용노동부)"}
    pledges.record_entry(first.application, by=cast["operator"], **told)
    for minutes in (60, 35, 10):
        moment = timezone.now() - timedelta(minutes=minutes)
        contacts.log_contact(
            second.application, by=cast["operator"], channel="call", result="no_answer", contacted_at=moment
        )
    letter = {
        "subject": "예비합격자 안내",
        "text": "빈자리가 생겨 예비 순번대로 연락드리고 있습니다. 전화를 꼭 받아 주세요.",
    }
    waiting = cohort.applications.waitlisted()
    action = bulk.prepare_bulk(cohort, waiting, verb=BulkVerb.WRITE, by=cast["operator"], **letter)
    bulk.confirm_bulk(action, by=cast["operator"])
    work_off()
