"""Input of the import of test results."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import ExamLine
from portal.common.fields import IntegerField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import accept_table


class ExamForm(PortalForm):
    file = forms.FileField(
        label=_("File of results"),
        help_text=_("XLSX or CSV. Each row names the application by the receipt number, the e-mail address, or name and "
                    "date of birth, beside its score. Columns are found by their headings, in any order."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )  # fmt: skip
    out_of = IntegerField(
        label=_("Full score"), min_value=1, max_value=10_000, initial=100,
        help_text=_("Scores of another scale are brought to 100."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "p-short"}),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        return accept_table(self.cleaned_data["file"])


class ExamLineFilter(FilterForm):
    q = SearchField(label=_("Row, receipt number, name or e-mail"))
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ExamLine.Outcome.choices)
    change = forms.ChoiceField(label=_("Change"), choices=ExamLine.Change.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            said = Q(shown__name__icontains=q) | Q(shown__receipt__icontains=q) | Q(shown__email__icontains=q)
            rows = rows.filter(said | Q(number=int(q)) if q.isascii() and q.isdigit() and len(q) < 8 else said)
        for name in ("outcome", "change"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        return rows
