"""The filters of commitments and of what they add up to."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Agreement, Initiative, Organization
from partners.states import Measure, PromiseState
from portal.accounts.models import User
from portal.common.listing import FilterForm, SearchField

NO_STATE = ("none", _("Not measured yet"))  # a draft, or no quantity was agreed


class CommitmentFilter(FilterForm):
    """`party` and `agreement` (ids) come with the address of a sum; the page says whose they are."""

    q = SearchField(label=_("Search by promise, agreement or party"))
    state = forms.ChoiceField(label=_("State"), choices=[*PromiseState.choices, NO_STATE])
    measure = forms.ChoiceField(label=_("Counted by"), choices=Measure.choices)
    host = forms.ModelChoiceField(label=_("Kept by"), queryset=Organization.objects.none())
    initiative = forms.ModelChoiceField(label=_("Initiative"), queryset=Initiative.objects.none())
    party = forms.ModelChoiceField(label=_("Party"), queryset=Organization.objects.all(), widget=forms.HiddenInput)
    agreement = forms.ModelChoiceField(
        label=_("Agreement"), queryset=Agreement.objects.none(), widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Agreement.objects.visible_to(user)
        self.fields["host"].queryset = Organization.objects.filter(pk__in=seen.order_by().values("host"))
        self.fields["initiative"].queryset = Initiative.objects.visible_to(user)
        self.fields["agreement"].queryset = seen

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            titled = Agreement.objects.titled_like(q).order_by().values("pk")
            rows = rows.filter(Q(commitment__what__icontains=q) | Q(agreement__in=titled))
        if state := chosen.get("state"):
            rows = rows.filter(state="" if state == "none" else state)
        columns = {
            "measure": "commitment__measure", "host": "host", "party": "organization", "agreement": "agreement",
            "initiative": "agreement__initiatives",
        }  # fmt: skip
        return rows.filter(**{column: chosen[name] for name, column in columns.items() if chosen.get(name)})


class RollUpFilter(FilterForm):
    SHOWN = (
        (PromiseState.MISSED, _("With missed commitments")),
        (PromiseState.AT_RISK, _("With commitments at risk")),
    )
    q = SearchField(label=_("Search by name"))
    show = forms.ChoiceField(label=_("Show"), choices=SHOWN)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(**{"title__icontains" if rows.model is Agreement else "name__icontains": q})
        if show := chosen.get("show"):
            rows = rows.filter(**{f"{show}__gt": 0})
        return rows


def names_of(chosen: dict[str, Any]) -> list[str]:
    """Whose commitments a list is narrowed to by its address."""
    return [str(chosen[name]) for name in ("party", "agreement") if chosen.get(name)]
