"""Test data: plain functions that make one thing each, with what it needs around it."""

from itertools import count

from partners.models import Organization
from partners.states import OrganizationKind
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
