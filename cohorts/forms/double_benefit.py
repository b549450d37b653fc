"""The question of double benefit (중복수혜), wherever it is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.common.fields import TextField
from portal.common.forms import PortalForm


class DoubleBenefitForm(PortalForm):
    """A form that asks for other training. A yes keeps nobody out: it is settled before enrolment (S1 art. 4 ② 6)."""

    other_training = forms.TypedChoiceField(
        label=_("Other training paid by the state or a city, at present"), coerce=lambda value: value == "True",
        choices=[(False, _("No")), (True, _("Yes"))], widget=forms.RadioSelect,
        help_text=_("You can take part all the same; it has to be settled before the course begins."),
    )  # fmt: skip
    other_training_name = TextField(
        label=_("Which training"), max_letters=200, required=False,
        help_text=_("If your answer is yes: the course, and who pays for it."),
    )  # fmt: skip

    def ask_double_benefit(self, asked: bool) -> None:
        """Call it when the form is made: leaves the question out where the cohort's policy does not ask."""
        if not asked:
            del self.fields["other_training"], self.fields["other_training_name"]

    def clean(self) -> dict[str, Any]:
        """A yes says which; a no takes the name away."""
        told = self.cleaned_data
        if told.get("other_training") and not told.get("other_training_name"):
            if "other_training_name" not in self.errors:
                self.add_error("other_training_name", _now("Say which training it is."))
        elif told.get("other_training") is False:
            told["other_training_name"] = ""
        return told
