"""What people were asked to agree to, word for word, and what they said."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.states import ConsentKind
from portal.common.models import HostOwned


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
    def given(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)

    def to_companies(self) -> "ConsentQuerySet":
        return self.given().filter(kind=ConsentKind.THIRD_PARTY)


class Consent(HostOwned):
    """A person's consent to one text, and its withdrawal."""

    class Channel(models.TextChoices):
        WEB = "web", _("on the portal")
        PAPER = "paper", _("on paper")

    person = models.ForeignKey("cohorts.Person", models.PROTECT, related_name="consents")
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
                fields=["person", "kind"], condition=models.Q(withdrawn_at=None), name="one_live_consent_per_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"

    @property
    def anchor(self) -> str:
        """The id of its question in a page."""
        return f"consent-question-{self.pk}"
