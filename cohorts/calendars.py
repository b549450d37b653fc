"""Calendar files (RFC 5545) of admission interviews, in Korean time.

An event keeps its UID; whatever changes raises its SEQUENCE, so that a calendar that takes the file
in again moves the event or strikes it out.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from cohorts.interviewing import KST

if TYPE_CHECKING:
    from cohorts.models import InterviewBooking

CONTENT_TYPE = "text/calendar; charset=utf-8"
ALARM_BEFORE = timedelta(hours=2)


def for_applicant(booking: "InterviewBooking", *, cohort: str) -> bytes:
    """One event with an alarm. Join `slot__panel` and the application."""
    event = _event(booking, f"interview-{booking.pk}")
    event.add("summary", _("Interview: %(cohort)s") % {"cohort": cohort})
    number = _("Receipt number") + f" {booking.application.receipt_number}"
    page = settings.SITE_URL + reverse("cohorts:admission-interview", args=[booking.application_id])
    event.add("description", f"{number}\n{page}")
    event.add("url", page)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["summary"])
    alarm.add("trigger", -ALARM_BEFORE)
    event.add_component(alarm)
    return _file([event])


def for_panellist(bookings: Iterable["InterviewBooking"], *, cohort: str) -> bytes:
    """Every interview before a panel, by receipt number alone: calendars are kept outside the portal."""
    events = []
    for booking in bookings:
        event = _event(booking, f"panel-{booking.pk}")
        names = {"cohort": cohort, "number": booking.application.receipt_number}
        event.add("summary", _("Interview: %(cohort)s") % names + f" · {booking.application.receipt_number}")
        event.add("description", settings.SITE_URL + booking.slot.panel.get_absolute_url())
        events.append(event)
    return _file(events)


def _event(booking: "InterviewBooking", uid: str) -> Event:
    slot = booking.slot
    event = Event()
    event.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.changed_at)
    event.add("dtstart", _korean(slot.starts_at))
    event.add("dtend", _korean(slot.ends_at))
    event.add("location", slot.panel.where)
    event.add("status", "CANCELLED" if booking.state == "cancelled" else "CONFIRMED")
    return event


def _korean(moment: datetime) -> datetime:
    return moment.astimezone(KST)


def _file(events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//AI School Portal//KO")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()
