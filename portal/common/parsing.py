"""Dates, times and whole numbers as people and Excel write them; all times are Korean.

The screen says which form it wants; these accept the others that leave no doubt, and refuse
the rest with a sentence. Every refusal is an `Unacceptable`.
"""

import contextlib
import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.common.dates import KST, years_old
from portal.common.korean import Unacceptable, as_text, strip_invisible

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)

_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 a day count, without a zone
_SERIALS = range(10_000, 73_416)  # 1927-05-18 … 2100-12-31: five digits, what Excel shows of an unformatted date
_PLAUSIBLE_AGES = range(7, 100)

_YMD = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\s*\.\s*(\d{1,2})\s*\.\s*(\d{1,2})\s*\.?"
    r"|\s*년\s*(\d{1,2})\s*월\s*(\d{1,2})\s*일|(\d{2})(\d{2}))",
    re.ASCII,
)
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[-./]\s*\d{1,2}\s*[-./]\s*\d{1,2}\s*\.?", re.ASCII)
_TIME = re.compile(r"(?:(오전|오후|am|pm)\s*)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*(am|pm))?", re.ASCII)


def _plain(value: object) -> str:
    return strip_invisible(unicodedata.normalize("NFKC", as_text(value)), keep="\t\n\r").strip()


def _invalid_date() -> Unacceptable:
    return Unacceptable("date_invalid", _("Write a date that exists, like 2026-03-05."))


def _year_digits() -> Unacceptable:
    return Unacceptable("date_year_digits", _("Write the year with four digits, like 2026-03-05."))


# Dates ------------------------------------------------------------------------


def parse_date(value: object, *, six_digits_on: dt.date | None = None) -> dt.date:
    """A day between 1900 and 2100 from 2026-03-05, 2026.3.5, 2026. 3. 5., 2026/3/5, 2026년 3월 5일,
    20260305, an Excel serial of five digits, a date or a datetime.

    Six digits (YYMMDD, as offices write birth dates) are read only where `six_digits_on` gives the
    day on which that person must have a plausible age (7 to 99), which settles the century. Raises
    `Unacceptable` with `date_missing`, `date_invalid`, `date_year_digits` or `date_out_of_range`.
    """
    day = _read_date(value, six_digits_on)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unacceptable("date_out_of_range", _("Write a year between 1900 and 2100."))
    return day


def _read_date(value: object, six_digits_on: dt.date | None) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.astimezone(KST).date() if value.tzinfo else value.date()
    if isinstance(value, dt.date):
        return value
    if value is None or not (text := _plain(value)):
        raise Unacceptable("date_missing", _("Enter the date."))
    if isinstance(value, bool) or len(text) > 40:
        raise _invalid_date()
    # A date cell that went through CSV or a text column brings its midnight along.
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", text)
    text = re.sub(r"^(\d{5,8})\.0+$", r"\1", text)
    if found := _YMD.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part)
        return _real_day(year, month, day)
    if re.fullmatch(r"\d{5,6}", text, re.ASCII):
        return _read_short(text, six_digits_on, typed_as_text=isinstance(value, str))
    if _SHORT_YEAR.fullmatch(text):
        raise _year_digits()
    raise _invalid_date()


def _real_day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise _invalid_date() from None


def _read_short(digits: str, six_digits_on: dt.date | None, *, typed_as_text: bool) -> dt.date:
    """Five digits are a serial, six YYMMDD; a number cell of five may also have lost the 0 of a YYMMDD."""
    readings = []
    if len(digits) == 5 and int(digits) in _SERIALS:
        readings.append((_EXCEL_EPOCH + dt.timedelta(days=int(digits))).date())
    if six_digits_on and (len(digits) == 6 or not typed_as_text):
        births = _births(digits.zfill(6))
        if not births and not readings:
            raise _invalid_date()
        readings += births
        if len(readings) > 1:
            readings = [day for day in readings if years_old(day, six_digits_on) in _PLAUSIBLE_AGES]
    if len(readings) == 1:
        return readings[0]
    raise _year_digits()


def _births(digits: str) -> list[dt.date]:
    """The days of the two centuries that a YYMMDD may mean; 29 February may exist in one only."""
    days = []
    for century in (1900, 2000):
        with contextlib.suppress(ValueError):
            days.append(dt.date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:])))
    return days


# Times ------------------------------------------------------------------------


def parse_datetime(value: object) -> dt.datetime:
    """An aware time in Korea from "2026-04-14 18:00", "2026. 4. 14. 오후 6:00:00" (Google Forms),
    ISO 8601, an Excel serial with a fraction, or a datetime (a naive one is Korean time).

    24:00 is the last second of that day. Raises `Unacceptable` with the codes of `parse_date`,
    `time_missing`, `time_invalid`, or `time_skipped` for an hour that summer time left out
    (1987 and 1988).
    """
    if isinstance(value, dt.datetime):
        return _in_korea(value)
    if isinstance(value, float) and _SERIALS.start <= value < _SERIALS.stop:
        moment = _EXCEL_EPOCH + dt.timedelta(seconds=round(value * 86_400))
        return _in_korea(moment)
    if value is None or not (text := _plain(value).lower()):
        raise Unacceptable("date_missing", _("Enter the date and time."))
    if len(text) > 60:
        raise _invalid_date()
    if re.fullmatch(r"\d{4}-\d\d-\d\dt\S+(?:z|[+-]\d\d:?\d\d)", text, re.ASCII):
        try:
            return _in_korea(dt.datetime.fromisoformat(text.upper()))
        except (ValueError, OverflowError):
            raise _invalid_date() from None
    found = re.search(rf"(?:t|\s)\s*({_TIME.pattern})$", text, re.ASCII)
    if not found:
        parse_date(text)
        raise Unacceptable("time_missing", _("Add the time, like 2026-03-05 18:00."))
    return _at(parse_date(text[: found.start()]), found[1])


def _at(day: dt.date, text: str) -> dt.datetime:
    """`text` is what _TIME found."""
    found = _TIME.fullmatch(text)
    assert found is not None  # noqa: S101 (said above)
    before, hour_text, minute, second, after = found.groups()
    hour, half = int(hour_text), before or after
    if (hour, int(minute), int(second or 0)) == (24, 0, 0) and not half:
        return _in_korea(dt.datetime.combine(day, dt.time(23, 59, 59)))
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half in {"오후", "pm"} else 0)
    try:
        return _in_korea(dt.datetime.combine(day, dt.time(hour, int(minute), int(second or 0))))
    except ValueError as error:
        if isinstance(error, Unacceptable):
            raise
        raise Unacceptable("time_invalid", _("Write a time between 00:00 and 24:00, like 18:00.")) from None


def _in_korea(moment: dt.datetime) -> dt.datetime:
    try:
        if moment.tzinfo:
            moment = moment.astimezone(KST)
        else:
            moment = moment.replace(tzinfo=KST)
            # Through UTC and back a minute that the clocks jumped over comes out as another one.
            if moment.astimezone(dt.UTC).astimezone(KST).replace(tzinfo=None) != moment.replace(tzinfo=None):
                raise Unacceptable(
                    "time_skipped",
                    _("The clocks were put forward over this time for summer time. Write a time outside that hour."),
                )
    except OverflowError:
        raise _invalid_date() from None
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise Unacceptable("date_out_of_range", _("Write a year between 1900 and 2100."))
    return moment


# Numbers ----------------------------------------------------------------------

_INTEGER = re.compile(r"[+-]?(?:\d{1,18}|\d{1,3}(?:,\d{3}){1,5})", re.ASCII)


def parse_integer(value: object, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """A whole number from 1000, 1,000, １０００ or a number cell.

    Raises `Unacceptable` with `number_missing`, `number_invalid` (1_000, 1e6, NaN, fractions, more
    than 18 digits), `number_too_small` or `number_too_large`.
    """
    if value is None or (isinstance(value, str) and not _plain(value[:10_000])):
        raise Unacceptable("number_missing", _("Enter a number."))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = _plain(as_text(value)[:100]).replace("\u2212", "-")
    if isinstance(value, bool) or not _INTEGER.fullmatch(text):
        raise Unacceptable("number_invalid", _("Write a whole number in digits, like 1000 or 1,000."))
    whole: int = _within(int(text.replace(",", "")), minimum, maximum)
    return whole


_DECIMAL = re.compile(r"[+-]?(?:\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,12}))?", re.ASCII)


def parse_decimal(value: object, *, places: int, minimum: int | None = None, maximum: int | None = None) -> Decimal:
    """A number from 87.5, 1,000.25, ８７．５ or a number cell, with at most `places` digits after its point.

    Raises `Unacceptable` with the codes of `parse_integer` or `number_too_fine`.
    """
    if value is None or (isinstance(value, str) and not _plain(value[:10_000])):
        raise Unacceptable("number_missing", _("Enter a number."))
    text = _plain(as_text(value)[:100]).replace("\u2212", "-")
    found = _DECIMAL.fullmatch(text)
    if isinstance(value, bool) or not found:
        raise Unacceptable("number_invalid", _("Write a number in digits, like 87.5."))
    if len((found[1] or "").rstrip("0")) > places:
        sentence = _("Write at most %(places)s digits after the point.")
        raise Unacceptable("number_too_fine", sentence % {"places": places})
    number = Decimal(text.replace(",", ""))
    exact: Decimal = _within(number, minimum, maximum).quantize(Decimal(1).scaleb(-places))
    return exact


def _within(number: Any, minimum: int | None, maximum: int | None) -> Any:
    if minimum is not None and number < minimum:
        raise Unacceptable("number_too_small", _("Write a number of at least %(limit)s.") % {"limit": f"{minimum:,}"})
    if maximum is not None and number > maximum:
        raise Unacceptable("number_too_large", _("Write a number of at most %(limit)s.") % {"limit": f"{maximum:,}"})
    return number
