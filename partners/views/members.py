"""The people of an organization, invitations, and the page on which one is accepted."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import members as actions
from partners.forms.register import AcceptForm, InvitationFilter, InvitationForm, MemberFilter
from partners.permissions import can_end_membership, can_invite_somebody, can_manage_invitation
from partners.sheets import INVITATIONS, MEMBERS
from portal import audit
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.forms import PortalForm, sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

MANAGERS = (Role.ADMIN, *HOST_STAFF)


def tabs(request: HttpRequest) -> list[dict]:
    pages = [(_("People"), "partners:member-list"), (_("Invitations"), "partners:invitation-list")]
    return [{"label": label, "url": reverse(name), "current": request.path == reverse(name)} for label, name in pages]


def saw_of(request: HttpRequest, action: str) -> Callable[[int], None]:
    """Writes down how many people's data have left the portal."""
    return lambda people: audit.saw(request.user, action, host_id=request.user.organization_id, people=people)


@require_GET
@roles(*MANAGERS)
def member_list(request: HttpRequest) -> HttpResponse:
    rows = Membership.objects.visible_to(request.user).live().for_list()
    sorts = {"name": "user__name", "role": ("role", "user__name"), "organization": ("organization__name", "user__name"),
             "since": "created_at"}  # fmt: skip
    listing = SheetListing(
        request, rows, form=MemberFilter, sorts=sorts, default_sort="organization", sheet=MEMBERS,
        saw=saw_of(request, "members.downloaded"),
    )  # fmt: skip
    endable = {row.pk for row in listing if can_end_membership(request.user, row)}
    return listing.render("partners/member_list.html", {"endable": endable, "tabs": tabs(request)})


@require_http_methods(["GET", "POST"])
@roles(*MANAGERS)
def member_end(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    rows = Membership.objects.visible_to(request.user).live().select_related("user", "organization")
    membership = get_object_or_404(rows, pk=pk)
    require(can_end_membership(request.user, membership))
    back = reverse("partners:member-list")
    if request.method == "POST":
        done = _("The membership was ended.")
        return do(request, lambda: actions.end_membership(membership, by=request.user), done, back)
    context = {"membership": membership, "form": PortalForm(), "cancel_url": back}
    return render(request, "partners/member_end.html", context)


# Invitations ---------------------------------------------------------------------------


@require_GET
@roles(*MANAGERS)
def invitation_list(request: HttpRequest) -> HttpResponse:
    rows = Invitation.objects.visible_to(request.user).unanswered().for_list()
    sorts = {"email": "email", "role": ("role", "email"), "sent": "created_at", "expires": "expires_at"}
    listing = SheetListing(
        request, rows, form=InvitationFilter, sorts=sorts, default_sort="-sent", sheet=INVITATIONS,
        saw=saw_of(request, "invitations.downloaded"),
    )  # fmt: skip
    manageable = {row.pk for row in listing if can_manage_invitation(request.user, row)}
    return listing.render("partners/invitation_list.html", {"manageable": manageable, "tabs": tabs(request)})


@require_http_methods(["GET", "POST"])
@roles(*MANAGERS)
def invitation_send(request: HttpRequest) -> HttpResponse:
    require(can_invite_somebody(request.user))
    initial = {"organization": request.user.organization_id} if request.user.role in HOST_STAFF else {}
    form = InvitationForm(request.POST or None, user=request.user, initial=initial)
    if form.carries_out(lambda: actions.send_invitation(by=request.user, **form.cleaned_data)):
        messages.success(request, _("The invitation is on its way."))
        return redirect("partners:invitation-list")
    context = {"form": form, "cancel_url": reverse("partners:invitation-list")}
    return render(request, "partners/invitation_form.html", context, status=form_status(form))


def load_to_manage(request: HttpRequest, pk: int) -> Invitation:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    require(can_manage_invitation(request.user, invitation))
    return invitation


@require_POST
@roles(*MANAGERS)
def invitation_resend(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = load_to_manage(request, pk)
    done = _("A new link is on its way; the old one does not work any more.")
    return do(request, lambda: actions.resend_invitation(invitation, by=request.user), done, "partners:invitation-list")


@require_POST
@roles(*MANAGERS)
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = load_to_manage(request, pk)
    done = _("The invitation was revoked.")
    return do(request, lambda: actions.revoke_invitation(invitation, by=request.user), done, "partners:invitation-list")


@require_http_methods(["GET", "POST"])
@login_not_required
@never_cache
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing: mail scanners open links too. The button accepts."""
    rows = Invitation.objects.select_related("organization", "host").with_token(token)
    invitation = get_object_or_404(rows)
    if not invitation.is_open:
        closed = {"sentence": actions.closed_sentence(invitation)}
        return render(request, "partners/invitation_closed.html", closed, status=410)
    by = request.user if request.user.is_authenticated else None
    if by and by.email != invitation.email:
        return render(request, "partners/invitation_closed.html", {"other": invitation}, status=403)
    new = by is None and actions.needs_password(invitation)
    data = sent(request)
    form: PortalForm = AcceptForm(data, email=invitation.email) if new else PortalForm(data)
    if data is not None and form.carries_out(lambda: actions.accept_invitation(invitation, by=by, **form.cleaned_data)):
        return welcome(request, form.result, new=new)
    context = {"form": form, "invitation": invitation, "new": new}
    return render(request, "partners/invitation_accept.html", context, status=form_status(form))


def welcome(request: HttpRequest, user: User, *, new: bool) -> HttpResponse:
    """A new account goes in at once; one that exists signs in as always, second factor and all."""
    messages.success(request, _("Welcome. You have accepted the invitation."))
    if new and not request.user.is_authenticated and not Authenticator.objects.filter(user=user).exists():
        login(request, user)
    return redirect("home" if request.user.is_authenticated else "account_login")
