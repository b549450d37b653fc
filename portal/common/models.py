"""What the tables of all apps share."""

import hashlib
import pathlib
import secrets
from functools import cache
from typing import Any, Self

from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _


@cache
def labels(field: models.Field) -> dict[Any, Any]:
    """What each value of a field with choices is called."""
    return dict(field.flatchoices)


class WithLabels(models.Model):
    """Answers `get_…_display()` from a table that is made once; Django makes it anew for every row."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field) -> str:  # noqa: N802  # Django's name
        value = getattr(self, field.attname)
        return force_str(labels(field).get(value, value), strings_only=True)


class HostOwned(WithLabels):
    """A row with somebody's data: it names the city or school that answers for it.

    `host` repeats the host of the row's cohort, so that one column can isolate cities
    everywhere; a composite foreign key in the database keeps the two equal.
    """

    host = models.ForeignKey("partners.Organization", models.PROTECT, related_name="+", verbose_name=_("host"))

    class Meta:
        abstract = True


def random_name(instance: models.Model, filename: str) -> str:
    """A stored file's name says nothing of its content or owner."""
    folder = instance._meta.label_lower.replace(".", "/")
    return f"{folder}/{secrets.token_hex(16)}{pathlib.PurePath(filename).suffix.lower()[:8]}"


class StoredFile(models.Model):
    """An uploaded file: kept under a random name outside the web root, with its hash."""

    file = models.FileField(_("file"), upload_to=random_name, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    content_type = models.CharField(max_length=100)
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_upload(cls, upload: UploadedFile, **fields: Any) -> Self:
        """An unsaved row for an upload that `portal.common.uploads` has accepted."""
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        return cls(
            file=upload,
            name=upload.name,
            size=upload.size,
            sha256=digest.hexdigest(),
            content_type=upload.content_type or "application/octet-stream",
            **fields,
        )


class PartialUpload(models.Model):
    """A file on its way in pieces (`portal.common.resumable`): gone when a form takes it, or after two days."""

    key = models.CharField(max_length=32, unique=True)  # also the name of its file
    owner = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    offset = models.PositiveIntegerField(default=0)  # bytes that have arrived
    begun_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(offset__lte=models.F("size")), name="no_more_than_announced"),
            models.UniqueConstraint(fields=["owner", "sha256", "size", "name"], name="one_upload_of_a_file"),
        ]
        indexes = [models.Index(fields=["touched_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        return self.offset == self.size
