"""How a button that acts answers: act, say what became of it, go on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.common.exceptions import ActionRefused


def do(request: HttpRequest, act: Callable[[], Any], done: str, to: Any) -> HttpResponse:
    """Act, say what came of it, and go to `to`: an address or an object. A refusal is said there too."""
    try:
        act()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(to)
