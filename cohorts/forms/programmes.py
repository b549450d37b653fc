"""Input of programmes: what is offered, and the stages of a pathway."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Programme
from cohorts.states import ProgrammeKind
from partners.models import Agreement
from portal.accounts.models import User
from portal.common.fields import IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.rows import Rows

FIELDS = (
    "kind", "name", "name_en", "agreement", "description", "target", "areas", "tools", "months_at_least", "capacity",
    "minors", "modelled_on",
)  # fmt: skip


class ProgrammeFilter(FilterForm):
    q = SearchField(label=_("Search by name"))
    kind = forms.ChoiceField(label=_("Kind"), choices=ProgrammeKind.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(name__icontains=q) | rows.filter(name_en__icontains=q)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        return rows


class StageForm(PortalForm):
    name = TextField(label=_("School or stage"), max_letters=100, required=False)
    years = IntegerField(label=_("Years"), min_value=1, max_value=10, required=False)

    def plan(self) -> tuple[str, int]:
        return self.cleaned_data["name"], self.cleaned_data["years"]


class ProgrammeForm(PortalForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *ProgrammeKind.choices])
    name = TextField(label=_("Name"), max_letters=100)
    name_en = TextField(label=_("Name in English"), max_letters=100, required=False)
    agreement = forms.ModelChoiceField(
        label=_("Agreement"), queryset=Agreement.objects.none(), required=False, empty_label=_("None")
    )
    description = TextField(label=_("Description"), max_letters=4000, lines=True, required=False)
    target = TextField(label=_("For whom"), max_letters=200, required=False)
    areas = TextField(label=_("Areas taught"), max_letters=200, required=False)
    tools = TextField(label=_("Tools used"), max_letters=200, required=False)
    months_at_least = IntegerField(
        label=_("Lasts at least (months)"), min_value=1, max_value=60, required=False,
        help_text=_("An intensive cohort that is shorter is refused. The agreement may promise more."),
    )  # fmt: skip
    capacity = IntegerField(label=_("Usual capacity"), min_value=1, max_value=10_000, required=False)
    minors = forms.BooleanField(label=_("For children under 14"), required=False)
    modelled_on = TextField(
        label=_("Modelled on"), max_letters=200, required=False,
        help_text=_("Such as: Microsoft AI School, France, 2018."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, programme: Programme | None = None, **kwargs: Any) -> None:
        if programme:
            kwargs["initial"] = {name: getattr(programme, name) for name in FIELDS} | {
                "agreement": programme.agreement_id
            }
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.visible_to(user)
        stages = [{"name": one.name, "years": one.years} for one in programme.stages.all()] if programme else []
        self.rows = Rows(StageForm, "stages", args[0] if args else None, stages, ("name", "years"))

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.rows.is_valid(self)])

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"stages": self.rows.plans()}
