"""The timetable of a course: its modules, prerequisites first, laid into its training days hour by hour.

The modules follow one another without a gap. Each is finished before the next one begins, so whatever a
module builds on has been taught. A holiday is no training day: it pushes the rest on, and hours that no
longer fit are reported, not dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from graphlib import CycleError, TopologicalSorter

from django.utils.translation import gettext as _

from portal.common.exceptions import ActionRefused


@dataclass(frozen=True)
class Module:
    code: str
    hours: int
    after: tuple[str, ...] = ()  # codes of the modules it builds on


@dataclass(frozen=True)
class TeachingDay:
    """The hours of a training day. An hour that the break cuts goes on after it."""

    hours: int = 8
    starts: time = time(9)
    break_starts: time = time(12)
    break_minutes: int = 60

    def starts_at(self, hour: int) -> time:
        """The clock time at which the hour with this index begins."""
        begins = _minutes(self.starts) + 60 * hour
        return _clock(begins + self.break_minutes if begins >= _minutes(self.break_starts) else begins)

    def ends_at(self, hour: int) -> time:
        """The clock time at which the hour with this index ends."""
        ends = _minutes(self.starts) + 60 * (hour + 1)
        return _clock(ends + self.break_minutes if ends > _minutes(self.break_starts) else ends)


@dataclass(frozen=True)
class Slot:
    """Hours of one module on one day. The break may lie between `starts` and `ends`."""

    day: date
    module_code: str
    hours: int
    starts: time
    ends: time


@dataclass(frozen=True)
class Timetable:
    slots: tuple[Slot, ...]
    hours_left: dict[str, int]  # by module, what did not fit into the days; empty if all did
    days_missing: int  # how many more training days that takes
    days_free: tuple[date, ...]  # training days on which nothing is taught


class TimetableError(ActionRefused):
    """The modules cannot be put in order; `codes` are those at fault."""

    def __init__(self, sentence: str, codes: Iterable[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(sentence % {"codes": ", ".join(self.codes)})


def in_order(modules: Sequence[Module]) -> list[Module]:
    """The modules with prerequisites first, otherwise in the order given, so that equal input plans equally.

    Raises TimetableError for a code given twice, a prerequisite that is not among the modules, or modules
    that wait for each other.
    """
    codes = [module.code for module in modules]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise TimetableError(_("More than one module has the code %(codes)s."), twice)
    if missing := sorted({code for module in modules for code in module.after} - set(codes)):
        raise TimetableError(_("Modules build on %(codes)s, which this course does not have."), missing)
    try:
        TopologicalSorter({module.code: module.after for module in modules}).prepare()
    except CycleError as error:
        cycle = error.args[1]
        raise TimetableError(_("These modules wait for each other: %(codes)s."), sorted(set(cycle))) from None
    ordered: dict[str, Module] = {}
    while len(ordered) < len(modules):
        ready = (module for module in modules if module.code not in ordered and ordered.keys() >= set(module.after))
        module = next(ready)
        ordered[module.code] = module
    return list(ordered.values())


def plan(modules: Sequence[Module], days: Sequence[date], teaching: TeachingDay = TeachingDay()) -> Timetable:
    """Fill the training days with the modules, in order and in whole hours.

    Raises TimetableError as `in_order` does.
    """
    hours_left = {module.code: module.hours for module in in_order(modules) if module.hours}
    queue = list(hours_left)
    slots: list[Slot] = []
    for day in days:
        taught = 0
        while queue and taught < teaching.hours:
            code = queue[0]
            hours = min(hours_left[code], teaching.hours - taught)
            slots.append(Slot(day, code, hours, teaching.starts_at(taught), teaching.ends_at(taught + hours - 1)))
            taught += hours
            hours_left[code] -= hours
            if not hours_left[code]:
                del hours_left[queue.pop(0)]
    used = {slot.day for slot in slots}
    return Timetable(
        tuple(slots),
        hours_left,
        days_missing=-(-sum(hours_left.values()) // teaching.hours),
        days_free=tuple(day for day in days if day not in used),
    )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> time:
    return time(*divmod(minutes, 60))
