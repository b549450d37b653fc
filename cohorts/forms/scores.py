"""What reviewers enter."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.actions.scores import Given
from cohorts.models import Cohort, Score
from cohorts.states import Stage
from portal.common.fields import DecimalField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class ScoreForm(PortalForm):
    """Points and a comment for each stage that counts in the cohort; what is left empty is not scored."""

    def __init__(self, *args: Any, stages: Iterable[Stage], mine: Mapping[str, Score], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages = list(stages)
        for stage in self.stages:
            score = mine.get(stage)
            self.fields[f"{stage}_points"] = DecimalField(
                label=_("%(stage)s: points") % {"stage": stage.label},
                help_text=_("0 to 100, at most two digits after the point. Leave it empty if you have not scored it."),
                min_value=0,
                max_value=100,
                places=2,
                required=False,
                initial=score.points if score else None,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "p-short"}),
            )
            self.fields[f"{stage}_comment"] = TextField(
                label=_("%(stage)s: comment") % {"stage": stage.label},
                required=False,
                max_letters=1000,
                lines=True,
                initial=score.comment if score else "",
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for stage in self.stages:
            if cleaned.get(f"{stage}_comment") and cleaned.get(f"{stage}_points") is None:
                if not self.has_error(f"{stage}_points"):
                    self.add_error(f"{stage}_points", _("Enter the points that belong to your comment."))
        return cleaned

    def given(self) -> dict[Stage, Given]:
        entered = self.cleaned_data
        return {stage: Given(entered[f"{stage}_points"], entered[f"{stage}_comment"]) for stage in self.stages}


class ReviewFilter(FilterForm):
    q = SearchField(label=_("Receipt number"))
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)

    def __init__(self, *args: Any, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts
        self.fields["stage"].choices = Stage.choices

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> QuerySet:
        rows = rows.to_review(chosen.get("stage", Stage.DOCUMENT))
        if q := chosen.get("q"):
            rows = rows.filter(receipt_number__icontains=q)
        if cohort := chosen.get("cohort"):
            rows = rows.filter(cohort=cohort)
        return rows
