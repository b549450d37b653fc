"""The history of a thing, as its page tells it: in sentences, with what changed in words.

An app says its verbs in words in `<app>/history.py`:

    say({"application.offered": _("A place was offered")})
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.accounts.roles import Role
from portal.audit.models import AuditEvent

SENTENCES: dict[str, str | Promise] = {}
REFERENCES: dict[str, tuple[str | Promise, type[models.Model] | None]] = {}


def say(
    sentences: Mapping[str, str | Promise],
    refers: Mapping[str, tuple[str | Promise, type[models.Model] | None]] | None = None,
) -> None:
    """`refers`: keys of events that are no fields of their thing: label, and the model of whose rows they are ids."""
    SENTENCES.update(sentences)
    REFERENCES.update(refers or {})


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    at: datetime
    by: str  # empty where a rule acted
    sentence: str
    reason: str
    changes: list[Change]


def history_of(*things: models.Model, most: int = 200) -> list[Line]:
    """What was done to these things, the newest first; two queries, one more for each kind of row referred to."""
    if not things:
        return []
    about = models.Q()
    for thing in things:
        about |= models.Q(object_type=thing._meta.label_lower, object_id=thing.pk)
    events = list(AuditEvent.objects.filter(about).select_related("actor").order_by("-at", "-pk")[:most])
    kinds = {thing._meta.label_lower: type(thing) for thing in things}
    names = _names(events, kinds)
    return [_line(event, kinds[event.object_type], names) for event in events]


def _line(event: AuditEvent, model: type[models.Model], names: dict) -> Line:
    changes = _changes(model, event.before, event.after, names)
    role = f" · {Role(event.role).label}" if event.role in Role.values else ""
    by = f"{event.actor}{role}" if event.actor else ""
    return Line(event.at, by, str(SENTENCES.get(event.verb, event.verb)), event.reason, changes)


def changes_in(model: type[models.Model], before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """What changed of a row in words; for fields that refer to no other row."""
    return _changes(model, before, after, {})


def _changes(model: type[models.Model], before: dict[str, Any], after: dict[str, Any], names: dict) -> list[Change]:
    keys = [key for key in dict.fromkeys([*before, *after]) if _field(model, key) or key in REFERENCES]
    found = [
        Change(_label(model, key), *(_words(model, key, side.get(key), names) for side in (before, after)))
        for key in keys
    ]
    return [change for change in found if change.before or change.after]


def _field(model: type[models.Model], key: str) -> Any:
    try:
        return model._meta.get_field(key.removesuffix("_id"))
    except FieldDoesNotExist:
        return None


def _label(model: type[models.Model], key: str) -> str:
    field = _field(model, key)
    if field is None:
        return str(REFERENCES[key][0])
    label = str(getattr(field, "verbose_name", "") or key.replace("_", " "))
    return label[:1].upper() + label[1:]


def _related(model: type[models.Model], key: str) -> Any:
    field = _field(model, key)
    if field is None:
        return REFERENCES[key][1] if key in REFERENCES else None
    return field.related_model if isinstance(field, models.ForeignKey) else None


def _names(events: list[AuditEvent], kinds: Mapping[str, type[models.Model]]) -> dict[tuple[str, Any], str]:
    """The rows that foreign keys among the changes refer to, by model and id."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for event in events:
        for side in (event.before, event.after):
            for key, value in side.items():
                related = _related(kinds[event.object_type], key)
                if related and isinstance(value, int):
                    wanted[related].add(value)
    return {
        (model._meta.label_lower, row.pk): str(row)
        for model, ids in wanted.items()
        for row in model._default_manager.filter(pk__in=ids)
    }


def _words(model: type[models.Model], key: str, value: Any, names: Mapping[tuple[str, Any], str]) -> str:
    field = _field(model, key)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if related := _related(model, key):
        return names.get((related._meta.label_lower, value), "")
    if field is not None and getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    if isinstance(field, models.DateField) and (day := _day(value)):
        return formats.date_format(day, "DATE_FORMAT")
    return str(value)


def _day(value: Any) -> date | None:
    try:
        return parse_date(str(value))
    except ValueError:
        return None
