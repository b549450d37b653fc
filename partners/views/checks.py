"""Compliance checks: the list, one of them, and what is done with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import checks as actions
from partners.forms.duties import CheckFilter, FillCheckForm, ReviewCheckForm
from partners.forms.register import ReasonForm
from partners.models import ComplianceCheck
from partners.permissions import can_fill_check, can_finish_follow_up, can_review_check
from partners.sheets import CHECKS
from partners.states import CheckState
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

SORTS = {"agreement": ("agreement__title", "-covers_until"), "until": "covers_until", "due": "due_on", "state": "state"}
READERS = (Role.ADMIN, *HOST_STAFF)


def load(request: HttpRequest, pk: int) -> ComplianceCheck:
    rows = (
        ComplianceCheck.objects.visible_to(request.user)
        .for_list()
        .prefetch_related("lines__commitment__party__organization")
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@roles(*READERS)
def check_list(request: HttpRequest) -> HttpResponse:
    rows = ComplianceCheck.objects.visible_to(request.user).for_list()
    listing = SheetListing(
        request, rows, form=CheckFilter, form_options={"user": request.user}, sorts=SORTS, default_sort="due",
        sheet=CHECKS,
    )  # fmt: skip
    return listing.render("partners/check_list.html")


@require_GET
@roles(*READERS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return check_page(request, load(request, pk))


def check_page(request: HttpRequest, found: ComplianceCheck, **forms: PortalForm) -> HttpResponse:
    """The page, with the forms that were sent with mistakes."""
    given = {"review_form": ReviewCheckForm(), "return_form": ReasonForm(auto_id="return_%s")} | forms
    reviewable = found.state == CheckState.FILLED and can_review_check(request.user, found)
    left = found.follow_up_due_on is not None and found.follow_up_done_on is None
    context = {
        "check": found,
        "may_fill": found.state == CheckState.OPEN and can_fill_check(request.user, found),
        "may_review": reviewable,
        "may_finish": left and can_finish_follow_up(request.user, found),
        "events": history_of(found),
        **given,
    }
    return render(request, "partners/check.html", context, status=form_status(*forms.values()))


@require_http_methods(["GET", "POST"])
@roles(*READERS)
def check_fill(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_fill_check(request.user, found))
    commitments = list(found.agreement.commitments.select_related("party__organization", "figure"))
    form = FillCheckForm(request.POST or None, user=request.user, check=found, commitments=commitments)
    if form.carries_out(lambda: actions.fill_check(found, by=request.user, **form.values())):
        messages.success(request, _("The check is filled in. Another official reviews it."))
        return redirect(found)
    context = {"form": form, "check": found, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/check_fill.html", context, status=form_status(form))


def answer(request: HttpRequest, found: ComplianceCheck, form: PortalForm, act: Any, name: str, done: str) -> Any:
    """Act on a valid form and go back to the check; otherwise show it with its mistakes."""
    if form.carries_out(lambda: act(found, by=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect(found)
    return check_page(request, found, **{name: form})


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def check_review(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_review_check(request.user, found))
    form = ReviewCheckForm(request.POST)
    return answer(request, found, form, actions.review_check, "review_form", _("The check is reviewed."))


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def check_return(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_review_check(request.user, found))
    form = ReasonForm(request.POST, auto_id="return_%s")
    return answer(request, found, form, actions.return_check, "return_form", _("The check was returned."))


@require_POST
@roles(*READERS)
def check_finish_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_finish_follow_up(request.user, found))
    done = _("The follow-up is done.")
    return do(request, lambda: actions.finish_follow_up(found, by=request.user), done, found)
