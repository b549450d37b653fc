"""Input of the roster import."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import RosterLine
from portal.common.forms import PortalForm
from portal.common.korean import search_key
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import accept_table


class RosterForm(PortalForm):
    file = forms.FileField(
        label=_("Roster"),
        help_text=_("XLSX or CSV, at most 20 MB and 20,000 rows. Columns are found by their headings, in any order."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> UploadedFile:
        return accept_table(self.cleaned_data["file"])


class RosterLineFilter(FilterForm):
    q = SearchField()
    outcome = forms.ChoiceField(label=_("Outcome"), choices=RosterLine.Outcome.choices)
    change = forms.ChoiceField(label=_("Change"), choices=RosterLine.Change.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            key = search_key(q)
            rows = (
                rows.filter(number=int(key))
                if key.isdigit() and len(key) < 8
                else rows.filter(shown__name__icontains=q)
            )
        if outcome := chosen.get("outcome"):
            rows = rows.filter(outcome=outcome)
        if change := chosen.get("change"):
            rows = rows.filter(change=change)
        return rows
