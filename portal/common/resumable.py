"""Uploads that resume after a cut: a file comes in pieces, each from the offset the server names.

A script announces name, size and SHA-256 and sends pieces; the form then carries `upload-<field>` instead of
the file. Without script the same form sends the file itself. Either way it passes `portal.common.uploads`.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from portal.common.exceptions import ActionRefused
from portal.common.models import PartialUpload
from portal.common.uploads import LARGEST, MEGABYTE, clean_name, shorten

if TYPE_CHECKING:
    from pathlib import Path

PIECE: Final = MEGABYTE  # the most bytes taken at once
MOST_OPEN: Final = 5  # of one account; the oldest makes room
KEPT: Final = timedelta(days=2)


def path_of(upload: PartialUpload) -> "Path":
    return settings.MEDIA_ROOT / "partial" / upload.key


@transaction.atomic
def announce(owner: Any, *, name: str, size: int, sha256: str) -> PartialUpload:
    """The upload of this very file: the one that was begun, or a new one. Refuses by name and size beforehand."""
    clean, _extension = clean_name(name)
    if not 0 < size <= LARGEST:
        limit = LARGEST // MEGABYTE
        raise ActionRefused(_("“%(name)s” is larger than %(limit)s MB.") % {"name": shorten(clean), "limit": limit})
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ActionRefused(_("The upload was not announced properly. Choose the file again."))
    mine = PartialUpload.objects.select_for_update().filter(owner=owner)
    found = mine.filter(name=clean, size=size, sha256=sha256).first()
    if found is None:
        for old in list(mine.order_by("-touched_at"))[MOST_OPEN - 1 :]:
            drop(old)
        found, _new = PartialUpload.objects.get_or_create(
            owner=owner, name=clean, size=size, sha256=sha256, defaults={"key": secrets.token_hex(16)}
        )
    return found


@transaction.atomic
def append(owner: Any, key: str, offset: int, piece: bytes) -> PartialUpload | None:
    """Add a piece that begins at `offset`; at another one nothing is written. None: there is no such upload.

    The row tells what has arrived; bytes that a crash left behind it are written over.
    """
    upload = PartialUpload.objects.select_for_update().filter(owner=owner, key=key).first()
    if upload is None or upload.offset != offset or len(piece) > upload.size - offset:
        return upload
    path = path_of(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(piece)
    upload.offset = offset + len(piece)
    upload.save(update_fields=["offset", "touched_at"])
    if upload.is_complete and hash_of(upload) != upload.sha256:
        upload.offset = 0  # it was damaged on the way: from the beginning
        upload.save(update_fields=["offset"])
    return upload


def hash_of(upload: PartialUpload) -> str:
    with path_of(upload).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_of(request: HttpRequest) -> MultiValueDict[str, Any]:
    """The files of a form: those it carries, and those that came before in pieces (`upload-<field>`).

    They are put among the request's own, which closes them at its end.
    """
    for name, key in request.POST.items():
        if name.startswith("upload-") and (upload := arrived(request.user, str(key))):
            request.FILES[name.removeprefix("upload-")] = upload
    return request.FILES


def arrived(owner: Any, key: str) -> UploadedFile | None:
    """A complete upload as a form takes it; it goes with the transaction that keeps its content, or by `tidy`."""
    upload = PartialUpload.objects.filter(owner=owner, key=key).first()
    if upload is None or not upload.is_complete or not path_of(upload).exists():
        return None
    return UploadedFile(file=path_of(upload).open("rb"), name=upload.name, size=upload.size)


def forget(owner: Any, request: HttpRequest) -> None:
    """After a form was taken: what it brought in pieces is not needed any more."""
    keys = [str(key) for name, key in request.POST.items() if name.startswith("upload-")]
    for upload in PartialUpload.objects.filter(owner=owner, key__in=keys):
        drop(upload)


def drop(upload: PartialUpload) -> None:
    path_of(upload).unlink(missing_ok=True)
    upload.delete()


def tidy(now: datetime | None = None) -> int:
    """Remove what nobody has touched for two days; returns how many."""
    stale = list(PartialUpload.objects.filter(touched_at__lt=(now or timezone.now()) - KEPT))
    for upload in stale:
        drop(upload)
    return len(stale)
