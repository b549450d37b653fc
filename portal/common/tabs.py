"""The tabs above a thing that has several pages."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise


def tabs_of(pages: Iterable[tuple[str | Promise, str]], here: str, *arguments: Any) -> list[dict[str, Any]]:
    """For `components/_tabs.html`: of pages (label, URL name) with the same arguments, the one called `here` is shown."""
    return [{"label": label, "url": reverse(name, args=arguments), "current": name == here} for label, name in pages]
