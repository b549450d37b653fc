"""The ministry and Intel: visits to schools, held, counted and judged; a round to decide, and one that is open."""

import uuid
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cohorts.actions import outreach as rounds
from cohorts.actions import visits
from cohorts.actions.school_requests import send_request
from cohorts.models import OutreachRound, Programme, SchoolRequest, Visit
from cohorts.planning import first_too_late
from partners.actions.agreements import amend_agreement, bring_into_force_agreement, sign_agreement
from partners.actions.promises import add_commitment
from partners.models import Agreement
from partners.states import Measure
from portal.accounts.models import User
from portal.common.dates import add_months, period_end, roll_forward
from portal.dashboard.demo.clock import DAY, on
from portal.dashboard.demo.daegu import stated

# School, office of education, address, grade, pupils, teacher
SCHOOLS = (
    ("물야초등학교", "경상북도봉화교육지원청", "경상북도 봉화군 물야면 문수로 201", "e5", 14, "고은별"),
    ("한강중학교", "서울특별시중부교육지원청", "서울특별시 용산구 이촌로 300", "m1", 29, "서지안"),
    ("흑산초등학교", "전라남도신안교육지원청", "전라남도 신안군 흑산면 진리1길 5", "e6", 9, "문가람"),
    ("동성로초등학교", "대구광역시중부교육지원청", "대구광역시 중구 동성로 40", "e6", 27, "백시온"),
    ("기린중학교", "강원특별자치도인제교육지원청", "강원특별자치도 인제군 기린면 현리길 8", "m2", 18, "남도윤"),
    ("해운대초등학교", "부산광역시해운대교육지원청", "부산광역시 해운대구 중동2로 10", "e5", 30, "배나은"),
    ("청천초등학교", "충청북도괴산증평교육지원청", "충청북도 괴산군 청천면 청천로 77", "e6", 16, "심하람"),
    ("문수초등학교", "울산광역시강남교육지원청", "울산광역시 남구 문수로 60", "e6", 28, "유로운"),
    ("구좌중학교", "제주시교육지원청", "제주특별자치도 제주시 구좌읍 일주동로 3000", "m1", 22, "현보라"),
    ("판교초등학교", "경기도성남교육지원청", "경기도 성남시 분당구 판교로 20", "e5", 30, "소지율"),
    ("임회초등학교", "전라남도진도교육지원청", "전라남도 진도군 임회면 진도대로 3500", "e5", 11, "탁이든"),
    ("둔산중학교", "대전광역시서부교육지원청", "대전광역시 서구 둔산로 100", "m2", 30, "표예준"),
)
GRADES = ["e5", "e6", "m1", "m2"]
WORDS = (
    "아이들이 로봇을 직접 움직여 보며 무척 즐거워했습니다.",
    "전문가를 만나기 어려운 지역이라 더 뜻깊었습니다.",
    "",
    "질문 시간이 조금 더 길면 좋겠습니다.",
)  # fmt: skip


def tell(cast: dict[str, User], today: date) -> OutreachRound:
    by = cast["official.moe"]
    programme = Programme.objects.get(key="intel-outreach")
    agree(by, today)
    first = offer(programme, by, today - 130 * DAY, topic="인공지능은 어떻게 배울까", visits_most=8, rural_percent=60)
    ask(first, SCHOOLS, today - 125 * DAY)
    with on(today - 109 * DAY):
        rounds.decide_requests(first, by=by)
    arrange(cast, first, today)
    opened = offer(
        programme, by, today - 5 * DAY, format="at_company", topic="반도체를 만드는 곳", visits_most=4, rural_percent=50,
        place="경기도 성남시 분당구 판교로 225 인텔코리아", names_needed=True,
        description="반도체가 만들어지는 과정을 보고, 인공지능 가속기를 직접 다루어 봅니다. 버스비를 지원합니다.",
    )  # fmt: skip
    ask(opened, SCHOOLS[2:6], today - 3 * DAY)
    return first


def agree(by: User, today: date) -> None:
    """Signed for three years, with what both promise."""
    agreement = Agreement.objects.get(key="intel-career-education")
    start = today - 160 * DAY
    with on(start - 10 * DAY):
        parties = {party.organization.key: party for party in agreement.parties.select_related("organization")}
        for key, what, unit, quantity, measure in (
            ("intel-korea", "AI 전문가 학교 방문·사업장 초청 특강", "회", 24, Measure.LECTURES),
            ("intel-korea", "특강 참여 학생", "명", 600, Measure.PUPILS),
            ("moe", "농산어촌을 우선한 참여 학교 모집", "회", 24, Measure.LECTURES),
        ):
            add_commitment(
                agreement, by=by, party=parties[key], what=what, unit=unit, quantity=quantity, measure=measure
            )
        agreement.refresh_from_db()
        agreement = amend_agreement(
            agreement, by=by, version=agreement.version, valid_from=start, valid_until=period_end(start, 36)
        )
    with on(start):
        sign_agreement(agreement, by=by, signed_on=start)
        bring_into_force_agreement(agreement, by=by)


def offer(programme: Programme, by: User, day: date, **plan: object) -> OutreachRound:
    """A round that schools can ask for during three weeks, with visits in the five months that follow."""
    agreement = programme.agreement
    assert agreement is not None  # noqa: S101
    company = agreement.parties.get(organization__key="intel-korea").organization
    with on(day, "08:50"):
        round = rounds.offer_round(
            programme, by=by, **{
                "company": company, "format": "at_school", "grades": GRADES, "pupils_most": 30, "minutes": 90,
                "description": "현직 인공지능 전문가가 학교로 찾아가, 컴퓨터가 배우는 방법을 함께 실험합니다.",
                "apply_opens_at": stated(day, time(9)),
                "apply_closes_at": first_too_late(stated(day + 20 * DAY, time(18))),
                "visits_from": day + 25 * DAY, "visits_until": add_months(day, 6), "rural_first": True,
                "waitlist_most": 3,
            } | plan,
        )  # fmt: skip
        return rounds.publish_round(round, by=by)


def ask(round: OutreachRound, schools: tuple[tuple[str, str, str, str, int, str], ...], day: date) -> None:
    """A school an hour."""
    wish = roll_forward(round.visits_from + 7 * DAY)
    with on(day, "09:30"):
        for number, (name, office, address, grade, pupils, teacher) in enumerate(schools):
            send_request(
                round, submission_key=uuid.uuid5(uuid.NAMESPACE_URL, f"{round.pk} {name}"), shares_contact=bool(number % 3),
                school_name=name, office=office, address=address, rural="면 " in address or "읍 " in address, grade=grade,
                pupils=pupils, wishes=[wish, roll_forward(wish + 14 * DAY)], contact_name=teacher,
                contact_email=f"teacher{number + 1}@school.example", contact_mobile=f"010-5555-{1001 + number}",
            )  # fmt: skip


def arrange(cast: dict[str, User], round: OutreachRound, today: date) -> None:
    """Five visits were held, one waits for its report, one comes next week; one school is still without a day."""
    by, mentor = cast["official.moe"], cast["mentor.intel"]
    accepted = list(SchoolRequest.objects.filter(round=round, state="accepted").order_by("pk"))
    days = [today - n * DAY for n in (95, 81, 60, 39, 18, 2)] + [today + 6 * DAY]
    for request, day in zip(accepted, days, strict=False):
        begins = datetime.combine(roll_back(day) if day < today else roll_forward(day), time(10))
        starts = timezone.make_aware(begins)
        with on(min(starts.date(), today) - 12 * DAY):
            visit = visits.plan_visit(
                request, by=by, expert=mentor.acting, starts_at=starts, ends_at=starts + timedelta(minutes=90),
                place=request.address,
            )  # fmt: skip
        if day < today - 10 * DAY:
            hold(visit, mentor)


def hold(visit: Visit, mentor: User) -> None:
    request = visit.request
    with on(timezone.localdate(visit.starts_at), "16:00"):
        visits.hold_visit(
            visit, by=mentor, headcount={request.grade: request.pupils - request.pk % 3}, teachers=2,
            report="학습하는 로봇을 함께 움직이고, 데이터가 왜 중요한지 이야기했습니다.",
        )  # fmt: skip
    if request.pk % 5:  # not every school answers
        with on(timezone.localdate(visit.starts_at) + 2 * DAY):
            marks = {"level": 4 + request.pk % 2, "interest": 5, "running": 3 + request.pk % 3}
            visits.give_feedback(visit, words=WORDS[request.pk % len(WORDS)], **marks)


def roll_back(day: date) -> date:
    """`day` itself, or the last working day before it."""
    while roll_forward(day) != day:
        day -= DAY
    return day
