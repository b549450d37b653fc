"""Scores, selection, offers and enrolment."""

from django.utils import timezone

from cohorts.consents import text_in_use
from cohorts.states import ConsentKind
from tests import factories as make
from tests.access import row

#        admin official operator instructor reviewer mentor trainee
STAFF = {
    "own": "403 302 302 403 403 403 403",
    "same": "403 302 302 403 403 403 403",
    "other": "403 404 404 403 403 403 403",
}
STAFF_PAGE = {name: statuses.replace("302", "200") for name, statuses in STAFF.items()}
SEEN = {
    "own": "200 200 200 403 403 403 403",
    "same": "200 200 200 403 403 403 403",
    "other": "200 404 404 403 403 403 403",
}
ANSWER = {
    "own": "403 302 302 403 403 403 302",
    "same": "403 302 302 403 403 403 404",
    "other": "403 404 404 403 403 403 404",
}
SCORE = {
    "own": "403 403 403 403 200 403 403",
    "same": "403 403 403 403 404 403 403",
    "other": "403 403 403 403 404 403 403",
}
DECLARE = {
    "own": "403 200 200 403 200 403 403",
    "same": "403 200 200 403 404 403 403",
    "other": "403 404 404 403 404 403 403",
}
ANSWER_PAGE = {name: statuses.replace("302", "200") for name, statuses in ANSWER.items()}
SCORED = {name: statuses.replace("200", "302") for name, statuses in SCORE.items()}
WRONG = {name: statuses.replace("302", "422") for name, statuses in STAFF.items()}
ME = {"own": "403 403 403 403 403 403 200", "same": "403 403 403 403 403 403 404"}
OBJECTION = {"received_on": timezone.localdate().isoformat(), "what": "점수를 다시 확인해 주십시오."}
BONUS = {"name": "저소득층", "points": "3", "evidence": "수급자 증명서"}
END = {"to": "dropped", "on": "2020-01-01", "reason": "취업"}


def extend(w):
    """Somebody who has accepted a seat, the own trainee."""
    cohort = make.make_cohort(programme=w.programme, state="selecting", policy={"needs_pledge": True})
    w.accepted = make.make_application(cohort=cohort, person=w.application.person, state="accepted")
    cohort.tracks.update(seats_taken=1)
    text_in_use(w.city.pk, ConsentKind.RULES)


TABLE = [
    row("cohorts:score-list", own="403 403 403 403 200 403 403"),
    row("cohorts:score-edit", "GET", lambda w: [w.application.pk], **SCORE),
    row("cohorts:score-edit", "POST", lambda w: [w.application.pk], data=lambda w: {"test_points": "50"}, **SCORED),
    row("cohorts:score-draft", "POST", lambda w: [w.application.pk], data=lambda w: {"test_points": "50"}, **SCORED),
    row("cohorts:rubrics", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:rubric-edit", "GET", lambda w: [w.cohort.pk, "interview"], **STAFF_PAGE),
    row("cohorts:rubric-edit", "POST", lambda w: [w.cohort.pk, "interview"], **STAFF,
        data=lambda w: {"criteria-rows": "1", "criteria-0-name": "태도", "criteria-0-most": "100"}),
    row("cohorts:reviewing", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:reviewing-assign", "POST", lambda w: [w.cohort.pk], **STAFF, data=lambda w: {"each": "1"}),
    row("cohorts:reviewing-open", "POST", lambda w: [w.cohort.pk], **STAFF),
    row("cohorts:review-scores", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:review-scores-export", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:conflict-list", "GET", lambda w: [w.cohort.pk], **SCORE),
    row("cohorts:conflict-name", "POST", lambda w: [w.cohort.pk], data=lambda w: {"name": "남궁민수", "kind": "recusal"},
        **SCORED),
    row("cohorts:conflict-declare", "GET", lambda w: [w.application.pk], **DECLARE),
    row("cohorts:conflict-declare", "POST", lambda w: [w.application.pk], data=lambda w: {"kind": "recusal"},
        own="403 422 422 403 302 403 403", same="403 422 422 403 404 403 403", other="403 404 404 403 404 403 403"),
    row("cohorts:bonus-list", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:bonus-rule-make", "GET", lambda w: [w.cohort.pk], **STAFF_PAGE),
    row("cohorts:bonus-rule-make", "POST", lambda w: [w.cohort.pk], data=lambda w: BONUS, **STAFF),
    row("cohorts:bonus-rule-edit", "GET", lambda w: [w.bonus_rule.pk], **STAFF_PAGE),
    row("cohorts:bonus-rule-edit", "POST", lambda w: [w.bonus_rule.pk], data=lambda w: BONUS, **STAFF),
    row("cohorts:bonus-rule-remove", "POST", lambda w: [w.bonus_rule.pk], **STAFF),
    row("cohorts:application-bonus", "GET", lambda w: [w.application.pk], **ANSWER_PAGE),
    row("cohorts:application-bonus", "POST", lambda w: [w.application.pk],
        own="403 422 422 403 403 403 422", same="403 422 422 403 403 403 404", other="403 404 404 403 403 403 404"),
    row("cohorts:bonus-decide", "GET", lambda w: [w.bonus_claim.pk], **STAFF_PAGE),
    row("cohorts:bonus-decide", "POST", lambda w: [w.bonus_claim.pk], data=lambda w: {"decision": "confirmed"}, **STAFF),
    row("cohorts:bonus-take-back", "POST", lambda w: [w.bonus_claim.pk], **ANSWER),
    row("cohorts:objection-record", "GET", lambda w: [w.offered.pk], **STAFF_PAGE),
    row("cohorts:objection-record", "POST", lambda w: [w.offered.pk], data=lambda w: OBJECTION, **STAFF),
    row("cohorts:objection-answer", "GET", lambda w: [w.objection.pk], **STAFF_PAGE),
    row("cohorts:objection-answer", "POST", lambda w: [w.objection.pk], **WRONG),
    row("cohorts:application-result", "GET", lambda w: [w.offered.pk], own="200 200 200 403 403 403 200",
        same="200 200 200 403 403 403 404", other="200 404 404 403 403 403 404"),
    row("cohorts:intake", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:intake-print", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:intake-export", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:selection", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:selection-simulate", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:selection-prepare", "POST", lambda w: [w.cohort.pk],
        own="403 422 422 403 403 403 403", same="403 422 422 403 403 403 403", other="403 404 404 403 403 403 403"),
    row("cohorts:selection-discard", "POST", lambda w: [w.selection.pk], **STAFF),
    row("cohorts:selection-release", "GET", lambda w: [w.selection.pk], **STAFF_PAGE),
    row("cohorts:selection-release", "POST", lambda w: [w.selection.pk], **STAFF),
    row("cohorts:selection-request-release", "POST", lambda w: [w.selection.pk], **STAFF),
    row("cohorts:selection-send-back", "POST", lambda w: [w.selection.pk], **STAFF),
    row("cohorts:selection-recompute", "GET", lambda w: [w.selection.pk], **SEEN),
    row("cohorts:selection-export", "POST", lambda w: [w.selection.pk],
        own="403 422 422 403 403 403 403", same="403 422 422 403 403 403 403", other="403 404 404 403 403 403 403"),
    row("cohorts:selection-adopt", "POST", lambda w: [w.cohort.pk],
        own="403 422 422 403 403 403 403", same="403 422 422 403 403 403 403", other="403 404 404 403 403 403 403"),
    row("cohorts:selection-waitlist", "GET", lambda w: [w.released.pk], **SEEN),
    row("cohorts:waitlist-place", "GET", lambda w: [w.offered.pk],
        own="403 403 403 403 403 403 302", same="403 403 403 403 403 403 404"),
    row("cohorts:contact-list", "GET", lambda w: [w.offered.pk], **SEEN),
    row("cohorts:contact-list", "POST", lambda w: [w.offered.pk],
        own="403 422 422 403 403 403 403", same="403 422 422 403 403 403 403", other="403 404 404 403 403 403 403"),
    row("cohorts:offer-pass-over", "POST", lambda w: [w.offer.pk], **STAFF),
    row("cohorts:offer-place", "POST", lambda w: [w.waiting.pk], **STAFF),
    row("cohorts:offer", "GET", lambda w: [w.offer.pk], **ANSWER_PAGE),
    row("cohorts:offer-accept", "POST", lambda w: [w.offer.pk], **ANSWER),
    row("cohorts:offer-decline", "POST", lambda w: [w.offer.pk], **ANSWER),
    row("cohorts:offer-withdraw", "POST", lambda w: [w.offer.pk], **ANSWER),
    row("cohorts:pledge", "GET", lambda w: [w.accepted.pk], **ME),
    row("cohorts:pledge", "POST", lambda w: [w.accepted.pk], **{k: v.replace("200", "422") for k, v in ME.items()}),
    row("cohorts:enrolment-desk", "GET", lambda w: [w.released.pk], **SEEN),
    row("cohorts:entry-remind", "POST", lambda w: [w.released.pk], **STAFF),
    row("cohorts:entry-record", "GET", lambda w: [w.accepted.pk], **STAFF_PAGE),
    row("cohorts:entry-record", "POST", lambda w: [w.accepted.pk], **STAFF),
    row("cohorts:seat-cancel", "POST", lambda w: [w.accepted.pk], **STAFF, data=lambda w: {"reason": "미입과"}),
    row("cohorts:orientation", "GET", lambda w: [w.released.pk], **STAFF_PAGE),
    row("cohorts:orientation", "POST", lambda w: [w.released.pk], **WRONG),
    row("cohorts:orientation-mark", "POST", lambda w: [w.released.pk], **STAFF),
    row("cohorts:rules-text", own="403 200 200 403 403 403 403"),
    row("cohorts:rules-text", "POST", own="403 422 422 403 403 403 403"),
    row("cohorts:enrolment-list", own="200 200 200 200 403 403 403"),
    row("cohorts:enrolment-start", "GET", lambda w: [w.released.pk], **STAFF_PAGE),
    row("cohorts:enrolment-start", "POST", lambda w: [w.released.pk], **STAFF),
    row("cohorts:enrolment-end", "GET", lambda w: [w.enrolment.pk], **STAFF_PAGE),
    row("cohorts:enrolment-end", "POST", lambda w: [w.enrolment.pk], data=lambda w: END,
        own="403 422 422 403 403 403 403", same="403 422 422 403 403 403 403", other="403 404 404 403 403 403 403"),
]  # fmt: skip
