"""Daegu chooses its next cohort: documents marked, interviews today and to come, some still without a time."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from cohorts.actions import interviews as admission
from cohorts.actions.cohorts import assign_staff, close_recruiting, plan_cohort, publish_cohort
from cohorts.actions.interview_panels import add_slots, create_panel
from cohorts.actions.reviewing import declare_conflict
from cohorts.interviewing import slots_of_day
from cohorts.models import Cohort, InterviewBooking, InterviewPanel, Programme
from cohorts.planning import TrackPlan, first_too_late
from cohorts.queries.interviews import free_days, invitable
from cohorts.states import Stage
from partners.models import Organization
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role
from portal.common.dates import period_end
from portal.dashboard.demo import asking, kumoh, school, screening
from portal.dashboard.demo.clock import DAY, monday, on
from portal.dashboard.demo.roster import invented

SEED = 2022
APPLICANTS = 84
MARK = 72  # of the documents, that leads to an interview
DISTRICTS = ("중구", "동구", "서구", "남구", "북구", "수성구", "수성구", "달서구", "달서구", "달성군")
PANELLISTS = ("오세훈 위원", "남지현 위원", "배정우 위원", "하수민 위원", "문가람 위원")


def tell(cast: dict[str, User], today: date) -> Cohort:
    deadline = today - 8 * DAY
    cohort = recruit(cast, deadline)
    with on(deadline + 2 * DAY):
        reviewers = [cast["reviewer"], *hire(cohort, by=cast["official"])]
        screening.read(cohort, reviewers, SEED)
        screening.hold_test(cohort, by=cast["operator"], seed=SEED)
    with on(deadline + 3 * DAY):
        panels = open_panels(cohort, reviewers, today, by=cast["operator"])
        until = datetime.combine(today + 3 * DAY, time(18), tzinfo=timezone.get_default_timezone())
        chosen = invitable(cohort, "marked", mark=Decimal(MARK))
        admission.invite_to_interview(cohort, chosen, by=cast["operator"], book_until=until)
    with on(deadline + 4 * DAY):
        book(cohort)
    with on(today - DAY, "17:30"):
        miss(panels[0], by=cast["operator"])
        for panel in panels:
            judge(panel)
    screening.ask_for_papers(cohort, cast["applicant"], today, by=cast["official"])
    return cohort


def recruit(cast: dict[str, User], deadline: date) -> Cohort:
    programme = Programme.objects.get(key="daegu-ai-school")
    start = monday(deadline) + timedelta(weeks=7)
    with on(deadline - 16 * DAY):
        cohort = plan_cohort(
            programme, by=cast["official"], capacity=50, tracks=[TrackPlan("일반", 40), TrackPlan("심화", 10)],
            policy={"region": "대구광역시"}, apply_opens_at=stated(deadline - 14 * DAY, time(9)),
            apply_closes_at=first_too_late(stated(deadline, time(18))), starts_on=start, ends_on=period_end(start, 6),
            place="대구광역시 북구 호암로 51 대구삼성창조캠퍼스",
            notice="여섯 달 동안 인공지능을 배우고 지역 기업의 프로젝트를 직접 해냅니다. 교육비는 없습니다.",
        )  # fmt: skip
        asking.again(cohort, by=cast["operator"])
        screening.set_rubrics(cohort, by=cast["operator"])
        cohort = publish_cohort(cohort, by=cast["official"])
        for login in ("instructor", "reviewer"):
            assign_staff(cohort, cast[login].acting, by=cast["official"])
    with on(deadline - 2 * DAY, "20:10"):
        kumoh.apply(cast["applicant"], cohort, address="대구광역시 수성구 범어로 1")
    with on(deadline + DAY):
        cohort = close_recruiting(cohort, by=cast["operator"])
        file = invented(
            APPLICANTS, region="대구광역시", deadline=deadline, track="일반", seed=SEED, districts=DISTRICTS
        )
        school.take_roster(cohort, file, by=cast["operator"])
    return cohort


def hire(cohort: Cohort, *, by: User) -> list[User]:
    """Five more reviewers of the city, at work in the cohort."""
    found = []
    for number, name in enumerate(PANELLISTS, 1):
        user = User.objects.create_user(f"panellist{number}@example.kr", name=name)
        city = Organization.objects.get(pk=cohort.host_id)
        member = Membership.objects.create(user=user, organization=city, role=Role.REVIEWER)
        assign_staff(cohort, member, by=by)
        found.append(user.act_as(member))
    return found


def open_panels(cohort: Cohort, reviewers: list[User], today: date, *, by: User) -> list[InterviewPanel]:
    """Two panels of three: yesterday, today, and the fifth and sixth day from now."""
    panels = []
    for number, members in enumerate((reviewers[:3], reviewers[3:]), 1):
        place = f"대구삼성창조캠퍼스 본관 30{number}호"
        panel = create_panel(cohort, by=by, name=f"{number}조", place=place, reviewers=members)
        for day in (today - DAY, today, today + 5 * DAY, today + 6 * DAY):
            for begins, ends in ((time(9, 30), time(12)), (time(13, 30), time(17))):
                add_slots(panel, slots_of_day(day, begins, ends, minutes=25, rest=5), by=by)
        panels.append(panel)
    return panels


def book(cohort: Cohort) -> None:
    """Most choose a time; a few have not yet, the applicant of the demo among them. One conflict is declared later."""
    draw = random.Random(SEED)  # noqa: S311
    invited = cohort.applications.filter(interview_invitation__isnull=False, source="roster")
    for place, application in enumerate(invited.order_by("pk")):
        if place % 7 == 0:
            continue
        days = free_days(application, not_before=timezone.now())
        admission.book_interview(application, draw.choice(draw.choice(days).times), by=None)
    late = InterviewBooking.objects.live().filter(cohort=cohort, slot__starts_at__gt=timezone.now() + 8 * DAY)
    flagged = late.select_related("application", "slot__panel").order_by("pk").last()
    if flagged:
        panellist = flagged.slot.panel.reviewers.order_by("pk").last()
        declare_conflict(flagged.application, panellist, by=None, kind="exclusion", reason="대학 제자")


def miss(panel: InterviewPanel, *, by: User) -> None:
    """One did not come yesterday."""
    over = InterviewBooking.objects.live().filter(slot__panel=panel, slot__ends_at__lt=timezone.now())
    if booking := over.order_by("-slot__starts_at").first():
        admission.mark_attendance(booking, by=by, came=False)


def judge(panel: InterviewPanel) -> None:
    """Each panellist's points for those who came."""
    draw = random.Random(SEED)  # noqa: S311
    came = InterviewBooking.objects.live().filter(slot__panel=panel, slot__ends_at__lt=timezone.now())
    for booking in came.select_related("application").order_by("pk"):
        gift = draw.gauss(80, 7)
        for panellist in panel.reviewers.order_by("pk"):
            level = min(100, max(40, gift + draw.gauss(0, 4)))
            screening.give(booking.application, Stage.INTERVIEW, level, draw, by=panellist)


def stated(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=timezone.get_default_timezone())
