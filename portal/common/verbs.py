"""How a button that acts answers: act, say what became of it, go on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.common.exceptions import ActionRefused


def do(
    request: HttpRequest, act: Callable[[], Any], done: Any, to: Any = None, *, refused_to: Any = None
) -> HttpResponse:
    """Act, say `done` and go to `to`: an address, an object, or (None) what the action returned.

    Sentence and place may be functions of what it returned. A refusal is said in place of `done`, and may go elsewhere.
    """
    try:
        made = act()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(refused_to or to)
    messages.success(request, done(made) if callable(done) else done)
    return redirect(to(made) if callable(to) else to or made)
