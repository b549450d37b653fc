"""The formats a paper is made in; what makes them is loaded when the first one is asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from partners.papers.content import Paper
from portal.common.uploads import TYPES

FORMATS = ("hwpx", "pdf", "docx")


def make(paper: Paper, extension: str) -> bytes:
    """The file, in one of FORMATS. Takes a fraction of a second; `partners.papers.<extension>` makes it."""
    module = import_module(f"partners.papers.{extension}")
    return cast(Callable[[Paper], bytes], getattr(module, f"make_{extension}"))(paper)


def content_type(extension: str) -> str:
    return TYPES[extension]
