"""The list of trainees, and the end of a training."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from cohorts.states import LEAVES_BY_HAND, EnrolmentState
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class EnrolmentFilter(FilterForm):
    q = SearchField(label=_("Name"))
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())
    state = forms.ChoiceField(label=_("State"), choices=EnrolmentState.choices)
    show = forms.ChoiceField(label=_("Show"), choices=[("counted", _("Counted as trainees"))])
    agreement = forms.IntegerField(max_value=2**31, widget=forms.HiddenInput)  # comes with a commitment's address

    def __init__(self, *args: Any, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(person__name__icontains=q)
        if cohort := chosen.get("cohort"):
            rows = rows.filter(cohort=cohort)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if agreement := chosen.get("agreement"):
            rows = rows.filter(cohort__programme__agreement=agreement)
        return rows.counted() if chosen.get("show") else rows


class EndForm(PortalForm):
    to = forms.TypedChoiceField(
        label=_("How it ended"),
        coerce=EnrolmentState,
        choices=[(state, EnrolmentState(state).label) for state in LEAVES_BY_HAND],
        widget=forms.RadioSelect,
    )
    on = DateField(label=_("Last day"))
    reason = TextField(label=_("Reason"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 3}))
