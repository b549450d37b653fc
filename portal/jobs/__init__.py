"""Background work: register it with `@job` or `@schedule`, ask for it with `enqueue`.

`docs/jobs.md` is the page for operators.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.jobs.registry import JobFailed, OutcomeUnknown, Postponed, Stopped, TryLater, job, schedule

if TYPE_CHECKING:
    from django.db.models import Model

    from portal.accounts.models import User
    from portal.jobs.models import Job


def new(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    by: "User | None",
    host: "Model | int | None",
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> "Job":
    """An unsaved job for `enqueue_many`. `payload` holds ids and codes only, else ValueError."""
    from portal.jobs import queue

    return queue.new(kind, key=key, payload=payload, by=by, host=host, run_at=run_at, expires_at=expires_at)


def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    by: "User | None",
    host: "Model | int | None",
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> "Job":
    """Ask for a job, inside the transaction of the business that needs it.

    The same `key` again returns the row that is there. `payload` holds ids and codes only.
    The job waits in PostgreSQL whatever becomes of Redis; one that is due at once is nudged
    after the commit. Not started before `run_at`, nor after `expires_at`.
    """
    from portal.jobs import queue

    return queue.enqueue(
        queue.new(kind, key=key, payload=payload, by=by, host=host, run_at=run_at, expires_at=expires_at)
    )


def enqueue_many(jobs: "Iterable[Job]") -> "list[Job]":
    """Ask for many jobs made by `new`, in one query.

    Returns one job per distinct key, in the order given. Of one that was there before, only
    `pk` and `key` can be trusted.
    """
    from portal.jobs import queue

    return queue.enqueue_many(jobs)
