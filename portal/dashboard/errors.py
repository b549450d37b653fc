"""Pages for what went wrong."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is stale, usually after signing in anew in another tab.

    What was typed is not lost: a form of our own pages comes back ready to be sent again.
    One that another site sent is never offered so.
    """
    kept = []
    if from_this_site(request) and not request.FILES:
        kept = [(name, value) for name, values in request.POST.lists() for value in values]
        kept = [(name, value) for name, value in kept if name != "csrfmiddlewaretoken"]
        if any("password" in name or "code" in name for name, _value in kept):
            kept = []
    return render(request, "403_csrf.html", {"kept": kept}, status=403)


def from_this_site(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent the form."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(origin).netloc == request.get_host()
