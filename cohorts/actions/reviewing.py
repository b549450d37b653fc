"""Giving applications to reviewers, and keeping those with a conflict away from them."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.assignment import Assignment, assign
from cohorts.models import Application, Cohort, ConflictKind, ReviewAssignment, ReviewConflict
from cohorts.queries.reviewing import begun, conflict_pairs, reviewers_of
from cohorts.states import HAS_ENDED
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def declare_conflict(
    application: Application, reviewer: "User", *, by: "User | None", kind: str, reason: str = ""
) -> ReviewConflict:
    """Close an application to a reviewer for good; points already given by them no longer count (domain.md 1).

    Refuses a second time, and while a selection that counted those points is prepared.
    """
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    if application.cohort.selections.filter(released_at=None).exists():
        raise ActionRefused(_("A selection has been prepared from the scores. Discard it first."))
    made, new = ReviewConflict.objects.get_or_create(
        application=application,
        reviewer=reviewer,
        defaults={"host_id": application.host_id, "kind": kind, "reason": reason, "declared_by": by},
    )
    if not new:
        raise ActionRefused(_("This conflict has been declared already."))
    mine = application.scores.filter(reviewer=reviewer)
    before = {score.stage: str(score.points) for score in mine}
    mine.delete()
    application.assignments.filter(reviewer=reviewer).delete()
    application.drafts.filter(reviewer=reviewer).delete()
    after = {"reviewer": reviewer.pk, "kind": ConflictKind(kind).value}
    audit.record(application, "application.conflict_declared", by=by, before=before, after=after, reason=reason)
    return made


@transaction.atomic
def declare_conflicts_with(
    cohort: Cohort,
    reviewer: "User",
    *,
    by: "User | None",
    name: str,
    birth_year: int | None,
    kind: str,
    reason: str = "",
) -> int:
    """Close to a reviewer whatever somebody of this name has applied with; the number of files closed.

    For a blind review, in which no reviewer reads a list of names. A namesake's file is closed too: somebody else reads
    it. The name itself is kept nowhere. Refuses as `declare_conflict`.
    """
    named = cohort.applications.in_selection().filter(person__name=name).exclude(conflicts__reviewer=reviewer)
    if birth_year:
        named = named.filter(person__birth_date__year=birth_year)
    found = list(named.order_by("pk"))
    for application in found:
        declare_conflict(application, reviewer, by=by, kind=kind, reason=reason)
    return len(found)


@transaction.atomic
def assign_reviewers(cohort: Cohort, *, by: "User | None", each: int) -> Assignment:
    """Give `each` reviewers to every application in selection; who has scored one keeps it.

    Done again after a change, it moves no more than evenness asks for. Refuses when there are fewer reviewers.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    found = plan_assignment(cohort, each)
    wanted = {(one, who) for one, chosen in found.reviewers.items() for who in chosen}
    stored = {(row.application_id, row.reviewer_id): row.pk for row in cohort.assignments.all()}
    gone = [pk for pair, pk in stored.items() if pair not in wanted]
    ReviewAssignment.objects.filter(pk__in=gone).delete()
    ReviewAssignment.objects.bulk_create(
        ReviewAssignment(cohort=cohort, host_id=cohort.host_id, application_id=one, reviewer_id=who)
        for one, who in sorted(wanted - stored.keys())
    )
    after = {"each": each, "given": len(wanted - stored.keys()), "taken": len(gone), "short": len(found.short)}
    audit.record(cohort, "cohort.reviewers_assigned", by=by, after=after)
    return found


def plan_assignment(cohort: Cohort, each: int) -> Assignment:
    """What `assign_reviewers` would do now, written nowhere; five queries."""
    reviewers = [user.pk for user in reviewers_of(cohort)]
    if not reviewers:
        raise ActionRefused(_("Nobody reviews this cohort yet. Assign reviewers on its page first."))
    if each > len(reviewers):
        raise ActionRefused(_("There are only %(n)d reviewers.") % {"n": len(reviewers)}, "each")
    applications = list(cohort.applications.in_selection().order_by("pk").values_list("pk", flat=True))
    return assign(applications, reviewers, each, conflicts=conflict_pairs(cohort), kept=begun(cohort))


@transaction.atomic
def open_to_all_reviewers(cohort: Cohort, *, by: "User | None") -> Cohort:
    """Take the assignments back: every reviewer of the cohort sees everything again, conflicts excepted."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    taken, _rows = cohort.assignments.all().delete()
    if taken:
        audit.record(cohort, "cohort.reviewers_released", by=by, before={"given": taken})
    return cohort
