"""Where the current request comes from; set by the middleware, empty in jobs."""

from contextvars import ContextVar

remote_address: ContextVar[str | None] = ContextVar("remote_address", default=None)
