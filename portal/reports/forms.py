"""Which report, as of which day, and what for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort
from cohorts.states import STARTED, CohortState
from portal.accounts.models import User
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.reports.models import Export
from portal.reports.permissions import can_unmask


class AsOfForm(PortalForm):
    """The day of a report on screen."""

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"] = DateField(label=_("As of"), latest=latest)


class ExportForm(PortalForm):
    as_of = DateField(
        label=gettext_lazy("As of"), help_text=gettext_lazy("The report says what was known on this day.")
    )
    reason = TextField(
        label=gettext_lazy("What is the report for?"),
        max_letters=500,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("At least 10 letters. Kept with the record of the download, and printed in the file."),
    )
    unmasked = forms.BooleanField(
        label=gettext_lazy("With full names"),
        required=False,
        help_text=gettext_lazy("Only if the purpose needs them. Otherwise names appear as 홍*동."),
    )

    def __init__(self, *args: Any, user: User, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_unmask(user, cohort):
            del self.fields["unmasked"]


class ApplicationsExportForm(ExportForm):
    """As they are now, so no day is asked for."""

    as_of = None  # type: ignore[assignment]  # so Django takes a field away


class RegisterExportForm(PortalForm):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=Export.Format.choices,
        widget=forms.RadioSelect,
        initial=Export.Format.XLSX,
    )
    reason = TextField(
        label=gettext_lazy("What is the file for?"),
        max_letters=500,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("At least 10 letters. Kept with the record of the download, and printed in the file."),
    )


class ReportFilter(FilterForm):
    q = SearchField()
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[(s.value, s.label) for s in CohortState if s in STARTED]
    )

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(name__icontains=q)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        return rows
