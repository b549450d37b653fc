"""Input of rubrics: a row for each criterion."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cohorts.actions.rubric import CriterionPlan
from cohorts.models import Criterion
from cohorts.rubric import WHOLE
from cohorts.states import Stage
from portal.common.exceptions import ActionRefused
from portal.common.fields import IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.rows import Rows

FIRST_ROWS = 3  # of them some empty, before the usual empty ones
SHORT = {"inputmode": "numeric", "class": "p-short"}

# domain.md section 1: how documents and interviews are judged as a rule
USUAL: dict[str, list[CriterionPlan]] = {
    Stage.DOCUMENT: [
        CriterionPlan("지원동기", 30, "Motivation"),
        CriterionPlan("취업 의지", 30, "Intent to find work"),
        CriterionPlan("학습 계획", 20, "Plan of study"),
        CriterionPlan("기초 역량", 20, "Basics"),
    ],
    Stage.TEST: [],
    Stage.INTERVIEW: [
        CriterionPlan("참여 의지", 30, "Commitment", low_below=12),
        CriterionPlan("문제해결 능력", 30, "Problem solving"),
        CriterionPlan("의사소통과 협업", 20, "Communication and teamwork"),
        CriterionPlan("취업 계획", 20, "Plan for work"),
    ],
}


class CriterionForm(PortalForm):
    name = TextField(label=_("Criterion"), max_letters=100, required=False)
    most = IntegerField(
        label=_("Maximum points"), min_value=1, max_value=WHOLE, required=False, widget=forms.TextInput(attrs=SHORT)
    )
    minimum = IntegerField(
        label=_("Minimum mark"), min_value=1, max_value=WHOLE, required=False, widget=forms.TextInput(attrs=SHORT)
    )
    low_below = IntegerField(
        label=_("“Low” below"), min_value=1, max_value=WHOLE, required=False, widget=forms.TextInput(attrs=SHORT)
    )
    description = TextField(label=_("Description for reviewers"), max_letters=500, required=False)
    name_en = TextField(label=_("Name in English"), max_letters=100, required=False)
    description_en = TextField(label=_("Description in English"), max_letters=500, required=False)

    @property
    def own(self) -> list[BoundField]:
        """What every criterion needs; its English words stand apart."""
        return [self[name] for name in self.fields if not name.endswith("_en")]

    @property
    def english(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.endswith("_en")]

    @property
    def english_wrong(self) -> bool:
        return any(field.errors for field in self.english)

    def plan(self) -> CriterionPlan:
        return CriterionPlan(**self.cleaned_data)


class RubricForm(PortalForm):
    """The rows of one stage; what their points make together is said with every answer."""

    def __init__(self, data: Any = None, *, plans: Iterable[CriterionPlan | Criterion]) -> None:
        super().__init__(data)
        fields = CriterionForm.base_fields
        stored = [{name: getattr(plan, name) for name in fields} for plan in plans]
        stored += [{} for _row in range(FIRST_ROWS - len(stored))]
        self.rows = Rows(CriterionForm, "criteria", data, stored, ("name", "most"))

    def is_valid(self) -> bool:
        return self.is_bound and super().is_valid() and self.rows.is_valid(self)

    @property
    def sum(self) -> int:
        """Of the points that can be read, typed or stored."""
        if not self.is_bound:
            return sum(row.initial.get("most", 0) for row in self.rows)
        for row in self.rows:
            row.full_clean()
        return sum(row.cleaned_data.get("most") or 0 for row in self.rows)

    def refuse(self, refusal: ActionRefused) -> None:
        if refusal.field and self.rows.add_error(refusal.field, str(refusal)):
            self.add_error(None, _now("One of the rows below the form is not right yet."))
        else:
            super().refuse(refusal)
