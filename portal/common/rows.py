"""A few rows of one kind under a form: the tracks of a cohort, the commitments of a proposal. No script needed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.common.forms import PortalForm, required_message

EMPTY_ROWS = 3  # to fill in, below those that exist
MOST_ROWS = 30


class Rows:
    """The stored rows and some empty ones. A row whose fields are all emptied is left out."""

    def __init__(
        self,
        row: type[PortalForm],
        prefix: str,
        data: Any,
        stored: Iterable[dict[str, Any]],
        needed: Sequence[str],
    ) -> None:
        stored = list(stored)
        self.needed = needed
        self.forms: list[Any] = []
        number = len(stored) + EMPTY_ROWS
        if data is not None:
            asked = str(data.get(f"{prefix}-rows", ""))
            number = min(int(asked), MOST_ROWS) if asked.isascii() and asked.isdigit() else number
        for place in range(number):
            initial = stored[place] if place < len(stored) else None
            self.forms.append(row(data, prefix=f"{prefix}-{place}", initial=initial))
        self.prefix, self.number = prefix, number

    def __iter__(self) -> Any:
        return iter(self.forms)

    @property
    def spare(self) -> list[Any]:
        """The empty rows at the end but for one; a page may fold them."""
        used = [place for place, form in enumerate(self.forms) if self._is_used(form)]
        return self.forms[(used[-1] + 1 if used else 0) + 1 :]

    @property
    def at_hand(self) -> list[Any]:
        """The others."""
        return self.forms[: len(self.forms) - len(self.spare)]

    def _is_used(self, form: Any) -> bool:
        return bool(form.errors) or any(form[name].value() for name in self.needed)

    @property
    def filled(self) -> list[Any]:
        return [form for form in self.forms if any(form.cleaned_data.get(name) for name in self.needed)]

    def is_valid(self, above: forms.Form) -> bool:
        """Says beside the field what is missing in a row that is half filled, and above the form that there is."""
        if not above.is_bound:
            return False
        for form in self.forms:
            form.full_clean()
            if form.errors or not any(form.cleaned_data.get(name) for name in self.needed):
                continue
            for name in self.needed:
                if not form.cleaned_data.get(name):
                    form.add_error(name, required_message(form.fields[name]))
        valid = not any(form.errors for form in self.forms)
        if not valid:
            above.add_error(None, _("One of the rows below the form is not right yet."))
        return valid

    def plans(self) -> list[Any]:
        return [form.plan() for form in self.filled]

    def add_error(self, field: str, sentence: str) -> bool:
        """`tracks-1-capacity`: beside the capacity of the second row that is filled in; False if it is not ours."""
        prefix, _dash, rest = field.partition("-")
        place, _dash, name = rest.partition("-")
        if prefix != self.prefix or not place.isdigit():
            return False
        self.filled[int(place)].add_error(name, sentence)
        return True
