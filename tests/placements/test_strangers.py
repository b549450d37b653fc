"""What two parties promise and do is nothing to another city's official and to another company's mentor."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Initiative, Party, Proposal
from placements import actions as placing
from portal.accounts.roles import Role
from tests.factories import (
    make_agreement,
    make_cohort,
    make_company,
    make_member,
    make_programme,
    make_project,
    make_team,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.MENTOR])
def test_a_stranger_finds_nothing_of_it(sign_in, role):
    """Another city's official, another company's mentor: 404 on each address, 0 in each number."""
    city, company = make_member(Role.OFFICIAL), make_company()
    agreement = make_agreement(host=city.acting.organization)
    party = Party.objects.create(agreement=agreement, organization=company)
    commitment = agreement.commitments.create(party=party, what="면접", unit="회", quantity=3, measure="interviews")
    cohort = make_cohort(
        programme=make_programme(agreement=agreement, host=agreement.host), state="running",
        starts_on=TODAY - timedelta(days=60),
    )  # fmt: skip
    team = make_team(project=make_project(cohort=cohort, company=company, state="running"))
    alliance = Initiative.objects.create(name="동맹", lead=company)
    agreement.initiatives.add(alliance)
    placing.record_interview(
        team.members.first().enrolment, by=city, company=company, held_on=TODAY, kind="final", outcome="passed"
    )
    proposal = Proposal.objects.create(host=city.acting.organization, company=company, title="비밀 제안")
    client = sign_in(make_member(role))

    for name, arguments in (
        ("partners:agreement", [agreement.pk]), ("partners:delivery-list", [agreement.pk, commitment.pk]),
        ("partners:proposal", [proposal.pk]), ("placements:company", [company.pk]),
    ):  # fmt: skip
        assert client.get(reverse(name, args=arguments)).status_code == 404, name
    for address in (
        "/commitments/", "/commitments/by/party/", "/commitments/by/agreement/", "/commitments/by/initiative/",
        "/commitments/by/host/", "/proposals/", "/interviews/", "/agreements/",
    ):  # fmt: skip
        assert client.get(address).context["listing"].total == 0, address
    if role == Role.OFFICIAL:
        page = client.get(alliance.get_absolute_url())
        assert (page.context["agreements"], page.context["total"]) == ([], 0)
    else:
        assert client.get(alliance.get_absolute_url()).status_code == 404
