"""Invitations bound to an address, a role and an organization; memberships that end at once."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from partners.actions import members as actions
from partners.signals import invitation_accepted
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import PASSWORD, make_company, make_member, make_organization, make_user
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def city(official):
    return official.acting.organization


def invite(by, role=Role.INSTRUCTOR, organization=None, email="new@example.kr") -> Invitation:
    organization = organization or by.acting.organization
    return actions.send_invitation(by=by, email=email, role=role, organization=organization)


def link(invitation: Invitation) -> str:
    """The link of the newest mail to the invited address."""
    body = Mail.objects.filter(address=invitation.email).latest("pk").body
    return next(line for line in body.splitlines() if "/invitations/" in line).partition("//")[2].partition("/")[2]


def test_an_invitation_is_one_mail_whose_link_is_stored_nowhere_else(official):
    invitation = invite(official)

    token = link(invitation).split("/")[1]
    assert len(token) >= 43
    assert token not in str(Invitation.objects.values().get())
    drain()
    assert [message.to for message in mail.outbox] == [["new@example.kr"]]
    assert token in mail.outbox[0].body
    assert Mail.objects.get().body == ""  # sent, so the link is gone from the table
    event = AuditEvent.objects.get(verb="invitation.sent")
    assert (event.actor, event.host) == (official, official.acting.organization)


@pytest.mark.parametrize(
    ("by", "role"),
    [
        (Role.OPERATOR, Role.OFFICIAL), (Role.OFFICIAL, Role.ADMIN), (Role.OPERATOR, Role.OPERATOR),
        (Role.INSTRUCTOR, Role.REVIEWER), (Role.MENTOR, Role.MENTOR),
    ],
)  # fmt: skip
def test_nobody_invites_above_what_the_role_may(by, role):
    with pytest.raises(ActionRefused):
        invite(make_member(by), role)


def test_staff_invite_into_their_own_city_and_mentors_into_companies(official):
    for role, organization in [
        (Role.INSTRUCTOR, make_organization()), (Role.MENTOR, official.acting.organization),
        (Role.OPERATOR, make_company()),
    ]:  # fmt: skip
        with pytest.raises(ActionRefused) as refused:
            invite(official, role, organization)
        assert refused.value.field == "organization"


def test_an_address_is_invited_once_at_a_time(official):
    invite(official)

    with pytest.raises(ActionRefused) as refused:
        invite(official, email="NEW@example.kr")
    assert refused.value.field == "email"


def test_a_new_account_is_made_for_exactly_that_address(official, city):
    invitation = invite(official)

    user = actions.accept_invitation(invitation, by=None, name="김하늘", password=PASSWORD)

    assert (user.email, user.name) == ("new@example.kr", "김하늘")
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=user).verified
    membership = user.memberships.get()
    assert (membership.organization, membership.role, membership.invited_by_host) == (city, Role.INSTRUCTOR, None)
    invitation.refresh_from_db()
    assert invitation.accepted_by == user


def test_a_mentor_remembers_the_host_that_invited(official, city):
    company = make_company()

    user = actions.accept_invitation(invite(official, Role.MENTOR, company), by=None, name="박멘토", password=PASSWORD)

    membership = user.memberships.get()
    assert (membership.organization, membership.invited_by_host) == (company, city)
    assert membership in Membership.objects.visible_to(official)


def test_a_known_account_keeps_its_password(official):
    user = make_user(email="new@example.kr", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    actions.accept_invitation(invite(official), by=None)

    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert user.memberships.count() == 1


def test_who_signed_up_with_a_strangers_address_gets_nothing_of_the_invitation(official):
    make_user(email="new@example.kr", password="planted-by-somebody")

    user = actions.accept_invitation(invite(official), by=None, name="김하늘", password=PASSWORD)

    assert user.check_password(PASSWORD)
    assert not user.check_password("planted-by-somebody")


def test_it_works_once(official):
    invitation = invite(official)
    actions.accept_invitation(invitation, by=None, name="김하늘", password=PASSWORD)

    with pytest.raises(ActionRefused):
        actions.accept_invitation(invitation, by=None, name="김하늘", password=PASSWORD)

    assert Membership.objects.filter(role=Role.INSTRUCTOR).count() == 1


def test_another_account_cannot_use_it(official):
    with pytest.raises(ActionRefused):
        actions.accept_invitation(invite(official), by=make_user())


@pytest.mark.parametrize("how", ["expired", "revoked", "used"])
def test_a_closed_link_says_why(client, official, how):
    invitation = invite(official)
    url = f"/{link(invitation)}"
    if how == "expired":
        past = timezone.now() - timedelta(hours=80)
        Invitation.objects.update(created_at=past, expires_at=past + timedelta(hours=72))
    elif how == "revoked":
        actions.revoke_invitation(invitation, by=official)
    else:
        actions.accept_invitation(invitation, by=None, name="김하늘", password=PASSWORD)

    answers = client.get(url), client.post(url, {"name": "김하늘", "password": PASSWORD})

    assert [answer.status_code for answer in answers] == [410, 410]
    sentence = {"expired": "72시간이 지났습니다", "revoked": "취소된 초대", "used": "이미 사용한 초대"}[how]
    assert sentence in answers[0].content.decode()


def test_opening_the_link_consumes_nothing(client, official):
    invitation = invite(official)
    url = f"/{link(invitation)}"

    for _ in range(3):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code in (200, 405)

    assert Invitation.objects.open().filter(pk=invitation.pk).exists()
    assert not User.objects.filter(email=invitation.email).exists()


def test_accepting_in_the_browser_signs_the_new_account_in(client, official):
    url = f"/{link(invite(official))}"

    weak = client.post(url, {"name": "김하늘", "password": "1234567890"})
    accepted = client.post(url, {"name": "김하늘", "password": PASSWORD})

    assert weak.status_code == 422
    assert "김하늘" in weak.content.decode()
    assert accepted.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email="new@example.kr").pk)


def test_a_known_account_signs_in_as_always(client, official):
    user = make_user(email="new@example.kr", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    accepted = client.post(f"/{link(invite(official))}")

    assert accepted.url == reverse("account_login")
    assert "_auth_user_id" not in client.session


def test_sent_again_the_old_link_is_dead_and_the_new_one_lives(client, official):
    invitation = invite(official)
    old = f"/{link(invitation)}"

    actions.resend_invitation(invitation, by=official)

    assert client.get(old).status_code == 404
    assert client.get(f"/{link(invitation)}").status_code == 200
    drain()
    assert len(mail.outbox) == 1  # the first had not gone yet, and does not go any more


def test_a_trainee_gets_no_membership_and_the_apps_above_hear_of_it(official, city):
    heard = []

    def listener(sender, invitation, user, **kwargs):
        heard.append((invitation.host, user.email))

    invitation_accepted.connect(listener)
    try:
        user = actions.accept_invitation(invite(official, Role.TRAINEE), by=None, name="김하늘", password=PASSWORD)
    finally:
        invitation_accepted.disconnect(listener)

    assert heard == [(city, "new@example.kr")]
    assert not user.memberships.exists()


def test_an_ended_membership_is_gone_with_the_next_request(client, official, city, settings):
    settings.MFA_REQUIRED = False
    colleague = make_member(Role.OPERATOR, city)
    client.force_login(colleague)
    assert client.get(reverse("partners:member-list")).status_code == 200

    actions.end_membership(colleague.acting, by=official)

    assert client.get(reverse("partners:member-list")).status_code == 403
    assert AuditEvent.objects.get(verb="membership.ended").host == city


def test_nobody_ends_the_own_membership_or_one_twice(official, city):
    colleague = make_member(Role.OPERATOR, city)
    actions.end_membership(colleague.acting, by=official)

    for membership in (official.acting, colleague.acting):
        with pytest.raises(ActionRefused):
            actions.end_membership(membership, by=official)
