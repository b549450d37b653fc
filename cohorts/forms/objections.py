"""An objection as it arrives, and its answer."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import ObjectionResult
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm


class ObjectionForm(PortalForm):
    received_on = DateField(label=_("Received on"), initial=timezone.localdate)
    what = TextField(label=_("What is objected to"), max_letters=2000, lines=True)


class AnswerForm(PortalForm):
    result = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect,
        choices=[one for one in ObjectionResult.choices if one[0] != ObjectionResult.OPEN],
    )  # fmt: skip
    answer = TextField(
        label=pgettext_lazy("objection", "Answer"),
        max_letters=2000,
        lines=True,
        help_text=_("The applicant gets it by mail."),
    )
