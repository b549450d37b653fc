"""What two people do at the same moment."""

from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from partners.actions import agreements, amendments, members
from portal.accounts.models import Invitation, Membership
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from tests.factories import PASSWORD, make_agreement, make_member
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
TOGETHER = 6


def at_once(act: Callable[[int], object]) -> list[str]:
    """Run `act` in several threads that start together; what became of each."""
    found = in_parallel([partial(act, number) for number in range(TOGETHER)])
    return sorted(type(one).__name__ if isinstance(one, ActionRefused) else "done" for one in found)


def test_a_link_pressed_six_times_at_once_works_once():
    official = make_member(Role.OFFICIAL)
    invitation = members.send_invitation(
        by=official, email="new@example.kr", role=Role.OPERATOR, organization=official.acting.organization
    )

    outcomes = at_once(
        lambda number: members.accept_invitation(
            Invitation.objects.get(pk=invitation.pk), by=None, name="김하늘", password=PASSWORD
        )
    )

    assert outcomes == ["ActionRefused"] * 5 + ["done"]
    assert Membership.objects.filter(role=Role.OPERATOR).count() == 1


def test_of_six_who_amend_at_once_one_saves_and_five_are_told():
    agreement = make_agreement(state="draft")

    outcomes = at_once(lambda number: agreements.amend_agreement(agreement, by=None, version=1, title=f"이름 {number}"))

    assert outcomes == ["ChangedMeanwhile"] * 5 + ["done"]


def test_six_agreements_registered_at_once_get_six_numbers():
    host = make_agreement().host

    outcomes = at_once(lambda number: agreements.register_agreement(by=None, host=host, title=f"협약 {number}"))

    assert outcomes == ["done"] * 6


def test_of_six_who_bring_an_amendment_into_effect_at_once_one_does():
    agreement = make_agreement()
    draft = amendments.propose_amendment(agreement, by=None, version=1, reason="증액", purpose="새 목적")
    today = timezone.localdate()

    outcomes = at_once(lambda number: amendments.bring_amendment_into_effect(draft, by=None, agreed_on=today))

    assert outcomes == ["ActionRefused"] * 5 + ["done"]
    agreement.refresh_from_db()
    assert (agreement.purpose, agreement.version) == ("새 목적", 2)


def test_of_six_who_prepare_an_amendment_at_once_one_does():
    agreement = make_agreement()

    outcomes = at_once(
        lambda number: amendments.propose_amendment(
            agreement, by=None, version=1, reason=f"{number}", purpose="새 목적"
        )
    )

    assert outcomes == ["ActionRefused"] * 5 + ["done"]
