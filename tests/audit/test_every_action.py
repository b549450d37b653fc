"""Every action of every app leaves an event in the audit log."""

import ast
import pathlib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings

RECORDS = {"record", "event"}  # of portal.audit
# Why these need no event, by their dotted names.
EXCEPTIONS: dict[str, str] = {
    "cohorts.actions.applications.keep_typed": "no act of anybody yet: nothing of a draft is, before it is submitted",
    "cohorts.actions.bulk_verbs.mails": "it changes nothing: the letters of what `bulk` carries out and records",
}


def modules() -> Iterator[tuple[str, pathlib.Path]]:
    """The files in which actions stand: actions.py or the package actions/."""
    base = pathlib.Path(settings.BASE_DIR)
    for app in apps.get_app_configs():
        folder = pathlib.Path(app.path)
        if not folder.is_relative_to(base) or "site-packages" in folder.parts:
            continue
        for path in [folder / "actions.py", *(folder / "actions").glob("*.py")]:
            if path.exists():
                yield ".".join(path.relative_to(base).with_suffix("").parts), path


def functions() -> dict[str, tuple[ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    """Every public function that takes `by`, with the functions beside it."""
    found = {}
    for name, path in modules():
        there = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
        for one in there.values():
            takes_by = "by" in {argument.arg for argument in one.args.kwonlyargs}
            if takes_by and not one.name.startswith("_"):
                found[f"{name}.{one.name}"] = (one, there)
    return found


FUNCTIONS = functions()
# By bare name: who records, wherever it stands. An action may call another one, or a helper.
EVERYWHERE = [node for _name, path in modules() for node in ast.walk(ast.parse(path.read_text()))]
BODIES: dict[str, list[ast.FunctionDef]] = {}
for node in EVERYWHERE:
    if isinstance(node, ast.FunctionDef):
        BODIES.setdefault(node.name, []).append(node)


def called(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The calls in a function: what they are called on, and their name."""
    for one in ast.walk(function):
        if isinstance(one, ast.Call):
            match one.func:
                case ast.Attribute(value=ast.Name(id=owner), attr=name):
                    yield owner, name
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    yield "", name


def records(function: ast.FunctionDef, seen: frozenset[str] = frozenset()) -> bool:
    if function.name in seen:
        return False
    for owner, name in called(function):
        if owner == "audit" and name in RECORDS:
            return True
        if any(records(other, seen | {function.name}) for other in BODIES.get(name, [])):
            return True
    return False


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_an_action_leaves_an_event(name):
    function, _beside = FUNCTIONS[name]

    assert records(function) or name in EXCEPTIONS, f"{name} changes something and audit.record is never called"


def test_there_are_actions_to_look_at():
    assert len(FUNCTIONS) > 20


def test_no_exception_is_out_of_date():
    assert EXCEPTIONS.keys() <= FUNCTIONS.keys()
    assert [name for name in EXCEPTIONS if records(FUNCTIONS[name][0])] == []
