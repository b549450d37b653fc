"""What the plan of a cohort and its policy must satisfy.

The forms say every fault beside its field; the actions refuse the first one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from cohorts.eligibility import province_of
from cohorts.models import Cohort, CohortPolicy, Programme
from cohorts.ranking import Tie
from cohorts.states import ProgrammeKind
from portal.common.dates import period_end

ALL_OF_IT = 100  # percent


@dataclass(frozen=True)
class Fault:
    field: str
    sentence: str


@dataclass(frozen=True)
class TrackPlan:
    """A track as it shall be; `pk` names the one that exists already."""

    name: str
    capacity: int
    pk: int | None = None


def first_too_late(stated: datetime) -> datetime:
    """ "Until 18:00", the stated minute included, ends at 18:01; "until 24:00" at midnight."""
    return stated.replace(second=0, microsecond=0) + timedelta(minutes=1)


def cohort_faults(programme: Programme, plan: Mapping[str, Any], tracks: Sequence[TrackPlan]) -> Iterator[Fault]:
    """`plan` holds the fields of a cohort; what is missing in it is not judged."""
    opens, closes = plan.get("apply_opens_at"), plan.get("apply_closes_at")
    if opens and closes and closes <= opens:
        yield from _wrong_order(Cohort, "apply_opens_at", "apply_closes_at")
    starts, ends = plan.get("starts_on"), plan.get("ends_on")
    if starts and ends and ends < starts:
        yield from _wrong_order(Cohort, "starts_on", "ends_on")
    elif starts and ends:
        yield from _too_short(programme, starts, ends)
    capacity, seats = plan.get("capacity"), sum(track.capacity for track in tracks)
    if capacity is not None and tracks and seats != capacity:
        sentence = _("The tracks have %(seats)d seats together, the cohort %(capacity)d. Make them equal.")
        yield Fault("capacity", sentence % {"seats": seats, "capacity": capacity})
    names = Counter(track.name for track in tracks)
    for place, track in enumerate(tracks):
        if names[track.name] > 1:
            yield Fault(f"tracks-{place}-name", _("Two tracks have this name. Choose another."))


def _too_short(programme: Programme, starts: Any, ends: Any) -> Iterator[Fault]:
    months = programme.promised_months
    if programme.kind != ProgrammeKind.INTENSIVE or not months:
        return
    earliest = period_end(starts, months)
    if ends < earliest:
        sentence = _("Promised are at least %(months)d months. The last day is %(earliest)s or later.")
        yield Fault("ends_on", sentence % {"months": months, "earliest": formats.date_format(earliest, "DATE_FORMAT")})


def policy_faults(policy: Mapping[str, Any]) -> Iterator[Fault]:
    """`policy` holds fields of a CohortPolicy; what is missing in it is not judged."""
    weights = {name: policy.get(name) for name in ("weight_document", "weight_test", "weight_interview")}
    known = [weight for weight in weights.values() if weight is not None]
    if len(known) == len(weights) and sum(known) != ALL_OF_IT:
        sentence = _("The weights make %(sum)d together. They must make 100.") % {"sum": sum(known)}
        yield from (Fault(name, sentence) for name in weights)
    if (order := policy.get("tie_order")) is not None and sorted(order) != sorted(Tie):
        yield Fault("tie_order", _("Each of what decides between equal totals stands in the order once."))
    if (region := policy.get("region")) and province_of(region) is None:
        yield Fault("region", _("Begin with the province, like 대구광역시 or 경상북도 구미시."))
    ordered = (("age_min", "age_max"), ("team_min", "team_max"), ("break_starts", "break_ends"))
    for first, last in (*ordered, ("confirm_days_needed", "confirm_days_window")):
        if _both(policy, first, last) and policy[last] < policy[first]:
            yield from _wrong_order(CohortPolicy, first, last)
    if _both(policy, "day_starts", "day_ends"):
        yield from _day_faults(policy)


def _day_faults(policy: Mapping[str, Any]) -> Iterator[Fault]:
    if policy["day_ends"] <= policy["day_starts"]:
        yield from _wrong_order(CohortPolicy, "day_starts", "day_ends")
    elif _both(policy, "break_starts", "break_ends") and (
        policy["break_starts"] < policy["day_starts"] or policy["break_ends"] > policy["day_ends"]
    ):
        for name in ("break_starts", "break_ends"):
            yield Fault(name, _("Lunch lies outside the day of training."))


def _both(values: Mapping[str, Any], first: str, last: str) -> bool:
    return values.get(first) is not None and values.get(last) is not None


def _wrong_order(model: type[Cohort] | type[CohortPolicy], first: str, last: str) -> Iterator[Fault]:
    """Both fields are named, beside both."""
    names = {name: model._meta.get_field(field).verbose_name for name, field in (("start", first), ("end", last))}  # type: ignore[union-attr]
    sentence = _("“%(end)s” comes before “%(start)s”. Correct one of them.") % names
    yield from (Fault(name, sentence) for name in (first, last))
