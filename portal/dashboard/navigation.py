"""The shell of every page: who is here, in which role, and where one can go."""

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict:
    return {}
