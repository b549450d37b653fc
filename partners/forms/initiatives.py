"""Input of initiatives."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Agreement, Initiative, Organization
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.fields import IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField


class InitiativeFilter(FilterForm):
    q = SearchField(label=_("Search by name or lead"))

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(name__icontains=q) | rows.filter(lead__name__icontains=q)
        return rows


class InitiativeForm(PortalForm):
    name = TextField(label=_("Name"), max_letters=150)
    lead = forms.ModelChoiceField(label=_("Led by"), queryset=Organization.objects.all(), empty_label=_("Choose"))
    since = IntegerField(label=_("Since (year)"), min_value=1950, max_value=2100, required=False)
    purpose = TextField(
        label=_("Purpose"), max_letters=2_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, initiative: Initiative | None = None, **kwargs: Any) -> None:
        if initiative:
            kwargs["initial"] = {name: getattr(initiative, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class JoinForm(PortalForm):
    """By the register number: a city may keep thousands, too many for a list to choose from."""

    number = TextField(
        label=_("Register number of the agreement"), max_letters=30, help_text=_("Of an agreement that you keep.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_number(self) -> Agreement:
        kept = Agreement.objects.visible_to(self.user).filter(number=self.cleaned_data["number"])
        if self.user.role != Role.ADMIN:
            kept = kept.filter(host=self.user.organization_id)
        found = list(kept[:2])
        if not found:
            raise forms.ValidationError(_("The register has no agreement with this number."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several offices keep an agreement with this number."))
        return found[0]
