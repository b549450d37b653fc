"""One answer to both ways of asking: a browser gets the page, htmx the part of it that changes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.utils.cache import patch_vary_headers


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """`template`, or for a request of htmx the part `partial` that it defines.

    The part is named by the view, never by the client. An invalid form answers with
    `status=422`; htmx swaps that like any other answer.
    """
    if partial and getattr(request, "htmx", False):
        template = f"{template}#{partial}"
    response = django_render(request, template, context, status=status)
    if partial:
        patch_vary_headers(response, ["HX-Request"])
    return response


def form_status(*forms: Any) -> int:
    """422 if one of the forms was sent with mistakes, otherwise 200."""
    return 422 if any(form.is_bound and form.errors for form in forms) else 200
