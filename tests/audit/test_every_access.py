"""The access record says every kind of access in words: whoever reviews it meets no code."""

import ast

import pytest

from portal.dashboard.records import SEEN
from tests.audit.test_every_verb import SOURCES

ENDINGS = (".viewed", ".listed", ".downloaded")


def kinds_of(path) -> set[str]:
    """What is handed to `audit.saw`, or to what passes it on: the texts that look like a kind."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = {one.value for call in calls for one in [*call.args, *(word.value for word in call.keywords)]
             if isinstance(one, ast.Constant) and isinstance(one.value, str)}  # fmt: skip
    saw = {
        one.value
        for call in calls
        if ast.unparse(call.func) == "audit.saw"
        for one in call.args
        if isinstance(one, ast.Constant)
    }
    return saw | {text for text in given if text.endswith(ENDINGS)}


KINDS = sorted(set().union(*map(kinds_of, SOURCES)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_access_has_its_words(kind):
    assert kind in SEEN


def test_no_words_are_left_of_a_kind_that_nobody_writes():
    assert set(SEEN) == set(KINDS)
