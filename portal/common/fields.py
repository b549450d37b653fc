"""Form fields that accept what people here really type, and refuse with a sentence that helps.

They clean a value exactly as an import does (`portal.common.korean`, `portal.common.parsing`).
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common import korean, parsing
from portal.common.korean import Unacceptable

# What is longer than this was pasted by mistake; looking at its letters would only cost time.
_PASTE_MAX = 1_000_000


def _accept(read: Callable[..., Any], value: object, **options: Any) -> Any:
    try:
        return read(value, **options)
    except Unacceptable as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from None


class _TypedField(forms.Field):
    """A field whose empty value is said in its own words, and that never sees a megabyte."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or (isinstance(value, str) and not korean.strip_invisible(value).strip()):
            return None
        if isinstance(value, str) and len(value) > 1_000:
            raise ValidationError(_("This is far too long. Check what was pasted."), code="too_long")
        return self.read(value)

    def read(self, value: Any) -> Any:
        raise NotImplementedError


class DateField(_TypedField):
    """A day from 1900 to 2100, or from `earliest` to `latest`; see `parsing.parse_date`."""

    widget = forms.DateInput
    default_error_messages = {"required": gettext_lazy("Enter the date, like 2026-03-05.")}

    def __init__(self, *, earliest: dt.date | None = None, latest: dt.date | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)
        self.earliest, self.latest = earliest, latest

    def read(self, value: Any) -> dt.date:
        day = _accept(parsing.parse_date, value)
        if self.earliest and day < self.earliest:
            message = _("Enter a date on or after %(day)s.") % {"day": date_format(self.earliest)}
            raise ValidationError(message, code="date_too_early")
        if self.latest and day > self.latest:
            message = _("Enter a date on or before %(day)s.") % {"day": date_format(self.latest)}
            raise ValidationError(message, code="date_too_late")
        return day

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class DateTimeField(_TypedField):
    """A moment in Korean time, whatever zone the browser is in; see `parsing.parse_datetime`."""

    widget = forms.DateTimeInput
    default_error_messages = {"required": gettext_lazy("Enter the date and time, like 2026-03-05 18:00.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(parsing.KST) if isinstance(value, dt.datetime) and value.tzinfo else value

    def read(self, value: Any) -> dt.datetime:
        moment: dt.datetime = _accept(parsing.parse_datetime, value)
        return moment

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class IntegerField(_TypedField):
    """A whole number; 1,000 and full-width digits are read, 1_000 is not."""

    default_error_messages = {"required": gettext_lazy("Enter a number.")}

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        # Not type=number: a browser drops what it cannot read there, and then nobody can say what was wrong.
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value

    def read(self, value: Any) -> int:
        number: int = _accept(parsing.parse_integer, value, minimum=self.min_value, maximum=self.max_value)
        return number

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class DecimalField(_TypedField):
    """A number with at most `places` digits after its point."""

    default_error_messages = {"required": gettext_lazy("Enter a number.")}

    def __init__(
        self, *, places: int = 2, min_value: int | None = None, max_value: int | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**kwargs)
        self.places, self.min_value, self.max_value = places, min_value, max_value

    def read(self, value: Any) -> Decimal:
        limits = {"minimum": self.min_value, "maximum": self.max_value}
        number: Decimal = _accept(parsing.parse_decimal, value, places=self.places, **limits)
        return number

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class _ContactField(_TypedField):
    def to_python(self, value: Any) -> str:
        return super().to_python(value) or ""


class NameField(_ContactField):
    """A person's name, as `korean.normalise_name` keeps it."""

    default_error_messages = {"required": gettext_lazy("Enter the name.")}

    def read(self, value: Any) -> str:
        name: str = _accept(korean.normalise_name, value)
        return name


class MobileField(_ContactField):
    """A Korean mobile number, kept as 010-1234-5678."""

    default_error_messages = {"required": gettext_lazy("Enter the mobile number.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        mobile: str = _accept(korean.normalise_mobile, value)
        return mobile


class EmailField(_ContactField):
    """An address in lower case."""

    default_error_messages = {"required": gettext_lazy("Enter the e-mail address.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "email"}))
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        email: str = _accept(korean.normalise_email, value)
        return email


class TextField(forms.CharField):
    """Free text: NFC, trimmed, without invisible control characters, never a resident number.

    `max_letters` counts Korean syllables as one each, line breaks too. Markup and formulas are
    text like any other: pages escape them, exports write them as text.
    """

    default_error_messages = {"required": gettext_lazy("Fill in this field.")}

    def __init__(self, *, max_letters: int = 2_000, lines: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea if lines else forms.TextInput)
        super().__init__(strip=False, **kwargs)
        self.max_letters, self.lines = max_letters, lines
        # The counter beside the field reads it; maxlength would cut a paste without a word.
        self.widget.attrs["data-max-letters"] = str(max_letters)

    def to_python(self, value: Any) -> str:
        text = "" if value in self.empty_values else str(value)
        if len(text) > _PASTE_MAX:
            raise self._too_long(len(text))
        return clean_text(text, lines=self.lines)

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.max_letters:
            raise self._too_long(len(value))
        _accept(korean.refuse_resident_number, value)

    def run_validators(self, value: str) -> None:
        # CharField's own check for NUL has nothing left to find: to_python took them out.
        if value not in self.empty_values:
            super().run_validators(value)

    def _too_long(self, length: int) -> ValidationError:
        message = _("Shorten this to %(limit)s letters; it has %(length)s.")
        return ValidationError(message % {"limit": f"{self.max_letters:,}", "length": f"{length:,}"}, code="too_long")


def clean_text(text: str, *, lines: bool) -> str:
    """`text` as TextField stores it; raises ValidationError for a broken letter or a second line."""
    if korean.has_broken_letters(text):
        raise ValidationError(_("A letter of this text is broken. Type it again instead of pasting."), code="broken")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    # U+200D joins emoji, and emoji are welcome in an essay.
    text = korean.strip_invisible(text, keep="\n\t\u200d\ufe0f").strip()
    if not korean.strip_invisible(text).strip():
        return ""
    if not lines and re.search(r"[\n\u2028\u2029]", text):
        raise ValidationError(_("Write this on one line."), code="one_line")
    return unicodedata.normalize("NFC", text)


def refuse_end_before_start(form: forms.Form, start: str, end: str) -> None:
    """Adds an error that names both fields beside each of them; call it in `clean`."""
    first, last = form.cleaned_data.get(start), form.cleaned_data.get(end)
    if first is None or last is None or first <= last:
        return
    names = {"start": form[start].label, "end": form[end].label}
    for name in (start, end):
        form.add_error(name, _("“%(end)s” is before “%(start)s”. Correct one of them.") % names)


def _differs(field: forms.Field, initial: Any, data: Any) -> bool:
    try:
        return bool(field.to_python(data) != initial)
    except ValidationError:
        return True
