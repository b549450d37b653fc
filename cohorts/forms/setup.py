"""Which cohort to copy the set-up from, and what of it."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.actions.setup import COPIERS
from cohorts.models import Cohort
from portal.common.forms import PortalForm


class SetupForm(PortalForm):
    source = forms.ModelChoiceField(label=_("Copy from"), queryset=Cohort.objects.none(), empty_label=_("Choose"))
    parts = forms.MultipleChoiceField(
        label=_("What is copied"), widget=forms.CheckboxSelectMultiple,
        choices=[(name, one.label) for name, one in COPIERS.items()], initial=list(COPIERS),
        help_text=_("It takes the place of what this cohort has. People, applications and notices never come along."),
    )  # fmt: skip

    def __init__(self, *args: Any, sources: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources
        self.fields["source"].label_from_instance = lambda one: f"{one} ({one.starts_on:%Y-%m-%d} ~)"
        self.fields["source"].widget.choices = self.fields["source"].choices
