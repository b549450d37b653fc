"""More time for single persons."""

from datetime import timedelta

from cohorts.actions.extensions import extend_deadline
from tests.access import row
from tests.access.forms import ACT, FILL, INVALID, READ, same


def extend(w):
    from tests import factories as make

    w.late = make.make_cohort(programme=w.programme)
    until = w.late.apply_closes_at + timedelta(days=1)
    w.extension = extend_deadline(w.late, by=None, email="late@example.kr", until=until, reason="접속 장애")


TABLE = [
    row("cohorts:extension-list", "GET", lambda w: [w.late.pk], **same(READ)),
    row("cohorts:extension-grant", "GET", lambda w: [w.late.pk], **same(FILL)),
    row("cohorts:extension-grant", "POST", lambda w: [w.late.pk], **same(INVALID)),
    row("cohorts:extension-end", "POST", lambda w: [w.extension.pk], **same(ACT)),
]
