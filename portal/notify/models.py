"""Outgoing mail as rows: rendered and kept when it is asked for, sent by a job."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.korean import mask_email
from portal.common.models import WithLabels
from portal.jobs.states import LIVE, JobState

if TYPE_CHECKING:
    from portal.accounts.models import User


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: "User") -> "MailQuerySet":
        """Officials and operators: that of their host; admins: all."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()

    def sent_to(self, user: "User") -> "MailQuerySet":
        """What was written to an account. Links of account mail stay in one's real mailbox."""
        return self.filter(user=user, secret=False, job__state=JobState.DONE)

    def for_list(self) -> "MailQuerySet":
        return self.select_related("job", "host").defer("body").order_by("-created_at", "-pk")

    def unsent(self) -> "MailQuerySet":
        return self.filter(sent_at=None, job__state__in=LIVE)


class Mail(WithLabels):
    """One message to one address. Its state is that of its job."""

    # (rule, person or address, slot): asking twice sends once.
    key = models.CharField(max_length=200, unique=True)
    job = models.OneToOneField("jobs.Job", models.PROTECT, related_name="mail")
    host = models.ForeignKey("partners.Organization", models.PROTECT, null=True, related_name="+")
    address = models.EmailField(_("recipient"))
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    person_id = models.BigIntegerField(null=True, db_index=True)  # a cohorts.Person, which lies above this app
    template = models.CharField(max_length=100)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    once = models.BooleanField(default=False)  # a code or a key: sent at most once
    secret = models.BooleanField(default=False)  # the text goes when the mail has gone
    # The process vanished while sending, and the mail was sent again: it may have arrived twice.
    maybe_duplicate = models.BooleanField(default=False)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["host", "-created_at"], name="mail_of_host"),
            models.Index(fields=["address", "-created_at"], name="mail_to_address"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(subject=""), name="mail_has_subject")]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("notify:mail", args=[self.pk])

    @property
    def has_gone(self) -> bool:
        """Or is on its way this moment."""
        return self.sent_at is not None or self.job.state == JobState.RUNNING

    @property
    def masked_address(self) -> str:
        return mask_email(self.address)

    @property
    def state(self) -> str:
        return self.job.state

    @property
    def state_label(self) -> str:
        """The job's state, in the words of mail."""
        return str(STATE_LABELS.get(JobState(self.job.state), self.job.get_state_display()))


STATE_LABELS = {JobState.QUEUED: _("Waiting to be sent"), JobState.RUNNING: _("Being sent"), JobState.DONE: _("Sent")}


class MailServer(models.Model):
    """The one row that says whether the mail server answers; while it does not, mail waits."""

    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"paused until {self.paused_until}" if self.paused_until else "answers"
