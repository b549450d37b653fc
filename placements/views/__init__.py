"""What the views of this app share: a form that calls an action."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from portal.common.forms import PortalForm
from portal.common.htmx import form_status, render


def save(
    request: HttpRequest,
    form: PortalForm,
    act: Callable[[dict[str, Any]], Any],
    template: str,
    *,
    done: str,
    to: Any,
    **context: Any,
) -> HttpResponse:
    """Act with what a valid form says and go to `to` (None: to what the action made); otherwise show the form."""
    if form.carries_out(lambda: act(form.cleaned_data)):
        messages.success(request, done)
        return redirect(form.result if to is None else to)
    return render(request, template, {"form": form, **context}, status=form_status(form))
