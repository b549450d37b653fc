"""The end of a school year: what is decided of a class, and taking that back on the same day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.stays import Step, step
from cohorts.models import Enrolment, PlaceOfStudy, Progression, Stay
from cohorts.queries.pathway import Spot, next_spot
from cohorts.states import DECIDES_A_CLASS, HAS_ENDED, EnrolmentState, StayEnd
from portal import audit
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User

ENROLMENT_ENDS = {StayEnd.LEFT: EnrolmentState.DROPPED, StayEnd.COMPLETED: EnrolmentState.COMPLETED}


@dataclass(frozen=True)
class Decision:
    """What becomes of one of the class; `to` is the school of who goes on to the next stage."""

    how: StayEnd
    to: PlaceOfStudy | None = None
    reason: str = ""


@transaction.atomic
def progress_class(
    place: PlaceOfStudy, year: int, decisions: Mapping[int, Decision], *, on: date, by: "User | None"
) -> Progression:
    """End the year of a class: by the pk of the stay, who goes on, repeats, leaves or completes from `on`.

    Who is not among the decisions stays where they are. A constant number of queries.
    """
    stages = list(place.stage.programme.stages.all())
    after = next_spot(stages, Spot(place.stage, year))
    stays = _lock_class(place, year, decisions)
    progression = Progression.objects.create(place=place, host_id=place.host_id, year=year, on=on, made_by=by)
    steps = [_step(stay, decisions[stay.pk], place, after) for stay in stays]
    step(steps, on=on, by=by, progression=progression)
    _end_enrolments(steps, on - timedelta(days=1), by=by)
    counts = {str(how): sum(one.how == how for one in steps) for how in DECIDES_A_CLASS}
    audit.record(progression, "class.progressed", by=by, after={"on": on.isoformat(), "year": year, **counts})
    return progression


def _lock_class(place: PlaceOfStudy, year: int, decisions: Mapping[int, Decision]) -> list[Stay]:
    """The open stays that are decided on, under the locks of their enrolments and their own."""
    there = Stay.objects.at_school().filter(place=place, year=year, pk__in=decisions)
    locked = Enrolment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(locked.filter(pk__in=there.values("enrolment")).values_list("pk"))
    stays = list(there.select_for_update(of=("self",), no_key=True).select_related("enrolment").order_by("pk"))
    if not stays or len(stays) != len(decisions):
        raise ActionRefused(_("The class has changed meanwhile. Look at it once more."))
    return stays


def _step(stay: Stay, decision: Decision, place: PlaceOfStudy, after: Spot | None) -> Step:
    how, reason = decision.how, decision.reason.strip()
    if how not in DECIDES_A_CLASS or how == (StayEnd.COMPLETED if after else StayEnd.PROGRESSED):
        raise ActionRefused(_("This cannot be decided at the end of this year."))
    if how == StayEnd.LEFT and not reason:
        raise ActionRefused(_("Say why somebody leaves."), f"reason-{stay.pk}")
    if how != StayEnd.PROGRESSED or after is None:
        return Step(stay, how, reason=reason)
    to = place if after.stage == place.stage else decision.to
    if to is None or to.stage_id != after.stage.pk:
        raise ActionRefused(_("Choose the school of the next stage."), f"to-{stay.pk}")
    return Step(stay, how, place=to, year=after.year, reason=reason)


def _end_enrolments(steps: list[Step], last_day: date, *, by: "User | None") -> None:
    ended, events = [], []
    for one in steps:
        if one.how not in ENROLMENT_ENDS:
            continue
        enrolment, to = one.stay.enrolment, ENROLMENT_ENDS[one.how]
        before, after = {"state": enrolment.state}, {"state": to, "ended_on": last_day.isoformat()}
        events.append(audit.event(enrolment, f"enrolment.{to}", by=by, before=before, after=after, reason=one.reason))
        enrolment.state, enrolment.ended_on, enrolment.end_reason = to, last_day, one.reason
        ended.append(enrolment)
    Enrolment.objects.bulk_update(ended, ["state", "ended_on", "end_reason"])
    AuditEvent.objects.bulk_create(events)


@transaction.atomic
def undo_progression(progression: Progression, *, reason: str, by: "User | None") -> Progression:
    """Everybody of the class is again where they were. On the same day only, and before anybody has moved since."""
    progression = Progression.objects.select_for_update(of=("self",), no_key=True).get(pk=progression.pk)
    if not progression.can_be_undone:
        raise ActionRefused(_("This can be undone on the day on which it was decided, once."))
    if not reason.strip():
        raise ActionRefused(_("Say why."), "reason")
    ended = progression.ended.select_related("enrolment__cohort").order_by("enrolment")
    locked = Enrolment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(locked.filter(pk__in=ended.values("enrolment")).values_list("pk"))
    if moved := progression.begun.filter(until__isnull=False).count():
        raise ActionRefused(_("%(count)d people have moved on since. Correct each by hand.") % {"count": moved})
    stays = list(ended)
    if any(stay.enrolment.cohort.state in HAS_ENDED for stay in stays):
        raise ActionRefused(_("This cohort is over and is kept as it is."))
    events = [audit.event(stay, "stay.undone", by=by, before={"end": stay.end}, reason=reason) for stay in stays]
    progression.begun.all().delete()
    _reopen(stays)
    progression.undone_at = timezone.now()
    progression.save(update_fields=["undone_at"])
    AuditEvent.objects.bulk_create(events)
    audit.record(progression, "class.undone", by=by, after={"people": len(stays)}, reason=reason)
    return progression


def _reopen(stays: list[Stay]) -> None:
    enrolments = []
    for stay in stays:
        if stay.end in ENROLMENT_ENDS:
            enrolment = stay.enrolment  # the only way back from an outcome: it was a mistake of this day
            enrolment.state, enrolment.ended_on, enrolment.end_reason = EnrolmentState.ACTIVE, None, ""
            enrolments.append(enrolment)
        stay.until, stay.end, stay.reason, stay.ended_in = None, "", "", None
    Stay.objects.bulk_update(stays, ["until", "end", "reason", "ended_in"])
    Enrolment.objects.bulk_update(enrolments, ["state", "ended_on", "end_reason"])
