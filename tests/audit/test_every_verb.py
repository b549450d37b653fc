"""The history says every verb in words: no reader meets a code."""

import pathlib
import re

import pytest

from portal.audit.history import SENTENCES

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = [
    path
    for app in ("cohorts", "curriculum", "partners", "placements", "portal")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and path.name != "history.py"
]
VERB = re.compile(r'audit\.(?:record|event)\((?:[^()"]|\([^()]*\))*?"([a-z_]+\.[a-z_]+)"', re.DOTALL)
VERBS = sorted({verb for path in SOURCES for verb in VERB.findall(path.read_text(encoding="utf-8"))})


def test_the_verbs_were_found():
    assert {"agreement.amended", "register.saved", "roster.applied", "export.requested"} <= set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_its_words(verb):
    assert verb in SENTENCES
