"""The columns of a table, found by what offices call them, in any order."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from portal.common.korean import search_key
from portal.common.spreadsheets.reading import UnreadableFile


def compact(text: str) -> str:
    """지원 트랙, 지원트랙(필수) and 지원트랙* are one heading."""
    return search_key(text).replace(" ", "").removesuffix("(필수)").removesuffix("(선택)").strip("*")


def places(header: Sequence[str], names: Mapping[str, str]) -> dict[str, int]:
    """Where each field is; `names` gives the field of each compact heading. Two columns of one field are refused."""
    found: dict[str, int] = {}
    for at, heading in enumerate(header):
        if key := names.get(compact(heading)):
            if key in found:
                letters = ", ".join(get_column_letter(place + 1) for place in (found[key], at))
                message = _("Columns %(columns)s (“%(one)s”, “%(other)s”) mean the same. Delete one of them.")
                named = {"columns": letters, "one": header[found[key]], "other": heading}
                raise UnreadableFile("duplicate_header", message % named)
            found[key] = at
    return found
