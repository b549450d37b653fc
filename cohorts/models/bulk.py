"""An action on many applications at once (일괄 처리), row by row."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.bulk import UNDO_WITHIN, BulkVerb, Obstacle
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class BulkActionQuerySet(models.QuerySet["BulkAction"]):
    def visible_to(self, user: "User") -> "BulkActionQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()

    def for_list(self) -> "BulkActionQuerySet":
        return self.select_related("cohort", "made_by")


class BulkAction(HostOwned):
    """One verb for many applications of a cohort: previewed, run by a job, and undone within half an hour."""

    class State(models.TextChoices):
        PREVIEW = "preview", pgettext_lazy("bulk", "To be decided")
        RUNNING = "running", pgettext_lazy("bulk", "Under way")
        DONE = "done", pgettext_lazy("bulk", "Done")
        UNDOING = "undoing", pgettext_lazy("bulk", "Being undone")
        UNDONE = "undone", pgettext_lazy("bulk", "Undone")
        DISCARDED = "discarded", pgettext_lazy("bulk", "Put aside")

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="bulk_actions")
    verb = models.CharField(_("action"), max_length=10, choices=BulkVerb.choices)
    # track: its pk; reason; subject and text of a mail; documents, due_on, message; book_until
    values = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PREVIEW)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    # How often its job, or that of its undo, was refused: whoever had asked for it had lost the role.
    refusals = models.PositiveSmallIntegerField(default=0)

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk action")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="bulk_action_host_key"),
            models.CheckConstraint(condition=Q(verb__in=BulkVerb.values), name="bulk_verb_known"),
            models.CheckConstraint(
                condition=Q(state__in=["preview", "running", "discarded"]) | Q(done_at__isnull=False),
                name="done_bulk_action_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["host", "-made_at"])]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:bulk", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.RUNNING, self.State.UNDOING)

    @property
    def job_key(self) -> str:
        """Of the job that runs it, or that undoes it; another one each time that somebody asks again."""
        key = f"bulk:{self.pk}:undo" if self.state == self.State.UNDOING else f"bulk:{self.pk}"
        return f"{key}:{self.refusals}" if self.refusals else key

    @property
    def was_refused(self) -> bool:
        """Somebody has asked for it, or for its undo, in vain; another may ask again."""
        return bool(self.refusals and (self.state == self.State.PREVIEW or self.undo_was_refused))

    @property
    def undo_was_refused(self) -> bool:
        return self.state == self.State.DONE and self.undone_by_id is not None

    @property
    def undo_until(self) -> datetime | None:
        """Before this moment it can be undone, and no mail of it goes out."""
        return self.done_at + UNDO_WITHIN if self.done_at else None

    @property
    def can_be_undone(self) -> bool:
        return self.state == self.State.DONE and self.undo_until is not None and timezone.now() < self.undo_until


class BulkRow(HostOwned):
    """What the action means for one application."""

    class Outcome(models.TextChoices):
        WILL = "will", pgettext_lazy("bulk", "Will be done")
        NOT_POSSIBLE = "not_possible", pgettext_lazy("bulk", "Not possible")
        DONE = "done", pgettext_lazy("bulk", "Done")
        LEFT_OUT = "left_out", pgettext_lazy("bulk", "Left out")
        UNDONE = "undone", pgettext_lazy("bulk", "Undone")
        KEPT = "kept", pgettext_lazy("bulk", "Not undone")

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="rows")
    application = models.ForeignKey("cohorts.Application", models.CASCADE, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    obstacle = models.CharField(_("reason"), max_length=10, choices=Obstacle.choices, blank=True)
    # State and track, as the action found and left them; of an invitation, until when a time can be chosen
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # The audit event of this row: any later one says that somebody has changed the application since.
    event = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["action", "application"], name="once_in_a_bulk_action"),
            models.CheckConstraint(condition=~Q(outcome="done") | Q(event__isnull=False), name="done_row_has_event"),
        ]
        indexes = [models.Index(fields=["action", "outcome"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"
