"""The accounts of the demo, one for each role; all with one password, printed at the start."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from partners.models import Organization
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role

PASSWORD = "demo-school-2026"  # noqa: S105  # an account of the demo, which DEMO=1 alone opens
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Part:
    """One person of the cast; `organization` is a key of agreements.yaml."""

    login: str
    name: str
    role: Role
    organization: str = ""

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


CAST = (
    Part("admin", "관리자 한지우", Role.ADMIN, "daegu"),
    Part("official", "권도현 주무관", Role.OFFICIAL, "daegu"),
    Part("operator", "이서연 매니저", Role.OPERATOR, "daegu"),
    Part("instructor", "박준서 강사", Role.INSTRUCTOR, "daegu"),
    Part("reviewer", "최유진 위원", Role.REVIEWER, "daegu"),
    Part("mentor", "정민재 멘토", Role.MENTOR, "robotics"),
    Part("trainee", "김하늘", Role.TRAINEE),
    Part("applicant", "윤서아", Role.TRAINEE),
    Part("trainee.kumoh", "이도현", Role.TRAINEE),
    Part("official.gyeongbuk", "서은채 주무관", Role.OFFICIAL, "gyeongbuk"),
    Part("official.gumi", "문지영 주무관", Role.OFFICIAL, "gumi"),
    Part("mentor.dassault", "강민호 멘토", Role.MENTOR, "dassault-korea"),
    Part("pupil", "한별", Role.TRAINEE),
    Part("official.kumoh", "배수현 주무관", Role.OFFICIAL, "kumoh"),
    Part("official.changwon", "신동욱 주무관", Role.OFFICIAL, "changwon-complex"),
    Part("official.moe", "임수정 사무관", Role.OFFICIAL, "moe"),
    Part("mentor.intel", "오지훈 멘토", Role.MENTOR, "intel-korea"),
)


def hire() -> dict[str, User]:
    """Make every account of the cast, verified, acting in its role."""
    hashed = make_password(PASSWORD)  # once: each hash takes a tenth of a second
    return {part.login: hire_one(part, hashed) for part in CAST}


def hire_one(part: Part, hashed: str) -> User:
    user = User.objects.create(email=part.email, password=hashed, name=part.name)
    EmailAddress.objects.create(user=user, email=part.email, verified=True, primary=True)
    if part.role == Role.TRAINEE:
        return user
    organization = Organization.objects.get(key=part.organization)
    return user.act_as(Membership.objects.create(user=user, organization=organization, role=part.role))
