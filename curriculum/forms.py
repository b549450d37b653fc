"""Input of the curriculum: modules, holidays, and the register of a day."""

import unicodedata
from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, CohortPolicy, Enrolment, Programme
from curriculum.actions.attendance import Entry
from curriculum.actions.copying import model_of
from curriculum.models import Attendance, Module
from curriculum.queries import newcomers, unconfirmed
from curriculum.states import ExcuseKind
from partners.models import Organization
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.fields import DateField, IntegerField, TextField
from portal.common.forms import PortalForm, PortalModelForm
from portal.common.listing import FilterForm, SearchField


class ModuleForm(PortalModelForm):
    code = TextField(label=gettext_lazy("Code"), max_letters=10)
    title = TextField(label=gettext_lazy("Name of the module"), max_letters=100)
    hours = IntegerField(label=gettext_lazy("Hours"), min_value=1, max_value=2000)

    class Meta:
        model = Module
        fields = ["code", "title", "hours", "after"]
        widgets = {"after": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, others: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].queryset = others
        self.fields["after"].help_text = _("Modules that must be finished before this one begins.")


class HolidayForm(PortalForm):
    date = DateField(label=gettext_lazy("Date"))
    name = TextField(label=gettext_lazy("Name"), max_letters=50)


class FirstDaysFilter(FilterForm):
    """Without a cohort, those who began within a month."""

    q = SearchField(label=gettext_lazy("Name"))
    cohort = forms.ModelChoiceField(label=gettext_lazy("Cohort"), queryset=Cohort.objects.none())
    show = forms.ChoiceField(label=gettext_lazy("Show"), choices=[("unconfirmed", gettext_lazy("Not confirmed"))])

    def __init__(self, *args: Any, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(person__name__icontains=q)
        rows = rows.filter(cohort=chosen["cohort"]) if chosen.get("cohort") else newcomers(rows)
        return unconfirmed(newcomers(rows)) if chosen.get("show") else rows


class DayFilter(FilterForm):
    saved = forms.ChoiceField(
        label=gettext_lazy("Attendance register"),
        choices=[("no", gettext_lazy("Not saved yet")), ("yes", gettext_lazy("Saved"))],
    )

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if saved := chosen.get("saved"):
            rows = rows.filter(registered_at__isnull=saved == "no")
        return rows


NOTE = TextField(max_letters=200, required=False)


class Line:
    """One trainee in a register: what is typed, and what is wrong with it."""

    FIELDS = ("check_in", "check_out", "left", "back", "excuse", "note")

    def __init__(self, trainee: Enrolment, typed: dict[str, str]) -> None:
        self.trainee = trainee
        self.typed = typed
        self.errors: dict[str, str] = {}

    def entry(self) -> Entry:
        """The line as an entry; fills `errors` where it cannot be one."""
        check_in, check_out = self.clock("check_in"), self.clock("check_out")
        left, back = self.clock("left"), self.clock("back")
        if check_out and not check_in and "check_in" not in self.errors:
            self.errors["check_in"] = _("Enter the check-in too.")
        if check_in and check_out and check_out <= check_in:
            self.errors["check_out"] = _("The check-out must be after the check-in.")
        if bool(left) != bool(back):
            self.errors["back" if left else "left"] = _("An outing needs both times.")
        elif left and back and back <= left:
            self.errors["back"] = _("The return must be after the leaving.")
        excuse = self.typed["excuse"]
        if excuse and excuse not in ExcuseKind.values:
            self.errors["excuse"] = _("Choose one of the reasons.")
        outings = ((left, back),) if left and back else ()
        return Entry(self.trainee.pk, check_in, check_out, outings, excuse, self.note())

    def note(self) -> str:
        try:
            note: str = NOTE.clean(self.typed["note"])
        except forms.ValidationError as refusal:
            self.errors["note"] = refusal.messages[0]
            return ""
        return note

    def clock(self, name: str) -> time | None:
        text = unicodedata.normalize("NFKC", self.typed[name][:20])
        if not text:
            return None
        try:
            return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self.errors[name] = _("Enter a time such as 09:00.")
            return None


class RegisterForm:
    """The register of a day, a line for each trainee. A plain class: a hundred forms would be slow."""

    def __init__(
        self, trainees: list[Enrolment], saved: Mapping[int, Attendance], data: Mapping[str, str] | None = None
    ) -> None:
        self.lines = [Line(trainee, self.typed(trainee, saved, data)) for trainee in trainees]
        self.entries: list[Entry] = []

    def typed(
        self, trainee: Enrolment, saved: Mapping[int, Attendance], data: Mapping[str, str] | None
    ) -> dict[str, str]:
        if data is not None:
            return {name: data.get(f"{name}-{trainee.pk}", "").replace("\x00", "").strip() for name in Line.FIELDS}
        row = saved.get(trainee.pk)
        if row is None:
            return dict.fromkeys(Line.FIELDS, "")
        left, back = row.outings[0] if row.outings else ("", "")
        shown = {"check_in": row.check_in, "check_out": row.check_out}
        clocks = {name: f"{value:%H:%M}" if value else "" for name, value in shown.items()}
        return {**clocks, "left": left, "back": back, "excuse": row.excuse, "note": row.note}

    def fill(self, policy: CohortPolicy) -> None:
        """Put the whole day into every empty line; nothing is saved by it."""
        for line in self.lines:
            if not any(line.typed.values()):
                line.typed["check_in"] = f"{policy.day_starts:%H:%M}"
                line.typed["check_out"] = f"{policy.day_ends:%H:%M}"

    def is_valid(self) -> bool:
        self.entries = [line.entry() for line in self.lines]
        return not any(line.errors for line in self.lines)

    @property
    def faulty(self) -> list[Line]:
        return [line for line in self.lines if line.errors]


class CopyForm(PortalForm):
    """A programme as a template: the admin chooses for which host, an office copies for itself."""

    name = TextField(label=gettext_lazy("Name of the new programme"), max_letters=100)
    host = forms.ModelChoiceField(
        label=gettext_lazy("For which organization"), queryset=Organization.objects.hosts(),
        help_text=gettext_lazy("For another organization the notice, the place and the partners stay behind."),
    )  # fmt: skip
    modelled_on = TextField(label=gettext_lazy("Modelled on"), max_letters=200, required=False)
    with_cohort = forms.BooleanField(label=gettext_lazy("With the set-up of its last cohort"), required=False)
    first_day = DateField(
        label=gettext_lazy("New first day"),
        required=False,
        help_text=gettext_lazy("The other dates move with it, keep their weekdays and skip holidays."),
    )

    def __init__(self, *args: Any, source: Programme, cohort: Cohort | None, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"host": source.host_id, "modelled_on": model_of(source), "with_cohort": cohort is not None}
        super().__init__(*args, **kwargs)
        self.source = source
        if user.role != Role.ADMIN:
            del self.fields["host"]
        if cohort is None:
            del self.fields["with_cohort"], self.fields["first_day"]
        else:
            told = {"cohort": cohort.name, "day": date_format(cohort.starts_on, "DATE_FORMAT")}
            self.fields["with_cohort"].help_text = _("%(cohort)s, which began on %(day)s: rules, tracks, dates.") % told

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("with_cohort") and not cleaned.get("first_day") and "first_day" not in self.errors:
            self.add_error("first_day", _("Enter the first day of the new cohort."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """For `copy_programme`."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "host": given.get("host") or self.source.host,
            "modelled_on": given["modelled_on"],
            "first_day": given.get("first_day") if given.get("with_cohort") else None,
        }
