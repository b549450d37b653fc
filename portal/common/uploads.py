"""What may be uploaded. Every upload of the portal passes `accept` before anything is stored.

The name says what a file claims to be, its content has to agree; what could run, hide or blow
up is refused with a sentence (trust.md section 3 "Files", section 4 rows 66-74).
"""

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Collection
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common.korean import has_broken_letters, strip_invisible

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 20 * MEGABYTE
LONGEST_NAME: Final = 100  # letters, the extension included
MOST_PIXELS: Final = 40_000_000
MOST_ENTRIES: Final = 1_000
LARGEST_UNPACKED: Final = 200 * MEGABYTE
HIGHEST_RATIO: Final = 100

TYPES: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "hwp": "application/x-hwp",
    "hwpx": "application/hwp+zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DOCUMENTS: Final = tuple(TYPES)
SCANS: Final = ("pdf", "jpg", "png")
TABLES: Final = ("xlsx", "csv")

_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What scanners agree to take for a virus; in two pieces, so that they leave this file alone.
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def accept(upload: UploadedFile, allowed: Collection[str] = DOCUMENTS, *, largest: int = LARGEST) -> UploadedFile:
    """The upload, with a clean name and the content type we found; ValidationError with a sentence otherwise.

    `allowed`: extensions of TYPES. `largest`: bytes. Reads the file, and leaves it rewound.
    """
    name, extension = clean_name(upload.name or "", allowed)
    size = upload.size or 0
    if size == 0:
        raise _refused(_("“%(name)s” is empty."), name, allowed)
    if size > largest:
        raise _too_large(name, largest)
    upload.seek(0)
    try:
        _CHECKS[extension](upload, name)
        _refuse_malware(upload, name)
    finally:
        upload.seek(0)
    upload.name, upload.content_type = name, TYPES[extension]
    return upload


def accept_table(upload: UploadedFile) -> UploadedFile:
    """A spreadsheet, by its name and size alone: `portal.common.spreadsheets` judges its content,
    with sentences about workbooks."""
    name, extension = clean_name(upload.name or "", TABLES)
    if not upload.size:
        raise _refused(_("“%(name)s” is empty."), name, TABLES)
    if upload.size > LARGEST:
        raise _too_large(name, LARGEST)
    upload.name, upload.content_type = name, TYPES.get(extension, "text/csv")
    return upload


def clean_name(name: str, allowed: Collection[str] = DOCUMENTS) -> tuple[str, str]:
    """The name to show and its extension: no folder, composed letters, at most LONGEST_NAME of them."""
    if has_broken_letters(name):
        name = name.encode("ascii", "ignore").decode()
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = strip_invisible(name).strip(" .")
    stem, dot, extension = name.rpartition(".")
    extension = {"jpeg": "jpg"}.get(extension.lower(), extension.lower())
    if not dot or not stem.strip() or extension not in allowed:
        raise _refused(_("“%(name)s” is not of a kind we accept."), name, allowed)
    if any(_looks_like_extension(part) for part in stem.split(".")[1:]):
        raise _refused(_("“%(name)s” has two extensions. Rename it so that it has one."), name, allowed)
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}", extension


def _looks_like_extension(part: str) -> bool:
    """jsp, exe or 7z; but not the 3 of 2026.3.5, nor a word of a sentence."""
    return part.isascii() and part.isalnum() and len(part) <= 5 and not part.isdigit()


def _too_large(name: str, largest: int) -> ValidationError:
    sentence = _("“%(name)s” is larger than %(limit)s MB.")
    return ValidationError(sentence % {"name": shorten(name), "limit": largest // MEGABYTE}, code="too_large")


def _refused(sentence: str, name: str, allowed: Collection[str]) -> ValidationError:
    kinds = _("Accepted: %(kinds)s.") % {"kinds": ", ".join(allowed)}
    return ValidationError(f"{sentence % {'name': shorten(name)}} {kinds}", code="file_kind")


def shorten(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:50]}…{name[-9:]}"


def _other_content(name: str) -> ValidationError:
    sentence = _(
        "The content of “%(name)s” is not what its name says, or it is damaged. Save it again and attach that."
    )
    return ValidationError(sentence % {"name": shorten(name)}, code="file_content")


# Content -------------------------------------------------------------------------------


def _check_pdf(file: BinaryIO, name: str) -> None:
    if file.read(5) != b"%PDF-":
        raise _other_content(name)
    end = file.seek(0, 2)
    file.seek(max(0, end - 4096))
    if b"%%EOF" not in file.read():
        raise _other_content(name)  # the rest of it was lost on the way


def _check_png(file: BinaryIO, name: str) -> None:
    head = file.read(33)
    if len(head) < 33 or head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        raise _other_content(name)
    width, height = struct.unpack(">II", head[16:24])
    _refuse_huge_image(width, height, name)
    end = file.seek(0, 2)
    file.seek(max(33, end - 4096))
    if b"IEND" not in file.read():
        raise _other_content(name)


def _check_jpg(file: BinaryIO, name: str) -> None:
    data = file.read()
    if data[:3] != b"\xff\xd8\xff" or b"\xff\xd9" not in data[-4096:]:
        raise _other_content(name)
    size = _jpeg_size(data)
    if size is None:
        raise _other_content(name)
    width, height = size
    _refuse_huge_image(width, height, name)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height, from the frame header; nothing is decoded."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        elif length < 2:
            return None
        else:
            at += 2 + length
    return None


def _refuse_huge_image(width: int, height: int, name: str) -> None:
    if width * height > MOST_PIXELS:
        sentence = _("“%(name)s” has more than 40 million pixels. Make the picture smaller.")
        raise ValidationError(sentence % {"name": shorten(name)}, code="image_huge")


def _check_hwp(file: BinaryIO, name: str) -> None:
    data = file.read()
    # An .xls or .doc is such a container too; this line stands in the header of every HWP 5 file.
    if not data.startswith(_CFB) or b"HWP Document File" not in data:
        raise _other_content(name)


def _check_zip(entry: str, content: bytes = b"") -> Callable[[BinaryIO, str], None]:
    """A check for a zip that has `entry`, beginning with `content`."""

    def check(file: BinaryIO, name: str) -> None:
        if file.read(8) == _CFB:
            sentence = _("“%(name)s” is protected by a password. Take the password off and attach it again.")
            raise ValidationError(sentence % {"name": shorten(name)}, code="file_locked")
        try:
            with zipfile.ZipFile(file) as archive:
                _refuse_dangerous_archive(archive, name)
                with archive.open(entry) as found:
                    if not found.read(len(content) or 1).startswith(content):
                        raise _other_content(name)
        except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, ValueError, zlib.error, OSError):
            raise _other_content(name) from None

    return check


def _refuse_dangerous_archive(archive: zipfile.ZipFile, name: str) -> None:
    entries = archive.infolist()
    shown = {"name": shorten(name)}
    if any(entry.flag_bits & 1 for entry in entries):
        sentence = _("“%(name)s” is protected by a password. Take the password off and attach it again.")
        raise ValidationError(sentence % shown, code="file_locked")
    if any(PurePosixPath(entry.filename).name.lower() == "vbaproject.bin" for entry in entries):
        sentence = _("“%(name)s” contains macros. Save it without macros and attach that.")
        raise ValidationError(sentence % shown, code="file_macros")
    packed = sum(entry.compress_size for entry in entries)
    most = min(LARGEST_UNPACKED, HIGHEST_RATIO * max(packed, 1))
    if len(entries) > MOST_ENTRIES or _unpacked(archive, most, name) > most:
        sentence = _("“%(name)s” unpacks to more than we accept.")
        raise ValidationError(sentence % shown, code="file_bomb")


def _unpacked(archive: zipfile.ZipFile, most: int, name: str) -> int:
    """Bytes that come out, counted by unpacking: what an archive says of itself may be a lie."""
    total = 0
    for entry in archive.infolist():
        with archive.open(entry) as content:
            while chunk := content.read(MEGABYTE):
                if _EICAR in chunk:
                    raise _harmful(name)
                total += len(chunk)
                if total > most:
                    return total
    return total


def _refuse_malware(file: Any, name: str) -> None:
    file.seek(0)
    kept = b""
    while chunk := file.read(MEGABYTE):
        if _EICAR in kept + chunk:
            raise _harmful(name)
        kept = chunk[-len(_EICAR) :]


def _harmful(name: str) -> ValidationError:
    sentence = _("“%(name)s” was recognised as harmful and has not been kept.")
    return ValidationError(sentence % {"name": shorten(name)}, code="file_harmful")


_CHECKS: Final[dict[str, Callable[[Any, str], None]]] = {
    "pdf": _check_pdf,
    "jpg": _check_jpg,
    "png": _check_png,
    "hwp": _check_hwp,
    "hwpx": _check_zip("mimetype", b"application/hwp+zip"),
    "docx": _check_zip("word/document.xml"),
    "xlsx": _check_zip("xl/workbook.xml"),
}


# Form ----------------------------------------------------------------------------------


class UploadField(forms.FileField):
    """A file of one of the `allowed` kinds; its help text names them."""

    def __init__(self, *, allowed: Collection[str] = DOCUMENTS, largest: int = LARGEST, **kwargs: Any) -> None:
        self.allowed, self.largest = allowed, largest
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in allowed)}))
        kwargs.setdefault("help_text", _Kinds(allowed, largest))
        # An empty file gets our sentence, not Django's.
        super().__init__(allow_empty_file=True, **kwargs)

    def to_python(self, data: Any) -> UploadedFile | None:
        upload: Any = super().to_python(data)
        return accept(upload, self.allowed, largest=self.largest) if upload else None


class _Kinds:
    """The help text of an upload, in the language of the page."""

    def __init__(self, allowed: Collection[str], largest: int) -> None:
        self.values = {"kinds": ", ".join(allowed), "limit": largest // MEGABYTE}

    def __str__(self) -> str:
        return str(gettext_lazy("%(kinds)s, up to %(limit)s MB")) % self.values
