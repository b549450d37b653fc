"""Remembers where a request comes from, for the access record."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from portal.audit.context import remote_address


class RequestContextMiddleware:
    """The address is allauth's reading of it: a forged X-Forwarded-For changes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = remote_address.set(get_adapter().get_client_ip(request))
        try:
            return self.get_response(request)
        finally:
            remote_address.reset(token)
