"""Uploads in pieces (`portal.common.resumable`), for the script of a form."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.roles import Role
from portal.common import resumable
from portal.common.exceptions import ActionRefused
from portal.common.guards import roles


@require_POST
@roles(Role.TRAINEE)
def upload_announce(request: HttpRequest) -> HttpResponse:
    """Name, size and SHA-256 of a file; answers from where to send it: a cut upload goes on."""
    told = request.POST
    size = told.get("size", "")
    try:
        if not (size.isascii() and size.isdigit()):
            raise ActionRefused(_("The upload was not announced properly. Choose the file again."))
        found = resumable.announce(
            request.user, name=told.get("name", ""), size=int(size[:12]), sha256=told.get("sha256", "")
        )
    except (ActionRefused, ValidationError) as refusal:
        sentence = refusal.messages[0] if isinstance(refusal, ValidationError) else str(refusal)
        return JsonResponse({"error": sentence}, status=422)
    return JsonResponse({"key": found.key, "offset": found.offset})


@require_POST
@roles(Role.TRAINEE)
def upload_append(request: HttpRequest, key: str) -> HttpResponse:
    """One piece, from the byte that the header Upload-Offset names; 409 with the right one if it is another."""
    length, offset = request.headers.get("Content-Length") or "", request.headers.get("Upload-Offset", "")
    if not (length.isdigit() and offset.isdigit()) or int(length) > resumable.PIECE:
        return JsonResponse({"error": _("This piece is too large.")}, status=413)
    try:
        piece = request.body
    except UnreadablePostError:  # the line was cut; the next piece begins where this one did
        return HttpResponse(status=400)
    found = resumable.append(request.user, key, int(offset), piece)
    if found is None:
        raise Http404
    done = found.offset == int(offset) + len(piece)
    return JsonResponse({"offset": found.offset, "complete": found.is_complete}, status=200 if done else 409)
