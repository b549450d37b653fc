"""The schools of a pathway, who enters it, and what happens to one person on the way.

Each action locks the enrolment first and its open stay after it. What is decided of a whole class
stands in `progression`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from cohorts.actions.enrolment import end_enrolment
from cohorts.actions.offers import _lock_track
from cohorts.actions.people import People, person_of
from cohorts.actions.stays import Step, begin, step
from cohorts.models import Cohort, Enrolment, Person, PlaceOfStudy, ProgrammeStage, Stay, Track
from cohorts.models.pathway import is_pathway
from cohorts.states import FILLS_SEATS, EnrolmentState, StayEnd
from partners.actions.figures import refresh_figures
from partners.models import Organization
from partners.states import OFFERS_STAGES
from portal import audit
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

# Schools -------------------------------------------------------------------------------


@transaction.atomic
def add_place(stage: ProgrammeStage, school: Organization, *, by: "User | None") -> PlaceOfStudy:
    """From now on the stage can be done at this school."""
    if school.kind not in OFFERS_STAGES:
        raise ActionRefused(_("Choose a school or a university."), "school")
    place, new = PlaceOfStudy.objects.get_or_create(stage=stage, school=school, host_id=stage.programme.host_id)
    if not new:
        raise ActionRefused(_("This school offers the stage already."), "school")
    after = {"stage": stage.pk, "school": school.pk}
    audit.record(stage.programme, "programme.school_added", by=by, after=after)
    return place


@transaction.atomic
def remove_place(place: PlaceOfStudy, *, by: "User | None") -> None:
    """Take back a school at which nobody is or ever was."""
    programme = place.stage.programme
    if place.stays.exists() or place.progressions.exists():
        raise ActionRefused(_("People are or were at %(school)s, so it stays.") % {"school": place.school})
    before = {"stage": place.stage_id, "school": place.school_id}
    audit.record(programme, "programme.school_removed", by=by, before=before)
    place.delete()


# Entrants ------------------------------------------------------------------------------


@transaction.atomic
def enter(cohort: Cohort, places: Mapping[int, PlaceOfStudy], *, by: "User | None") -> list[Stay]:
    """Begin the way of people who are enrolled, at the school that `places` names by the pk of the enrolment.

    The first stay begins with the enrolment. Who has entered already, or has left, is refused.
    """
    cohort = _lock_cohort(cohort)
    first = cohort.programme.stages.first()
    if any(place.stage_id != getattr(first, "pk", 0) for place in places.values()):
        raise ActionRefused(_("Choose a school of the first stage."))
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).active().filter(cohort=cohort, stays=None)
    enrolments = list(rows.filter(pk__in=places).order_by("number"))
    if not enrolments or len(enrolments) != len(places):
        raise ActionRefused(_("The list has changed meanwhile. Look at it once more."))
    stays, events = begin(enrolments, [places[one.pk] for one in enrolments], by=by)
    AuditEvent.objects.bulk_create(events)
    audit.record(cohort, "cohort.entered", by=by, after={"entrants": len(stays)})
    refresh_figures(cohort.programme.agreement_id)
    return stays


@dataclass(frozen=True)
class Entrant:
    """Somebody whom a school has admitted. `on`: by default the first day of the entry year."""

    place: PlaceOfStudy
    name: str
    birth_date: date
    mobile: str
    email: str
    address: str = ""
    on: date | None = None


@transaction.atomic
def admit_entrant(cohort: Cohort, entrant: Entrant, *, by: "User | None") -> Enrolment:
    """Take in somebody whom the school has admitted, without an application."""
    return admit_entrants(cohort, [entrant], by=by)[0]


@transaction.atomic
def admit_entrants(cohort: Cohort, entrants: Sequence[Entrant], *, by: "User | None") -> list[Enrolment]:
    """Take in a school's whole list, or nobody of it, and begin their ways. Few queries but for those known already."""
    cohort = _lock_cohort(cohort)
    track = _lock_track(cohort.tracks.values_list("pk", flat=True).first())
    if track.seats_taken + len(entrants) > track.capacity:
        raise ActionRefused(_("“%(track)s” has %(free)d free seats.") % {"track": track.name, "free": track.seats_free})
    if not entrants:
        raise ActionRefused(_("There is nobody in this list."))
    days = [one.on or cohort.starts_on for one in entrants]
    if any(not cohort.starts_on <= day <= cohort.ends_on for day in days):
        raise ActionRefused(_("This day is not within the years of the entry year."), "on")
    people = _persons_of(cohort, entrants, by=by)
    inside = set(cohort.enrolments.filter(person__in=people).values_list("person", flat=True))
    for place, person in enumerate(people):
        if person.pk in inside or person in people[:place]:
            raise ActionRefused(
                _("%(name)s has entered already, or stands in the list twice.") % {"name": person}, "name"
            )
    Track.objects.filter(pk=track.pk).update(seats_taken=F("seats_taken") + len(people))
    number = (cohort.enrolments.aggregate(last=Max("number"))["last"] or 0) + 1
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, host_id=cohort.host_id, person=person, track=track, number=n, starts_on=day)
        for n, (person, day) in enumerate(zip(people, days, strict=True), start=number)
    )
    AuditEvent.objects.bulk_create(audit.event(one, "enrolment.started", by=by) for one in enrolments)
    enter(cohort, {one.pk: told.place for one, told in zip(enrolments, entrants, strict=True)}, by=by)
    return enrolments


def _persons_of(cohort: Cohort, entrants: Sequence[Entrant], *, by: "User | None") -> list[Person]:
    """The host's records of these people, found and brought up to date, or made."""
    known = People(
        cohort.host_id,
        emails=[one.email for one in entrants],
        mobiles=[one.mobile for one in entrants],
        births=[one.birth_date for one in entrants],
    )
    found, new = [], []
    for one in entrants:
        told: dict[str, Any] = {
            "name": one.name,
            "birth_date": one.birth_date,
            "mobile": one.mobile,
            "email": one.email,
        }
        person = known.find(**told)
        if person is None:
            person = Person(host_id=cohort.host_id, address=one.address, **told)
            known.add(person)
            new.append(person)
        elif person.pk:
            person = person_of(cohort.host, **told, address=one.address or person.address, by=by)
        found.append(person)
    Person.objects.bulk_create(new)
    AuditEvent.objects.bulk_create(audit.event(person, "person.recorded", by=by) for person in new)
    return found


def _lock_cohort(cohort: Cohort) -> Cohort:
    rows = Cohort.objects.select_for_update(of=("self",), no_key=True).select_related("programme", "host")
    cohort = rows.get(pk=cohort.pk)
    if not is_pathway(cohort.programme):
        raise ActionRefused(_("Only a pathway has stages at several schools."))
    if cohort.state not in FILLS_SEATS:
        sentence = _("Nobody can enter: the cohort is in the state “%(state)s”.")
        raise ActionRefused(sentence % {"state": cohort.get_state_display()})
    return cohort


# On the way ----------------------------------------------------------------------------


@transaction.atomic
def take_leave(
    enrolment: Enrolment, *, on: date, expected_on: date | None = None, reason: str, by: "User | None"
) -> Stay:
    """Leave of absence (휴학) from `on`; `expected_on` is the day of return, if it is known."""
    stay = _open_stay(enrolment)
    if not reason.strip():
        raise ActionRefused(_("Say why."), "reason")
    if expected_on and expected_on <= on:
        raise ActionRefused(_("The return comes after the first day of the leave."), "expected_on")
    return step([Step(stay, StayEnd.ON_LEAVE, reason=reason, expected_on=expected_on)], on=on, by=by)[0]


@transaction.atomic
def return_from_leave(enrolment: Enrolment, *, on: date, by: "User | None") -> Stay:
    """Back at school (복학) from `on`: at the same school, in the same year."""
    return step([Step(_open_stay(enrolment), StayEnd.RETURNED)], on=on, by=by)[0]


@transaction.atomic
def transfer(enrolment: Enrolment, to: PlaceOfStudy, *, on: date, reason: str, by: "User | None") -> Stay:
    """Go on at another school of the same stage (전학) from `on`."""
    stay = _open_stay(enrolment)
    if to.stage_id != stay.place.stage_id or to.pk == stay.place_id:
        raise ActionRefused(_("Choose another school of the same stage."), "to")
    return step([Step(stay, StayEnd.TRANSFERRED, place=to, reason=reason)], on=on, by=by)[0]


@transaction.atomic
def leave_pathway(enrolment: Enrolment, *, on: date, reason: str, by: "User | None") -> Enrolment:
    """The last day on the pathway, and why."""
    if not reason.strip():
        raise ActionRefused(_("Say why."), "reason")
    return end_enrolment(enrolment, EnrolmentState.DROPPED, on=on, reason=reason, by=by)


def _open_stay(enrolment: Enrolment) -> Stay:
    """The open stay under the locks of its enrolment and its own."""
    Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    rows = Stay.objects.select_for_update(of=("self",), no_key=True).open().select_related("place")
    stay = rows.filter(enrolment=enrolment).first()
    if stay is None:
        raise ActionRefused(_("This way has ended, or has not begun."))
    return stay
