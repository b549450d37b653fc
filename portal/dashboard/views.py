"""The home page of each role, and the switches of the shell."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.accounts.middleware import SESSION_KEY
from portal.accounts.models import Membership
from portal.accounts.roles import EVERYBODY
from portal.common.guards import roles
from portal.dashboard.homes import HOMES, public_home


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done next in one's role; for everybody else, what the portal is."""
    if not request.user.is_authenticated:
        return render(request, "dashboard/home_public.html", public_home())
    page = HOMES[request.user.role]
    return render(request, page.template, page.of(request.user))


@require_POST
@roles(*EVERYBODY)
def role_switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's roles; the session gets a new key, as at a login."""
    chosen = request.POST.get("membership", "")
    if chosen == "0":
        request.session[SESSION_KEY] = 0
    else:
        mine = Membership.objects.live().filter(user=request.user)
        pk = int(chosen) if chosen.isascii() and chosen.isdigit() else -1
        request.session[SESSION_KEY] = get_object_or_404(mine, pk=pk).pk
    request.session.cycle_key()
    return redirect("home")


@require_POST
@login_not_required
def contrast_switch(request: HttpRequest) -> HttpResponse:
    """High contrast on or off, kept in a cookie so that the first byte is already right."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    high = request.COOKIES.get("contrast") != "high"
    response.set_cookie(
        "contrast", "high" if high else "normal", max_age=31_536_000, samesite="Lax", secure=settings.PRODUCTION
    )
    return response


@require_GET
@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """This process can serve pages: the database answers. Redis and mail may be away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready", content_type="text/plain")
