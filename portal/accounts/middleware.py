"""In which role a request works, and whether that role has its second factor."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.models import Membership

SESSION_KEY = "membership"
# Where one may go before the second factor is set up.
WITHOUT_FACTOR = ("/accounts/", "/static/", "/language/", "/contrast/", "/role/")


class ActingRoleMiddleware:
    """Sets `request.user.acting` from the session, asking the database each time.

    So an ended membership is gone with the next request. Nobody acts in a role that
    requires a second factor before setting one up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.path.startswith("/static/"):
            request.user.act_as(self.membership(request))
            if self.lacks_factor(request):
                return redirect("mfa_index")
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response

    def membership(self, request: HttpRequest) -> Membership | None:
        """The one chosen of those that came with the user."""
        mine = request.user.live_memberships
        if SESSION_KEY not in request.session:
            request.session[SESSION_KEY] = mine[0].pk if mine else 0
        chosen = request.session[SESSION_KEY]  # 0: works as an applicant or trainee
        return next((one for one in mine if one.pk == chosen), None)

    def lacks_factor(self, request: HttpRequest) -> bool:
        acting = request.user.acting
        if not settings.MFA_REQUIRED or not acting or not acting.needs_second_factor:
            return False
        if request.path == reverse("account_logout") or request.path.startswith(WITHOUT_FACTOR):
            return False
        if not request.session.get("second_factor"):
            request.session["second_factor"] = request.user.authenticator_set.exists()
        return not request.session["second_factor"]
