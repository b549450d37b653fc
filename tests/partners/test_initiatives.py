"""Initiatives and alliances: registered, joined by agreements, and looked at by who may see what is in them."""

import pytest
from django.urls import reverse

from partners.actions import initiatives as actions
from partners.models import Initiative
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_agreement, make_company, make_member, make_programme
from tests.partners.test_commitments import register

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def alliance(official):
    return actions.register_initiative(by=official, name="미래 AI 일자리 동맹", lead=make_company(), since=2021)


def test_an_initiative_is_registered_once_and_amended(official, alliance):
    with pytest.raises(ActionRefused) as refused:
        actions.register_initiative(by=official, name=alliance.name, lead=alliance.lead)
    actions.amend_initiative(alliance, by=official, since=2022)
    actions.amend_initiative(alliance, by=official, since=2022)

    assert refused.value.field == "name"
    verbs = AuditEvent.objects.about(alliance).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["initiative.registered", "initiative.amended"]


def test_an_agreement_joins_once_and_leaves_once(official, alliance):
    agreement = make_agreement(host=official.acting.organization)

    actions.join_initiative(agreement, by=official, initiative=alliance)
    with pytest.raises(ActionRefused):
        actions.join_initiative(agreement, by=official, initiative=alliance)
    actions.leave_initiative(agreement, by=official, initiative=alliance)
    with pytest.raises(ActionRefused):
        actions.leave_initiative(agreement, by=official, initiative=alliance)

    verbs = AuditEvent.objects.about(agreement).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["agreement.joined_initiative", "agreement.left_initiative"]


def test_an_official_registers_one_and_puts_an_agreement_into_it(sign_in, official):
    browser, company = sign_in(official), make_company()
    make_agreement(host=official.acting.organization, number="2026-007", title="대구 AI 스쿨 업무협약")
    typed = {"name": "클라우드와 AI 활성화 계획", "since": "2019", "purpose": "지역 인재를 기른다."}

    wrong = browser.post(reverse("partners:initiative-register"), typed)
    browser.post(reverse("partners:initiative-register"), typed | {"lead": company.pk})
    made = Initiative.objects.get()
    unknown = browser.post(reverse("partners:initiative-join", args=[made.pk]), {"number": "2026-999"})
    page = browser.post(reverse("partners:initiative-join", args=[made.pk]), {"number": "2026-007"}, follow=True)

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "클라우드와 AI 활성화 계획" in wrong.content.decode()
    assert 'value="2026-999"' in unknown.content.decode()
    assert "대구 AI 스쿨 업무협약" in page.content.decode()


def test_nobody_puts_another_offices_agreement_into_one(sign_in, official, alliance):
    make_agreement(number="2026-100")

    answer = sign_in(official).post(reverse("partners:initiative-join", args=[alliance.pk]), {"number": "2026-100"})

    assert answer.status_code == 422


def test_the_page_shows_what_the_reader_may_see(sign_in, official, alliance):
    mine = register(official.acting.organization, initiative=alliance, states=("met", "not_done"))
    make_programme(agreement=mine, host=mine.host, name="대구 AI 스쿨", modelled_on="AI School (FR, 2018)")
    theirs = register(make_member(Role.OFFICIAL).acting.organization, initiative=alliance, title="다른 시 협약")

    page = sign_in(official).get(alliance.get_absolute_url())

    assert {str(state): number for state, number, _url in page.context["tiles"]} == {
        "met": 1, "on_track": 0, "delayed": 0, "not_done": 1,
    }  # fmt: skip
    assert "AI School (FR, 2018)" in page.content.decode()
    assert theirs.title not in page.content.decode()
    listed = sign_in(official).get(reverse("partners:initiative-list"))
    assert [row.agreement_count for row in listed.context["listing"]] == [1]


def test_a_mentor_sees_those_of_the_own_companys_agreements(sign_in, official, alliance):
    agreement = register(official.acting.organization, initiative=alliance)
    inside, outside = make_member(Role.MENTOR, agreement.parties.get().organization), make_member(Role.MENTOR)

    assert sign_in(inside).get(alliance.get_absolute_url()).status_code == 200
    assert sign_in(outside).get(alliance.get_absolute_url()).status_code == 404
    assert sign_in(outside).get(reverse("partners:initiative-list")).context["listing"].total == 0


def test_an_initiative_with_others_in_it_is_amended_by_its_lead_or_the_admin(sign_in, official, alliance):
    register(make_member(Role.OFFICIAL).acting.organization, initiative=alliance)
    url = reverse("partners:initiative-amend", args=[alliance.pk])

    assert sign_in(official).get(url).status_code == 403
    assert sign_in(make_member(Role.OFFICIAL, alliance.lead)).get(url).status_code == 200
    assert sign_in(make_member(Role.ADMIN)).get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_for_one_and_three(
    sign_in, official, alliance, django_assert_max_num_queries, count
):
    for _number in range(count):
        agreement = register(official.acting.organization, initiative=alliance)
        make_programme(agreement=agreement, host=agreement.host)
    browser = sign_in(official)
    for url, most in ((reverse("partners:initiative-list"), 8), (alliance.get_absolute_url(), 10)):
        browser.get(url)
        with django_assert_max_num_queries(most):
            browser.get(url)
