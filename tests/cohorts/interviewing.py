"""Test data of admission interviews."""

from datetime import datetime, timedelta

from django.utils import timezone

from cohorts.interviewing import KST
from cohorts.models import (
    Application,
    Cohort,
    InterviewBooking,
    InterviewInvitation,
    InterviewPanel,
    InterviewPanelMember,
    InterviewSlot,
)
from cohorts.states import CohortState
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests import factories as make


def selecting(**fields) -> Cohort:
    return make.make_cohort(state=CohortState.SELECTING, **fields)


def make_reviewer(cohort: Cohort) -> User:
    return make.assign(make.make_member(Role.REVIEWER, cohort.host), cohort)


def make_panel(cohort: Cohort | None = None, *reviewers: User, **fields) -> InterviewPanel:
    """Of these reviewers, or of a new one."""
    cohort = cohort or selecting()
    panel = InterviewPanel.objects.create(
        **{"cohort": cohort, "host": cohort.host, "name": f"{cohort.panels.count() + 1}조", "place": "본관 301호"}
        | fields
    )
    for one in reviewers or [make_reviewer(cohort)]:
        InterviewPanelMember.objects.create(panel=panel, host=panel.host, reviewer=one)
    return panel


def at(days: float = 5, hour: int = 10, minute: int = 0) -> datetime:
    """A time of the Korean day so many days from now."""
    day = timezone.localtime() + timedelta(days=days)
    return day.astimezone(KST).replace(hour=hour, minute=minute, second=0, microsecond=0)


def make_slot(panel: InterviewPanel, starts_at: datetime | None = None, minutes: int = 20, **fields) -> InterviewSlot:
    starts_at = starts_at or at()
    return InterviewSlot.objects.create(
        **{"panel": panel, "cohort": panel.cohort, "host": panel.host, "starts_at": starts_at}
        | {"ends_at": starts_at + timedelta(minutes=minutes)}
        | fields
    )


def make_slots(panel: InterviewPanel, number: int, days: float = 5) -> list[InterviewSlot]:
    """One after the other from ten o'clock, with five minutes of rest."""
    return [make_slot(panel, at(days) + timedelta(minutes=25 * n)) for n in range(number)]


def make_invited(cohort: Cohort, *, user: User | None = None, hours: float = 48) -> Application:
    """An applicant with an account who may choose a time."""
    person = make.make_person(host=cohort.host, user=user or make.make_user())
    application = make.make_application(cohort=cohort, person=person)
    until = timezone.now() + timedelta(hours=hours)
    InterviewInvitation.objects.create(application=application, host=cohort.host, book_until=until)
    return application


def make_booking(slot: InterviewSlot, application: Application | None = None, **fields) -> InterviewBooking:
    application = application or make_invited(slot.cohort)
    return InterviewBooking.objects.create(
        **{"slot": slot, "cohort": slot.cohort, "host": slot.host, "application": application}
        | {"person": application.person}
        | fields
    )
