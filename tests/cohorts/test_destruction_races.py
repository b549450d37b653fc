"""More time is given in the moment in which the night destroys what was not sent: whoever gets it loses nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction

from cohorts.actions.drafts import destroy_drafts
from cohorts.actions.extensions import extend_deadline
from cohorts.actions.typed import destroy_typed
from cohorts.models import Application, Extension, TypedAnswers
from portal.common.exceptions import ActionRefused
from tests.cohorts.test_policy_races import somebody_waits
from tests.factories import make_application, make_cohort, make_person, make_user
from tests.workers import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft():
    cohort, user = make_cohort(), make_user()
    person = make_person(host=cohort.host, user=user, email=user.email)
    TypedAnswers.objects.create(cohort=cohort, host=cohort.host, account=user, pages={"about": {"name": "홍길동"}})
    return make_application(cohort=cohort, person=person, state="draft")


def night(draft):
    return draft.cohort.apply_closes_at + timedelta(days=3)


def extend(draft, **whose):
    longer = draft.cohort.apply_closes_at + timedelta(days=2)
    return extend_deadline(draft.cohort, by=None, until=longer, reason="장애", **whose)


def whose(draft, by):
    return {"email": draft.person.email} | ({"application": draft} if by == "application" else {})


def second_while_first(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """`second` begins once `first` has written, and before that is in effect; what both return or refuse."""

    def run() -> Any:
        try:
            return second()
        except ActionRefused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            done = first()
            waiting = pool.submit(run)
            until(lambda: waiting.done() or somebody_waits())
        return done, waiting.result()


@pytest.mark.parametrize("by", ["email", "application"])
@pytest.mark.parametrize("destroy", [destroy_drafts, destroy_typed])
def test_who_is_given_more_time_keeps_what_was_not_sent(draft, destroy, by):
    _extension, destroyed = second_while_first(
        lambda: extend(draft, **whose(draft, by)), partial(destroy, night(draft))
    )

    assert destroyed == 0
    assert Application.objects.filter(pk=draft.pk).exists()
    assert TypedAnswers.objects.exists()
    assert Extension.objects.exists()


@pytest.mark.parametrize("destroy", [destroy_drafts, destroy_typed])
def test_what_is_destroyed_by_then_is_gone_and_the_person_may_begin_anew(draft, destroy):
    destroyed, extension = second_while_first(partial(destroy, night(draft)), lambda: extend(draft, email="a@b.kr"))

    assert (destroyed, extension.email) == (1, "a@b.kr")


def test_a_draft_that_is_destroyed_by_then_is_given_no_time(draft):
    destroyed, refused = second_while_first(
        partial(destroy_drafts, night(draft)), lambda: extend(draft, **whose(draft, "application"))
    )

    assert destroyed == 1
    assert isinstance(refused, ActionRefused)
    assert not Extension.objects.exists()
