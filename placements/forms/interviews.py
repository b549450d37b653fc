"""Input of job interviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Organization
from placements.states import InterviewKind, InterviewOutcome
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.fields import DateField
from portal.common.forms import PortalForm


class SettleForm(PortalForm):
    outcome = forms.ChoiceField(
        label=_("Outcome of the interview"), choices=InterviewOutcome.choices, widget=forms.RadioSelect
    )


class InterviewForm(SettleForm):
    company = forms.ModelChoiceField(label=_("Company"), queryset=Organization.objects.companies().order_by("name"))
    held_on = DateField(label=_("Day of the interview"))
    kind = forms.ChoiceField(label=_("Kind of interview"), choices=InterviewKind.choices, widget=forms.RadioSelect)
    field_order = ("company", "held_on", "kind", "outcome")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.role == Role.MENTOR:
            del self.fields["company"]  # the own
