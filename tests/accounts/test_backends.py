import pytest
from django.utils import timezone

from portal.accounts.backends import AuthenticationBackend
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from tests.factories import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(django_assert_num_queries):
    def ask(user):
        with django_assert_num_queries(1):
            return AuthenticationBackend().get_user(user.pk)

    return ask


def test_an_applicant_has_no_membership(account):
    user = make_user()

    assert (account(user), account(user).live_memberships) == (user, [])


def test_an_account_comes_with_its_live_memberships_in_their_order(account):
    user, elsewhere = make_member(Role.OFFICIAL), make_organization()
    second = Membership.objects.create(user=user, organization=elsewhere, role=Role.OPERATOR)
    Membership.objects.create(user=user, organization=elsewhere, role=Role.INSTRUCTOR, ended_at=timezone.now())

    found = account(user)

    assert found.live_memberships == [user.acting, second]
    assert found.live_memberships[1].organization == elsewhere
    assert all(membership.user is found for membership in found.live_memberships)


def test_a_closed_account_is_nobody(account):
    user = make_member(Role.OFFICIAL)
    user.is_active = False
    user.save()

    assert account(user) is None
