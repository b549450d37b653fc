"""Saved views: an address under a name, for oneself or for the office."""

import pytest
from django.urls import reverse

from partners.models import DefaultView, RegisterView
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.factories import make_agreement, make_member

pytestmark = pytest.mark.django_db
LIST = "partners:agreement-list"


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, name="이정원")


@pytest.fixture
def city(official):
    return official.acting.organization


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


def make_view(owner, name="올해", **fields):
    return RegisterView.objects.create(owner=owner, host=owner.acting.organization, name=name, **fields)


def test_the_present_address_is_saved_under_a_name_and_opened_again(browser, official, city):
    make_agreement(host=city, number="가", state="draft", signed_on=None)
    make_agreement(host=city, number="나")
    query = "state=draft&columns=number&columns=kind&sort=-number"

    browser.post(
        f"{reverse('partners:view-save')}?{query}&page=3&view=9&evil=1", {"name": "초안", "shared": "on"}
    )  # fmt: skip

    view = RegisterView.objects.get()
    assert (view.query, view.owner, view.host, view.shared) == (query, official, city, True)
    answer = browser.get(view.get_absolute_url())
    assert [row["number"] for row in answer.context["listing"]] == ["가"]
    assert [column.key for column in answer.context["columns"]] == ["title", "number", "kind"]
    assert f'view={view.pk}" aria-current="page">초안' in answer.content.decode()
    assert AuditEvent.objects.filter(verb="register_view.saved", object_id=view.pk, actor=official).exists()


def test_a_name_is_taken_once_and_what_was_typed_stays(browser, official):
    make_view(official)

    answer = browser.post(reverse("partners:view-save"), {"name": "올해"})

    assert answer.status_code == 422
    assert "같은 이름의 보기가 이미 있습니다" in answer.content.decode()
    assert 'value="올해"' in answer.content.decode()


def test_views_are_ones_own_or_shared_in_the_own_office(browser, official, city, sign_in):
    colleague = make_member(Role.OPERATOR, city)
    stranger = make_member(Role.OFFICIAL)
    make_view(colleague, "동료의 것")
    shared = make_view(colleague, "함께 보는 것", shared=True)
    make_view(stranger, "남의 도시", shared=True)

    page = browser.get(reverse("partners:view-list")).content.decode()

    assert [name for name in ("동료의 것", "함께 보는 것", "남의 도시") if name in page] == ["함께 보는 것"]
    assert browser.post(reverse("partners:view-amend", args=[shared.pk]), {"name": "새 이름"}).status_code == 302
    assert sign_in(stranger).get(reverse("partners:view-amend", args=[shared.pk])).status_code == 404


def test_an_operator_does_not_amend_what_an_official_shares(official, city, sign_in):
    view = make_view(official, shared=True)
    operator = sign_in(make_member(Role.OPERATOR, city))

    assert operator.post(reverse("partners:view-amend", args=[view.pk]), {"name": "x"}).status_code == 403
    assert operator.post(reverse("partners:view-delete", args=[view.pk])).status_code == 403


def test_the_register_opens_with_the_default_view_until_it_is_no_more(browser, official, city):
    view = make_view(official, query="state=draft")
    make_view(official, name="다른 것")
    browser.post(reverse("partners:view-make-default", args=[view.pk]))

    assert browser.get(reverse(LIST)).url == view.get_absolute_url()
    assert browser.get(f"{reverse(LIST)}?view=all").status_code == 200
    assert f'href="{reverse(LIST)}?view=all"' in browser.get(view.get_absolute_url()).content.decode()
    browser.post(reverse("partners:view-make-default", args=[RegisterView.objects.get(name="다른 것").pk]))
    assert DefaultView.objects.count() == 1
    browser.post(reverse("partners:view-stop-default", args=[RegisterView.objects.get(name="다른 것").pk]))
    assert browser.get(reverse(LIST)).status_code == 200


def test_a_default_that_is_no_longer_shared_is_forgotten(browser, official, city):
    colleague = make_member(Role.OFFICIAL, city)
    view = make_view(colleague, query="state=draft", shared=True)
    browser.post(reverse("partners:view-make-default", args=[view.pk]))
    RegisterView.objects.update(shared=False)

    assert browser.get(reverse(LIST)).status_code == 200


def test_deleting_a_view_leaves_the_agreements(browser, official, city):
    make_agreement(host=city)
    view = make_view(official)
    browser.post(reverse("partners:view-make-default", args=[view.pk]))

    browser.post(reverse("partners:view-delete", args=[view.pk]))

    assert not RegisterView.objects.exists()
    assert browser.get(reverse(LIST)).context["listing"].total == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_views_takes_as_many_queries_for_one_as_for_three(
    browser, official, city, django_assert_num_queries, count
):
    for n in range(count):
        make_view(official, f"보기 {n}", query=f"host={city.pk}&in_charge={official.pk}&columns=kind")
    browser.get(reverse("partners:view-list"))

    with django_assert_num_queries(5):
        page = browser.get(reverse("partners:view-list")).content.decode()

    assert f"관리 주체: {city}" in page or f"관리: {city}" in page or str(city) in page
    assert "담당자: 이정원" in page
