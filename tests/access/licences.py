"""Licence pools, their seats, and what the readers of an agreement see of them."""

from django.utils import timezone

from cohorts.actions.licences import assign_licences
from tests import factories as make
from tests.access import row

#        admin official operator instructor reviewer mentor trainee
STAFF = {"own": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403"}
FORM = {"own": "403 200 200 403 403 403 403", "other": "403 404 404 403 403 403 403"}
VERB = {"own": "403 302 302 403 403 403 403", "other": "403 404 404 403 403 403 403"}
AGREED = {
    "own": "200 200 200 403 403 200 403",
    "same": "200 200 200 403 403 404 403",
    "other": "200 404 404 403 403 404 403",
}


def extend(w):
    """A pool of the city under its agreement, with a seat lent and a trainee who has none."""
    w.pool = make.make_licence_pool(host=w.city, agreement=w.agreement, provider=w.company)
    w.without_seat = make.make_enrolment(cohort=w.running)
    [w.seat] = assign_licences(w.pool, [w.enrolment], by=None, until=timezone.localdate())


def pool(w):
    return [w.pool.pk]


def one(w):
    day = str(timezone.localdate())
    return {"agreement": w.agreement.pk, "provider": w.company.pk, "tool": "3D 플랫폼", "seats": "5",
            "valid_from": day, "valid_until": day}  # fmt: skip


def lend(w):
    day = str(timezone.localdate())
    return {"cohort": w.running.pk, "starts_on": day, "until": day, "trainees": [w.without_seat.pk]}


TABLE = [
    row("cohorts:licence-list", own=STAFF["own"]),
    row("cohorts:licence-register", own=FORM["own"]),
    row("cohorts:licence-register", "POST", own=VERB["own"], other="403 422 422 403 403 403 403", data=one),
    row("cohorts:licence-pool", arguments=pool, **STAFF),
    row("cohorts:licence-history", arguments=pool, **STAFF),
    row("cohorts:licence-amend", arguments=pool, **FORM),
    row("cohorts:licence-amend", "POST", pool, **VERB, data=one),
    row("cohorts:licence-assign", arguments=pool, **FORM),
    row("cohorts:licence-assign", "POST", pool, **VERB, data=lend),
    row("cohorts:licence-return", "POST", lambda w: [w.seat.pk], **VERB),
    row("cohorts:cohort-licences", arguments=lambda w: [w.running.pk], **STAFF),
    row("cohorts:agreement-licences", arguments=lambda w: [w.agreement.pk], **AGREED),
]  # fmt: skip
