"""Queries that are kept for each role ask exactly what would be built anew for a reader, at any time."""

import sys
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import get_resolver
from django.utils import translation

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.prepared import PerRole, Prepared, Reader, Slot
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db
APPS = ("portal", "cohorts", "curriculum", "partners", "placements")


def named(kind: type) -> dict[str, Any]:
    """All there are of a kind, by module and name."""
    assert get_resolver().url_patterns  # so that every view is imported
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in APPS]
    found = {f"{module.__name__}.{name}": one for module in ours for name, one in vars(module).items()}
    return {name: one for name, one in found.items() if isinstance(one, kind)}


def kept() -> dict[str, PerRole]:
    return {name: one for name, one in named(PerRole).items() if one.build.__module__ in name}


def asked(query: PerRole, reader: Any, **slots: Any) -> tuple[str, list[Any]]:
    """The SQL and what is sent with it. Django puts brackets around a slot, and none around a value."""
    *_compiler, sql, params = query.kind(query.build(reader))._built
    given = [slots.get(one.name, one) if isinstance(one, Slot) else one for one in params]
    return sql.replace("(%s)", "%s"), given


def someone(role: Role) -> User:
    return make_user() if role == Role.TRAINEE else make_member(role)


@pytest.mark.parametrize("role", Role)
def test_nothing_of_a_reader_a_day_or_a_language_is_kept(role):
    """Built for nobody in Korean in spring, and for somebody in English in autumn."""
    user = someone(role)
    for name, query in kept().items():
        with time_machine.travel("2026-03-02 09:00+09:00"), translation.override("ko"):
            once = asked(query, Reader(role), **Reader.slots(user))
        with time_machine.travel("2027-10-11 23:00+09:00"), translation.override("en"):
            anew = asked(query, user)
        if None not in once[1]:  # of who works nowhere: in a slot it equals nothing
            assert once == anew, name


def test_no_day_is_in_what_is_kept_for_all_roles():
    queries = named(Prepared)
    assert len(queries) > 15
    for name, query in queries.items():
        assert not [one for one in query._built[2] if isinstance(one, date)], name  # a datetime is a date too


def test_the_kept_queries_are_found():
    names = set(kept())

    assert {"portal.dashboard.homes.office_numbers", "cohorts.queries.todos._counted"} <= names
    assert len(names) > 15
