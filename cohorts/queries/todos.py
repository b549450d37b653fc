"""What waits in selection and enrolment for one user."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import (
    Application,
    Cohort,
    Offer,
    Score,
    Selection,
    Supplement,
)
from cohorts.states import (
    FILLS_SEATS,
    SELECTS,
)
from partners.queries import Todo
from portal.accounts.models import User
from portal.accounts.roles import HOST_STAFF, Role


def selection_todos(user: User) -> list[Todo]:
    """Scores, selections, offers and enrolments that wait for this user; one query."""
    if user.role == Role.REVIEWER:
        mine = Score.objects.filter(application=OuterRef("pk"), reviewer=user)
        open_ones = Application.objects.visible_to(user).in_selection().filter(~Exists(mine))
        return todos_of([("to_score", _("Applications to score"), open_ones.count(), reverse("cohorts:score-list"))])
    if user.role == Role.TRAINEE:
        offers = Offer.objects.visible_to(user).live().filter(deadline__gt=timezone.now()).order_by("deadline")
        label = _("Answer the offer of a seat")
        return [Todo("my_offer", label, 1, offer.get_absolute_url(), urgent=True) for offer in offers]
    if user.role not in HOST_STAFF:
        return []
    return todos_of(row for cohort in _counted(user) for row in _rows_of(cohort))


def _counted(user: User) -> QuerySet[Cohort]:
    """The cohorts that fill their seats, with the numbers of what waits in each."""

    def number(rows: QuerySet[Any]) -> Subquery:
        mine = rows.filter(cohort=OuterRef("pk")).order_by().values("cohort").annotate(n=Count("pk"))
        return Subquery(mine.values("n"))

    came = Supplement.objects.to_check().filter(application__cohort=OuterRef("pk")).order_by()
    documents = came.values("application__cohort").annotate(n=Count("pk"))
    states = {state: number(Application.objects.filter(state=state)) for state in ("submitted", "offered", "accepted")}
    open_ones = Selection.objects.filter(released_at=None)
    prepared, asked = number(open_ones), number(open_ones.filter(requested_by=user))
    mine = Cohort.objects.visible_to(user).filter(state__in=FILLS_SEATS)
    return mine.annotate(prepared=prepared, asked=asked, documents=Subquery(documents.values("n")), **states)


def _rows_of(cohort: Any) -> Iterable[tuple[str, str, int, str]]:
    """What waits in one cohort: (key, label, number, link)."""
    selection = reverse("cohorts:selection", args=[cohort.pk])
    waitlist = reverse("cohorts:selection-waitlist", args=[cohort.pk])
    name = {"cohort": cohort.name}
    if cohort.prepared:  # who has asked for the release waits for a colleague
        number = 0 if cohort.asked else cohort.prepared
        yield "to_release", _("%(cohort)s: a selection to release") % name, number, selection
    elif cohort.state in SELECTS:
        yield "to_decide", _("%(cohort)s: applications to decide on") % name, cohort.submitted or 0, selection
    came = reverse("cohorts:supplement-list", args=[cohort.pk])
    label = _("%(cohort)s: documents arrived or overdue, to be checked") % name
    yield "documents", label, cohort.documents or 0, f"{came}?show=check"
    yield "offers", _("%(cohort)s: offers without an answer") % name, cohort.offered or 0, f"{waitlist}?state=offered"
    enrol = reverse("cohorts:enrolment-desk", args=[cohort.pk])
    yield "to_enrol", _("%(cohort)s: accepted, to be enrolled") % name, cohort.accepted or 0, enrol


def todos_of(rows: Iterable[tuple[str, str, int, str]]) -> list[Todo]:
    """Tasks of rows (key, label, number, link), empty numbers left out."""
    return [Todo(key, label, number, url) for key, label, number, url in rows if number]
