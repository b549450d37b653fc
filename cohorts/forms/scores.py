"""What reviewers enter."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from cohorts.actions.scores import Given
from cohorts.models import Cohort, Criterion, Score
from cohorts.rubric import WHOLE
from cohorts.states import Stage
from portal.common.fields import DecimalField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class Sum(NamedTuple):
    """What the rubric of a stage makes so far."""

    stage: str
    points: int
    blank: int


class ScoreForm(PortalForm):
    """For each stage the criteria of its rubric, or one number, and a comment; what is left empty is not scored.

    `mine`: the scores given so far; `draft`: what was typed since, by field. A form that is not `complete` is on its
    way: half a rubric is no mistake in it.
    """

    def __init__(
        self,
        *args: Any,
        stages: Iterable[Stage],
        mine: Mapping[str, Score],
        criteria: Sequence[Criterion] = (),
        draft: Mapping[str, str] | None = None,
        complete: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stages, self.complete = list(stages), complete
        self.criteria = {stage: [one for one in criteria if one.stage == stage] for stage in self.stages}
        self.keys = iter("123456789")  # of the keyboard
        for stage in self.stages:
            score = mine.get(stage)
            if self.criteria[stage]:
                self._add_rubric(stage, {mark.criterion_id: mark.points for mark in score.marks.all()} if score else {})
            else:
                self._add_points(stage, score)
            self.fields[f"{stage}_comment"] = TextField(
                label=_("%(stage)s: comment") % {"stage": stage.label},
                required=False,
                max_letters=1000,
                lines=True,
                initial=score.comment if score else "",
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        for name, typed in (draft or {}).items():
            if name in self.fields:
                self.fields[name].initial = typed

    def _add_points(self, stage: Stage, score: Score | None) -> None:
        self.fields[f"{stage}_points"] = DecimalField(
            label=_("%(stage)s: points") % {"stage": stage.label},
            help_text=_("0 to 100, at most two digits after the point. Leave it empty if you have not scored it."),
            min_value=0,
            max_value=WHOLE,
            places=2,
            required=False,
            initial=score.points if score else None,
            widget=forms.TextInput(attrs=self._attributes("decimal")),
        )

    def _add_rubric(self, stage: Stage, marks: Mapping[int, int]) -> None:
        for one in self.criteria[stage]:
            self.fields[f"{stage}_{one.pk}"] = IntegerField(
                label=_("%(criterion)s (0 to %(most)d)") % {"criterion": one, "most": one.most},
                help_text=escape(one.explanation),  # a form shows it as it is
                min_value=0,
                max_value=one.most,
                required=False,
                initial=marks.get(one.pk),
                widget=forms.TextInput(attrs=self._attributes("numeric")),
            )

    def _attributes(self, inputmode: str) -> dict[str, str]:
        key = next(self.keys, None)
        return {"inputmode": inputmode, "class": "p-short", "autocomplete": "off"} | ({"data-key": key} if key else {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for stage in self.stages if self.complete else []:
            names = self._names(stage)
            blank = [name for name in names if cleaned.get(name) is None and not self.has_error(name)]
            comment = cleaned.get(f"{stage}_comment")
            if not blank or (len(blank) == len(names) and not comment):
                continue
            for name in blank:
                if self.criteria[stage]:
                    self.add_error(name, _("Enter the points of every criterion: blank is not 0."))
                else:
                    self.add_error(name, _("Enter the points that belong to your comment."))
        return cleaned

    def _names(self, stage: Stage) -> list[str]:
        return [f"{stage}_{one.pk}" for one in self.criteria[stage]] or [f"{stage}_points"]

    def given(self) -> dict[Stage, Given]:
        entered = self.cleaned_data
        found = {}
        for stage in self.stages:
            marks = {one.pk: entered[f"{stage}_{one.pk}"] for one in self.criteria[stage]}
            found[stage] = Given(entered.get(f"{stage}_points"), entered[f"{stage}_comment"], marks)
        return found

    def typed(self) -> dict[str, str]:
        """What differs from the scores given and could be read, as typed."""
        return {name: str(self.data.get(name, "")) for name in self.changed_data if not self.has_error(name)}

    @property
    def groups(self) -> list[tuple[Stage, list[forms.BoundField]]]:
        return [(stage, [self[name] for name in (*self._names(stage), f"{stage}_comment")]) for stage in self.stages]

    @property
    def sums(self) -> list[Sum]:
        found = []
        for stage in self.stages:
            names = self._names(stage) if self.criteria[stage] else []
            values = [self._value(name) for name in names]
            if names:
                found.append(Sum(str(stage.label), sum(filter(None, values)), values.count(None)))
        return found

    def _value(self, name: str) -> int | None:
        if self.is_bound:
            value: int | None = getattr(self, "cleaned_data", {}).get(name)
            return value
        initial = str(self[name].initial if self[name].initial is not None else "")
        return int(initial) if initial.isascii() and initial.isdigit() else None


class ReviewFilter(FilterForm):
    q = SearchField(label=_("Receipt number"))
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)

    def __init__(self, *args: Any, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts
        self.fields["stage"].choices = Stage.choices

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(receipt_number__icontains=q)
        if cohort := chosen.get("cohort"):
            rows = rows.filter(cohort=cohort)
        return rows
