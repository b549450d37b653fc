"""Queries whose SQL is built once and kept.

Django builds a query anew each time it is asked; for one with joins that takes longer than PostgreSQL takes to
answer. What changes from one asking to the next is a `Slot` in it, or a `Clock`:

    accounts = Prepared(User.objects.filter(pk=Slot("pk"), is_active=True))
    accounts(pk=7)

One that depends on who asks is written for a reader, and built once for each role:

    @per_role
    def late_days(reader: User) -> QuerySet[TrainingDay]:
        return TrainingDay.objects.visible_to(reader).filter(date__lt=TODAY, registered_at=None)

    late_days(request.user)

A value that is worked out while a query is built (a day, a setting, a word in the reader's language) is kept with it.
"""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, DateField, DateTimeField, Expression, F, Field, Func, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils import timezone
from psycopg2.extensions import adapt

NOTHING = "SELECT 1 WHERE FALSE"


class Slot(Expression):
    """Stands in a query for a value that comes when it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Reader:
    """Stands in a query for whoever asks it, in a role that is known: `visible_to(Reader(role))`."""

    pk, organization_id, acting_id = Slot("user"), Slot("organization"), Slot("acting")

    def __init__(self, role: str) -> None:
        self.role = role

    @staticmethod
    def slots(user: Any) -> dict[str, Any]:
        """What the slots are for `user`."""
        return {"user": user.pk, "organization": user.organization_id, "acting": user.acting_id}


class Clock(Expression):
    """Stands in any query for a day or moment that is looked up when PostgreSQL is asked, never before.

    `TODAY + timedelta(days=90)` is a clock too; of a column, add and subtract in the database.
    """

    def __init__(
        self, look: Callable[[], Any], output_field: "Field[Any, Any]", ahead: timedelta = timedelta()
    ) -> None:
        super().__init__(output_field=output_field)
        self.look, self.ahead = look, ahead

    def __add__(self, other: Any) -> Any:
        if isinstance(other, timedelta):
            return Clock(self.look, self.output_field, self.ahead + other)
        return super().__add__(other)

    def __sub__(self, other: Any) -> Any:
        return self + -other if isinstance(other, timedelta) else super().__sub__(other)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def __conform__(self, _protocol: Any) -> Any:
        """What psycopg2 asks of a parameter when it sends the query."""
        return adapt(self.look() + self.ahead)


# Not the functions themselves: a test or the demo may set another clock.
NOW = Clock(lambda: timezone.now(), DateTimeField())
TODAY = Clock(lambda: timezone.localdate(), DateField())


class Among(Func):
    """`Among(F("organization"), ArraySubquery(…))`: few keys for an index. Of many keys PostgreSQL tries each on each row."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class Prepared:
    """The rows of a queryset, whatever it makes of them, as a list; one query, whose slots come as keywords."""

    def __init__(self, rows: "QuerySet[Any, Any]") -> None:
        self.rows = rows

    @cached_property
    def _built(self) -> tuple[Any, str, tuple[Any, ...]]:
        compiler = self.rows.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # `none()`
            return None, NOTHING, ()
        converters = compiler.get_converters([selected[0] for selected in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _fields: converters
        return compiler, sql, params

    def inside(self, **asked: Any) -> RawSQL:
        """For another query: `filter(pk__in=prepared.inside(…))`."""
        _compiler, sql, params = self._built
        return RawSQL(sql, filled(params, asked))  # noqa: S611  # nobody's text is in it

    def __call__(self, **asked: Any) -> list[Any]:
        built, sql, params = self._built
        if built is None:
            return []
        values = filled(params, asked)
        compiler, rows = copy(built), self.rows.all()
        query: Any = rows.query
        compiler.as_sql = lambda *_args, **_kwargs: (sql, values)
        query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(rows)

    def or_404(self, **asked: Any) -> Any:
        """The first of the rows; Http404 if there is none."""
        if rows := self(**asked):
            return rows[0]
        raise Http404


def filled(params: Iterable[Any], asked: dict[str, Any]) -> tuple[Any, ...]:
    """The parameters of a query with what was asked for in its slots."""
    return tuple(asked[one.name] if isinstance(one, Slot) else one for one in params)


class PerRole:
    """Answers a user by what `build` makes for a reader in that role; built once for each role, by `kind`."""

    def __init__(self, build: Callable[[Any], Any], kind: Callable[[Any], Callable[..., Any]]) -> None:
        self.build, self.kind = build, kind
        self.kept: dict[str, Callable[..., Any]] = {}

    def __call__(self, user: Any, **asked: Any) -> Any:
        role = user.role
        if role not in self.kept:
            self.kept[role] = self.kind(self.build(Reader(role)))
        return self.kept[role](**Reader.slots(user), **asked)

    def or_404(self, user: Any, **asked: Any) -> Any:
        """The first of the rows; Http404 if there is none."""
        if rows := self(user, **asked):
            return rows[0]
        raise Http404


def per_role(build: Callable[[Any], "QuerySet[Any, Any]"]) -> PerRole:
    """Of a function that makes a queryset for a reader, one that gives its rows for a user, as a list."""
    return PerRole(build, Prepared)


class PreparedRows:
    """`rows([3, 1])`: the dictionaries of a `values()` queryset with "pk" among its values, for some keys.

    In the order of the keys; one of which there is no row is left out. One query.
    """

    def __init__(self, rows: "QuerySet[Any, dict[str, Any]]") -> None:
        self.rows = Prepared(rows.filter(Among(F("pk"), Slot("keys"))).order_by())

    def __call__(self, keys: Iterable[int], **asked: Any) -> list[dict[str, Any]]:
        keys = list(keys)
        by_key = {row["pk"]: row for row in self.rows(keys=keys, **asked)}
        return [by_key[key] for key in keys if key in by_key]
