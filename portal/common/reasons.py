"""Codes of reasons as sentences: what is wrong with a row of a file, or what was done to it."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _


def sentence_of(reason: str, sentences: Mapping[str, Promise]) -> str:
    """The sentence of a code; `sentences` has it by the code, or by a pattern with what changes in it."""
    if not reason:
        return ""
    for pattern, sentence in sentences.items():
        if found := re.fullmatch(pattern, reason):
            return str(sentence) % found.groupdict() if found.groupdict() else str(sentence)
    return _("Check this row.")
