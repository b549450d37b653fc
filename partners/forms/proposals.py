"""Input of proposals of agreements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.measures import COUNTERS
from partners.models import Organization
from partners.states import BY_HAND, AgreementKind, Measure, ProposalState
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.common.fields import DateField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.rows import Rows


class ProposalFilter(FilterForm):
    q = SearchField(label=_("Search by title, company or office"))
    state = forms.ChoiceField(label=_("State"), choices=ProposalState.choices)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            named = rows.filter(company__name__icontains=q) | rows.filter(host__name__icontains=q)
            rows = rows.filter(title__icontains=q) | named
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        return rows


class PromisedForm(PortalForm):
    """One commitment of the company; a row without a promise is left out."""

    what = TextField(label=_("What you promise"), max_letters=200, required=False)
    quantity = IntegerField(label=_("Quantity"), min_value=1, max_value=10**13, required=False)
    unit = TextField(label=_("Unit"), max_letters=20, required=False)
    due_on = DateField(label=_("Due on"), required=False)
    measure = forms.ChoiceField(label=_("Counted by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [one for one in Measure.choices if one[0] in COUNTERS or one[0] in BY_HAND]
        self.fields["measure"].required = False

    def plan(self) -> dict[str, Any]:
        return {**self.cleaned_data, "measure": self.cleaned_data["measure"] or Measure.NONE}


class ProposalForm(PortalForm):
    host = forms.ModelChoiceField(
        label=_("Office"), queryset=Organization.objects.none(), empty_label=_("Choose"),
        help_text=_("Its officials decide on your proposal."),
    )  # fmt: skip
    title = TextField(label=_("Title"), max_letters=150)
    kind = forms.ChoiceField(label=_("Kind"), choices=AgreementKind.choices)
    purpose = TextField(
        label=_("Purpose"), max_letters=2_000, lines=True, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What both sides would do together."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_work = Membership.objects.live().filter(role=Role.OFFICIAL).order_by().values("organization")
        self.fields["host"].queryset = Organization.objects.hosts().filter(pk__in=at_work)
        self.rows = Rows(PromisedForm, "promises", args[0] if args else None, [], ("what", "unit"))

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.rows.is_valid(self)])
