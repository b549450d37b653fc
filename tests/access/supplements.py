"""Documents asked for after the deadline: the staff of the host ask, the applicant sends."""

from datetime import timedelta

from django.utils import timezone

from cohorts.models import Person, Supplement, SupplementItem
from tests import factories as make
from tests.access import row


def extend(w):
    """An application of the trainee's own, asked for a document."""
    person = Person.objects.get(host=w.city, user=w.own["trainee"])
    w.asked = make.make_application(cohort=make.make_cohort(programme=w.programme), person=person)
    w.supplement = Supplement.objects.create(
        application=w.asked, host=w.city, due_on=timezone.localdate() + timedelta(days=5)
    )
    SupplementItem.objects.create(supplement=w.supplement, host=w.city, position=1, name="TOPIK")


SEEN = {
    "own": "200 200 200 403 403 403 403",
    "same": "200 200 200 403 403 403 403",
    "other": "200 404 404 403 403 403 403",
}
STAFF = {relation: "403" + statuses[3:] for relation, statuses in SEEN.items()}
POST = {relation: statuses.replace("200", "302") for relation, statuses in STAFF.items()}
WRONG = {relation: statuses.replace("200", "422") for relation, statuses in STAFF.items()}
MINE = {
    "own": "403 403 403 403 403 403 200",
    "same": "403 403 403 403 403 403 404",
    "other": "403 403 403 403 403 403 404",
}
TABLE = [
    row("cohorts:supplement-list", "GET", lambda w: [w.cohort.pk], **SEEN),
    row("cohorts:supplement-ask", "GET", lambda w: [w.asked.pk], **STAFF),
    row("cohorts:supplement-ask", "POST", lambda w: [w.asked.pk], **WRONG),
    row("cohorts:supplement", "GET", lambda w: [w.supplement.pk], **MINE),
    row("cohorts:supplement", "POST", lambda w: [w.supplement.pk],
        **{relation: statuses.replace("200", "422") for relation, statuses in MINE.items()}),
    row("cohorts:supplement-cancel", "POST", lambda w: [w.supplement.pk], **POST),
    row("cohorts:supplement-check", "POST", lambda w: [w.supplement.pk], **POST),
    row("cohorts:application-scores", "GET", lambda w: [w.application.pk], **SEEN),
]  # fmt: skip
