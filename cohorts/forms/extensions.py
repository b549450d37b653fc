"""More time for one person."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cohorts.models import Application
from cohorts.planning import first_too_late
from portal.common.fields import DateTimeField, EmailField, TextField
from portal.common.forms import PortalForm


class ExtensionForm(PortalForm):
    """`application`: of whom; otherwise the address says who, with a draft or without."""

    email = EmailField(label=_("E-mail address"), help_text=_("Of the account with which the person applies."))
    until = DateTimeField(
        label=_("May apply until"), help_text=_("The last minute that counts; 18:00 includes all of 18:00.")
    )
    reason = TextField(
        label=_("Reason"), max_letters=300, lines=True,
        help_text=_("Such as a failure of the portal, with its time. The person does not read it; auditors do."),
    )  # fmt: skip

    def __init__(self, *args: Any, application: Application | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if application:
            del self.fields["email"]

    def clean_until(self) -> datetime:
        return first_too_late(self.cleaned_data["until"])
