"""Old registers: only the officials of the office take them in."""

from django.core.files.base import ContentFile

from partners.models import RegisterImport
from tests.access import row


def extend(w):
    """A register waiting for a decision."""
    w.old_register = RegisterImport.objects.create(
        host=w.city, name="대장.csv", size=1, sha256="0" * 64, state=RegisterImport.State.PREVIEW,
        file=ContentFile(b"x", name="r.csv"), counts={"new": 1},
    )  # fmt: skip


def one(w):
    return [w.old_register.pk]


OFFICIALS = "403 200 403 403 403 403 403"
GET = {"own": OFFICIALS, "other": OFFICIALS.replace("200", "404")}
POST = {"own": OFFICIALS.replace("200", "302"), "other": OFFICIALS.replace("200", "404")}

TABLE = [
    row("partners:register-import-list", own=OFFICIALS),
    row("partners:register-import-list", "POST", own=OFFICIALS.replace("200", "422")),
    row("partners:register-import", arguments=one, own="200 200 403 403 403 403 403",
        other="200 404 403 403 403 403 403"),
    row("partners:register-import-decide", "POST", one, **POST),
    row("partners:register-import-confirm", "POST", one, **POST),
    row("partners:register-import-discard", "POST", one, **POST),
    row("partners:register-import-left-out", arguments=one, **GET),
]  # fmt: skip
