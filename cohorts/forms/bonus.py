"""Bonus points: the rules of a cohort, a claim with its evidence, and what an official decides on it."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import BonusRule
from cohorts.models.board import MOST_POINTS
from cohorts.states import BonusState
from portal.common.fields import DecimalField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import UploadField


class BonusRuleForm(PortalForm):
    name = TextField(label=_("For whom"), max_letters=60, help_text=_("Such as: family of a veteran, low income."))
    points = DecimalField(
        label=_("Points"), min_value=0, max_value=MOST_POINTS, places=2,
        help_text=_("0 gives no points: it only says who belongs to a group, for a quota."),
    )  # fmt: skip
    evidence = TextField(
        label=_("Evidence asked for"), max_letters=200, help_text=_("The paper that proves it, and how old it may be.")
    )


class ClaimForm(PortalForm):
    """`staff`: the office records a claim for somebody, and may say where the paper is instead of attaching it."""

    rule = forms.ModelChoiceField(
        label=_("What you claim points for"),
        queryset=BonusRule.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    file = UploadField(label=_("Evidence"), required=False)
    note = TextField(
        label=_("Where the paper is"), max_letters=200, required=False,
        help_text=_("If it is not attached, such as: original seen at the counter."),
    )  # fmt: skip

    def __init__(self, *args: Any, rules: QuerySet[BonusRule], staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = rules
        self.fields["rule"].label_from_instance = lambda rule: (
            f"{rule.name} (+{rule.points.normalize():f}) – {rule.evidence}"
        )
        if not staff:
            del self.fields["note"]
            self.fields["file"].required = True


class DecideForm(PortalForm):
    decision = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[
            (BonusState.CONFIRMED, pgettext_lazy("bonus", "Confirm")), (BonusState.REFUSED, pgettext_lazy("bonus", "Refuse")),
        ],
    )  # fmt: skip
    reason = TextField(
        label=_("Reason"), max_letters=300, required=False,
        help_text=_("Needed when it is refused. The applicant reads it."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("decision") == BonusState.REFUSED and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _now("Say why the claim is refused. The applicant reads it."))
        return cleaned


class ClaimFilter(FilterForm):
    q = SearchField(label=_("Name or receipt number"))
    state = forms.ChoiceField(label=_("State"), choices=BonusState.choices)
    rule = forms.ModelChoiceField(label=_("Bonus rule"), queryset=BonusRule.objects.none())

    def __init__(self, *args: Any, rules: QuerySet[BonusRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = rules

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(application__receipt_number__icontains=q) | Q(application__person__name__icontains=q))
        for name in ("state", "rule"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        return rows
