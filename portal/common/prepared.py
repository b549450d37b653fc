"""Queries whose SQL is built once and kept.

Django builds a query anew each time it is asked; for one with joins that takes longer than PostgreSQL takes to
answer. What changes from one asking to the next is a `Slot` in it:

    accounts = Prepared(User.objects.filter(pk=Slot("pk"), is_active=True))
    accounts(pk=7)

What depends on a day, a reader or a language must be a slot or a query of its own, since it would be kept too.
"""

from collections.abc import Iterable
from copy import copy
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404


class Slot(Expression):
    """Stands in a query for a value that comes when it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Among(Func):
    """`Among(F("pk"), ArraySubquery(…))`: an index answers it, beside other conditions; not so `pk__in` of a query."""

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
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([selected[0] for selected in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _fields: converters
        return compiler, sql, params

    def _values(self, asked: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(asked[one.name] if isinstance(one, Slot) else one for one in self._built[2])

    def inside(self, **asked: Any) -> RawSQL:
        """For another query: `filter(pk__in=prepared.inside(…))`."""
        return RawSQL(self._built[1], self._values(asked))  # noqa: S611  # nobody's text is in it

    def __call__(self, **asked: Any) -> list[Any]:
        built, sql, _params = self._built
        values = self._values(asked)
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


class PreparedRows:
    """`rows([3, 1])`: the dictionaries of a `values()` queryset with "pk" among its values, for some keys.

    In the order of the keys; one of which there is no row is left out. One query.
    """

    def __init__(self, rows: "QuerySet[Any, dict[str, Any]]") -> None:
        self.rows = Prepared(rows.filter(Among(F("pk"), Slot("keys"))).order_by())

    def __call__(self, keys: Iterable[int]) -> list[dict[str, Any]]:
        keys = list(keys)
        by_key = {row["pk"]: row for row in self.rows(keys=keys)}
        return [by_key[key] for key in keys if key in by_key]
