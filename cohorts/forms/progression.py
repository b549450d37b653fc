"""What becomes of a class: a line for each of its people. No script needed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.actions.progression import Decision
from cohorts.models import PlaceOfStudy, Stay
from cohorts.queries.pathway import Spot
from cohorts.states import StayEnd
from portal.common.dates import school_year, school_year_begins
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm

REASON = TextField(max_letters=500, required=False)


@dataclass
class Line:
    """One of the class, with what was chosen or typed and what is wrong with it."""

    stay: Stay
    how: str
    to: str
    reason: str
    errors: dict[str, str] = field(default_factory=dict)


class DayForm(PortalForm):
    on = DateField(
        label=gettext_lazy("First day of the new year"),
        help_text=gettext_lazy("The school year begins on 1 March. Everybody is in this class until the day before."),
    )


class ProgressionForm:
    """The day, and the lines. `schools`: where the next stage can be done, if one follows; else there is no choice."""

    def __init__(
        self, stays: list[Stay], after: Spot | None, schools: list[PlaceOfStudy], data: QueryDict | None
    ) -> None:
        self.schools = {str(place.pk): place for place in schools}
        forward = StayEnd.PROGRESSED if after else StayEnd.COMPLETED
        self.choices = [(forward.value, self._words(forward, after)), *self._others()]
        first = self._first_day(stays)
        self.day = DayForm(data, initial={"on": first})
        self.lines = [self._line(stay, data, forward) for stay in stays]

    @staticmethod
    def _words(forward: StayEnd, after: Spot | None) -> str:
        return _("Goes on: %(next)s") % {"next": after} if after else str(forward.label)

    @staticmethod
    def _others() -> list[tuple[str, str]]:
        return [(StayEnd.HELD_BACK.value, str(StayEnd.HELD_BACK.label)), (StayEnd.LEFT.value, str(StayEnd.LEFT.label)),
                ("", _("Decide later"))]  # fmt: skip

    @staticmethod
    def _first_day(stays: list[Stay]) -> date:
        """The 1 March after the class began."""
        newest = max((stay.starts_on for stay in stays), default=timezone.localdate())
        return school_year_begins(school_year(newest) + 1)

    def _line(self, stay: Stay, data: QueryDict | None, forward: StayEnd) -> Line:
        alone = next(iter(self.schools)) if len(self.schools) == 1 else ""
        if data is None:
            return Line(stay, forward.value, alone, "")
        how, to, reason = (data.get(f"{name}-{stay.pk}", "") for name in ("how", "to", "reason"))
        return Line(stay, how, to, reason)

    def is_valid(self) -> bool:
        valid = self.day.is_valid()
        for line in self.lines:
            line.errors = dict(self._errors(line))
            valid = valid and not line.errors
        if valid and not any(line.how for line in self.lines):
            self.day.add_error(None, _("Nothing is decided yet."))
            return False
        return valid

    def _errors(self, line: Line) -> Iterator[tuple[str, str]]:
        if line.how not in dict(self.choices):
            yield "how", _("Choose one of these.")
        if line.how == StayEnd.PROGRESSED and self.schools and line.to not in self.schools:
            yield "to", _("Choose the school.")
        if line.how == StayEnd.LEFT and not line.reason.strip():
            yield "reason", _("Say why.")
        elif line.reason and (wrong := self._unreadable(line.reason)):
            yield "reason", wrong

    @staticmethod
    def _unreadable(reason: str) -> str:
        try:
            REASON.clean(reason)
        except forms.ValidationError as error:
            return str(error.messages[0])
        return ""

    @property
    def faulty(self) -> list[Line]:
        return [line for line in self.lines if line.errors]

    def decisions(self) -> dict[int, Decision]:
        """By the pk of the stay, for the action."""
        return {
            line.stay.pk: Decision(StayEnd(line.how), self.schools.get(line.to), REASON.clean(line.reason))
            for line in self.lines
            if line.how
        }

    def summary(self) -> list[tuple[str, list[Line]]]:
        """Who goes where, in groups, those without a decision last."""
        groups: list[tuple[str, list[Line]]] = []
        for how, label in self.choices:
            lines = [line for line in self.lines if line.how == how]
            if how == StayEnd.PROGRESSED and self.schools:
                for pk, place in self.schools.items():
                    if there := [line for line in lines if line.to == pk]:
                        groups.append((f"{label} · {place}", there))
            elif lines:
                groups.append((label, lines))
        return groups
