"""Background work as rows: the row is the job, a message in Redis only its nudge."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.models import WithLabels
from portal.jobs.states import CANCELLABLE, DEAD_LETTERS, LIVE, RETRYABLE, JobState

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.engine import Pulse


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: "User") -> "JobQuerySet":
        """One's own; officials and operators those of their host; admins all."""
        if user.role == Role.ADMIN:
            return self
        mine = Q(created_by=user.pk)
        if user.role in HOST_STAFF:
            mine |= Q(host=user.organization_id)
        return self.filter(mine)

    def for_list(self) -> "JobQuerySet":
        return self.select_related("created_by", "host").order_by("-created_at", "-pk")

    def live(self) -> "JobQuerySet":
        return self.filter(state__in=LIVE)

    def dead_letters(self) -> "JobQuerySet":
        return self.filter(state__in=DEAD_LETTERS)

    def lost(self, now: datetime) -> "JobQuerySet":
        """Those whose worker has not said for a whole lease that it lives."""
        return self.filter(state=JobState.RUNNING, lease_until__lte=now)

    def due(self, now: datetime) -> "JobQuerySet":
        """What may be claimed: waiting and its time has come, or lost with attempts left."""
        waiting = Q(state=JobState.QUEUED, run_at__lte=now)
        lost = Q(state=JobState.RUNNING, lease_until__lte=now, attempt__lt=F("max_attempts"))
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), waiting | lost).order_by("run_at", "pk")


class Job(WithLabels):
    """One piece of background work. `portal.jobs.engine` alone moves its state forward."""

    # Whose data it works on; empty for work of the whole portal.
    host = models.ForeignKey("partners.Organization", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(gettext_lazy("kind"), max_length=80)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)  # ids only
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    run_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)  # when the sweep last told the workers
    lease_until = models.DateTimeField(null=True)
    # Grows with every claim and never falls: the fence that keeps a zombie from writing.
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    lost_attempts = models.PositiveIntegerField(default=0)  # those that ended with their process
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(gettext_lazy("error"), blank=True)  # a sentence for its reader
    first_error = models.TextField(blank=True)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    membership = models.ForeignKey("accounts.Membership", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()
    # Set while it runs; see `advance`.
    pulse: "Pulse | None" = None

    class Meta:
        indexes = [
            models.Index(fields=["run_at", "id"], condition=Q(state__in=LIVE), name="job_due"),
            models.Index(fields=["host", "state", "-created_at"], name="job_of_host"),
            models.Index(fields=["created_by", "-created_at"], name="job_of_creator"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False), name="running_job_has_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def label(self) -> str:
        """What the kind is called on screens; a kind of an older release shows its code."""
        from portal.jobs.registry import KINDS

        kind = KINDS.get(self.kind)
        return str(kind.label or kind.name) if kind else self.kind

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def can_retry(self) -> bool:
        return self.state in RETRYABLE

    @property
    def can_cancel(self) -> bool:
        return self.state in CANCELLABLE

    @property
    def percent(self) -> int | None:
        return min(100, self.progress * 100 // self.total) if self.total else None

    @property
    def slot(self) -> datetime:
        """The moment a scheduled job stands for; KeyError for any other job."""
        moment = parse_datetime(self.payload["slot"])
        assert moment  # noqa: S101  # written by open_slots alone
        return moment

    def actor(self) -> "User | None":
        """Who asked for it, in the role in which it was asked; None for the system.

        Rights are those of now: `ActionRefused` where the account or the role has ended.
        """
        if self.created_by is None:
            return None
        if self.has_no_actor():
            raise ActionRefused(_("Whoever asked for this no longer works in that role."))
        return self.created_by.act_as(self.membership)

    def has_no_actor(self) -> bool:
        """The account or the role of whoever asked has ended."""
        ended = self.membership is not None and self.membership.ended_at is not None
        return self.created_by is not None and (ended or not self.created_by.is_active)

    def advance(self, done: int, total: int | None = None) -> None:
        """Say how far the work is; costs nothing, so say it for every row.

        A thread beside the work writes it at most once a second through a connection of its
        own: inside the work's transaction nobody would see it. Raises `Stopped` once the job
        was cancelled or given to another worker.
        """
        self.progress = done
        if total is not None:
            self.total = total
        if self.pulse:
            self.pulse.check()


class ScheduleSlot(models.Model):
    """A moment for which a schedule has been opened; unique, so any number of sweeps open it once."""

    schedule = models.CharField(max_length=80)
    slot = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="one_run_per_slot")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.slot.isoformat()}"
