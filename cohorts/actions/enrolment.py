"""From an accepted seat to a trainee, and to the end of the training."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cohorts import emails, queries
from cohorts.actions.moves import _move_all
from cohorts.actions.offers import _free_seat, _lock_track, _promote
from cohorts.actions.stays import leave
from cohorts.models import Application, Cohort, Enrolment
from cohorts.readiness import Lack
from cohorts.states import (
    ENROLMENT_TRANSITIONS,
    FILLS_SEATS,
    LEAVES_REGISTRATION,
    ApplicationState,
    EnrolmentState,
)
from partners.actions.figures import refresh_figures
from portal import audit, notify
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def enrol(cohort: Cohort, *, by: "User | None") -> list[Enrolment]:
    """Make everybody who has accepted and lacks nothing a trainee, numbered by name after those that are there; one
    mail each. Who lacks something (`cohorts.readiness`) keeps the seat and is enrolled later.

    Somebody who comes after the first day starts today, with a denominator of their own (domain.md 1).
    """
    Cohort.objects.select_for_update(no_key=True).values_list("pk").get(pk=cohort.pk)
    # Only now: joined to the lock, the policy would be as it was before the wait.
    fresh = Cohort.objects.annotate(last_number=Coalesce(Max("enrolments__number"), 0))
    cohort = fresh.select_related("policy", "programme").get(pk=cohort.pk)
    if cohort.state not in FILLS_SEATS:
        raise ActionRefused(
            _("Nobody can be enrolled: the cohort is in the state “%(state)s”.") % {"state": cohort.get_state_display()}
        )
    accepted = queries.on_the_way(cohort).accepted().select_for_update(of=("self",), no_key=True).order_by("pk")
    found = list(accepted.select_related("person__user", "track"))
    if not found:
        raise ActionRefused(_("Nobody is waiting to be enrolled: no seat has been accepted since the last time."))
    lack = {one.pk: queries.lacks_of(one, cohort.policy) for one in found}
    applications = [one for one in found if not lack[one.pk]]
    if not applications:
        raise ActionRefused(_("Nobody is ready to be enrolled. %(who)s") % {"who": _missing(found, lack)})
    enrolments = Enrolment.objects.bulk_create(_trainees(cohort, applications, after=cohort.last_number))
    events = _move_all({ApplicationState.ENROLLED: applications}, by=by)
    events += [audit.event(enrolment, "enrolment.started", by=by) for enrolment in enrolments]
    AuditEvent.objects.bulk_create(events)
    notify.queue_many(_welcome(enrolment, by) for enrolment in enrolments)
    refresh_figures(cohort.programme.agreement_id)
    return enrolments


def _trainees(cohort: Cohort, applications: list[Application], *, after: int) -> Iterator[Enrolment]:
    """By name, numbered after those that are there."""
    starts_on = max(cohort.starts_on, timezone.localdate())
    in_order = sorted(applications, key=lambda application: (application.person.name, application.pk))
    for number, application in enumerate(in_order, start=after + 1):
        application.cohort = cohort
        yield Enrolment(
            cohort=cohort, host_id=cohort.host_id, person=application.person, track=application.track,
            application=application, number=number, starts_on=starts_on,
        )  # fmt: skip


def _missing(applications: list[Application], lack: dict[int, list[Lack]]) -> str:
    """Name by name, what is missing; the first ten."""
    said = [f"{one.person.name}: {', '.join(str(part.label) for part in lack[one.pk])}" for one in applications[:10]]
    return "; ".join(said) + (" …" if len(applications) > len(said) else "")


@transaction.atomic
def end_enrolment(
    enrolment: Enrolment, to: EnrolmentState, *, on: date, by: "User | None", reason: str = ""
) -> Enrolment:
    """End a training with its last day, and the way of who was on a pathway.

    Until the last day of registration somebody withdraws (수강철회) or has not come, later they drop out (중도포기:
    S1 art. 38). While the waitlist is valid, the seat goes to the next in line (충원).
    """
    track = _lock_track(enrolment.track_id) if enrolment.track_id else None
    enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    # After the locks: joined to one, the policy would be as it was before the wait.
    enrolment.cohort = Cohort.objects.select_related("policy", "programme").get(pk=enrolment.cohort_id)
    was = enrolment.state
    if to not in ENROLMENT_TRANSITIONS[was]:
        raise ActionRefused(_("This training has ended already: %(state)s.") % {"state": enrolment.get_state_display()})
    if on < enrolment.starts_on:
        raise ActionRefused(
            _("The last day cannot be before the first day, %(day)s.") % {"day": enrolment.starts_on}, "on"
        )
    if on > max(timezone.localdate(), enrolment.starts_on):
        raise ActionRefused(_("The last day cannot be in the future."), "on")
    _require_window(enrolment, to, on)
    enrolment.state, enrolment.ended_on, enrolment.end_reason = to, on, reason
    enrolment.save(update_fields=["state", "ended_on", "end_reason"])
    leave(enrolment, last_day=on, by=by, reason=reason)
    goes_on = track is not None and enrolment.application_id is not None and queries.waitlist_is_valid(enrolment.cohort)
    audit.record(
        enrolment,
        f"enrolment.{to}",
        by=by,
        before={"state": was},
        after={"state": to, "ended_on": on.isoformat(), "seat_freed": goes_on},
        reason=reason,
    )
    if track is not None and goes_on:
        _free_seat(track)
        _promote(track)
    refresh_figures(enrolment.cohort.programme.agreement_id)
    return enrolment


def _require_window(enrolment: Enrolment, to: EnrolmentState, on: date) -> None:
    """Who came without an application, as on a pathway, drops out at any time."""
    until = queries.registration_until(enrolment.cohort)
    day = formats.date_format(until, "DATE_FORMAT")
    if to in LEAVES_REGISTRATION and on > until:
        raise ActionRefused(
            _("Registration ended on %(day)s. Choose “Dropped out” for a later last day.") % {"day": day}, "to"
        )
    if to == EnrolmentState.DROPPED and on <= until and enrolment.application_id:
        raise ActionRefused(
            _("Until %(day)s this is a withdrawal. Choose “Withdrawn in the registration window”.") % {"day": day}, "to"
        )


def _welcome(enrolment: Enrolment, by: "User | None") -> notify.Message:
    assert enrolment.application is not None  # noqa: S101
    return emails.about(
        enrolment.application,
        "enrolled",
        slot="",
        by=by,
        number=enrolment.number,
        starts_on=enrolment.starts_on,
        place=enrolment.cohort.place,
        day_starts=enrolment.cohort.policy.day_starts,
    )
