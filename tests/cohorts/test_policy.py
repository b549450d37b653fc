"""The rules of a cohort: written in one place, frozen when it starts."""

from datetime import time

import pytest
from django.urls import reverse

from cohorts.actions import cohorts as actions
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_cohort, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture
def official(cohort, sign_in):
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(user)
    return user


def typed(client, cohort) -> dict:
    """What the page shows, as a browser would send it back."""
    form = client.get(reverse("cohorts:cohort-policy", args=[cohort.pk])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_the_rules_are_written_and_on_record(client, cohort, official):
    url = reverse("cohorts:cohort-policy", args=[cohort.pk])

    answer = client.post(url, typed(client, cohort) | {"age_max": "39", "region": "경상북도 구미시"})

    assert answer.status_code == 302
    cohort.policy.refresh_from_db()
    assert (cohort.policy.age_max, cohort.policy.region) == (39, "경상북도 구미시")
    event = AuditEvent.objects.get(verb="policy.edited")
    assert (event.before["age_max"], event.after["age_max"], event.host) == (34, 39, cohort.host)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"weight_test": "40"}, ["weight_document", "weight_test", "weight_interview"]),
        ({"age_min": "40"}, ["age_min", "age_max"]),
        ({"region": "한국"}, ["region"]),
        ({"day_ends": "08:00"}, ["day_starts", "day_ends"]),
        ({"break_starts": "08:00"}, ["break_starts", "break_ends"]),
        ({"team_min": "6"}, ["team_min", "team_max"]),
        ({"events_per_absence": "0"}, ["events_per_absence"]),
        ({"minimum_total": "101"}, ["minimum_total"]),
        ({"minimum_rate": "NaN"}, ["minimum_rate"]),
        ({"day_starts": "24:00"}, ["day_starts"]),
    ],
)
def test_a_wrong_rule_is_said_beside_its_fields(client, cohort, official, changed, fields):
    answer = client.post(reverse("cohorts:cohort-policy", args=[cohort.pk]), typed(client, cohort) | changed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == fields
    assert not AuditEvent.objects.filter(verb="policy.edited").exists()


def test_the_rules_are_frozen_when_the_training_begins(client, official, cohort):
    cohort.state = CohortState.SELECTING
    cohort.save()
    values = typed(client, cohort)

    actions.start_cohort(cohort, by=official)

    cohort.policy.refresh_from_db()
    assert cohort.policy.frozen_at
    answer = client.post(reverse("cohorts:cohort-policy", args=[cohort.pk]), values | {"age_max": "39"})
    assert answer.status_code == 422
    assert all(field.disabled for field in client.get(answer.request["PATH_INFO"]).context["form"].fields.values())


def test_the_action_refuses_what_the_form_would(cohort):
    with pytest.raises(ActionRefused, match="90"):
        actions.edit_policy(cohort, by=None, weight_test=20)
    with pytest.raises(ActionRefused):
        actions.edit_policy(cohort, by=None, day_starts=time(19))
    with pytest.raises(TypeError):
        actions.edit_policy(cohort, by=None, frozen_at=None)
