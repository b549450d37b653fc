"""Reads of admission interviews: panels, free times, who is invited and has not booked, what waits for whom."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.interviewing import PANELLISTS_AT_LEAST
from cohorts.models import (
    Application,
    BookingState,
    Cohort,
    InterviewBooking,
    InterviewPanel,
    InterviewPanelMember,
    InterviewSlot,
)
from cohorts.models.admission_interviews import to_invite
from cohorts.models.application import ApplicationQuerySet
from cohorts.queries.pool import mean_scores
from cohorts.states import SELECTS, TAKES_APPLICATIONS
from portal.accounts.models import User
from portal.common.counting import count_all
from portal.common.prepared import NOW, TODAY, per_role
from portal.common.todos import Todo, where

HOLDS_INTERVIEWS = (*TAKES_APPLICATIONS, *SELECTS)


# Panels ----------------------------------------------------------------------------------


def panels_of(cohort: Cohort) -> list[Any]:
    """The panels with `sitting` (members), `places`, `booked`, `first` and `last`; two queries."""
    members = InterviewPanelMember.objects.select_related("reviewer").order_by("reviewer__name", "pk")
    places = InterviewSlot.objects.filter(panel=OuterRef("pk")).order_by().values("panel")
    found: QuerySet[Any] = cohort.panels.prefetch_related(Prefetch("members", members, to_attr="sitting")).annotate(
        places=Subquery(places.annotate(n=Sum("capacity")).values("n")),
        booked=Subquery(places.annotate(n=Sum("taken")).values("n")),
        first=Subquery(places.annotate(n=Min("starts_at")).values("n")),
        last=Subquery(places.annotate(n=Max("starts_at")).values("n")),
    )
    panels = list(found)
    for panel in panels:
        panel.too_few = len(panel.sitting) < PANELLISTS_AT_LEAST
    return panels


def days_of(panel: InterviewPanel) -> list[date]:
    """The days on which the panel sits; one query."""
    days = panel.slots.order_by("starts_at__date").values_list("starts_at__date", flat=True).distinct()
    return list(days)


def plan_of_day(panel: InterviewPanel, day: date, *, seen_by: User) -> list[Any]:
    """The slots of a panel on a day, each with its standing bookings as `seats`; two queries.

    Of a booking that `seen_by` may not see, for a conflict, nothing is there.
    """
    conflicts = InterviewBooking.objects.conflicted().filter(pk=OuterRef("pk"))
    seen = InterviewBooking.objects.visible_to(seen_by).standing().select_related("application__track", "person")
    seats = Prefetch("bookings", seen.annotate(conflicted=Exists(conflicts)).order_by("pk"), to_attr="seats")
    begin = timezone.make_aware(datetime.combine(day, time.min))
    slots = panel.slots.filter(starts_at__gte=begin, starts_at__lt=begin + timedelta(days=1))
    return list(slots.prefetch_related(seats).order_by("starts_at", "pk"))


# Choosing a time ---------------------------------------------------------------------------


def free_slots(application: Application, *, not_before: datetime) -> QuerySet[InterviewSlot]:
    """With a place, after a moment, before no panellist with a conflict; the emptiest panel of a time first."""
    slots = InterviewSlot.objects.filter(cohort=application.cohort_id).free().after(not_before)
    booked = InterviewSlot.objects.filter(panel=OuterRef("panel")).order_by().values("panel")
    load = Subquery(booked.annotate(n=Sum("taken")).values("n"))
    return slots.without_conflict(application.pk).select_related("panel").annotate(load=load)


@dataclass(frozen=True)
class Day:
    date: date
    times: list[InterviewSlot]


def free_days(application: Application, *, not_before: datetime) -> list[Day]:
    """By day, one slot for each time, so that the panels fill evenly; one query."""
    once: dict[datetime, InterviewSlot] = {}
    for slot in free_slots(application, not_before=not_before).order_by("starts_at", "load", "pk"):
        once.setdefault(slot.starts_at, slot)
    by_day = groupby(once.values(), key=lambda slot: timezone.localdate(slot.starts_at))
    return [Day(day, list(slots)) for day, slots in by_day]


def booking_of(application: Application) -> InterviewBooking | None:
    """The newest one, live or not, with its slot and panel; one query."""
    rows = application.interview_bookings.select_related("slot__panel", "application__cohort__policy", "person")
    return rows.order_by("-pk").first()


# Whom the office invites -------------------------------------------------------------------


def invitable(cohort: Cohort, who: str, *, mark: Decimal | None = None, track: Any = None) -> ApplicationQuerySet:
    """all: in selection and not invited; marked: of these, with at least `mark` points for the documents;
    unbooked: invited, and without a time."""
    rows = cohort.applications.in_selection()
    if track:
        rows = rows.filter(track=track)
    if who == "unbooked":
        return rows.filter(interview_invitation__isnull=False).filter(~Exists(live_booking()))
    rows = rows.filter(to_invite()).filter(~Exists(live_booking()))
    if who == "marked":
        scores = mean_scores(cohort)
        reached = [pk for pk, one in scores.items() if one.document is not None and one.document >= (mark or 0)]
        rows = rows.filter(pk__in=reached)
    return rows


def live_booking() -> QuerySet[InterviewBooking]:
    return InterviewBooking.objects.live().filter(application=OuterRef("pk"))


def places_free(cohort: Cohort) -> int:
    """Places that can still be booked; one query."""
    found = cohort.interview_slots.free().after(timezone.now()).aggregate(n=Sum(F("capacity") - F("taken")))
    return found["n"] or 0


SHOW: dict[str, str | Promise] = {
    "not_invited": gettext_lazy("Not invited"),
    "not_booked": gettext_lazy("Invited, no time chosen"),
    "booked": gettext_lazy("Time chosen"),
    "conflict": gettext_lazy("Conflict with a panellist"),
    "no_show": pgettext_lazy("interview", "Did not come"),
}


def narrowed_people(rows: ApplicationQuerySet, show: str) -> ApplicationQuerySet:
    """The applications that a filter of SHOW means."""
    mine = InterviewBooking.objects.filter(application=OuterRef("pk"))
    match show:
        case "not_invited":
            return rows.filter(to_invite()).filter(~Exists(mine.live()))
        case "not_booked":
            return rows.filter(interview_invitation__isnull=False).filter(~Exists(mine.standing()))
        case "booked":
            return rows.filter(Exists(mine.live()))
        case "conflict":
            return rows.filter(Exists(mine.conflicted()))
        case "no_show":
            return rows.filter(Exists(mine.filter(state=BookingState.NO_SHOW)), ~Exists(mine.live()))
    return rows


def interview_numbers(cohort: Cohort) -> dict[str, int]:
    """How many each filter of SHOW finds in a cohort; one query."""
    rows = cohort.applications.in_selection()
    return count_all({show: narrowed_people(rows, show) for show in SHOW})


def people_of(cohort: Cohort) -> QuerySet[Any]:
    """The applications in selection with what is known of their interview, for the list."""
    mine = InterviewBooking.objects.filter(application=OuterRef("pk"))
    newest = mine.standing().order_by("-pk")
    return (
        cohort.applications.in_selection()
        .select_related("person", "track", "interview_invitation")
        .annotate(
            booking_state=Subquery(newest.values("state")[:1]),
            starts_at=Subquery(newest.values("slot__starts_at")[:1]),
            panel_name=Subquery(newest.values("slot__panel__name")[:1]),
            conflicted=Exists(mine.conflicted()),
        )
    )


# What waits --------------------------------------------------------------------------------


@per_role
def _waiting(reader: User) -> QuerySet[Any]:
    """The cohorts that hold interviews, with the numbers of `unbooked` applications and `flagged` bookings."""
    mine = InterviewBooking.objects.filter(application=OuterRef("pk"))
    waiting = Application.objects.in_selection().filter(interview_invitation__isnull=False)
    unbooked = waiting.filter(~Exists(mine.standing()), cohort=OuterRef("pk")).order_by().values("cohort")
    flagged = InterviewBooking.objects.conflicted().filter(cohort=OuterRef("pk")).order_by().values("cohort")
    panels = InterviewPanel.objects.filter(cohort=OuterRef("pk"))
    cohorts = Cohort.objects.visible_to(reader).filter(Exists(panels), state__in=HOLDS_INTERVIEWS)
    return cohorts.annotate(
        unbooked=Subquery(unbooked.annotate(n=Count("pk")).values("n")),
        flagged=Subquery(flagged.annotate(n=Count("pk")).values("n")),
    )


def interview_todos(user: User) -> list[Todo]:
    """By cohort, for the office: how many were invited and have no time, and conflicts; one query."""
    found = []
    for cohort in _waiting(user):
        name = {"cohort": cohort.name}
        if cohort.flagged:
            label = _("%(cohort)s: interviews with a conflicted panellist") % name
            url = where("cohorts:admission-people", cohort.pk, show="conflict")
            found.append(Todo(label, cohort.flagged, url, urgent=True))
        if cohort.unbooked:
            label = _("%(cohort)s: invited to the interview, no time chosen") % name
            url = where("cohorts:admission-people", cohort.pk, show="not_booked")
            found.append(Todo(label, cohort.unbooked, url))
    return found


@per_role
def _today(reader: User) -> QuerySet[Any, Any]:
    booked = InterviewBooking.objects.visible_to(reader).live().filter(slot__starts_at__date=TODAY)
    rows = booked.order_by().values("slot__panel", "slot__panel__name", "slot__panel__cohort__name")
    return rows.annotate(n=Count("pk"), first=Min("slot__starts_at")).order_by("first")


def interviews_today(user: User) -> list[Todo]:
    """For a panellist: the interviews of today, by panel; one query."""
    today, found = timezone.localdate(), []
    for row in _today(user):
        names = {"cohort": row["slot__panel__cohort__name"], "panel": row["slot__panel__name"]}
        label = _("Interviews today: %(cohort)s, %(panel)s") % names
        url = where("cohorts:admission-panel", row["slot__panel"], day=today)
        found.append(Todo(label, row["n"], url, urgent=True))
    return found


@per_role
def interviews_to_choose(reader: User) -> QuerySet[Application]:
    """Of an applicant: where a time is to be chosen, the nearest deadline first; one query."""
    waiting = Application.objects.filter(person__user=reader.pk, interview_invitation__book_until__gt=NOW)
    waiting = waiting.in_selection().filter(~Exists(live_booking())).select_related("cohort", "interview_invitation")
    return waiting.order_by("interview_invitation__book_until")
