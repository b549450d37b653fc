"""What the benchmark measures on: cohorts of 100, 1,000 and 10,000 applicants, and one in training."""

from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from cohorts.models import Application, Cohort, Enrolment, Person, Score
from cohorts.states import ApplicationState, CohortState, Stage
from curriculum.models import Attendance, TrainingDay
from partners.models import Agreement, Organization, Party
from partners.states import AgreementState
from placements.models import Employment, MentoringLog, Project, Team, TeamMember
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests import factories as make
from tests.registers import make_register

SIZES = (100, 1_000, 10_000)
GIVEN = ("하늘", "민준", "서연", "지우", "도윤")
DAYS, TRAINEES, PROJECTS, AGREEMENTS = 130, 100, 30, 1_000
REGISTERS = (100, 10_000)  # agreements of an office


def seed() -> SimpleNamespace:
    """One city with everything; `members` by role, and the things that pages are about."""
    city = make.make_organization(name="한빛시")
    w = SimpleNamespace(city=city, members=people(city))
    agreements(w)
    registers(w)
    programme = make.make_programme(host=city, agreement=w.agreement)
    w.cohorts = {size: applicants(programme, size, w.members["reviewer"]) for size in SIZES}
    w.open = make.make_cohort(programme=programme, number=77)
    make.make_module(programme=programme)
    training(w, programme)
    return w


def people(city: Organization) -> dict[str, User]:
    roles = (Role.OFFICIAL, Role.OPERATOR, Role.INSTRUCTOR, Role.REVIEWER)
    members = {role.value: make.make_member(role, city) for role in roles}
    platform = make.make_organization(kind="public_agency", name="운영사무국")
    members["admin"] = make.make_member(Role.ADMIN, platform)
    members["mentor"] = make.make_member(Role.MENTOR, make.make_company())
    members["trainee"] = make.make_user()
    return members


def agreements(w: SimpleNamespace) -> None:
    today = timezone.localdate()
    company = w.members["mentor"].organization_id
    rows = Agreement.objects.bulk_create(
        Agreement(
            host=w.city, title=f"인공지능 인재양성 업무협약 {number}", number=f"2026-{number}",
            state=AgreementState.IN_FORCE, signed_on=today - timedelta(days=number % 900),
            valid_from=today - timedelta(days=number % 900), valid_until=today + timedelta(days=number % 700 + 30),
        )
        for number in range(AGREEMENTS)
    )  # fmt: skip
    Party.objects.bulk_create(
        Party(agreement=one, organization_id=organization) for one in rows for organization in (w.city.pk, company)
    )
    w.agreement = rows[0]


def registers(w: SimpleNamespace) -> None:
    """Offices with a small and with a large register, an official of each."""
    w.registers = {}
    for size in REGISTERS:
        office = make.make_organization(name=f"{size:,}건시")
        w.members[f"official of {size:,}"] = official = make.make_member(Role.OFFICIAL, office, name="이정원")
        w.registers[size] = make_register(office, size, in_charge=official)


def applicants(programme: Any, size: int, reviewer: User) -> Cohort:
    """A cohort that selects, all its applications scored in three stages."""
    cohort = make.make_cohort(
        programme=programme, state=CohortState.SELECTING, name=f"AI 스쿨 {size:,}명", number=size,
        tracks={"일반": size // 5 or 1, "심화": size // 20 or 1},
    )  # fmt: skip
    make.assign(reviewer, cohort)
    tracks, now = list(cohort.tracks.all()), timezone.now()
    persons = Person.objects.bulk_create(
        Person(
            host=cohort.host, name="김이박최정"[number % 5] + GIVEN[number // 5 % 5],
            birth_date=date(1998, 3, 15), mobile="010-1234-5678", email=f"a{size}-{number}@example.kr",
            address="대구광역시 중구 국채보상로 1",
        )
        for number in range(size)
    )  # fmt: skip
    rows = Application.objects.bulk_create(
        Application(
            cohort=cohort, host=cohort.host, person=person, track=tracks[number % 2],
            state=ApplicationState.SUBMITTED, address=person.address, education="university", employment="unemployed",
            motivation="지역에서 일하고 싶습니다." * 20, receipt_number=f"S{size}-{number:06d}",
            submitted_at=now - timedelta(seconds=size * 3 - number * 2),
        )
        for number, person in enumerate(persons)
    )  # fmt: skip
    Score.objects.bulk_create(
        Score(
            application=row, host=cohort.host, stage=stage, reviewer=reviewer,
            points=50 + (number * (7 + place)) % 50,
        )
        for number, row in enumerate(rows)
        for place, stage in enumerate(Stage)
    )  # fmt: skip
    cohort.first = rows[0]
    return cohort


def training(w: SimpleNamespace, programme: Any) -> None:
    """100 trainees in their 130th day, their projects, teams, logs and first jobs."""
    first = timezone.localdate() - timedelta(days=DAYS + 1)
    w.running = cohort = make.make_cohort(programme=programme, state=CohortState.RUNNING, starts_on=first, number=78)
    make.assign(w.members["instructor"], cohort)
    track = cohort.tracks.get()
    persons = [row.person for row in w.cohorts[SIZES[0]].applications.select_related("person")[:TRAINEES]]
    persons[0].user = w.members["trainee"]
    persons[0].save(update_fields=["user"])
    trainees = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, host=w.city, person=person, track=track, number=number, starts_on=first)
        for number, person in enumerate(persons, start=1)
    )
    now = timezone.now()
    days = TrainingDay.objects.bulk_create(
        TrainingDay(
            cohort=cohort, host=w.city, date=first + timedelta(days=number), registered_at=now,
            registered_by=w.members["instructor"],
        )
        for number in range(DAYS)
    )  # fmt: skip
    Attendance.objects.bulk_create(
        (
            Attendance(
                day=day, enrolment=trainee, host=w.city, check_in=time(9), check_out=time(18),
                attended_minutes=480, late=(day.pk + trainee.pk) % 11 == 0, events=(day.pk + trainee.pk) % 11 == 0,
            )
            for day in days
            for trainee in trainees
        ),
        batch_size=5_000,
    )  # fmt: skip
    w.day, w.trainee = days[0], trainees[0]
    projects(w, trainees)


def projects(w: SimpleNamespace, trainees: list[Enrolment]) -> None:
    mentor, cohort = w.members["mentor"], w.running
    rows = Project.objects.bulk_create(
        Project(
            cohort=cohort, host=w.city, company_id=mentor.organization_id, title=f"물류 예측 {number}", teams_max=1,
            state="running",
        )
        for number in range(PROJECTS)
    )  # fmt: skip
    teams = Team.objects.bulk_create(
        Team(project=row, cohort=cohort, host=w.city, name=f"{number}팀", mentor=mentor.acting)
        for number, row in enumerate(rows, start=1)
    )
    TeamMember.objects.bulk_create(
        TeamMember(team=teams[number % PROJECTS], host=w.city, enrolment=trainee)
        for number, trainee in enumerate(trainees)
    )
    begin = timezone.now() - timedelta(days=40)
    logs = MentoringLog.objects.bulk_create(
        MentoringLog(
            team=team, host=w.city, mentor=mentor.acting, number=number,
            starts_at=begin + timedelta(days=number * 5, hours=place * 3),
            ends_at=begin + timedelta(days=number * 5, hours=place * 3 + 2), topic="데이터 정제", content="결측값을 채웠다.",
            progress=30, feedback="좋습니다.", state="submitted",
        )
        for place, team in enumerate(teams)
        for number in range(1, 5)
    )  # fmt: skip
    jobs = Employment.objects.bulk_create(
        Employment(
            enrolment=trainee, host=w.city, kind="contract", company="(주)다온", hired_on=timezone.localdate(),
            in_region=True,
        )
        for trainee in trainees[:60]
    )  # fmt: skip
    w.project, w.team, w.log, w.job = rows[0], teams[0], logs[0], jobs[0]
