"""Fixtures of all tests."""

from collections.abc import Iterator

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests that commit empty the tables afterwards; the audit tables refuse that to everybody else."""
    flush = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: DatabaseOperations, statements: list[str]) -> None:
        as_replica = "SET session_replication_role = replica"  # a superuser's switch: no triggers
        flush(self, [as_replica, *statements, "SET session_replication_role = origin"])

    DatabaseOperations.execute_sql_flush = execute_sql_flush
    yield
    DatabaseOperations.execute_sql_flush = flush
