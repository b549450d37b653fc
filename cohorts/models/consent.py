"""What people were asked to agree to, word for word, and what they said."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.states import ConsentKind
from portal.accounts.roles import Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class ConsentText(HostOwned):
    """One version of a consent (PIPA arts. 15, 17, 22): purpose, items, period, right to refuse.

    A version is never edited: a change is a new version.
    """

    kind = models.CharField(_("kind"), max_length=15, choices=ConsentKind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    required = models.BooleanField(_("required"))
    body = models.TextField(_("text"))
    body_en = models.TextField(_("text in English"), blank=True)
    in_use_from = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-required", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="consent_text_host_key"),
            models.UniqueConstraint(fields=["host", "kind", "version"], name="one_text_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} v{self.version}"

    @property
    def text(self) -> str:
        """In the reader's language, if there is one."""
        return self.body_en if (get_language() or "").startswith("en") and self.body_en else self.body


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: "User") -> "ConsentQuerySet":
        """One's own. The staff of a host read them with the application."""
        if user.role != Role.TRAINEE:
            return self.none()
        return self.filter(Q(person__user=user.pk) | Q(account=user.pk))

    def given(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)

    def to_companies(self) -> "ConsentQuerySet":
        return self.given().filter(kind=ConsentKind.THIRD_PARTY)


class Consent(HostOwned):
    """A person's consent to one text, and its withdrawal.

    Consent comes before the first personal data (PIPA art. 15), so whoever applies agrees while the
    host has no record of them: until it begins, the consent stands in the name of the account.
    """

    class Channel(models.TextChoices):
        WEB = "web", _("on the portal")
        PAPER = "paper", _("on paper")

    person = models.ForeignKey("cohorts.Person", models.PROTECT, null=True, related_name="consents")
    account = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=15, choices=ConsentKind.choices)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(withdrawn_at=None), name="one_live_consent_per_kind"
            ),
            models.UniqueConstraint(
                fields=["host", "account", "kind"], condition=Q(withdrawn_at=None), name="one_live_consent_per_account"
            ),
            models.CheckConstraint(
                condition=Q(person=None, account__isnull=False) | Q(person__isnull=False, account=None),
                name="consent_of_person_or_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id or self.account_id} {self.kind}"

    @property
    def anchor(self) -> str:
        """The id of its question in a page."""
        return f"consent-question-{self.pk}"
