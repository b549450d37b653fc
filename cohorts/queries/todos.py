"""What waits in selection and enrolment."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from cohorts.models import (
    Application,
    Cohort,
    Selection,
    Supplement,
)
from cohorts.states import (
    FILLS_SEATS,
    SELECTS,
)
from portal.accounts.models import User
from portal.common.prepared import per_role
from portal.common.todos import Todo, where


def selection_todos(user: User) -> list[Todo]:
    """Selections, offers, documents and enrolments that wait for the office, by cohort; one query."""
    return [todo for cohort in _counted(user) for todo in _todos_of(cohort)]


@per_role
def _counted(reader: User) -> QuerySet[Cohort]:
    """The cohorts that fill their seats, with the numbers of what waits in each."""

    def number(rows: QuerySet[Any]) -> Subquery:
        mine = rows.filter(cohort=OuterRef("pk")).order_by().values("cohort").annotate(n=Count("pk"))
        return Subquery(mine.values("n"))

    came = Supplement.objects.to_check().filter(application__cohort=OuterRef("pk")).order_by()
    documents = came.values("application__cohort").annotate(n=Count("pk"))
    states = {state: number(Application.objects.filter(state=state)) for state in ("submitted", "offered", "accepted")}
    open_ones = Selection.objects.filter(released_at=None)
    prepared, asked = number(open_ones), number(open_ones.filter(requested_by=reader.pk))
    mine = Cohort.objects.visible_to(reader).filter(state__in=FILLS_SEATS)
    return mine.annotate(prepared=prepared, asked=asked, documents=Subquery(documents.values("n")), **states)


def _todos_of(cohort: Any) -> Iterator[Todo]:
    selection = where("cohorts:selection", cohort.pk)
    name = {"cohort": cohort.name}
    if cohort.prepared:  # who has asked for the release waits for a colleague
        yield Todo(_("%(cohort)s: a selection to release") % name, 0 if cohort.asked else cohort.prepared, selection)
    elif cohort.state in SELECTS:
        yield Todo(_("%(cohort)s: applications to decide on") % name, cohort.submitted or 0, selection)
    label = _("%(cohort)s: documents arrived or overdue, to be checked") % name
    yield Todo(label, cohort.documents or 0, where("cohorts:supplement-list", cohort.pk, show="check"))
    unanswered = where("cohorts:selection-waitlist", cohort.pk, state="offered")
    yield Todo(_("%(cohort)s: offers without an answer") % name, cohort.offered or 0, unanswered)
    desk = where("cohorts:enrolment-desk", cohort.pk)
    yield Todo(_("%(cohort)s: accepted, to be enrolled") % name, cohort.accepted or 0, desk)
