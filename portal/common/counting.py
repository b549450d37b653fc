"""How many: beside each row of a list, and the numbers of a home page by one query."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def counted_per(rows: QuerySet[Any], column: str) -> Any:
    """For `annotate`: how many of `rows` belong to the outer row. Their sums do not multiply each other."""
    mine = rows.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def count_all(wanted: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each of these queries has; one query for all of them.

    Each is written as a query of its own. As annotations of another they would be copied and
    renamed at every step, which took longer than the database needs to answer.
    """
    counted: dict[str, str] = {}
    given: list[Any] = []
    for name, rows in wanted.items():
        try:
            sql, params = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:  # `none()`
            sql, params = "SELECT 1 WHERE FALSE", ()
        counted[name] = f"(SELECT COUNT(*) FROM ({sql}) AS counted)"  # noqa: S608  # Django's own SQL
        given += params
    if not counted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counted.values())}", given)  # Django's own SQL
        return dict(zip(counted, cursor.fetchone(), strict=True))
