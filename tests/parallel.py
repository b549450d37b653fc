"""Many people in the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError, connection, connections

from portal.common.exceptions import ActionRefused

AT_ONCE = 40  # connections; PostgreSQL allows a hundred


def in_parallel(calls: Sequence[Callable[[], object]], first: Callable[[], object] | None = None) -> list[object]:
    """Run all calls, as many at once as there are connections; their results or errors, in order.

    `first` runs when all are connected, before any of them goes on.
    """
    start = threading.Barrier(min(AT_ONCE, len(calls)), action=first)
    end = threading.Barrier(start.parties)
    waited = threading.local()

    def run(call: Callable[[], object]) -> object:
        if not getattr(waited, "done", False):
            waited.done = True
            connection.ensure_connection()
            start.wait()
        try:
            return call()
        except (ActionRefused, IntegrityError) as refusal:
            return refusal

    def leave(_number: int) -> None:
        end.wait()
        connections.close_all()

    with ThreadPoolExecutor(start.parties) as pool:
        results = list(pool.map(run, calls))
        list(pool.map(leave, range(start.parties)))  # each thread closes its own connection
    return results
