"""Programmes: what a host offers."""

import pytest
from django.urls import reverse

from cohorts.actions import programmes as actions
from cohorts.models import Programme
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_agreement, make_cohort, make_member, make_organization, make_programme

pytestmark = pytest.mark.django_db
PATHWAY = {
    "kind": "pathway", "name": "고교에서 대학까지", "stages-rows": "3", "stages-0-name": "고등학교", "stages-0-years": "3",
    "stages-1-name": "대학", "stages-1-years": "2",
}  # fmt: skip


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, make_organization())


def test_a_pathway_is_registered_with_its_stages(client, sign_in, official):
    agreement = make_agreement(host=official.acting.organization)
    sign_in(official)

    answer = client.post(reverse("cohorts:programme-register"), PATHWAY | {"agreement": agreement.pk})

    programme = Programme.objects.get()
    assert answer.url == programme.get_absolute_url()
    assert (programme.host, programme.agreement) == (official.acting.organization, agreement)
    assert list(programme.stages.values_list("name", "years")) == [("고등학교", 3), ("대학", 2)]


@pytest.mark.parametrize(
    "changed",
    [{"name": ""}, {"kind": "course"}, {"kind": "outreach"}, {"stages-0-years": ""}, {"agreement": "999999"}],
)
def test_a_wrong_programme_is_refused(client, sign_in, official, changed):
    sign_in(official)

    assert client.post(reverse("cohorts:programme-register"), PATHWAY | changed).status_code == 422
    assert not Programme.objects.exists()


def test_the_agreement_of_another_city_is_not_to_be_chosen(client, sign_in, official):
    sign_in(official)

    answer = client.post(reverse("cohorts:programme-register"), PATHWAY | {"agreement": make_agreement().pk})

    assert answer.status_code == 422


def test_editing_records_what_changed(client, sign_in, official):
    programme = actions.register_programme(
        by=None, host=official.acting.organization, name="학교 연계", kind="pathway", stages=[("고등학교", 3)]
    )
    sign_in(official)

    client.post(reverse("cohorts:programme-edit", args=[programme.pk]), PATHWAY | {"modelled_on": "P-TECH, New York"})

    programme.refresh_from_db()
    assert (programme.name, programme.modelled_on) == ("고교에서 대학까지", "P-TECH, New York")
    assert programme.stages.count() == 2
    event = AuditEvent.objects.get(verb="programme.edited")
    assert event.before["name"] == "학교 연계"


def test_two_programmes_of_a_host_have_two_names():
    programme = make_programme(name="가")
    make_programme(name="나", host=programme.host)
    with pytest.raises(ActionRefused) as refusal:
        actions.edit_programme(programme, by=None, name="나")
    assert refusal.value.field == "name"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(client, sign_in, django_assert_num_queries, official, count):
    for _ in range(count):
        make_cohort(host=official.acting.organization)
    sign_in(official)

    with django_assert_num_queries(4):
        answer = client.get(reverse("cohorts:programme-list"))

    assert answer.context["listing"].total == count
