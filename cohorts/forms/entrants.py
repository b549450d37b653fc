"""A school's list of those whom it has admitted: read, shown line by line, then taken in as a whole.

Nothing is stored before that: the lines that were shown travel in the page and are judged once more.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.actions.pathway import Entrant
from cohorts.models import Cohort, PlaceOfStudy
from cohorts.roster_columns import COLUMNS, column_label, compact
from portal.common.fields import DateField, EmailField, MobileField, NameField, TextField
from portal.common.forms import PortalForm
from portal.common.korean import as_text
from portal.common.spreadsheets import CellError, Table, UnreadableFile, read_table
from portal.common.uploads import accept_table

MOST_LINES = 300
SCHOOL = ("학교", "학교명", "고등학교", "소속학교", "입학학교", "school")
NEEDED = ("name", "birth_date", "mobile", "email")
TAKEN = {
    compact(heading): key
    for key, headings in {**{key: COLUMNS[key] for key in (*NEEDED, "address")}, "school": SCHOOL}.items()
    for heading in headings
}


class EntrantLineForm(PortalForm):
    """One line; its values may be those of cells."""

    name = NameField(label=gettext_lazy("Name"))
    birth_date = DateField(label=gettext_lazy("Date of birth"))
    mobile = MobileField(label=gettext_lazy("Mobile telephone"))
    email = EmailField(label=gettext_lazy("E-mail address"))
    address = TextField(label=gettext_lazy("Address"), max_letters=200, required=False)
    place = forms.ChoiceField(
        label=gettext_lazy("School"),
        error_messages={
            "required": gettext_lazy("No school of the first stage has this name."),
            "invalid_choice": gettext_lazy("No school of the first stage has this name."),
        },
    )

    def __init__(self, data: Mapping[str, Any], *, number: int, places: Sequence[PlaceOfStudy]) -> None:
        super().__init__(data)
        self.number = number
        self.places = {str(place.pk): place for place in places}
        self.fields["place"].choices = [(pk, str(place)) for pk, place in self.places.items()]

    def entrant(self) -> Entrant:
        return Entrant(**self.cleaned_data | {"place": self.places[self.cleaned_data["place"]]})

    def told(self) -> dict[str, str]:
        """As the page carries it to the confirmation."""
        return {name: as_text(value) for name, value in self.cleaned_data.items()}

    @property
    def school(self) -> PlaceOfStudy | None:
        return self.places.get(self.cleaned_data.get("place", ""))

    @property
    def faults(self) -> list[str]:
        return [f"{self.fields[name].label}: {error}" for name, found in self.errors.items() for error in found]


class EntrantListForm(PortalForm):
    file = forms.FileField(
        label=gettext_lazy("The school’s list"),
        help_text=gettext_lazy(
            "XLSX or CSV with 성명, 생년월일, 휴대전화, 이메일 and 학교, in any order; 300 people at most."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, cohort: Cohort, places: Sequence[PlaceOfStudy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cohort, self.places = cohort, places
        self.lines: list[EntrantLineForm] = []

    def clean_file(self) -> UploadedFile:
        upload = accept_table(self.cleaned_data["file"])
        try:
            table = read_table(cast("BinaryIO", upload), looks_like_header=_looks_right)
        except UnreadableFile as refusal:
            raise forms.ValidationError(refusal.sentence) from None
        known = {TAKEN.get(compact(heading)) for heading in table.header}
        if missing := [column_label(key) for key in NEEDED if key not in known]:
            sentence = _("Columns are missing: %(columns)s. Add them, with these headings.")
            raise forms.ValidationError(sentence % {"columns": ", ".join(missing)})
        if not table.rows:
            raise forms.ValidationError(_("There is nobody in this list."))
        if len(table.rows) > MOST_LINES:
            sentence = _("This list has more than %(most)d people. Divide it.") % {"most": MOST_LINES}
            raise forms.ValidationError(sentence)
        self.lines = [self._line(cells, number) for number, cells in _cells(table)]
        return upload

    def _line(self, cells: dict[str, Any], number: int) -> EntrantLineForm:
        named = compact(as_text(cells.pop("school", "")))
        found = [place for place in self.places if compact(place.school.name) == named]
        if not named and len(self.places) == 1:
            found = list(self.places)
        return EntrantLineForm(cells | {"place": str(found[0].pk) if found else ""}, number=number, places=self.places)

    @property
    def is_right(self) -> bool:
        """Every line can be taken in as it is."""
        return not any(line.errors for line in self.lines)

    def carried(self) -> str:
        return json.dumps([line.told() for line in self.lines])


def confirmed(carried: str, places: Sequence[PlaceOfStudy]) -> list[Entrant]:
    """The lines that a page has carried, judged once more; empty if they are not what was shown."""
    try:
        rows = json.loads(carried)
    except ValueError:
        return []
    if not isinstance(rows, list) or len(rows) > MOST_LINES or not all(isinstance(row, dict) for row in rows):
        return []
    lines = [EntrantLineForm(row, number=number, places=places) for number, row in enumerate(rows, 1)]
    return [] if any(line.errors for line in lines) else [line.entrant() for line in lines]


def _looks_right(header: Sequence[str]) -> bool:
    """Three of the four suffice for a row of headings; what is missing is said."""
    return len({*NEEDED} & {TAKEN.get(compact(text)) for text in header}) >= len(NEEDED) - 1


def _cells(table: Table) -> list[tuple[int, dict[str, Any]]]:
    """Each row's number and what stands under the headings that are known."""
    keys = [TAKEN.get(compact(heading)) for heading in table.header]
    return [
        (row.number, {key: _value(cell) for key, cell in zip(keys, row.values, strict=False) if key})
        for row in table.rows
    ]


def _value(cell: object) -> Any:
    return str(cell) if isinstance(cell, CellError) else "" if cell is None else cell
