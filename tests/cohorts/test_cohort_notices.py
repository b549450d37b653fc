"""What applicants are told of the life of a cohort."""

import pytest
from django.utils import timezone

from cohorts.actions import cohorts as actions
from cohorts.states import ApplicationState, CohortState
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort

pytestmark = pytest.mark.django_db


def test_who_has_applied_is_told_why_a_cohort_is_cancelled():
    cohort = make_cohort()
    application = make_application(cohort=cohort)
    make_application(cohort=cohort, state=ApplicationState.DRAFT)
    make_application(cohort=cohort, state=ApplicationState.WITHDRAWN)

    actions.cancel_cohort(cohort, reason="예산 부족", by=None)

    mail = Mail.objects.get(template="cohorts/cohort_cancelled")
    assert mail.address == application.person.email
    assert "예산 부족" in mail.body


def test_a_refused_cancellation_tells_nobody():
    cohort = make_cohort(state=CohortState.RUNNING, starts_on=timezone.localdate())
    make_application(cohort=cohort)

    with pytest.raises(ActionRefused):
        actions.cancel_cohort(cohort, reason="예산 부족", by=None)

    assert not Mail.objects.exists()
