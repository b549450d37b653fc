"""Input for what an ordinance asks of agreements."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import OrdinanceProfile
from partners.states import ConsentRule
from portal.common.fields import DateField, IntegerField, TextField
from portal.common.forms import PortalForm


class OrdinanceForm(PortalForm):
    name = TextField(label=_("Name of the ordinance"), max_letters=100)
    applies_from = DateField(
        label=_("Applies to agreements signed from"), help_text=_("Agreements signed before that day have no duties.")
    )
    report_days = IntegerField(
        label=_("Report to the council within (days)"), min_value=1, max_value=730, required=False,
        help_text=_("Counted from the day of signing. Leave it empty if none is asked for."),
    )  # fmt: skip
    report_rolls = forms.BooleanField(
        label=_("A limit that ends on a holiday moves to the next working day"), required=False, initial=True,
        help_text=_("As Article 161 of the Civil Act has it."),
    )  # fmt: skip
    check_interval_months = IntegerField(
        label=_("Check every (months)"), min_value=1, max_value=60, required=False,
        help_text=_("12 for once a year. Leave it empty if none is asked for."),
    )  # fmt: skip
    consent_rule = forms.ChoiceField(label=_("Consent of the council before signing"), choices=ConsentRule.choices)

    def __init__(self, *args: Any, profile: OrdinanceProfile | None = None, **kwargs: Any) -> None:
        if profile:
            kwargs["initial"] = {name: getattr(profile, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class CouncilActForm(PortalForm):
    made_on = DateField(label=_("Date"))
    session = TextField(label=_("Session of the council"), max_letters=60, help_text=_("Such as 제312회 임시회."))
    note = TextField(
        label=_("Note"), max_letters=1_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"made_on": timezone.localdate()}, **kwargs)
