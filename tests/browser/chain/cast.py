"""Who takes part, and the papers they bring."""

import pathlib

from partners.states import OrganizationKind
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.factories import make_company, make_member, make_organization

ROOT = pathlib.Path(__file__).parents[3]
DATA = ROOT / "tests/data"
PROJECTS = ROOT / "portal/dashboard/demo_data/projects.yaml"
APPLICANT = "a202600000@example.kr"  # the first of the office's list


class Cast:
    """Who takes part."""

    applicant: User

    def __init__(self) -> None:
        office = make_organization(kind=OrganizationKind.PUBLIC_AGENCY, name="AI 스쿨 운영사무국")
        self.city = make_organization(name="대구광역시", region="대구광역시")
        self.company = make_company(name="(주)달구벌로보틱스", region="대구광역시")
        self.admin = make_member(Role.ADMIN, office, name="한지우")
        self.official = make_member(Role.OFFICIAL, self.city, name="권도현")
        self.second = make_member(Role.OFFICIAL, self.city, name="이정원")
        self.operator = make_member(Role.OPERATOR, self.city, name="이서연")
        self.reviewer = make_member(Role.REVIEWER, self.city, name="최유진")
        self.instructor = make_member(Role.INSTRUCTOR, self.city, name="박준서")
        self.mentor = make_member(Role.MENTOR, self.company, name="정민재")
        self.mentor.acting.invited_by_host = self.city
        self.mentor.acting.save()
