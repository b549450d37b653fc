"""Test data: plain functions that make one thing each, with what it needs around it."""

from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from cohorts.models import (
    Application,
    BonusClaim,
    BonusRule,
    Cohort,
    CohortPolicy,
    CohortStaff,
    Consent,
    ConsentText,
    Decision,
    Enrolment,
    LicencePool,
    Offer,
    Person,
    Programme,
    Score,
    Selection,
    Track,
)
from cohorts.states import ApplicationState, CohortState, ConsentKind, Outcome, ProgrammeKind
from curriculum.models import Module, TrainingDay
from partners.models import Agreement, Consortium, ConsortiumMember, Meeting, Organization, Party
from partners.states import AgreementState, OrganizationKind
from placements.models import Employment, MentoringLog, Project, Team, TeamMember
from placements.states import ProjectState
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role

_numbers = count(1)
PASSWORD = "correct-horse-battery"


def make_organization(**fields) -> Organization:
    number = next(_numbers)
    return Organization.objects.create(
        **{"kind": OrganizationKind.LOCAL_GOVERNMENT, "name": f"한빛시 {number}", "region": "대구광역시"} | fields
    )


def make_company(**fields) -> Organization:
    return make_organization(**{"kind": OrganizationKind.COMPANY, "name": f"(주)가온 {next(_numbers)}"} | fields)


def make_user(**fields) -> User:
    return User.objects.create_user(
        **{"email": f"person{next(_numbers)}@example.kr", "password": None, "name": "김하늘"} | fields
    )


def make_member(role: Role, organization: Organization | None = None, **fields) -> User:
    """A user who works in `role`, already acting in it."""
    user = make_user(**fields)
    organization = organization or (make_company() if role == Role.MENTOR else make_organization())
    return user.act_as(Membership.objects.create(user=user, organization=organization, role=role))


def make_agreement(**fields) -> Agreement:
    """In force for three years around today, unless told otherwise."""
    today = timezone.localdate()
    host = fields.pop("host", None) or make_organization()
    return Agreement.objects.create(
        **{
            "host": host,
            "title": f"AI 스쿨 업무협약 {next(_numbers)}",
            "state": AgreementState.IN_FORCE,
            "signed_on": today - timedelta(days=400),
            "valid_from": today - timedelta(days=400),
            "valid_until": today + timedelta(days=700),
        }
        | fields
    )


def make_programme(**fields) -> Programme:
    host = fields.pop("host", None) or make_organization()
    number = next(_numbers)
    return Programme.objects.create(
        **{"host": host, "kind": ProgrammeKind.INTENSIVE, "name": f"AI 스쿨 {number}", "months_at_least": 6} | fields
    )


def make_cohort(*, tracks: dict[str, int] | None = None, policy: dict | None = None, **fields) -> Cohort:
    """Recruiting, open for two more weeks, a hundred seats in one track, unless told otherwise."""
    now = timezone.now()
    programme = fields.pop("programme", None) or make_programme(
        **({"host": fields["host"]} if "host" in fields else {})
    )
    tracks = tracks or {"일반": 100}
    starts_on = fields.pop("starts_on", timezone.localdate() + timedelta(days=60))
    cohort = Cohort.objects.create(
        **{
            "programme": programme,
            "host": programme.host,
            "number": next(_numbers) % 30_000,
            "name": f"{programme.name} 1기",
            "state": CohortState.RECRUITING,
            "capacity": sum(tracks.values()),
            "apply_opens_at": now - timedelta(days=7),
            "apply_closes_at": now + timedelta(days=14),
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=182),
        }
        | fields
    )
    CohortPolicy.objects.create(cohort=cohort, **{"region": "대구광역시", "needs_pledge": False} | (policy or {}))
    for name, capacity in tracks.items():
        Track.objects.create(cohort=cohort, name=name, capacity=capacity)
    return cohort


def make_person(**fields) -> Person:
    host = fields.pop("host", None) or make_organization()
    number = next(_numbers)
    return Person.objects.create(
        **{
            "host": host,
            "name": "홍길동",
            "birth_date": date(1998, 3, 15),
            "mobile": f"010-{number // 10_000:04d}-{number % 10_000:04d}",
            "email": f"applicant{number}@example.kr",
            "address": "대구광역시 중구 국채보상로 1",
        }
        | fields
    )


def make_application(*, cohort: Cohort | None = None, **fields) -> Application:
    cohort = cohort or make_cohort()
    person = fields.pop("person", None) or make_person(host=cohort.host)
    state = fields.get("state", ApplicationState.SUBMITTED)
    received = {} if state == ApplicationState.DRAFT else {
        "receipt_number": f"T-{next(_numbers):06d}", "submitted_at": timezone.now()
    }  # fmt: skip
    return Application.objects.create(
        **{
            "cohort": cohort,
            "host": cohort.host,
            "person": person,
            "track": cohort.tracks.first(),
            "state": state,
            "address": person.address,
            "education": Application.Education.UNIVERSITY,
            "employment": Application.Employment.UNEMPLOYED,
            "motivation": "지역에서 일하고 싶습니다.",
            "other_training": None if state == ApplicationState.DRAFT else False,
        }
        | received
        | fields
    )


def make_enrolment(*, cohort: Cohort | None = None, **fields) -> Enrolment:
    cohort = cohort or make_cohort(state=CohortState.RUNNING, starts_on=timezone.localdate() - timedelta(days=30))
    person = fields.pop("person", None) or make_person(host=cohort.host)
    return Enrolment.objects.create(
        **{
            "cohort": cohort,
            "host": cohort.host,
            "person": person,
            "track": cohort.tracks.first(),
            "number": cohort.enrolments.count() + 1,
            "starts_on": cohort.starts_on,
        }
        | fields
    )


def make_project(*, cohort: Cohort | None = None, **fields) -> Project:
    cohort = cohort or make_cohort(state=CohortState.RUNNING, starts_on=timezone.localdate() - timedelta(days=30))
    company = fields.pop("company", None) or make_company()
    return Project.objects.create(
        **{
            "cohort": cohort,
            "host": cohort.host,
            "company": company,
            "title": f"물류 로봇 경로 예측 {next(_numbers)}",
            "teams_max": 2,
            "state": ProjectState.OPEN,
        }
        | fields
    )


def make_team(*, project: Project | None = None, mentor: User | None = None, members: int = 3, **fields) -> Team:
    """A team with a mentor of the project's company and three trainees."""
    project = project or make_project(state=ProjectState.RUNNING)
    mentor = mentor or make_member(Role.MENTOR, project.company)
    team = Team.objects.create(
        **{
            "project": project,
            "cohort": project.cohort,
            "host": project.host,
            "name": f"{next(_numbers)}팀",
            "mentor": mentor.acting,
        }
        | fields
    )
    for _ in range(members):
        TeamMember.objects.create(team=team, host=team.host, enrolment=make_enrolment(cohort=team.cohort))
    return team


def assign(user: User, cohort: Cohort) -> User:
    """Put an instructor or reviewer to work in a cohort."""
    CohortStaff.objects.create(cohort=cohort, host=cohort.host, membership=user.acting)
    return user


def make_module(*, programme: Programme | None = None, **fields) -> Module:
    programme = programme or make_programme()
    return Module.objects.create(
        **{
            "programme": programme,
            "host": programme.host,
            "code": f"M{next(_numbers)}",
            "title": "머신러닝",
            "hours": 40,
        }
        | fields
    )


def make_day(*, cohort: Cohort | None = None, on: date | None = None, **fields) -> TrainingDay:
    cohort = cohort or make_cohort(state=CohortState.RUNNING, starts_on=timezone.localdate() - timedelta(days=30))
    on = on or timezone.localdate() - timedelta(days=1)
    return TrainingDay.objects.create(**{"cohort": cohort, "host": cohort.host, "date": on} | fields)


def make_scores(application: Application, *, document=80, test=70, interview=90, reviewer: User | None = None) -> None:
    """One reviewer's points; None leaves a stage out."""
    reviewer = reviewer or make_user()
    for stage, points in (("document", document), ("test", test), ("interview", interview)):
        if points is not None:
            Score.objects.create(
                application=application, host=application.host, stage=stage, reviewer=reviewer, points=points
            )


def make_bonus_rule(*, cohort: Cohort | None = None, **fields) -> BonusRule:
    """Five points for the family of a veteran, unless told otherwise."""
    cohort = cohort or make_cohort()
    values = {"name": f"국가유공자 가족 {next(_numbers)}", "points": 5, "evidence": "취업지원 대상자 증명서"}
    return BonusRule.objects.create(cohort=cohort, host=cohort.host, **values | fields)


def make_bonus_claim(*, application: Application, rule: BonusRule | None = None, **fields) -> BonusClaim:
    """Claimed by a paper that the office has seen; decided now where `state` says so."""
    rule = rule or make_bonus_rule(cohort=application.cohort)
    decided = {} if fields.get("state", "claimed") == "claimed" else {"decided_at": timezone.now(), "reason": "확인함"}
    values = {"application": application, "host": application.host, "rule": rule, "note": "창구에서 원본 확인"}
    return BonusClaim.objects.create(**values | decided | fields)


def make_waitlist(cohort: Cohort, *states: ApplicationState) -> list[Application]:
    """Applications of the first track in these states, ranked 1, 2, 3… by a released selection."""
    selection = Selection.objects.create(cohort=cohort, host=cohort.host, released_at=timezone.now())
    applications = [make_application(cohort=cohort, state=state) for state in states]
    for rank, application in enumerate(applications, start=1):
        waits = application.state == ApplicationState.WAITLISTED
        Decision.objects.create(
            selection=selection,
            host=cohort.host,
            application=application,
            outcome=Outcome.WAITLISTED if waits else Outcome.SELECTED,
            rank=rank,
            total=100 - rank,
        )
    return applications


def make_offer(*, application: Application | None = None, **fields) -> Offer:
    """A live offer for three days."""
    application = application or make_application(
        cohort=make_cohort(state=CohortState.SELECTING), state=ApplicationState.OFFERED
    )
    return Offer.objects.create(
        **{
            "application": application,
            "track": application.track,
            "host": application.host,
            "deadline": timezone.now() + timedelta(days=3),
        }
        | fields
    )


def make_log(*, team: Team | None = None, days_ago: int = 1, hours: int = 2, **fields) -> MentoringLog:
    """A log of a meeting of two hours at 14:00, attended by the whole team; a draft unless told otherwise."""
    team = team or make_team()
    day = timezone.localtime() - timedelta(days=days_ago)
    start = day.replace(hour=14, minute=0, second=0, microsecond=0)
    number = (team.logs.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    confirmed = {"confirmed_at": timezone.now()} if fields.get("state") == "approved" else {}
    log = MentoringLog.objects.create(
        **{
            "team": team,
            "host": team.host,
            "mentor": team.mentor,
            "number": number,
            "starts_at": start,
            "ends_at": start + timedelta(hours=hours),
            "topic": "데이터 정제",
            "content": "결측값을 채웠다.",
            "progress": 30,
            "feedback": "다음에는 시각화까지.",
        }
        | confirmed
        | fields
    )
    log.attendees.set(member.enrolment for member in team.members.all())
    return log


def make_employment(*, enrolment: Enrolment | None = None, **fields) -> Employment:
    """A job reported, with a contract, begun yesterday."""
    enrolment = enrolment or make_enrolment()
    state = fields.get("state", "reported")
    verified = {"verification": "insurance", "verified_on": timezone.localdate()} if state == "verified" else {}
    return Employment.objects.create(
        **{
            "enrolment": enrolment,
            "host": enrolment.host,
            "kind": "contract",
            "company": f"(주)다온 {next(_numbers)}",
            "hired_on": timezone.localdate() - timedelta(days=1),
        }
        | verified
        | fields
    )


def make_consent(*, person: Person, kind: str = ConsentKind.THIRD_PARTY, **fields) -> Consent:
    """A live consent; by default that companies may see who the person is."""
    text, _ = ConsentText.objects.get_or_create(
        host=person.host, kind=kind, version=1, defaults={"required": False, "body": "동의 내용"}
    )
    return Consent.objects.create(**{"person": person, "host": person.host, "text": text, "kind": kind} | fields)


def make_licence_pool(*, seats: int = 10, **fields) -> LicencePool:
    """Seats of a tool from a company that is a party, valid for a year around today."""
    host = fields.pop("host", None) or make_organization()
    agreement = fields.pop("agreement", None) or make_agreement(host=host)
    provider = fields.pop("provider", None) or make_company()
    Party.objects.get_or_create(agreement=agreement, organization=provider)
    today = timezone.localdate()
    return LicencePool.objects.create(
        **{
            "host": host,
            "agreement": agreement,
            "provider": provider,
            "tool": f"3D 플랫폼 {next(_numbers)}",
            "seats": seats,
            "valid_from": today - timedelta(days=100),
            "valid_until": today + timedelta(days=265),
        }
        | fields
    )


def make_consortium(*, agreement: Agreement | None = None, members: int = 2, **fields) -> Consortium:
    """Of an agreement in force, with companies as members."""
    agreement = agreement or make_agreement()
    today = timezone.localdate()
    consortium = Consortium.objects.create(
        **{"agreement": agreement, "host": agreement.host, "name": f"협의체 {next(_numbers)}", "founded_on": today}
        | fields
    )
    for _ in range(members):
        make_consortium_member(consortium)
    return consortium


def make_consortium_member(consortium: Consortium, organization: Organization | None = None) -> ConsortiumMember:
    return ConsortiumMember.objects.create(
        consortium=consortium, host=consortium.host, organization=organization or make_company(), sector="industry",
        representative="김대표", contact="054-000-0000", joined_on=timezone.localdate() - timedelta(days=300),
    )  # fmt: skip


def make_meeting(consortium: Consortium, *, days_ago: int = 1, **fields) -> Meeting:
    """One that should have been held yesterday, unless told otherwise."""
    return Meeting.objects.create(
        **{
            "consortium": consortium,
            "host": consortium.host,
            "number": consortium.meetings.count() + 1,
            "starts_at": timezone.now() - timedelta(days=days_ago),
            "place": "시청 회의실",
            "agenda": "1. 공동 사업",
        }
        | fields
    )
