"""Puts jobs into PostgreSQL, and tells the workers through Redis when Redis listens."""

import logging
import re
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celery import Task
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from kombu.pools import producers

from portal.celery import app
from portal.jobs.models import Job
from portal.jobs.registry import KINDS

if TYPE_CHECKING:
    from portal.accounts.models import User

log = logging.getLogger(__name__)
PATIENCE = 0.5  # seconds a web request may lose to a Redis that does not answer
SILENCE = 30  # seconds without nudges after one has failed
_code = re.compile(r"[\w.:+/-]{0,100}", re.ASCII)


def new(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    by: "User | None",
    host: "Model | int | None",
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Job:
    for name, value in payload.items():
        if not _is_code(value):
            raise ValueError(f"The payload of {kind!r} may hold ids and codes only, not this {name}.")
    return Job(
        kind=kind,
        key=key,
        payload=payload,
        host_id=host.pk if isinstance(host, Model) else host,
        created_by=by,
        membership=by.acting if by else None,
        run_at=run_at or timezone.now(),
        expires_at=expires_at,
        max_attempts=KINDS[kind].max_attempts,
    )


def _is_code(value: Any) -> bool:
    """Personal data must not reach this table; a name or an address is no code."""
    if isinstance(value, list):
        return all(_is_code(part) for part in value)
    if isinstance(value, str):
        return bool(_code.fullmatch(value))
    return value is None or isinstance(value, (int, bool))


def enqueue(job: Job) -> Job:
    defaults = {field.attname: getattr(job, field.attname) for field in Job._meta.fields if field.name != "id"}
    with transaction.atomic():
        stored, made = Job.objects.get_or_create(key=job.key, defaults=defaults)
        if made and stored.run_at <= timezone.now():
            nudge_after_commit(stored)
    return stored


def enqueue_many(jobs: Iterable[Job]) -> list[Job]:
    once = list({job.key: job for job in jobs}.values())
    # "DO UPDATE SET key" changes nothing and, unlike "DO NOTHING", returns every row's id.
    Job.objects.bulk_create(once, update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    if once:
        from portal.jobs.tasks import sweep

        transaction.on_commit(lambda: nudge(sweep) and None)  # one message; the sweep finds them all
    return once


def nudge_after_commit(job: Job) -> None:
    from portal.jobs import engine, tasks

    limit = KINDS[job.kind].limit
    transaction.on_commit(
        lambda: nudge(tasks.run, job.pk, soft_time_limit=limit, time_limit=limit + engine.GRACE) and None
    )


# Nudges --------------------------------------------------------------------------------


class _Link:
    """This process's line to Redis for nudges: impatient, and silent for a while once it failed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connection: Any = None
        self.silent_until = 0.0

    def open(self) -> Any:
        with self.lock:
            if self.connection is None:
                options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS}
                options |= {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "max_retries": 0}
                self.connection = app.connection_for_write(transport_options=options)
            return self.connection


_link = _Link()


def nudge(task: Task, *args: int, **options: Any) -> bool:
    """Tell the workers now; False where Redis did not listen, in which case the sweep will."""
    if time.monotonic() < _link.silent_until:
        return False
    try:
        with producers[_link.open()].acquire(block=True, timeout=PATIENCE) as producer:
            task.apply_async(args, producer=producer, retry=False, **options)
    except Exception as error:  # whatever Redis does, the job is safe and the page must not fail
        _link.silent_until = time.monotonic() + SILENCE
        log.warning("No nudge for %s s: %s", SILENCE, type(error).__name__)
        return False
    return True
