"""A company proposes an agreement; the office takes it into its register as a draft or turns it down."""

import pytest
from django.core import mail
from django.urls import reverse

from partners.actions import proposals as actions
from partners.models import Agreement, CommitmentFigure, Proposal
from partners.states import Measure, ProposalState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_company, make_member, make_organization
from tests.workers import drain

pytestmark = pytest.mark.django_db
PROMISES = [
    {"what": "현장 멘토", "unit": "명", "quantity": 5, "due_on": None, "measure": Measure.MENTORS},
    {"what": "실습 장비 지원금", "unit": "원", "quantity": 3_000_000_000, "due_on": None, "measure": Measure.MONEY},
]


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def mentor():
    return make_member(Role.MENTOR)


def propose(mentor, official, **fields):
    values = {"title": "로봇 인재 양성 협약", "kind": "mou", "purpose": "함께 가르친다.", "commitments": PROMISES}
    return actions.propose_agreement(
        by=mentor, company=mentor.acting.organization, host=official.acting.organization, **values | fields
    )


def test_an_accepted_proposal_is_a_draft_with_both_parties_and_the_promises(mentor, official):
    proposal = actions.accept_proposal(propose(mentor, official), by=official)

    agreement = proposal.agreement
    assert (agreement.state, agreement.title, agreement.host_id) == (
        "draft",
        "로봇 인재 양성 협약",
        official.organization_id,
    )
    assert {party.organization for party in agreement.parties.all()} == {
        official.acting.organization, mentor.acting.organization,
    }  # fmt: skip
    assert list(agreement.commitments.values_list("quantity", "measure")) == [(5, "mentors"), (3_000_000_000, "money")]
    assert CommitmentFigure.objects.filter(agreement=agreement).count() == 2
    verbs = AuditEvent.objects.about(proposal).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["proposal.made", "proposal.accepted"]


def test_both_sides_get_mail(mentor, official):
    proposal = propose(mentor, official)
    drain()
    actions.turn_down_proposal(proposal, by=official, reason="올해 예산이 없습니다.")
    drain()

    assert [(one.to, "로봇 인재 양성 협약" in one.subject) for one in mail.outbox] == [
        ([official.email], True), ([mentor.email], True),
    ]  # fmt: skip
    assert "올해 예산이 없습니다." in mail.outbox[1].body
    assert f"/proposals/{proposal.pk}/" in mail.outbox[0].body


@pytest.mark.parametrize("after", [ProposalState.ACCEPTED, ProposalState.TURNED_DOWN, ProposalState.WITHDRAWN])
def test_what_is_decided_stays_so(mentor, official, after):
    proposal = propose(mentor, official)
    decide = {
        ProposalState.ACCEPTED: lambda: actions.accept_proposal(proposal, by=official),
        ProposalState.TURNED_DOWN: lambda: actions.turn_down_proposal(proposal, by=official, reason="예산"),
        ProposalState.WITHDRAWN: lambda: actions.withdraw_proposal(proposal, by=mentor),
    }
    decide[after]()

    for again in decide.values():
        with pytest.raises(ActionRefused):
            again()
    assert Agreement.objects.count() == (after == ProposalState.ACCEPTED)


def test_the_same_is_not_proposed_twice_at_once(mentor, official):
    actions.withdraw_proposal(propose(mentor, official), by=mentor)
    propose(mentor, official)

    with pytest.raises(ActionRefused) as refused:
        propose(mentor, official)
    assert refused.value.field == "title"


def test_only_an_office_with_a_register_is_asked(mentor):
    with pytest.raises(ActionRefused) as refused:
        actions.propose_agreement(
            by=mentor, company=mentor.acting.organization, host=make_company(), title="협약", kind="mou", purpose="…"
        )
    assert refused.value.field == "host"


# The pages -----------------------------------------------------------------------------


def typed(official, **fields):
    rows = {
        "promises-rows": "3", "promises-0-what": "현장 멘토", "promises-0-quantity": "5", "promises-0-unit": "명",
        "promises-0-measure": "mentors",
    }  # fmt: skip
    host = official.acting.organization_id
    return {"host": host, "title": "로봇 협약", "kind": "mou", "purpose": "함께 가르친다."} | rows | fields


def test_a_mentor_proposes_and_both_sides_see_where_it_stands(sign_in, mentor, official):
    url = reverse("partners:proposal-make")
    browser = sign_in(mentor)

    half = browser.post(url, typed(official, **{"promises-0-unit": ""}))
    made = browser.post(url, typed(official))
    proposal = Proposal.objects.get()
    listed = browser.get(reverse("partners:proposal-list")).context["listing"]

    assert half.status_code == 422
    assert 'value="현장 멘토"' in half.content.decode()
    assert made.url == proposal.get_absolute_url()
    assert [row.pk for row in listed] == [proposal.pk]
    accepted = sign_in(official).post(reverse("partners:proposal-accept", args=[proposal.pk]))
    assert accepted.url == Agreement.objects.get().get_absolute_url()
    assert Agreement.objects.get().title in sign_in(mentor).get(proposal.get_absolute_url()).content.decode()


def test_an_office_turns_down_with_a_reason_only(sign_in, mentor, official):
    proposal, browser = propose(mentor, official), sign_in(official)
    url = reverse("partners:proposal-turn-down", args=[proposal.pk])

    assert browser.post(url, {"reason": ""}).status_code == 422
    browser.post(url, {"reason": "예산이 없습니다."})
    late = browser.post(reverse("partners:proposal-accept", args=[proposal.pk]), follow=True)

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.TURNED_DOWN
    assert not Agreement.objects.exists()
    assert "예산이 없습니다." in late.content.decode()


def test_only_offices_with_officials_at_work_can_be_asked(sign_in, mentor, official):
    empty = make_organization()

    form = sign_in(mentor).get(reverse("partners:proposal-make")).context["form"]

    assert official.acting.organization in form.fields["host"].queryset
    assert empty not in form.fields["host"].queryset


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_for_one_and_three(sign_in, mentor, official, django_assert_max_num_queries, count):
    proposals = [propose(mentor, official, title=f"협약 {n}", commitments=PROMISES[:1]) for n in range(count)]
    browser = sign_in(official)
    for url, most in ((reverse("partners:proposal-list"), 8), (proposals[0].get_absolute_url(), 10)):
        browser.get(url)
        with django_assert_max_num_queries(most):
            browser.get(url)
