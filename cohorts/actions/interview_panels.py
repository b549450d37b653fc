"""Panels of admission interviews: who sits in them, where, and the slots of their days."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import interview_emails as emails
from cohorts.interviewing import Span
from cohorts.models import Cohort, InterviewBooking, InterviewPanel, InterviewPanelMember, InterviewSlot
from cohorts.queries.reviewing import reviewers_of
from cohorts.states import HAS_ENDED
from portal import audit, notify
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def create_panel(
    cohort: Cohort, *, by: "User | None", name: str, place: str = "", link: str = "", reviewers: Sequence["User"]
) -> InterviewPanel:
    """A panel of reviewers of the cohort. Refuses a second one of this name."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    panel = InterviewPanel(cohort=cohort, host_id=cohort.host_id, name=name, place=place, link=link)
    _check(panel, reviewers)
    panel.save()
    _seat(panel, reviewers)
    audit.record(panel, "interview_panel.created", by=by, after=_facts(panel, reviewers))
    return panel


@transaction.atomic
def edit_panel(
    panel: InterviewPanel, *, by: "User | None", name: str, place: str = "", link: str = "",
    reviewers: Sequence["User"],
) -> InterviewPanel:  # fmt: skip
    """Another name, place or other members. Who has booked is told of another place; their calendars follow.

    Refuses a member who sits in another panel at one of its times.
    """
    panel = _locked(panel)
    sitting = {one.reviewer_id: one for one in panel.members.all()}
    before = _facts(panel, [one.reviewer for one in panel.members.select_related("reviewer")])
    moved = (panel.place, panel.link) != (place, link)
    panel.name, panel.place, panel.link = name, place, link
    _check(panel, reviewers)
    panel.save(update_fields=["name", "place", "link"])
    wanted = {one.pk for one in reviewers}
    panel.members.filter(reviewer__in=sitting.keys() - wanted).delete()
    _seat(panel, [one for one in reviewers if one.pk not in sitting])
    after = _facts(panel, reviewers)
    if after != before:
        audit.record(panel, "interview_panel.edited", by=by, before=before, after=after)
    if moved:
        _tell_of_place(panel, by=by)
    return panel


@transaction.atomic
def remove_panel(panel: InterviewPanel, *, by: "User | None") -> None:
    """Take a panel away that nobody has booked; refuses otherwise."""
    panel = _locked(panel)
    if InterviewBooking.objects.standing().filter(slot__panel=panel).exists():
        raise ActionRefused(_("Applicants have booked this panel. Move or cancel their interviews first."))
    audit.record(panel, "interview_panel.removed", by=by, before={"name": panel.name, "slots": panel.slots.count()})
    InterviewBooking.objects.filter(slot__panel=panel).delete()  # what was cancelled is in the history
    panel.slots.all().delete()
    panel.delete()


@transaction.atomic
def add_slots(panel: InterviewPanel, spans: Sequence[Span], *, by: "User | None", capacity: int = 1) -> int:
    """Open these times; how many. Refuses past ones, and those at which the panel or one of its members sits."""
    panel = _locked(panel)
    if not spans:
        raise ActionRefused(_("Not one interview fits between these times. Check the hours and the minutes."), "ends")
    if min(spans).starts_at <= timezone.now():
        raise ActionRefused(_("These times have passed already. Choose a later day."), "first")
    slots = [
        InterviewSlot(
            panel=panel, cohort_id=panel.cohort_id, host_id=panel.host_id, starts_at=span.starts_at,
            ends_at=span.ends_at, capacity=capacity,
        )
        for span in spans
    ]  # fmt: skip
    try:
        with transaction.atomic():
            InterviewSlot.objects.bulk_create(slots)
    except IntegrityError as error:
        raise _overlap(error, "first") from None
    after = {"slots": len(slots), "from": min(spans).starts_at.isoformat(), "until": max(spans).ends_at.isoformat()}
    audit.record(panel, "interview_panel.slots_added", by=by, after=after | {"capacity": capacity})
    return len(slots)


@transaction.atomic
def remove_slots(panel: InterviewPanel, day: date, *, by: "User | None", slot: int | None = None) -> int:
    """Close the slots of a day, or one of them, that nobody has booked; how many. Refuses if all are booked."""
    panel = _locked(panel)
    rows = panel.slots.filter(starts_at__date=day, taken=0)
    if slot is not None:
        rows = rows.filter(pk=slot)
    found = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not found:
        raise ActionRefused(_("There is no free time to close: what is booked stays until it is moved or cancelled."))
    InterviewBooking.objects.filter(slot__in=found).delete()  # what was cancelled is in the history
    InterviewSlot.objects.filter(pk__in=found).delete()
    audit.record(panel, "interview_panel.slots_removed", by=by, before={"day": str(day), "slots": len(found)})
    return len(found)


def _locked(panel: InterviewPanel) -> InterviewPanel:
    rows = InterviewPanel.objects.select_for_update(of=("self",), no_key=True).select_related("cohort")
    panel = rows.get(pk=panel.pk)
    if panel.cohort.state in HAS_ENDED:
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    return panel


def _check(panel: InterviewPanel, reviewers: Sequence["User"]) -> None:
    if not panel.place and not panel.link:
        raise ActionRefused(_("Say where it meets: a place, or the link of an online meeting."), "place")
    if InterviewPanel.objects.filter(cohort=panel.cohort_id, name=panel.name).exclude(pk=panel.pk).exists():
        raise ActionRefused(_("A panel of this cohort has this name. Choose another."), "name")
    if {one.pk for one in reviewers} - {one.pk for one in reviewers_of(panel.cohort)}:
        raise ActionRefused(_("Only reviewers of the cohort sit in its panels."), "reviewers")


def _seat(panel: InterviewPanel, reviewers: Sequence["User"]) -> None:
    rows = [InterviewPanelMember(panel=panel, host_id=panel.host_id, reviewer=one) for one in reviewers]
    try:
        with transaction.atomic():
            InterviewPanelMember.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _overlap(error, "reviewers") from None


def _overlap(error: IntegrityError, field: str) -> ActionRefused:
    """What the database has found, in words."""
    if "panel_has_one_slot_at_a_time" in str(error):
        return ActionRefused(_("The panel has other times in between. Choose hours that are free."), field)
    if "panellist_sits_in_one_panel_at_a_time" in str(error):
        return ActionRefused(_("One of the panellists sits in another panel at one of these times."), field)
    raise error


def _facts(panel: InterviewPanel, reviewers: Sequence["User"]) -> dict[str, Any]:
    return {"name": panel.name, "place": panel.where, "panellists": sorted(one.pk for one in reviewers)}


def _tell_of_place(panel: InterviewPanel, *, by: "User | None") -> None:
    booked = InterviewBooking.objects.live().filter(slot__panel=panel, slot__starts_at__gt=timezone.now())
    rows = list(emails.with_mail(booked.select_for_update(of=("self",))))
    for one in rows:
        one.sequence += 1
        one.changed_at = timezone.now()
    InterviewBooking.objects.bulk_update(rows, ["sequence", "changed_at"])
    notify.queue_many(emails.about_booking(one, "interview_moved", by=by) for one in rows)
