"""Admission interviews: invited, booked, moved, cancelled, and who did not come.

Order of locks: application, then slots by number. The slot's row guards its places.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts import interview_emails as emails
from cohorts.models import (
    Application,
    BookingState,
    Cohort,
    InterviewBooking,
    InterviewInvitation,
    InterviewPanelMember,
    InterviewSlot,
    ReviewConflict,
)
from cohorts.queries.interviews import HOLDS_INTERVIEWS, places_free
from cohorts.states import IN_SELECTION
from portal import audit, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from cohorts.models.application import ApplicationQuerySet
    from portal.accounts.models import User

REMIND_BEFORE = timedelta(days=1)
UNDONE_WITHIN = timedelta(hours=1)  # longer than a bulk action can be undone


@transaction.atomic
def invite_to_interview(
    cohort: Cohort, applications: "ApplicationQuerySet", *, by: "User | None", book_until: datetime
) -> int:
    """Let these applicants choose a time until then, and write to them; how many.

    Who was invited before gets the new deadline. Refuses without anybody, without a free place, and in the past.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.state not in HOLDS_INTERVIEWS:
        raise ActionRefused(_("Interviews are held before the selection is over. This cohort is past that."))
    if book_until <= timezone.now():
        raise ActionRefused(_("This moment has passed. Choose a later one."), "book_until")
    if not places_free(cohort):
        raise ActionRefused(_("There is no free time to choose from. Open times of a panel first."))
    chosen = applications.filter(cohort=cohort).select_for_update(of=("self",), no_key=True)
    people = list(chosen.select_related("cohort", "person__user").order_by("pk"))
    if not people:
        raise ActionRefused(_("Nobody is left to be invited like this."))
    known = {one.application_id: one for one in InterviewInvitation.objects.filter(application__in=people)}
    InterviewInvitation.objects.filter(pk__in=[one.pk for one in known.values()]).update(book_until=book_until)
    InterviewInvitation.objects.bulk_create(
        InterviewInvitation(application=one, host_id=one.host_id, book_until=book_until, invited_by=by)
        for one in people
        if one.pk not in known
    )
    until = {"book_until": book_until.isoformat()}
    AuditEvent.objects.bulk_create(
        audit.event(one, "application.interview_invited", by=by, after=until) for one in people
    )
    notify.queue_many(
        emails.invited(InterviewInvitation(application=one, book_until=book_until), by=by) for one in people
    )
    return len(people)


@transaction.atomic
def book_interview(application: Application, slot: InterviewSlot, *, by: "User | None") -> InterviewBooking:
    """Take a place in a slot; who has one already is moved. The office may for anybody, at any time to come.

    Refuses the applicant who is not invited, or past a deadline; everybody a slot that is full, over, or before
    a panellist with a declared conflict (domain.md 1).
    """
    application = _locked(application)
    if application.state not in IN_SELECTION or application.cohort.state not in HOLDS_INTERVIEWS:
        raise ActionRefused(_("This application is no longer in the selection."))
    booking = _live(application)
    slots = _lock_slots([slot.pk, *([booking.slot_id] if booking else [])])
    wanted = slots.get(slot.pk)
    if wanted is None or wanted.cohort_id != application.cohort_id:
        raise ActionRefused(_("This time is no longer offered. Choose another."), "slot")
    if booking and booking.slot_id == wanted.pk:
        return booking
    if _is_own(application, by):
        _require_time_left(application, slots.get(booking.slot_id) if booking else None)
        _require_changeable(application, wanted)
    if wanted.starts_at <= timezone.now():
        raise ActionRefused(_("This time has passed. Choose a later one."), "slot")
    _require_no_conflict(application, wanted)
    if wanted.taken >= wanted.capacity:
        raise ActionRefused(_("Somebody else has just taken this time. Choose another."), "slot")
    return _move(booking, wanted, by=by) if booking else _book(application, wanted, by=by)


@transaction.atomic
def cancel_interview(application: Application, *, by: "User | None", reason: str = "") -> InterviewBooking:
    """Give the time back. The applicant, until the cutoff; the office, at any time before."""
    application = _locked(application)
    booking = _live(application)
    if booking is None:
        raise ActionRefused(_("No time is booked."))
    slot = _lock_slots([booking.slot_id])[booking.slot_id]
    if slot.starts_at <= timezone.now():
        raise ActionRefused(_("This interview has begun. Say instead whether the applicant came."))
    if _is_own(application, by):
        _require_changeable(application, slot)
    return _cancel(application, booking, by=by, reason=reason)


def release_interview(application: Application, *, by: "User | None") -> None:
    """Whoever leaves the selection gives the time back; inside the caller's transaction, under its lock."""
    booking = _live(application)
    if booking and booking.slot.starts_at > timezone.now():
        _cancel(application, booking, by=by)


def strike_interviews(applications: Sequence[Application], *, by: "User | None") -> list[AuditEvent]:
    """The interviews to come of these, which the caller has locked and decided on: nobody is reminded of one.

    Without mail of their own, since the result says it. Returns the audit events unsaved.
    """
    live = InterviewBooking.objects.live().filter(application__in=applications, slot__starts_at__gt=timezone.now())
    found = list(live.select_related("application", "slot__panel"))
    InterviewBooking.objects.filter(pk__in=[one.pk for one in found]).update(
        state=BookingState.CANCELLED, sequence=F("sequence") + 1, changed_at=timezone.now()
    )
    return [audit.event(one.application, "application.interview_cancelled", by=by, before=_facts(one)) for one in found]


@transaction.atomic
def mark_attendance(booking: InterviewBooking, *, by: "User | None", came: bool) -> InterviewBooking:
    """Write down that the applicant did not come, or take that back. Refuses before the interview begins."""
    application = _locked(booking.application)
    booking = emails.with_mail(InterviewBooking.objects.select_for_update(of=("self",))).get(pk=booking.pk)
    if booking.state == BookingState.CANCELLED or not booking.is_over:
        raise ActionRefused(_("The interview has not begun yet."))
    to = BookingState.BOOKED if came else BookingState.NO_SHOW
    if booking.state == to:
        return booking
    if came and _live(application):
        raise ActionRefused(_("Another time has been booked since."))
    booking.state = to
    booking.save(update_fields=["state", "changed_at"])
    verb = "application.interview_attended" if came else "application.interview_missed"
    audit.record(application, verb, by=by, after=_facts(booking))
    return booking


def remind_of_interviews(now: datetime | None = None) -> int:
    """One mail in the last day before an interview that was booked earlier than that; how many were asked for."""
    now = now or timezone.now()
    due = InterviewBooking.objects.live().filter(
        slot__starts_at__gt=now, slot__starts_at__lte=now + REMIND_BEFORE,
        changed_at__lt=F("slot__starts_at") - REMIND_BEFORE, application__state__in=IN_SELECTION,
        cohort__state__in=HOLDS_INTERVIEWS,
    )  # fmt: skip
    rows = emails.with_mail(due).order_by("pk")
    messages = [emails.about_booking(one, "interview_soon", by=None, expires_at=one.slot.starts_at) for one in rows]
    with transaction.atomic():
        return len(notify.queue_many(messages))


@transaction.atomic
def strike_needless_interviews(now: datetime | None = None) -> int:
    """Cancel the interviews to come of those whose result is known, or whose cohort is off; how many.

    Only an hour later: until then a bulk action may be undone.
    """
    now = now or timezone.now()
    needless = Application.objects.filter(
        ~Q(state__in=IN_SELECTION) | ~Q(cohort__state__in=HOLDS_INTERVIEWS),
        interview_bookings__state=BookingState.BOOKED, interview_bookings__slot__starts_at__gt=now,
        updated_at__lt=now - UNDONE_WITHIN,
    )  # fmt: skip
    locked = Application.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    events = strike_interviews(list(locked.filter(pk__in=needless.values("pk"))), by=None)
    AuditEvent.objects.bulk_create(events)
    return len(events)


# Under the lock ----------------------------------------------------------------------------


def _locked(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    application = rows.select_related("person__user").get(pk=application.pk)
    # After the lock is held: joined to it, the policy would be as it was before the wait.
    application.cohort = Cohort.objects.select_related("policy").get(pk=application.cohort_id)
    return application


def _lock_slots(pks: Iterable[int]) -> dict[int, InterviewSlot]:
    """By number, the lower first, so that two people who change places do not wait for each other."""
    rows = InterviewSlot.objects.select_for_update(of=("self",), no_key=True).select_related("panel")
    return {slot.pk: slot for slot in rows.filter(pk__in=set(pks)).order_by("pk")}


def _live(application: Application) -> InterviewBooking | None:
    rows = InterviewBooking.objects.live().filter(cohort=application.cohort_id, person=application.person_id)
    return rows.select_related("slot__panel").first()


def _is_own(application: Application, by: "User | None") -> bool:
    return by is not None and application.person.user_id == by.pk


def _require_time_left(application: Application, held: InterviewSlot | None) -> None:
    """The first time is chosen until the deadline of the invitation, a held one changed until its cutoff."""
    if held:
        return _require_changeable(application, held)
    invitation = InterviewInvitation.objects.filter(application=application).first()
    if invitation is None:
        raise ActionRefused(_("You have not been invited to an interview."))
    if timezone.now() >= invitation.book_until:
        raise ActionRefused(_("The time to choose is over. Please telephone the office."))
    return None


def _require_changeable(application: Application, slot: InterviewSlot) -> None:
    hours = application.cohort.policy.interview_change_hours
    if not slot.changeable(hours):
        sentence = _("Less than %(hours)d hours are left before this time. Please telephone the office.")
        raise ActionRefused(sentence % {"hours": hours}, "slot")


def _require_no_conflict(application: Application, slot: InterviewSlot) -> None:
    panel = InterviewPanelMember.objects.filter(panel=slot.panel_id).values("reviewer")
    if ReviewConflict.objects.filter(application=application, reviewer__in=panel).exists():
        raise ActionRefused(_("This time cannot be booked for this applicant. Choose one of another panel."), "slot")


def _book(application: Application, slot: InterviewSlot, *, by: "User | None") -> InterviewBooking:
    booking = InterviewBooking.objects.create(
        slot=slot, cohort_id=slot.cohort_id, host_id=slot.host_id, application=application, person=application.person
    )
    audit.record(application, "application.interview_booked", by=by, after=_facts(booking))
    notify.queue_many([emails.about_booking(booking, "interview_booked", by=by)])
    return booking


def _move(booking: InterviewBooking, slot: InterviewSlot, *, by: "User | None") -> InterviewBooking:
    before = _facts(booking)
    booking.slot, booking.sequence = slot, booking.sequence + 1
    booking.save(update_fields=["slot", "sequence", "changed_at"])
    booking = emails.with_mail(InterviewBooking.objects.all()).get(pk=booking.pk)
    application = booking.application
    audit.record(application, "application.interview_moved", by=by, before=before, after=_facts(booking))
    notify.queue_many([emails.about_booking(booking, "interview_moved", by=by)])
    return booking


def _cancel(
    application: Application, booking: InterviewBooking, *, by: "User | None", reason: str = ""
) -> InterviewBooking:
    booking.state, booking.sequence = BookingState.CANCELLED, booking.sequence + 1
    booking.save(update_fields=["state", "sequence", "changed_at"])
    audit.record(application, "application.interview_cancelled", by=by, before=_facts(booking), reason=reason)
    booking = emails.with_mail(InterviewBooking.objects.all()).get(pk=booking.pk)
    notify.queue_many([emails.about_booking(booking, "interview_cancelled", by=by, reason=reason)])
    return booking


def _facts(booking: InterviewBooking) -> dict[str, Any]:
    return {"starts_at": booking.slot.starts_at.isoformat(), "panel": booking.slot.panel.name}
