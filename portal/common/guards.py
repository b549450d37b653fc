"""Who may call a view. Every view carries `@roles(…)` or Django's `@login_not_required`.

What a role may do with one object is asked in the view with `require(can_x(user, obj))`;
what it may know of, by `Model.objects.visible_to(user)`.
"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def roles(*allowed: str) -> Callable[[View], View]:
    """Let only these roles in (`portal.accounts.roles.Role`); the others get 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            require(request.user.role in allowed)
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(allowed)  # type: ignore[attr-defined]  # read by the URL walk
        return guarded

    return guard


def require(allowed: bool) -> None:
    """403 unless allowed. An object one may not know of is a 404, through `visible_to`."""
    if not allowed:
        raise PermissionDenied
