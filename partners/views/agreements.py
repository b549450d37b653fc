"""One agreement, and what may be done with it. Their list is in `register`."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import agreements as actions
from partners.forms.documents import DocumentForm
from partners.forms.register import AgreementForm, ReasonForm, SignForm, initial_of
from partners.measures import promises_of, roll_up
from partners.models import Agreement
from partners.permissions import (
    available_actions,
    can_add_document,
    can_amend_agreement,
    can_bring_into_force_agreement,
    can_fulfil_agreement,
    can_renew_agreement,
    can_see_agreement_history,
    can_see_checks,
    can_sign_agreement,
    can_terminate_agreement,
)
from partners.queries import council_standing, ordinance_covering, papers_of
from portal.accounts.roles import HOST_STAFF, Role
from portal.audit.history import history_of
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.prepared import Slot, per_role
from portal.common.tabs import tabs_of
from portal.common.verbs import do

READERS = (Role.ADMIN, *HOST_STAFF, Role.MENTOR)


def load(request: HttpRequest, pk: int) -> Agreement:
    """For a form or a verb; the page itself reads more."""
    return get_object_or_404(Agreement.objects.visible_to(request.user).select_related("host__ordinance"), pk=pk)


@per_role
def whole(reader: Any) -> QuerySet[Agreement]:
    return Agreement.objects.visible_to(reader).for_detail().filter(pk=Slot("pk"))


@require_GET
@roles(*READERS)
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    return agreement_page(request, pk)


def agreement_page(request: HttpRequest, pk: int, **forms: PortalForm) -> HttpResponse:
    """The page, with the forms that were sent with mistakes; they stand open."""
    found: Agreement = whole.or_404(request.user, pk=pk)
    keeps = can_see_checks(request.user, found)
    promises = promises_of(found, request.user)
    papers = papers_of(request.user, found)
    given = {
        "sign_form": SignForm(initial={"signed_on": found.signed_day}, auto_id="sign_%s"),
        "terminate_form": ReasonForm(auto_id="terminate_%s"),
        "document_form": DocumentForm(auto_id="document_%s", copies=papers.signed_copies),
    } | forms
    context = {
        "agreement": found,
        "actions": available_actions(request.user, found),
        "commitments": promises,
        "roll_up": roll_up(promises),
        "as_of": min((promise.as_of for promise in promises if promise.as_of), default=None),
        "ordinance": ordinance_covering(found),
        "council": council_standing(request.user, found),
        "keeps": keeps,
        # Parties' officials see it; a company's mentors only if the company sits in it: they start at the list.
        "sees_consortium": request.user.role == Role.OFFICIAL and hasattr(found, "consortium"),
        "papers": papers,
        "may_add_document": can_add_document(request.user, found),
        "checks": found.checks.all() if keeps else [],
        "neighbours": neighbours(request, found),
        "tabs": tabs(request, found, "partners:agreement"),
        **given,
    }
    return render(request, "partners/agreement.html", context, status=form_status(*forms.values()))


def neighbours(request: HttpRequest, found: Agreement) -> Iterable[Agreement]:
    """The agreements before and after it; most stand alone, which needs no query."""
    alone = found.predecessor_id is None and not found.is_succeeded  # type: ignore[attr-defined]
    return [] if alone else Agreement.objects.neighbours_of(found, request.user)


def tabs(request: HttpRequest, found: Agreement, here: str) -> list[dict[str, Any]]:
    pages = [(_("Agreement"), "partners:agreement"), (_("Amendments"), "partners:amendment-list")]
    if can_see_agreement_history(request.user, found):
        pages.append((_("History"), "partners:agreement-history"))
    return tabs_of(pages, here, found.pk)


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def agreement_history(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_see_agreement_history(request.user, found))
    context = {
        "agreement": found,
        "events": history_of(found),
        "tabs": tabs(request, found, "partners:agreement-history"),
    }
    return render(request, "partners/agreement_history.html", context)


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_register(request: HttpRequest) -> HttpResponse:
    form = AgreementForm(request.POST or None, user=request.user)
    if form.is_valid():
        host = form.cleaned_data.get("host") or request.user.acting.organization
        try:
            made = actions.register_agreement(by=request.user, host=host, **form.values())
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The agreement is in the register. Add its parties and commitments."))
            return redirect(made)
    context = {"form": form, "cancel_url": reverse("partners:agreement-list")}
    return render(request, "partners/agreement_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, Role.OFFICIAL, Role.MENTOR)
def agreement_amend(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_amend_agreement(request.user, found))
    form = AgreementForm(request.POST or None, user=request.user, agreement=found)
    if form.is_valid():
        version = form.cleaned_data.get("version") or 0
        try:
            actions.amend_agreement(found, by=request.user, version=version, **form.values())
        except actions.ChangedMeanwhile as refusal:
            show_both(request, form, refusal)
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect(found)
    context = {"form": form, "agreement": found, "cancel_url": found.get_absolute_url()}
    return render(request, "partners/agreement_form.html", context, status=form_status(form))


def show_both(request: HttpRequest, form: AgreementForm, refusal: actions.ChangedMeanwhile) -> None:
    """What was typed stays; beside it stands what is stored now. Saving again is then a decision."""
    form.refuse(refusal)
    stored = AgreementForm.base_fields.keys() & form.fields.keys()
    now = initial_of(refusal.current)
    for name in (name for name in refusal.fields if name in stored):
        shown = form[name].field.prepare_value(now[name]) if now[name] not in (None, "") else _("(empty)")
        if name == "in_charge":
            shown = refusal.current.in_charge or _("(empty)")
        if isinstance(now[name], bool):
            shown = _("Yes") if now[name] else _("No")
        if name == "kind":
            shown = refusal.current.get_kind_display()
        form.add_error(name, _("%(field)s as stored now: %(value)s") % {"field": form[name].label, "value": shown})
    sent = request.POST.copy()
    sent["version"] = str(refusal.current.version)
    form.data = sent


# Verbs ---------------------------------------------------------------------------------


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_sign(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_sign_agreement(request.user, found))
    form = SignForm(request.POST, auto_id="sign_%s")
    if form.carries_out(lambda: actions.sign_agreement(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The agreement is signed."))
        return redirect(found)
    return agreement_page(request, pk, sign_form=form)


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_bring_into_force(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_bring_into_force_agreement(request.user, found))
    done = _("The agreement is in force.")
    return do(request, lambda: actions.bring_into_force_agreement(found, by=request.user), done, found)


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_fulfil(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_fulfil_agreement(request.user, found))
    done = _("The agreement is fulfilled.")
    return do(request, lambda: actions.fulfil_agreement(found, by=request.user), done, found)


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_terminate(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_terminate_agreement(request.user, found))
    form = ReasonForm(request.POST, auto_id="terminate_%s")
    if form.carries_out(lambda: actions.terminate_agreement(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The agreement is terminated."))
        return redirect(found)
    return agreement_page(request, pk, terminate_form=form)


@require_POST
@roles(Role.ADMIN, Role.OFFICIAL)
def agreement_renew(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_renew_agreement(request.user, found))
    done = _("A new draft was prepared. Enter its dates; the old agreement stays valid until then.")
    return do(request, lambda: actions.renew_agreement(found, by=request.user), done, refused_to=found)
