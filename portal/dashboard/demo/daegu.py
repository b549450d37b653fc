"""Daegu: in the middle of its cohort. A hundred in training, field projects running, first jobs found."""

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cohorts.actions.cohorts import assign_staff, close_recruiting, plan_cohort, publish_cohort, start_cohort
from cohorts.actions.consents import give_consents
from cohorts.actions.people import claim_records, person_of
from cohorts.models import Cohort, Person, Programme
from cohorts.planning import TrackPlan, first_too_late
from cohorts.states import ConsentKind
from curriculum import actions as teaching
from partners.actions.agreements import bring_into_force_agreement, sign_agreement
from partners.models import Agreement
from placements import actions as placing
from placements.models import Project, Team
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role
from portal.common.dates import add_months, period_end
from portal.dashboard.demo import asking, checks, old_register, papers, promises, school
from portal.dashboard.demo.clock import DAY, monday, on
from portal.dashboard.demo.roster import moved

WEEKS_SO_FAR = 20
PROJECTS_AFTER = 14  # weeks; the last eight are for them
SEED = 2021
CLAIMED = 4  # the place in the list of who looks at the demo as a trainee
TOPICS = ("과제 범위와 데이터 확인", "데이터 정제 결과 검토", "첫 모델과 평가 지표", "현장 적용 방안", "중간 발표 준비")


def tell(cast: dict[str, User], today: date) -> Cohort:
    start = monday(today) - timedelta(weeks=WEEKS_SO_FAR)
    with on(start - 90 * DAY, "10:00"):
        old_register.take_in(cast["official"], timezone.localdate())
    agree(cast, start)
    cohort = recruit(cast, start)
    choose(cast, cohort, start)
    extend(cast, start)
    learn(cast, cohort, start, today)
    keep(cast, start, today)
    return cohort


def keep(cast: dict[str, User], start: date, today: date) -> None:
    """The city pays, the company interviews, and would like to agree on more."""
    agreement = Agreement.objects.get(key="daegu-ai-school")
    for place, day in enumerate((start, start + 90 * DAY), 1):
        with on(day, "15:00"):
            note = f"교육 운영비 {place}차"
            promises.pay(agreement, by=cast["official"], amount=160_000_000, note=note, on_day=day)
    checks.inspect(agreement, today, by=cast["official"])
    company = cast["mentor"].acting.organization
    promises.interview(company, today, by=cast["mentor"])
    promises.propose(company, agreement.host, today - 4 * DAY, by=cast["mentor"])


def agree(cast: dict[str, User], start: date) -> None:
    agreement = Agreement.objects.get(key="daegu-ai-school")
    with on(start - 86 * DAY):
        promises.join(agreement, by=cast["official"])
    with on(start - 85 * DAY):
        papers.draft(agreement, by=cast["official"])
    with on(start - 80 * DAY):
        sign_agreement(agreement, by=cast["official"], signed_on=timezone.localdate())
        agreement = bring_into_force_agreement(agreement, by=cast["official"])
        papers.signed(agreement, by=cast["official"])


def extend(cast: dict[str, User], start: date) -> None:
    """The parties go on for a second year; the next amendment is being prepared."""
    agreement = Agreement.objects.get(key="daegu-ai-school")
    with on(start, "09:30"):
        papers.amended(agreement, by=cast["official"], until=add_months(start, 24))
        agreement.refresh_from_db()
        papers.amending(agreement, by=cast["official"])


def recruit(cast: dict[str, User], start: date) -> Cohort:
    """Planned, published, closed; the office's list of 412 taken in."""
    programme = Programme.objects.get(key="daegu-ai-school")
    deadline = start - 20 * DAY
    with on(start - 60 * DAY):
        cohort = plan_cohort(
            programme,
            by=cast["official"],
            tracks=[TrackPlan("일반", 80), TrackPlan("심화", 20)],
            policy={"region": "대구광역시", "waitlist_until": start + 7 * DAY},
            capacity=100,
            apply_opens_at=stated(deadline - 14 * DAY, time(9)),
            apply_closes_at=first_too_late(stated(deadline, time(18))),
            starts_on=start,
            ends_on=period_end(start, 6),
            place="대구광역시 북구 호암로 51 대구삼성창조캠퍼스",
            notice="현장에서 바로 쓰는 인공지능을 여섯 달 동안 배우고, 지역 기업의 프로젝트를 직접 해냅니다.\n"
            "교육비는 없으며, 매일 9시부터 18시까지 모여 배웁니다.",
        )
        asking.publish(cohort, by=cast["operator"])
        cohort = publish_cohort(cohort, by=cast["official"])
        for login in ("instructor", "reviewer"):
            assign_staff(cohort, cast[login].acting, by=cast["official"])
        school.write_modules(programme, by=cast["operator"])
    with on(deadline + DAY):
        cohort = close_recruiting(cohort, by=cast["operator"])
        school.take_roster(cohort, moved(deadline), by=cast["operator"])
    return cohort


def choose(cast: dict[str, User], cohort: Cohort, start: date) -> None:
    """Scored, selected, answered; six decline and the waitlist moves up."""
    with on(start - 15 * DAY):
        school.score_all(cohort, by=cast["reviewer"], seed=SEED)
    with on(start - 14 * DAY):
        school.give_points(cohort, by=cast["operator"])
    with on(start - 12 * DAY):
        school.select(cohort, by=cast["official"])
    with on(start - 11 * DAY):
        school.answer(cohort, declining=6)
    with on(start - 9 * DAY):
        school.answer(cohort)
    with on(start - 4 * DAY):
        school.enrol(cohort, by=cast["operator"])
        teaching.plan_timetable(cohort, by=cast["operator"])
    with on(start, "08:30"):
        cohort = start_cohort(cohort, by=cast["operator"])
        claim(cast["trainee"], cohort, by=cast["operator"])


def claim(user: User, cohort: Cohort, *, by: User) -> None:
    """One of a cohort takes up the account."""
    trainee = cohort.enrolments.select_related("person__host").order_by("number")[CLAIMED]
    claim_person(user, trainee.person, by=by)


def claim_person(user: User, person: Person, *, by: User) -> None:
    """A trainee gives the office the address of an account, and claims the record with it."""
    told = {name: getattr(person, name) for name in ("name", "birth_date", "mobile", "address")}
    person_of(person.host, **told, email=user.email, by=by)
    claim_records(user, host=person.host, email=user.email)
    user.name = person.name
    user.save(update_fields=["name"])


def learn(cast: dict[str, User], cohort: Cohort, start: date, today: date) -> None:
    """Register after register; projects from the fourteenth week; a log each week. Today's is still to be taken."""
    draw = random.Random(SEED)  # noqa: S311  # the same half year in every demo
    habit = school.habits(cohort.enrolments.values_list("pk", flat=True), draw)
    begin = start + timedelta(weeks=PROJECTS_AFTER)
    for day in cohort.days.filter(date__lt=today).order_by("date"):
        if day.date >= begin and not Project.objects.filter(cohort=cohort).exists():
            place(cast, cohort, begin - 3 * DAY, draw)
        with on(day.date, "18:30"):
            school.attend(day, habit, draw, by=cast["instructor"])
    weeks = (today - begin).days // 7
    for week in range(weeks):
        mentor(cast, cohort, begin + timedelta(weeks=week, days=2), week, draw, newest=week == weeks - 1)
    first_jobs(cast, cohort, today)


def place(cast: dict[str, User], cohort: Cohort, day: date, draw: random.Random) -> None:
    """Projects offered, three wishes each, teams formed, a mentor from each company."""
    with on(day - 14 * DAY):
        projects = school.offer_projects(cohort, by=cast["operator"])
    with on(day - 7 * DAY):
        for number, trainee in enumerate(cohort.enrolments.active().select_related("person")):
            if number % 6:  # some refuse, and their mentor sees no name
                kinds = [ConsentKind.COLLECTION, ConsentKind.THIRD_PARTY]
                give_consents(cohort.host, kinds, by=cast["operator"], person=trainee.person)
            placing.choose_preferences(trainee, draw.sample(projects, 3), by=None)
    with on(day):
        placing.form_teams(cohort, by=cast["operator"])
        for team in Team.objects.filter(cohort=cohort).select_related("project__company"):
            placing.assign_mentor(team, mentor_of(team, cast), by=cast["operator"])
        placing.start_projects(cohort, by=cast["operator"])


def mentor_of(team: Team, cast: dict[str, User]) -> Membership:
    """The demo's mentor for the company they work for; an invented one for each other company."""
    company = team.project.company
    found = Membership.objects.filter(organization=company, role=Role.MENTOR).first()
    if found:
        return found
    user = User.objects.create_user(f"mentor{company.pk}@example.kr", name=f"{company.name} 멘토")
    return Membership.objects.create(user=user, organization=company, role=Role.MENTOR)


def mentor(cast: dict[str, User], cohort: Cohort, day: date, week: int, draw: random.Random, *, newest: bool) -> None:
    """Each team meets its mentor; most logs are approved, the newest wait, a few teams are silent."""
    teams = Team.objects.filter(cohort=cohort, mentor__isnull=False).select_related("mentor__user").order_by("pk")
    with on(day + 2 * DAY, "11:00"):
        for place, team in enumerate(teams):
            if draw.random() < 0.12:
                continue
            begin = stated(day, time(9 + place % 8))
            by = team.mentor.user.act_as(team.mentor)
            log = placing.write_log(
                team,
                attendees=[
                    member.enrolment for member in team.members.filter(left_on=None).select_related("enrolment")
                ],
                by=by,
                starts_at=begin,
                ends_at=begin + timedelta(minutes=50),
                mode="on_site" if place % 2 else "online",
                place="회의실" if place % 2 else "",
                topic=TOPICS[week % len(TOPICS)],
                content="데이터 현황을 함께 보고 다음 주 범위를 정했습니다.",
                progress=min(90, 15 * (week + 1) + draw.randrange(8)),
                feedback="현장에서 쓰는 기준을 먼저 정하고 시작하면 좋겠습니다.",
                next_task="평가 기준 표를 만들어 공유하기",
                next_due=day + 7 * DAY,
            )
            placing.submit_log(log, by=by)
            if not newest:
                placing.approve_log(log, by=cast["operator"])


def first_jobs(cast: dict[str, User], cohort: Cohort, today: date) -> None:
    """Two have found work before the end; one report still waits for its evidence."""
    trainees = list(cohort.enrolments.active().order_by("number")[10:13])
    for place, trainee in enumerate(trainees):
        with on(today - (20 - place) * DAY):
            job = placing.report_employment(
                trainee, by=cast["operator"], kind="contract", company="팔공데이터(주)", work="데이터 분석", contract="정규직",
                hired_on=today - (24 - place) * DAY, in_region=True,
            )  # fmt: skip
            if place < 2:
                placing.verify_employment(job, verification="insurance", on=timezone.localdate(), by=cast["operator"])
                placing.end_for_employment(job, by=cast["operator"])


def stated(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=timezone.get_default_timezone())
