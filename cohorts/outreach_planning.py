"""What a round of school visits and a school's request must satisfy.

The forms say every fault beside its field; the actions refuse the first one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cohorts.eligibility import province_of
from cohorts.models import OutreachRound, Programme
from cohorts.models.outreach import rural_basis_of
from cohorts.outreach_states import VisitFormat
from cohorts.planning import Fault
from cohorts.states import ProgrammeKind
from portal.common.dates import is_working_day

WISHES = 3


def round_faults(programme: Programme, plan: Mapping[str, Any]) -> Iterator[Fault]:
    """`plan` holds the fields of a round; what is missing in it is not judged."""
    if programme.kind != ProgrammeKind.OUTREACH:
        yield Fault("programme", _("Only a programme of school outreach has rounds of visits."))
    opens, closes = plan.get("apply_opens_at"), plan.get("apply_closes_at")
    if opens and closes and closes <= opens:
        yield Fault("apply_closes_at", _("Requests close before they open. Correct one of the two."))
    first, last = plan.get("visits_from"), plan.get("visits_until")
    if first and last and last < first:
        yield Fault("visits_until", _("The last day of the visits is before the first. Correct one of the two."))
    if closes and last and closes.date() > last:
        yield Fault("apply_closes_at", _("Requests close after the last visit. Correct one of the two."))
    if plan.get("names_needed") and plan.get("format") == VisitFormat.AT_SCHOOL:
        yield Fault("names_needed", _("A visit to a school needs no names. Choose this for visits to a company only."))
    if plan.get("format") == VisitFormat.AT_COMPANY and not plan.get("place", "-"):
        yield Fault("place", _("Say where the classes come to."))


# What may change once schools have read a round. Whom, what and by which rule they have relied on; a longer window, more
# visits or a clearer description takes nothing from anybody who has asked.
WIDENED = ("description", "visits_until", "visits_most", "pupils_most", "apply_closes_at", "waitlist_most")


def widening_faults(round: OutreachRound, plan: Mapping[str, Any]) -> Iterator[Fault]:
    """`plan` changes a published round; each of its numbers and days only grows, while schools can still ask."""
    for name, value in plan.items():
        before = getattr(round, name)
        if value == before:
            continue
        if name not in WIDENED:
            yield Fault(name, _("Schools have read this, so it stays as it is. Cancel the round and offer a new one."))
        elif name != "description" and value < before:
            yield Fault(name, _("Schools have read this round. It can only be made longer or larger."))
        elif name == "apply_closes_at" and round.is_over:
            yield Fault(
                name, _("The time for requests is over. To open it again would be unfair to those who kept to it.")
            )


def request_faults(round: OutreachRound, told: Mapping[str, Any]) -> Iterator[Fault]:
    """`told` holds the fields of a request; what is missing in it is not judged."""
    if (grade := told.get("grade")) and grade not in round.grades:
        yield Fault("grade", _("These visits are not for this grade."))
    if (pupils := told.get("pupils")) and pupils > round.pupils_most:
        sentence = _("A visit takes at most %(most)d pupils. Send a request for each class.")
        yield Fault("pupils", sentence % {"most": round.pupils_most})
    if address := told.get("address"):
        if province_of(address) is None:
            yield Fault("address", _("Begin with the province, like 경상북도 봉화군 봉화읍."))
        elif told.get("rural") and not rural_basis_of(address):
            yield Fault(
                "rural", _("A school counts as rural if its address names an 읍 or 면. Add it, or choose “No”.")
            )
    yield from _wish_faults(round, told.get("wishes", []))


def _wish_faults(round: OutreachRound, wishes: list[Any]) -> Iterator[Fault]:
    for place, day in enumerate(wishes, 1):
        if not round.visits_from <= day <= round.visits_until:
            told = {"first": round.visits_from.isoformat(), "last": round.visits_until.isoformat()}
            yield Fault(f"wish_{place}", _("Choose a day from %(first)s to %(last)s.") % told)
        elif not is_working_day(day):
            yield Fault(f"wish_{place}", _("There is no school on this day. Choose another."))
        elif day in wishes[: place - 1]:
            yield Fault(f"wish_{place}", _("You have wished for this day already. Choose another."))
