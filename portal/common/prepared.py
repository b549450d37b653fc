"""Rows whose SQL is built once and kept.

Django builds a query anew on each request; for a list with a dozen columns that takes longer than PostgreSQL
takes to answer. What depends on a day or a language must not be in such a query, since it would be kept too.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

KEYS = object()  # stands in the parameters where the keys of a page come


class PreparedRows:
    """`rows([3, 1])`: the dictionaries of a `values()` queryset with "pk" among its values, for some keys.

    In the order of the keys; one of which there is no row is left out. One query.
    """

    def __init__(self, rows: "QuerySet[Any, dict[str, Any]]") -> None:
        meta = rows.model._meta
        column = f'"{meta.db_table}"."{meta.pk.column}"'
        keyed = rows.order_by().extra(where=[f"{column} = ANY(%s)"], params=[KEYS])  # noqa: S610  # no text of anybody's
        self.compiler = keyed.query.get_compiler(connection=connection)
        self.sql, self.params = self.compiler.as_sql()
        self.names = list(keyed.query.selected or ())
        self.converters = self.compiler.get_converters(one for one, _sql, _alias in self.compiler.select)

    def __call__(self, keys: Iterable[int]) -> list[dict[str, Any]]:
        keys = list(keys)
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [keys if value is KEYS else value for value in self.params])
            found: Iterable[Any] = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        by_key = {row["pk"]: row for row in (dict(zip(self.names, values, strict=True)) for values in found)}
        return [by_key[key] for key in keys if key in by_key]
