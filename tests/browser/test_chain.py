"""The whole chain once: from the Daegu agreement to its placement report, by the hands of eight people.

The dates are those of the office's real list (applications until 14 April 2026). What the story does on a
screen it also sees there; what would only be more of the same is done by the same actions.
"""

import pytest
from django.utils import timezone

from tests.browser.chain.cast import Cast
from tests.browser.chain.course import enrol, finish, mentor, place, teach
from tests.browser.chain.desk import Desk, without
from tests.browser.chain.recruiting import agree, announce, answer, claim, score, select, take_in
from tests.browser.chain.work import AS_OF, find_work, report

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_agreement_to_the_placement_report(page, client, live_server, worker, settings):
    settings.MFA_REQUIRED = False
    assert timezone.localdate() >= AS_OF, "The worker's clock does not travel: this story ends on AS_OF."
    desk, cast = Desk(page, client, live_server.url), Cast()
    agreement = agree(desk, cast)
    cohort = announce(desk, cast, agreement)
    take_in(desk, cast, cohort)
    with without(worker):
        cast.applicant = claim(desk, cast)
        score(desk, cast, cohort)
        select(desk, cast, cohort)
        answer(desk, cast, cohort)
        enrol(desk, cast, cohort)
        teach(desk, cast, cohort)
        place(desk, cast, cohort)
        mentor(desk, cast, cohort)
        finish(desk, cast, cohort)
        find_work(desk, cast, cohort)
    report(desk, cast, cohort)
