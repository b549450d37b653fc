"""The only writers of `Stay`. Call them inside a transaction that has locked the enrolments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Enrolment, PlaceOfStudy, Progression, Stay
from cohorts.states import ENDS_THE_WAY, WAY_TRANSITIONS, Standing, StayEnd
from portal import audit
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

NEEDS_A_DAY_BEFORE = (StayEnd.PROGRESSED, StayEnd.HELD_BACK, StayEnd.COMPLETED)


@dataclass(frozen=True)
class Step:
    """How an open stay ends, and where the next one is: by default at the same school in the same year."""

    stay: Stay
    how: StayEnd
    place: PlaceOfStudy | None = None
    year: int | None = None
    reason: str = ""
    expected_on: date | None = None


def begin(
    enrolments: Sequence[Enrolment], places: Sequence[PlaceOfStudy], *, by: "User | None"
) -> tuple[list[Stay], list[AuditEvent]]:
    """The first stays, from the first day of each enrolment; two queries. The events are to be saved."""
    for person in Stay.objects.open().filter(person__in=[one.person_id for one in enrolments]).select_related("person"):
        raise ActionRefused(_("%(name)s is on another pathway already.") % {"name": person.person.name})
    stays = Stay.objects.bulk_create(
        Stay(
            enrolment=one,
            person_id=one.person_id,
            host_id=one.host_id,
            place=place,
            year=1,
            starts_on=one.starts_on,
        )
        for one, place in zip(enrolments, places, strict=True)
    )
    return stays, [_begun(stay, by) for stay in stays]


def step(steps: Sequence[Step], *, on: date, by: "User | None", progression: Progression | None = None) -> list[Stay]:
    """End open stays on `on` and begin those that follow on the same day; three queries, however many.

    Refuses what WAY_TRANSITIONS does not know, a day before the stay began, and one that has not come.
    """
    if on > timezone.localdate():
        raise ActionRefused(_("This day has not come yet. Choose today or an earlier day."), "on")
    events, following = [], []
    for one in steps:
        stay = one.stay
        _refuse(one, on)
        stay.until, stay.end, stay.reason, stay.ended_in = on, one.how, one.reason, progression
        before, after = _where(stay), {"until": on.isoformat()}
        if one.how not in ENDS_THE_WAY:
            following.append(_next(one, on, progression))
            after |= _where(following[-1])
        events.append(audit.event(stay, f"stay.{one.how}", by=by, before=before, after=after, reason=one.reason))
    Stay.objects.bulk_update([one.stay for one in steps], ["until", "end", "reason", "ended_in"])
    AuditEvent.objects.bulk_create(events)
    return Stay.objects.bulk_create(following)


def leave(enrolment: Enrolment, *, last_day: date, by: "User | None", reason: str) -> None:
    """End the way of an enrolment that has ended. Nothing, where it is no pathway."""
    stay = Stay.objects.select_for_update(of=("self",), no_key=True).open().filter(enrolment=enrolment).first()
    if stay is None:
        return
    if last_day < stay.starts_on:
        sentence = _("The last day cannot be before the first day of the present stay, %(day)s.")
        raise ActionRefused(sentence % {"day": stay.starts_on}, "on")
    until = last_day + timedelta(days=1)
    stay.until, stay.end, stay.reason = until, StayEnd.LEFT, reason[:500]
    stay.save(update_fields=["until", "end", "reason"])
    after = {"end": StayEnd.LEFT, "until": until.isoformat()}
    audit.record(stay, "stay.left", by=by, after=after, reason=reason)


def _refuse(one: Step, on: date) -> None:
    standing = Standing.ON_LEAVE if one.stay.on_leave else Standing.STUDYING
    if not one.stay.is_open or one.how not in WAY_TRANSITIONS[standing]:
        raise ActionRefused(_("This is no longer possible. Look at the way once more."))
    if on < one.stay.starts_on or (on == one.stay.starts_on and one.how in NEEDS_A_DAY_BEFORE):
        raise ActionRefused(
            _("The present stay began on %(day)s. Choose a later day.") % {"day": one.stay.starts_on}, "on"
        )


def _next(one: Step, on: date, progression: Progression | None) -> Stay:
    stay = one.stay
    return Stay(
        enrolment_id=stay.enrolment_id,
        person_id=stay.person_id,
        host_id=stay.host_id,
        place=one.place or stay.place,
        year=one.year or stay.year,
        on_leave=one.how == StayEnd.ON_LEAVE,
        starts_on=on,
        expected_on=one.expected_on,
        begun_in=progression,
    )


def _begun(stay: Stay, by: "User | None") -> AuditEvent:
    after = {"starts_on": stay.starts_on.isoformat(), **_where(stay)}
    return audit.event(stay, "stay.begun", by=by, after=after)


def _where(stay: Stay) -> dict[str, Any]:
    """As an audit event keeps it."""
    return {"place": stay.place_id, "year": stay.year, "on_leave": stay.on_leave}
