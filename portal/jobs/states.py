"""The life of a job. Imports nothing but Django."""

from django.db import models
from django.utils.translation import pgettext_lazy


class JobState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("job", "Waiting")
    RUNNING = "running", pgettext_lazy("job", "Running")
    DONE = "done", pgettext_lazy("job", "Done")
    # Refused for good: a rule said no, or an address does not exist. Trying again changes nothing.
    FAILED = "failed", pgettext_lazy("job", "Failed")
    # Given up after its attempts; somebody has to look.
    DEAD = "dead", pgettext_lazy("job", "Needs attention")
    # Its process vanished and it may not be repeated (a login code).
    UNKNOWN = "unknown", pgettext_lazy("job", "Outcome unknown")
    EXPIRED = "expired", pgettext_lazy("job", "Expired")
    CANCELLED = "cancelled", pgettext_lazy("job", "Cancelled")


S = JobState
TRANSITIONS: dict[str, frozenset[str]] = {
    S.QUEUED: frozenset({S.RUNNING, S.EXPIRED, S.CANCELLED}),
    S.RUNNING: frozenset({S.QUEUED, S.DONE, S.FAILED, S.DEAD, S.UNKNOWN, S.EXPIRED, S.CANCELLED}),
    S.DONE: frozenset(),
    S.FAILED: frozenset({S.QUEUED, S.CANCELLED}),
    S.DEAD: frozenset({S.QUEUED, S.CANCELLED}),
    S.UNKNOWN: frozenset({S.CANCELLED}),
    S.EXPIRED: frozenset(),
    S.CANCELLED: frozenset(),
}
LIVE = (S.QUEUED, S.RUNNING)
DEAD_LETTERS = (S.FAILED, S.DEAD, S.UNKNOWN)
RETRYABLE = tuple(state for state in DEAD_LETTERS if S.QUEUED in TRANSITIONS[state])
CANCELLABLE = tuple(state for state in S if S.CANCELLED in TRANSITIONS[state])
ENDED = tuple(state for state in S if state not in LIVE)
