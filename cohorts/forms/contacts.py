"""An attempt to reach somebody."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.states import ContactChannel, ContactResult
from portal.common.fields import DateTimeField, TextField
from portal.common.forms import PortalForm


class ContactForm(PortalForm):
    channel = forms.ChoiceField(label=_("Way"), choices=ContactChannel.choices, widget=forms.RadioSelect)
    result = forms.ChoiceField(label=_("Result"), choices=ContactResult.choices, widget=forms.RadioSelect)
    contacted_at = DateTimeField(label=_("When"))
    note = TextField(
        label=_("Note"), max_letters=300, required=False, help_text=_("Such as: calls back tomorrow morning.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contacted_at"].initial = timezone.now
