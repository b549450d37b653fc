"""What somebody with a seat agrees to before the training (수강 서약)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models.consent import Consent
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def visible_to(self, user: "User") -> "PledgeQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(application__person__user=user.pk)
        return self.none()


class Pledge(HostOwned):
    """The agreement to one version of the host's rules, for one course. It is not a consent, and stays."""

    application = models.OneToOneField("cohorts.Application", models.PROTECT, related_name="pledge")
    text = models.ForeignKey("cohorts.ConsentText", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Consent.Channel.choices, default=Consent.Channel.WEB)
    note = models.CharField(_("note"), max_length=300, blank=True)  # of the office: where the paper is
    given_at = models.DateTimeField(_("agreed"), auto_now_add=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement to the rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(channel=Consent.Channel.WEB) | ~Q(note=""), name="pledge_on_paper_has_note"
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.channel}"
