"""Gumi: four parties with licence seats and a consortium, kept by the province."""

from datetime import date, time, timedelta

from partners.actions import consortium as consortia
from partners.actions import meetings
from partners.actions.agreements import amend_agreement, bring_into_force_agreement, sign_agreement
from partners.actions.organizations import register_organization
from partners.actions.promises import amend_commitment
from partners.models import Agreement, Consortium, ConsortiumMember, Meeting, MeetingDecision, Organization
from partners.states import JointProjectState
from portal.accounts.models import User
from portal.common.dates import period_end
from portal.dashboard.demo.clock import DAY, on
from portal.dashboard.demo.daegu import stated

SIGNED = 300  # days ago
AGREED = {"좌석": 50, "회": 12, "건": 5}  # how much, by the unit of the commitment
MEMBERS = (  # key of agreements.yaml, sector, who speaks for it
    ("dassault-korea", "industry", "한서준", "상무"),
    ("gumi-sme", "industry", "조영호", "회장"),
    ("kumoh", "academia", "임지원", "산학협력단장"),
    ("gyeongbuk", "government", "서은채", "주무관"),
    ("gumi", "government", "문지영", "주무관"),
    ("gumi-complex", "government", "백승환", "팀장"),
)


def tell(cast: dict[str, User], today: date) -> Consortium:
    by, signed = cast["official.gyeongbuk"], today - SIGNED * DAY
    agreement = agree(by, signed)
    consortium = found(by, agreement, signed + 20 * DAY)
    first = hold(
        by, consortium, signed + 40 * DAY, "1. 협의체 운영 방안\n2. 스마트팩토리 수요 조사 계획",
        "분기마다 회의를 열기로 하였다. 중소기업협의회가 회원사의 수요를 조사하여 다음 회의에 보고한다.", absent=1,
    )  # fmt: skip
    survey = decide(by, first, "회원사 스마트팩토리 수요 조사", "gumi-sme", signed + 100 * DAY)
    approve(by, first)
    with on(signed + 95 * DAY):
        meetings.finish_decision(
            survey, by=by, outcome="42개사가 답하였고, 그중 17개사가 설계 인력이 필요하다고 하였다."
        )
    second = hold(
        by, consortium, signed + 130 * DAY, "1. 수요 조사 결과\n2. 공동 협력 사업 발굴",
        "수요 조사 결과를 공유하고, 설계·시뮬레이션 인력을 함께 기르는 사업과 시제품 공동 활용 사업을 제안하였다.", absent=2,
    )  # fmt: skip
    decide(by, second, "시제품 제작 장비 공동 활용 기준 마련", "gumi-complex", today - 20 * DAY)
    approve(by, second)
    projects(by, consortium, second, signed + 140 * DAY)
    third = hold(
        by, consortium, today - 12 * DAY, "1. 제조기업 맞춤형 교육 과정 중간 점검\n2. 라이선스 사용 현황",
        "교육 과정의 중간 결과와 라이선스 사용 현황을 점검하였다. 다음 기수의 교육생 모집을 함께 홍보한다.", absent=0,
    )  # fmt: skip
    decide(by, third, "2기 모집 공고를 회원사에 안내", "gumi-sme", today + 5 * DAY)
    with on(today - 8 * DAY):
        meetings.plan_meeting(
            consortium, by=by, starts_at=stated(today + 10 * DAY, time(14)), place="구미시청 3층 회의실",
            agenda="1. 공동 협력 사업 추진 현황\n2. 내년 계획",
        )  # fmt: skip
    return consortium


def agree(by: User, signed: date) -> Agreement:
    """Signed by all four, for three years."""
    agreement = Agreement.objects.get(key="gumi-smart-factory")
    with on(signed - 14 * DAY):
        for promise in agreement.commitments.select_related("agreement"):
            amend_commitment(promise, by=by, quantity=AGREED[promise.unit])
        agreement = amend_agreement(
            agreement, by=by, version=agreement.version, valid_from=signed, valid_until=period_end(signed, 36),
            department="메타AI과학국 산업인공지능과", in_charge=by,
            purpose="구미 지역 제조기업의 스마트팩토리 보급을 넓히고, 이를 이끌 인재를 함께 기릅니다.",
        )  # fmt: skip
    with on(signed):
        agreement = sign_agreement(agreement, by=by, signed_on=signed)
        return bring_into_force_agreement(agreement, by=by)


def found(by: User, agreement: Agreement, day: date) -> Consortium:
    """Industry, academia, research and government at one table."""
    with on(day):
        consortium = consortia.found_consortium(
            agreement, by=by, name="구미 스마트팩토리 산·학·연·관 협의체", founded_on=day,
            purpose="스마트팩토리 보급과 인재 양성을 위한 공동 협력 사업을 발굴합니다.",
        )  # fmt: skip
        institute = register_organization(by=by, kind="public_agency", name="경북제조혁신연구원", region="경상북도")
        named = [(Organization.objects.get(key=key), *rest) for key, *rest in MEMBERS]
        for organization, sector, representative, title in (*named, (institute, "research", "노은경", "책임연구원")):
            consortia.add_consortium_member(
                consortium, by=by, organization=organization, sector=sector, representative=representative, title=title,
                contact="054-000-0000", joined_on=day,
            )  # fmt: skip
    return consortium


def hold(by: User, consortium: Consortium, day: date, agenda: str, minutes: str, *, absent: int) -> Meeting:
    """Planned two weeks before, and held; the last of the members stay away."""
    with on(day - 14 * DAY):
        begins = stated(day, time(14))
        meeting = meetings.plan_meeting(consortium, by=by, starts_at=begins, place="구미시청 3층 회의실", agenda=agenda)
    members = list(consortium.members.all())
    with on(day, "17:00"):
        there = {one.pk: (n < len(members) - absent, one.representative) for n, one in enumerate(members)}
        return meetings.write_minutes(meeting, by=by, minutes=minutes, attendance=there)


def approve(by: User, meeting: Meeting) -> None:
    with on(meeting.starts_at.date() + 3 * DAY):
        meetings.approve_minutes(meeting, by=by)


def decide(by: User, meeting: Meeting, text: str, owner: str, due_on: date) -> MeetingDecision:
    """What the meeting decided, written down on its evening."""
    member = ConsortiumMember.objects.get(consortium=meeting.consortium_id, organization__key=owner)
    with on(meeting.starts_at.date(), "18:00"):
        return meetings.record_decision(meeting, by=by, text=text, owner=member, due_on=due_on)


def projects(by: User, consortium: Consortium, meeting: Meeting, day: date) -> None:
    """Two were found; one runs, the other is agreed on."""
    members = {member.organization.key: member for member in consortium.members.select_related("organization")}
    for title, keys, steps in (
        (
            "제조기업 맞춤형 설계 인재 양성", ("kumoh", "gumi-sme", "dassault-korea"),
            (JointProjectState.AGREED, JointProjectState.RUNNING),
        ),
        ("시제품 제작 장비 공동 활용", ("gumi-complex", "gumi-sme"), (JointProjectState.AGREED,)),
    ):  # fmt: skip
        with on(day):
            project = consortia.propose_joint_project(
                consortium, by=by, title=title, meeting=meeting, members=[members[key] for key in keys],
                description="협의체 위원 기관이 함께 추진하는 사업입니다.",
            )  # fmt: skip
        for number, step in enumerate(steps, start=1):
            with on(day + timedelta(days=30 * number)):
                project = consortia.move_joint_project(project, step, by=by)
