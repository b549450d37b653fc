"""The only two ways in which an application changes its state."""

import pytest
from django.db import transaction
from django.utils import timezone

from cohorts.actions.moves import _move, _move_all
from cohorts.states import TRANSITIONS, ApplicationState
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_application, make_user

pytestmark = pytest.mark.django_db
STEPS = [(was, to) for was in ApplicationState for to in ApplicationState]


@pytest.mark.parametrize(("was", "to"), STEPS)
def test_an_application_moves_only_along_the_table(was, to):
    application = make_application(state=was, receipt_number="T-1", submitted_at=timezone.now())
    user = make_user()

    if to in TRANSITIONS[was]:
        assert _move(application, to, by=user, reason="확인").state == to
        event = AuditEvent.objects.get()
        assert (event.verb, event.before, event.after) == (f"application.{to}", {"state": was}, {"state": to})
        assert (event.actor, event.reason, event.host) == (user, "확인", application.host)
    else:
        with pytest.raises(ActionRefused):
            _move(application, to, by=user)
        assert not AuditEvent.objects.exists()

    was_right = to if to in TRANSITIONS[was] else was
    application.refresh_from_db()
    assert application.state == was_right


def test_many_move_in_one_query_each_to_its_own_state(django_assert_num_queries):
    first, second, third = (make_application() for _ in range(3))

    with django_assert_num_queries(1):
        events = _move_all({ApplicationState.OFFERED: [first], ApplicationState.REJECTED: [second, third]}, by=None)

    for application in (first, second, third):
        application.refresh_from_db()
    assert [first.state, second.state, third.state] == ["offered", "rejected", "rejected"]
    assert [(event.verb, event.object_id) for event in events] == [
        ("application.offered", first.pk),
        ("application.rejected", second.pk),
        ("application.rejected", third.pk),
    ]


def test_one_that_may_not_move_stops_them_all():
    good, bad = make_application(), make_application(state=ApplicationState.REJECTED)

    with pytest.raises(ActionRefused), transaction.atomic():
        _move_all({ApplicationState.OFFERED: [good, bad]}, by=None)

    good.refresh_from_db()
    assert good.state == ApplicationState.SUBMITTED
