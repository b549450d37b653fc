"""Programmes, cohorts and the public pages."""

from cohorts.models import CohortStaff
from cohorts.states import CohortState
from tests import factories as make
from tests.access import row

#        admin official operator instructor reviewer mentor trainee
SEEN = {
    "own": "200 200 200 403 403 403 403",
    "same": "200 200 200 403 403 403 403",
    "other": "200 404 404 403 403 403 403",
}
HUB = {
    "own": "200 200 200 200 200 403 403",
    "same": "200 200 200 404 404 403 403",
    "other": "200 404 404 404 404 403 403",
}
PAGE = {
    "own": "403 200 200 403 403 403 403",
    "same": "403 200 200 403 403 403 403",
    "other": "403 404 404 403 403 403 403",
}
DONE = {relation: statuses.replace("200", "302") for relation, statuses in PAGE.items()}
WRONG = {relation: statuses.replace("200", "422") for relation, statuses in PAGE.items()}
ALL_STAFF_FORM = "403 200 200 403 403 403 403"
EVERYBODY = {"own": "200 200 200 200 200 200 200", "anonymous": 200}


def extend(w):
    """The things of this table."""
    w.planned = make.make_cohort(programme=w.programme, state=CohortState.PLANNED)
    w.at_work = CohortStaff.objects.get(cohort=w.cohort, membership=w.own["instructor"].acting)


PROGRAMME = {"kind": "outreach", "name": "찾아가는 AI 교실"}
REASON = {"reason": "신청자가 적어 운영하지 않습니다."}
TABLE = [
    row("cohorts:notice-list", **EVERYBODY),
    row("cohorts:notice", "GET", lambda w: [w.cohort.pk], **EVERYBODY),
    row("cohorts:notice", "GET", lambda w: [w.planned.pk], own="404 404 404 404 404 404 404", anonymous=404),
    row("cohorts:programme-list", own=SEEN["own"]),
    row("cohorts:programme", "GET", lambda w: [w.programme.pk], **SEEN),
    row("cohorts:programme-register", own=ALL_STAFF_FORM),
    row("cohorts:programme-register", "POST", own="403 302 302 403 403 403 403", data=lambda w: PROGRAMME),
    row("cohorts:programme-edit", "GET", lambda w: [w.programme.pk], **PAGE),
    row("cohorts:programme-edit", "POST", lambda w: [w.programme.pk], **DONE, data=lambda w: PROGRAMME),
    row("cohorts:cohort-list", own="200 200 200 200 200 403 403"),
    row("cohorts:cohort", "GET", lambda w: [w.cohort.pk], **HUB),
    row("cohorts:cohort-create", own=ALL_STAFF_FORM),
    row("cohorts:cohort-create", "POST", own="403 422 422 403 403 403 403", data=lambda w: {"name": "1기"}),
    row("cohorts:cohort-edit", "GET", lambda w: [w.cohort.pk], **PAGE),
    row("cohorts:cohort-edit", "POST", lambda w: [w.cohort.pk], **WRONG, data=lambda w: {"name": "1기"}),
    row("cohorts:cohort-policy", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:cohort-policy", "POST", lambda w: [w.cohort.pk], **WRONG, data=lambda w: {"age_min": "x"}),
    row("cohorts:cohort-history", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:cohort-publish", "POST", lambda w: [w.planned.pk], **DONE),
    row("cohorts:cohort-close-recruiting", "POST", lambda w: [w.cohort.pk], **DONE, data=lambda w: REASON),
    row("cohorts:cohort-start", "POST", lambda w: [w.cohort.pk], **DONE),
    row("cohorts:cohort-finish", "POST", lambda w: [w.running.pk], **DONE),
    row("cohorts:cohort-cancel", "POST", lambda w: [w.cohort.pk], **DONE, data=lambda w: REASON),
    row("cohorts:cohort-assign-staff", "POST", lambda w: [w.cohort.pk], **DONE,
        data=lambda w: {"membership": w.colleague.pk}),
    row("cohorts:cohort-unassign-staff", "POST", lambda w: [w.at_work.pk], **DONE),
]  # fmt: skip
