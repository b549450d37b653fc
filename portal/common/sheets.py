"""A list that is also a file and a sheet of paper: the same rows, filtered and sorted as the address says.

    CHECKS = Sheet(_("Compliance checks"), "compliance-checks", [
        Field(_("Agreement"), "agreement", width=40),
        Field(_("Due on"), "due_on", "date"),
        Field(_("Overdue"), lambda check: check.is_overdue),
    ])
    listing = SheetListing(request, rows, form=CheckFilter, sorts=SORTS, default_sort="due", sheet=CHECKS)
    return listing.render("partners/check_list.html")

`?sheet=xlsx` answers with the file, `?sheet=print` with all rows on one page; `layouts/list.html` shows both buttons.
"""

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from portal.common.listing import Listing
from portal.common.spreadsheets import Column, write_xlsx

CHUNK = 1_000  # rows read at once
MOST_FILED = 20_000  # rows; a file is made while one waits
MOST_PRINTED = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RIGHT = ("integer", "decimal", "percent")
CLASSES = {**dict.fromkeys(RIGHT, "p-right"), "date": "p-nowrap", "long": "p-lines"}  # of a printed cell


@dataclass(frozen=True)
class Field:
    """A column: where its value is found in a row, by a dotted name or a function; `kind` as of `Column`."""

    label: str | Promise
    source: str | Callable[[Any], Any]
    kind: str = "text"
    width: int | None = None
    total: bool = False
    read: Callable[[Any], Any] = field(init=False)

    def __post_init__(self) -> None:
        read = attrgetter(self.source) if isinstance(self.source, str) else self.source
        object.__setattr__(self, "read", read)

    def value(self, row: Any) -> Any:
        """A method, such as `get_state_display`, is called."""
        value = self.read(row)
        return value() if callable(value) else value


@dataclass(frozen=True)
class Sheet:
    """How a list looks as a table of its own. `name` is the file's, to which the day is added."""

    title: str | Promise
    name: str
    fields: Sequence[Field]


class SheetListing(Listing):
    """`saw` is told how many rows leave the portal, where these are people."""

    def __init__(
        self,
        request: HttpRequest,
        rows: Any,
        *,
        sheet: Sheet,
        about: str = "",
        saw: Callable[[int], None] | None = None,
        **options: Any,
    ) -> None:
        """`about`: the one thing whose rows these are, said below the title."""
        super().__init__(request, rows, **options)
        self.sheet, self.about, self.saw = sheet, about, saw

    @property
    def file_url(self) -> str:
        return self.url(sheet="xlsx", page=None)

    @property
    def print_url(self) -> str:
        return self.url(sheet="print", page=None)

    @property
    def list_url(self) -> str:
        return self.url(sheet=None, page=None)

    def render(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        asked = self.request.GET.get("sheet")
        if asked == "xlsx":
            return self._file()
        return self._paper() if asked == "print" else super().render(template, context)

    def _read(self, most: int) -> Iterator[Any]:
        return self.rows[:most].iterator(chunk_size=CHUNK)

    def _said(self) -> list[str]:
        """Whose rows these are and how they were narrowed."""
        office = getattr(self.request.user, "acting", None)
        filters = " · ".join(f"{label}: {value}" for label, value in self.form.words())
        owner = str(office.organization) if office else ""
        return [part for part in (" · ".join(filter(None, [owner, self.about])), filters) if part]

    def _file(self) -> HttpResponse:
        columns = [
            Column(str(at), one.label, one.kind, one.width, one.total) for at, one in enumerate(self.sheet.fields)
        ]
        readers = [(str(at), one.value) for at, one in enumerate(self.sheet.fields)]
        lines = ({key: value(row) for key, value in readers} for row in self._read(MOST_FILED))
        said = self._said()
        if self.total > MOST_FILED:
            said.append(
                _("Only the first %(most)s of %(n)s rows. Narrow the list.") % {"most": MOST_FILED, "n": self.total}
            )
        file, today = io.BytesIO(), timezone.localdate()
        written = write_xlsx(file, str(self.sheet.title), columns, lines, today, said)
        if self.saw:
            self.saw(written)
        named = content_disposition_header(True, f"{self.sheet.name}-{today:%Y%m%d}.xlsx")
        return HttpResponse(file.getvalue(), content_type=XLSX, headers={"Content-Disposition": named})

    def _paper(self) -> HttpResponse:
        lines = [
            [(CLASSES.get(one.kind, ""), printed(one.value(row))) for one in self.sheet.fields]
            for row in self._read(MOST_PRINTED)
        ]
        if self.saw:
            self.saw(len(lines))
        context = {
            "listing": self,
            "heads": [(one.kind in RIGHT, one.label) for one in self.sheet.fields],
            "lines": lines,
            "said": self._said(),
            "today": timezone.localdate(),
            "most": MOST_PRINTED if self.total > MOST_PRINTED else 0,
        }
        return render(self.request, "layouts/list_print.html", context)


def printed(value: Any) -> str:
    """A value as it stands on paper."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    return formats.number_format(value, force_grouping=True) if isinstance(value, int) else str(value)
