"""The company's own page: what it promised, what is delivered, who of its people is involved, what is due next."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Commitment, Party, Proposal
from portal.accounts.roles import Role
from tests.factories import make_agreement, make_company, make_member
from tests.placements.test_counted_lists import busy, promise_everything

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def company():
    return make_company(name="(주)달구벌로보틱스")


@pytest.fixture
def agreement(official, company):
    agreement = make_agreement(host=official.acting.organization)
    busy(agreement, company)
    promise_everything(agreement, company)
    Party.objects.filter(agreement=agreement).update(signatory="정민재", signatory_title="대표")
    return agreement


def page_of(sign_in, user, company, **asked):
    return sign_in(user).get(reverse("placements:company", args=[company.pk]), asked)


def test_the_number_of_mentors_leads_to_exactly_their_rows(sign_in, official, company, agreement):
    elsewhere = make_agreement(host=official.acting.organization)
    busy(elsewhere, company)
    commitment = Commitment.objects.get(agreement=agreement, measure="mentors")

    narrowed = page_of(sign_in, official, company, agreement=agreement.pk)
    everything = page_of(sign_in, official, company)

    assert len(narrowed.context["mentors"]) == commitment.figure.number == 1
    assert sum(one.hours for one in narrowed.context["mentors"]) == 5
    assert narrowed.context["mentors"][0].teams == 2
    assert len(everything.context["mentors"]) == 2
    assert (narrowed.context["interviews"], everything.context["interviews"]) == (1, 2)


def test_a_mentor_reads_the_own_companys_page(sign_in, company, agreement):
    page = sign_in(make_member(Role.MENTOR, company)).get(reverse("placements:my-company"))

    assert [part.signatory for part in page.context["parts"]] == ["정민재"]
    assert len(page.context["promises"]) == agreement.commitments.count()
    assert reverse("partners:proposal-make") in page.content.decode()


def test_what_another_party_promised_is_not_the_companys(sign_in, official, company, agreement):
    theirs = Party.objects.create(agreement=agreement, organization=official.acting.organization)
    Commitment.objects.create(agreement=agreement, party=theirs, what="시의 약속", unit="명")

    page = sign_in(make_member(Role.MENTOR, company)).get(reverse("placements:my-company"))

    assert "시의 약속" not in page.content.decode()


def test_what_is_due_next_comes_first_and_what_is_met_not_at_all(sign_in, company, agreement):
    late = agreement.commitments.get(measure="mentors")
    late.due_on = TODAY - timedelta(days=3)
    late.save()
    soon = agreement.commitments.get(measure="mentor_hours")
    soon.due_on = TODAY + timedelta(days=3)
    soon.save()
    agreement.commitments.get(measure="seats").figure.state = "met"

    due = sign_in(make_member(Role.MENTOR, company)).get(reverse("placements:my-company")).context["due"]

    assert [(promise.commitment.pk, overdue) for _day, promise, overdue in due[:2]] == [
        (late.pk, True),
        (soon.pk, False),
    ]
    assert "met" not in [promise.state for _day, promise, _overdue in due]


def test_the_page_is_for_those_who_share_an_agreement(sign_in, official, company, agreement):
    Proposal.objects.create(host=make_member(Role.OFFICIAL).acting.organization, company=company, title="다른 시 제안")

    assert page_of(sign_in, official, company).status_code == 200
    assert "다른 시 제안" not in page_of(sign_in, official, company).content.decode()
    for stranger in (make_member(Role.OFFICIAL), make_member(Role.MENTOR)):
        assert page_of(sign_in, stranger, company).status_code == 404


def test_another_citys_share_is_in_no_number(sign_in, official, company, agreement):
    elsewhere = make_agreement()
    busy(elsewhere, company)
    promise_everything(elsewhere, company)

    page = page_of(sign_in, official, company)

    assert len(page.context["parts"]) == len(page.context["mentors"]) == 1
    assert len(page.context["promises"]) == agreement.commitments.count()
    assert page.context["interviews"] == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_one_and_three(
    sign_in, official, company, django_assert_max_num_queries, count
):
    for _number in range(count):
        agreement = make_agreement(host=official.acting.organization)
        busy(agreement, company)
        promise_everything(agreement, company)
    for user in (official, make_member(Role.MENTOR, company)):
        browser, url = sign_in(user), reverse("placements:company", args=[company.pk])
        browser.get(url)
        with django_assert_max_num_queries(10):
            browser.get(url)
