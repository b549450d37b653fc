"""Input of the import of old registers."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import RegisterLine
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import accept_table


class RegisterFileForm(PortalForm):
    file = forms.FileField(
        label=_("Old register"),
        help_text=_("XLSX or CSV, at most 20 MB and 20,000 rows. Columns are found by their headings, in any order."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> UploadedFile:
        return accept_table(self.cleaned_data["file"])


class RegisterLineFilter(FilterForm):
    q = SearchField(label=_("Search by title or number"))
    change = forms.ChoiceField(label=_("Change"), choices=RegisterLine.Change.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(shown__title__icontains=q) | Q(shown__number__icontains=q))
        if change := chosen.get("change"):
            rows = rows.filter(change=change)
        return rows
