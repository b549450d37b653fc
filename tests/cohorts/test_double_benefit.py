"""중복수혜: asked, flagged, never a reason to turn somebody away (S1 art. 4 ② 6)."""

import pytest
from django.urls import reverse

from cohorts.models import Application
from cohorts.states import ApplicationState
from portal.accounts.roles import Role
from tests.cohorts.applying import SITUATION, begin, fill, send, submit
from tests.factories import make_cohort, make_member

pytestmark = pytest.mark.django_db
YES = {"other_training": "True", "other_training_name": "K-디지털 트레이닝, 고용노동부"}


@pytest.fixture
def cohort(client, settings):
    settings.MFA_REQUIRED = False
    cohort = make_cohort()
    client.force_login(make_member(Role.TRAINEE, cohort.host))
    return cohort


def answer(client, cohort, **changes):
    return send(client, cohort, "situation", SITUATION | {"track": cohort.tracks.first().pk} | changes)


def test_a_yes_is_kept_and_keeps_nobody_out(client, cohort):
    application = fill(client, cohort)
    assert answer(client, cohort, **YES).status_code == 302

    submit(client, application)

    application.refresh_from_db()
    assert (application.other_training, application.other_training_name) == (True, YES["other_training_name"])
    assert application.state == ApplicationState.SUBMITTED


def test_a_yes_says_which_training(client, cohort):
    begin(client, cohort)

    refused = answer(client, cohort, other_training="True")

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["other_training_name"]
    check = client.get(reverse("cohorts:apply-check", args=[cohort.pk]))
    assert "situation" in [part["slug"] for part in check.context["parts"] if part["missing"]]


def test_the_question_is_answered(client, cohort):
    begin(client, cohort)

    refused = answer(client, cohort, other_training="")

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["other_training"]


def test_a_no_takes_the_name_away(client, cohort):
    fill(client, cohort)
    answer(client, cohort, **YES)

    answer(client, cohort, **YES | {"other_training": "False"})

    application = Application.objects.get()
    assert (application.other_training, application.other_training_name) == (False, "")


def test_a_cohort_that_does_not_ask_takes_no_answer(client, cohort):
    cohort.policy.asks_double_benefit = False
    cohort.policy.save()
    begin(client, cohort)

    assert answer(client, cohort, other_training="").status_code == 302
    assert Application.objects.get().other_training is None
