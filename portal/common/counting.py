"""How many: beside each row of a list, and the numbers of a home page by one query."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portal.common.prepared import NOTHING, PerRole, filled


def counted_per(rows: QuerySet[Any], column: str) -> Any:
    """For `annotate`: how many of `rows` belong to the outer row. Their sums do not multiply each other."""
    mine = rows.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


class Counts:
    """How many rows each of these queries has; one query for all of them, kept as a `Prepared` is.

    Each is written as a query of its own. As annotations of another they would be copied and
    renamed at every step, which took longer than the database needs to answer.
    """

    def __init__(self, wanted: Mapping[str, QuerySet[Any]]) -> None:
        self.wanted = wanted

    @cached_property
    def _built(self) -> tuple[str, list[Any]]:
        counted: list[str] = []
        given: list[Any] = []
        for rows in self.wanted.values():
            try:
                sql, params = rows.order_by().values("pk").query.sql_with_params()
            except EmptyResultSet:  # `none()`
                sql, params = NOTHING, ()
            counted.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608  # Django's own SQL
            given += params
        return f"SELECT {', '.join(counted)}", given

    def __call__(self, **asked: Any) -> dict[str, int]:
        if not self.wanted:
            return {}
        sql, params = self._built
        with connection.cursor() as cursor:
            cursor.execute(sql, filled(params, asked))
            return dict(zip(self.wanted, cursor.fetchone(), strict=True))


def count_all(wanted: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each of these queries has, which are asked only here; one query."""
    return Counts(wanted)()


def counts_per_role(build: Callable[[Any], Mapping[str, QuerySet[Any]]]) -> PerRole:
    """Of a function that makes named querysets for a reader, one that gives their numbers for a user."""
    return PerRole(build, Counts)
