"""Input of the import of old registers."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import Organization, RegisterImport, RegisterLine
from partners.states import HOST_KINDS, OFFICE_KINDS, OrganizationKind
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


class StrangersForm(PortalForm):
    """Of each name that may be an office's: what it is. A likely university or agency is chosen already."""

    def __init__(self, *args: Any, source: RegisterImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[str, str] = {}  # by field
        asked = [one for one in source.organizations if one["kind"] in HOST_KINDS or one.get("decided")]
        if not asked:
            return
        new = [(f"new:{kind}", label) for kind, label in OrganizationKind.choices]
        known = [
            (f"is:{one.pk}", one.name) for one in Organization.objects.filter(kind__in=HOST_KINDS).order_by("name")
        ]
        choices = [("", _("Choose")), (_("Known already as"), known), (_("A new organization"), new)]
        for at, one in enumerate(asked):
            guessed = "" if one["kind"] in OFFICE_KINDS and not one.get("decided") else f"new:{one['kind']}"
            field = f"name_{at}"
            self.names[field] = one["name"]
            self.fields[field] = forms.ChoiceField(
                label=one["name"], choices=choices, initial=f"is:{one['same']}" if one.get("same") else guessed
            )

    def decided(self) -> dict[str, OrganizationKind | Organization]:
        found: dict[str, OrganizationKind | Organization] = {}
        for field, name in self.names.items():
            way, _colon, said = self.cleaned_data[field].partition(":")
            found[name] = Organization.objects.get(pk=said) if way == "is" else OrganizationKind(said)
        return found


class RegisterLineFilter(FilterForm):
    q = SearchField(label=_("Search by title or number"))
    change = forms.ChoiceField(label=_("Change"), choices=RegisterLine.Change.choices)

    def narrow(self, rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
        if q := chosen.get("q"):
            rows = rows.filter(Q(shown__title__icontains=q) | Q(shown__number__icontains=q))
        if change := chosen.get("change"):
            rows = rows.filter(change=change)
        return rows
