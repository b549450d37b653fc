"""The selection board: rules to try, all of them in the address; adopting them asks for a reason."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.actions.board import QuotaPlan, plan_of, quota_faults
from cohorts.models import Application, QuotaGroup, QuotaRuleChoice, QuotaUnit
from cohorts.planning import policy_faults
from cohorts.queries import Pool
from cohorts.ranking import BonusPolicy, Tie, Weights
from cohorts.rules import Rules
from cohorts.states import Stage
from portal.common.exceptions import ActionRefused
from portal.common.fields import DecimalField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.rows import Rows

TIES = {
    Tie.INTERVIEW: Stage.INTERVIEW.label,
    Tie.TEST: Stage.TEST.label,
    Tie.DOCUMENT: Stage.DOCUMENT.label,
    Tie.SUBMITTED_AT: pgettext_lazy("tie", "Who applied earlier"),
}
WEIGHTS = tuple(f"weight_{stage}" for stage in Stage)


class QuotaForm(PortalForm):
    """One row. A region is typed, every other group is chosen."""

    group = forms.ChoiceField(label=pgettext_lazy("quota", "For whom"), required=False)
    region = TextField(label=pgettext_lazy("quota", "Which region"), max_letters=40, required=False)
    rule = forms.ChoiceField(label=_("Rule"), choices=QuotaRuleChoice.choices, required=False)
    amount = IntegerField(label=pgettext_lazy("quota", "How many"), min_value=0, max_value=10_000, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=QuotaUnit.choices, required=False)
    track = forms.ChoiceField(label=_("Track"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("group") == QuotaGroup.REGION and not cleaned.get("region") and "region" not in self.errors:
            self.add_error("region", _("Name the region: 대구광역시, or 경상북도 구미시."))
        return cleaned

    def plan(self) -> QuotaPlan:
        cleaned = self.cleaned_data
        kind, _colon, value = cleaned["group"].partition(":")
        return QuotaPlan(
            int(cleaned["track"]) if cleaned["track"] else None,
            kind,
            cleaned["region"] if kind == QuotaGroup.REGION else value,
            cleaned["rule"] or QuotaRuleChoice.AT_LEAST,
            cleaned["amount"],
            cleaned["unit"] or QuotaUnit.SEATS,
        )


class BoardForm(PortalForm):
    """The rules of a cohort as they are tried; labels and limits are those of the policy."""

    weight_document = IntegerField(label=_("Weight of documents (%)"), min_value=0, max_value=100)
    weight_test = IntegerField(label=_("Weight of the coding test (%)"), min_value=0, max_value=100)
    weight_interview = IntegerField(label=_("Weight of the interview (%)"), min_value=0, max_value=100)
    minimum_total = DecimalField(
        label=_("Least total for a seat"), min_value=0, max_value=100, places=2, required=False
    )
    minimum_document = DecimalField(
        label=_("Minimum mark of the documents"), min_value=0, max_value=100, places=2, required=False
    )
    minimum_test = DecimalField(
        label=_("Minimum mark of the coding test"), min_value=0, max_value=100, places=2, required=False
    )
    minimum_interview = DecimalField(
        label=_("Minimum mark of the interview"), min_value=0, max_value=100, places=2, required=False
    )
    bonus_limit = DecimalField(
        label=_("Most bonus points"), min_value=0, max_value=99, places=2, required=False,
        help_text=_("Left empty, all confirmed points count."),
    )  # fmt: skip
    bonus_above_full = forms.BooleanField(label=_("Bonus points may lift a total past 100"), required=False)
    tie_order = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def __init__(self, data: Any = None, *, pool: Pool, **kwargs: Any) -> None:
        policy = pool.cohort.policy
        initial = {name: getattr(policy, name) for name in self.base_fields} | {"tie_order": ",".join(policy.tie_order)}
        super().__init__(data, initial=initial, **kwargs)
        self.pool = pool
        stored = [self._stored(plan_of(quota)) for quota in pool.quotas]
        self.rows = Rows(QuotaForm, "quotas", data, stored, ("group", "amount"))
        tracks = [("", _("In each track")), *((str(track.pk), track.name) for track in pool.tracks)]
        for row in self.rows:
            row.fields["group"].choices = self._groups()
            row.fields["track"].choices = tracks

    @staticmethod
    def _stored(plan: QuotaPlan) -> dict[str, Any]:
        region = plan.kind == QuotaGroup.REGION
        return vars(plan) | {
            "group": plan.kind if region else f"{plan.kind}:{plan.value}",
            "region": plan.value if region else "",
            "track": str(plan.track or ""),
        }

    def _groups(self) -> list[tuple[Any, Any]]:
        educations = [(f"education:{value}", label) for value, label in Application.Education.choices]
        return [
            ("", _("None")),
            (QuotaGroup.REGION.value, QuotaGroup.REGION.label),
            (QuotaGroup.BONUS.label, list(self.pool.bonus_names.items())),
            (QuotaGroup.EDUCATION.label, educations),
        ]

    def clean_minimum_total(self) -> Any:
        return self.cleaned_data["minimum_total"] or 0

    def clean_tie_order(self) -> list[str]:
        """What is no order is the cohort's own."""
        order = self.cleaned_data["tie_order"].split(",")
        return order if sorted(order) == sorted(Tie) else [*self.pool.cohort.policy.tie_order]

    def is_valid(self) -> bool:
        if not self.is_bound:
            return False
        valid = all([super().is_valid(), self.rows.is_valid(self)])
        for fault in policy_faults({name: self.cleaned_data.get(name) for name in WEIGHTS}):
            self.add_error(fault.field, fault.sentence)
            valid = False
        if valid:
            for fault in quota_faults(self.pool.cohort, self.pool.tracks, self._rules(), self.rows.plans()):
                self.refuse(ActionRefused(fault.sentence, fault.field))
                valid = False
        return valid

    def _rules(self) -> list[str]:
        return [group.partition(":")[2] for group in self.pool.bonus_names]

    def refuse(self, refusal: ActionRefused) -> None:
        if refusal.field and self.rows.add_error(refusal.field, str(refusal)):
            self.add_error(None, _("One of the quotas is not right yet."))
        else:
            super().refuse(refusal)

    @property
    def ties(self) -> list[tuple[str, Any]]:
        """The order as it is shown: code and label, first what counts first."""
        order = self.cleaned_data.get("tie_order") if self.is_bound else None
        return [(tie, TIES[Tie(tie)]) for tie in order or self.pool.cohort.policy.tie_order]

    def policy(self) -> dict[str, Any]:
        """What would be written into the policy."""
        return dict(self.cleaned_data)

    def tried(self) -> Rules:
        """All but the quotas."""
        given: Mapping[str, Any] = self.cleaned_data
        return Rules(
            Weights(*(given[name] for name in WEIGHTS)),
            given["minimum_total"],
            {stage: least for stage in Stage if (least := given[f"minimum_{stage}"]) is not None},
            tuple(Tie(tie) for tie in given["tie_order"]),
            BonusPolicy(given["bonus_limit"], given["bonus_above_full"]),
        )


class AdoptForm(PortalForm):
    reason = TextField(
        label=_("Why these rules"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 3})
    )
