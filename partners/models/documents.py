"""The papers of an agreement: every version of them, what is a scan of what, and what was withdrawn."""

import pathlib
import uuid
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.agreements import Agreement
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned, StoredFile

if TYPE_CHECKING:
    from portal.accounts.models import User


class AgreementDocumentQuerySet(models.QuerySet["AgreementDocument"]):
    def visible_to(self, user: "User") -> "AgreementDocumentQuerySet":
        """Those of the agreements one may see; what was withdrawn is left to the keeper's office."""
        if user.role == Role.ADMIN:
            return self
        seen = self.filter(agreement__in=Agreement.objects.visible_to(user))
        kept = Q(withdrawn_at=None)
        return seen.filter(kept | Q(host=user.organization_id)) if user.role in HOST_STAFF else seen.filter(kept)

    def current(self) -> "AgreementDocumentQuerySet":
        """The newest version of each, without those withdrawn."""
        newer = AgreementDocument.objects.filter(
            series=OuterRef("series"), version__gt=OuterRef("version"), withdrawn_at=None
        )
        return self.filter(~Exists(newer), withdrawn_at=None)

    def superseded(self) -> "AgreementDocumentQuerySet":
        return self.filter(withdrawn_at=None).exclude(pk__in=self.current().values("pk"))

    def withdrawn(self) -> "AgreementDocumentQuerySet":
        return self.filter(withdrawn_at__isnull=False)

    def titled_like(self, text: str) -> "AgreementDocumentQuerySet":
        """By a part of its title or file name, or of its agreement's title or number; a like title if none has it."""
        # Each in a query of its own, so that each finds its own index.
        papers = AgreementDocument.objects.order_by()
        titled, named = papers.filter(title__icontains=text), papers.filter(name__icontains=text)
        resembling = papers.filter(~Exists(titled), title__trigram_word_similar=text)
        agreements = Agreement.objects.order_by()
        called, numbered = agreements.filter(title__icontains=text), agreements.filter(number__istartswith=text)
        of_agreements = [papers.filter(agreement__in=rows.values("pk")).values("pk") for rows in (called, numbered)]
        return self.filter(
            pk__in=titled.values("pk").union(named.values("pk"), resembling.values("pk"), *of_agreements)
        )

    def with_content(self, sha256: str) -> "AgreementDocumentQuerySet":
        return self.filter(sha256=sha256)

    def for_list(self) -> "AgreementDocumentQuerySet":
        return self.select_related("agreement__host", "uploaded_by", "scan_of")

    def for_agreement(self) -> "AgreementDocumentQuerySet":
        """With who added and who withdrew them, the newest first."""
        return self.select_related("uploaded_by", "withdrawn_by", "scan_of").order_by("-uploaded_at", "-pk")


class AgreementDocument(HostOwned, StoredFile):
    """A paper of an agreement. Its file never changes: a new version is a new row of the same series."""

    class Kind(models.TextChoices):
        SIGNED = "signed", _("Signed copy")
        SCAN = "scan", _("Scanned original")
        AMENDMENT = "amendment", pgettext_lazy("document", "Amendment")
        ANNEX = "annex", _("Annex")
        DRAFT = "draft", _("Draft paper")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SIGNED)
    title = models.CharField(_("title"), max_length=150)
    series = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    scan_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="scans", verbose_name=_("scan of")
    )
    # A wrong paper stays, with its reason, and counts no more.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, editable=False, related_name="+")
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=500, blank=True, editable=False)

    objects = AgreementDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="document_host_key"),
            models.UniqueConstraint(fields=["series", "version"], name="one_document_per_version"),
            models.UniqueConstraint(
                fields=["agreement", "sha256"], condition=Q(withdrawn_at=None), name="one_document_per_content"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["signed", "scan", "amendment", "annex", "draft"]), name="document_kind_known"
            ),
            models.CheckConstraint(condition=Q(scan_of=None) | Q(kind="scan"), name="only_a_scan_is_of_another"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawal_reason=""), name="document_withdrawn_with_reason"
            ),
        ]
        indexes = [
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="document_title_trgm"),
            GinIndex(OpClass(Upper("title"), "gin_trgm_ops"), name="document_title_part"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="document_name_part"),
            models.Index(fields=["sha256"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("partners:document", args=[self.agreement_id, self.pk])

    @classmethod
    def from_upload(cls, upload: UploadedFile, **fields: Any) -> Self:
        """As `StoredFile.from_upload`; without a title it is called as its file."""
        document = super().from_upload(upload, **fields)
        document.title = document.title or title_of(document.name)
        return document


def title_of(file_name: str) -> str:
    """The file's name without its extension; 2026.3.5 keeps its points."""
    return pathlib.PurePath(file_name).stem[:150]
