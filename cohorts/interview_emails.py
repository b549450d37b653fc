"""Mail about admission interviews. The texts are templates/emails/cohorts/interview_….txt."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from cohorts.emails import about
from cohorts.interviewing import change_until
from portal import notify

if TYPE_CHECKING:
    from cohorts.models import InterviewBooking, InterviewInvitation
    from cohorts.models.admission_interviews import BookingQuerySet
    from portal.accounts.models import User


def with_mail(bookings: "BookingQuerySet") -> "BookingQuerySet":
    """Joined with all that `about_booking` asks for."""
    return bookings.select_related("slot__panel", "application__cohort__policy", "application__person__user")


def invited(invitation: "InterviewInvitation", *, by: "User | None") -> notify.Message:
    """One for each deadline. Join the application as `about` asks."""
    until = timezone.localtime(invitation.book_until)
    path = reverse("cohorts:admission-interview", args=[invitation.application_id])
    return about(
        invitation.application, "interview_invited", slot=f"{until:%Y%m%d%H%M}", by=by, until=until, path=path,
        expires_at=invitation.book_until,
    )  # fmt: skip


def about_booking(booking: "InterviewBooking", template: str, *, by: "User | None", **more: Any) -> notify.Message:
    """Booked, moved, cancelled, soon: one for each change of a booking."""
    slot, application = booking.slot, booking.application
    context = {
        "starts": timezone.localtime(slot.starts_at),
        "ends": timezone.localtime(slot.ends_at),
        "where": slot.panel.where,
        "changeable": timezone.localtime(
            change_until(slot.starts_at, application.cohort.policy.interview_change_hours)
        ),
        "path": reverse("cohorts:admission-interview", args=[application.pk]),
        "calendar": reverse("cohorts:admission-calendar", args=[application.pk]),
    }
    return about(application, template, slot=f"{booking.pk}:{booking.sequence}", by=by, **context | more)
