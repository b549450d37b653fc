"""How a stored file leaves the portal. The view has asked its guards before."""

from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

Answer = TypeVar("Answer", bound=HttpResponseBase)


class Sendable(Protocol):
    """A `StoredFile`, or anything with a file that has a name for people and a type."""

    @property
    def file(self) -> Any: ...
    @property
    def name(self) -> Any: ...
    @property
    def content_type(self) -> Any: ...


def send_file(stored: Sendable) -> HttpResponseBase:
    """`stored` as an attachment that no browser opens, guesses at or keeps; 404 if its file is gone.

    With settings.X_ACCEL_PREFIX the proxy sends the bytes, otherwise the portal does.
    """
    response: HttpResponseBase
    if settings.X_ACCEL_PREFIX:
        response = HttpResponse(content_type=stored.content_type)
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{quote(str(stored.file.name))}"
    else:
        try:
            response = FileResponse(stored.file.open("rb"), content_type=stored.content_type)
        except FileNotFoundError:
            raise Http404 from None
    return _guarded(response, stored.name)


def send_bytes(content: bytes, name: str, content_type: str) -> HttpResponse:
    """As `send_file`, for what was made for this answer and is not stored."""
    return _guarded(HttpResponse(content, content_type=content_type), name)


def _guarded(response: Answer, name: str) -> Answer:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
