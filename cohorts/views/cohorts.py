"""Cohorts: the list, the page that leads to everything of one, its plan, its policy and its life."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts import hub
from cohorts.actions import cohorts as actions
from cohorts.forms.cohorts import AssignForm, CohortFilter, CohortForm, PolicyForm, ReasonForm
from cohorts.models import Cohort, CohortStaff, Programme
from cohorts.models.pathway import is_pathway
from cohorts.permissions import (
    available_actions,
    can_assign_staff,
    can_cancel_cohort,
    can_close_recruiting,
    can_edit_cohort,
    can_edit_policy,
    can_finish_cohort,
    can_plan_cohort,
    can_publish_cohort,
    can_see_cohort_history,
    can_start_cohort,
)
from cohorts.queries import cohort_numbers, staff_ever, track_seats
from cohorts.states import PUBLISHED
from cohorts.views.pathway import PEOPLE_READERS
from portal.accounts.roles import HOST_STAFF, STAFF, Role
from portal.audit.history import history_of
from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.prepared import Prepared, Slot, per_role
from portal.common.tabs import tabs_of
from portal.common.verbs import do

SORTS = {
    "name": "name", "programme": ("programme__name", "number"), "state": ("state", "starts_on"),
    "closes": "apply_closes_at", "starts": "starts_on", "applications": "application_count", "seats": "seat_count",
}  # fmt: skip


@require_GET
@roles(*STAFF)
def cohort_list(request: HttpRequest) -> HttpResponse:
    rows = Cohort.objects.visible_to(request.user).for_list()
    options = {"user": request.user}
    listing = Listing(request, rows, form=CohortFilter, form_options=options, sorts=SORTS, default_sort="-starts")
    context = {
        "may_plan": request.user.role in HOST_STAFF,
        "sees_programmes": request.user.role in (Role.ADMIN, *HOST_STAFF),
    }
    return listing.render("cohorts/cohort_list.html", context)


@per_role
def seen(reader: Any) -> QuerySet[Cohort]:
    return Cohort.objects.visible_to(reader).for_detail().filter(pk=Slot("pk"))


STAFF_OF = Prepared(
    CohortStaff.objects.filter(cohort=Slot("cohort"))
    .select_related("membership__user", "membership__organization")
    .order_by("membership__role", "membership__user__name")
)


def load(request: HttpRequest, pk: int) -> Cohort:
    found: Cohort = seen.or_404(request.user, pk=pk)
    return found


@require_GET
@roles(*STAFF)
def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    return cohort_page(request, load(request, pk))


def cohort_page(request: HttpRequest, found: Cohort, **forms: PortalForm) -> HttpResponse:
    """The page, with the forms that were sent with mistakes; they stand open."""
    verbs = available_actions(request.user, found)
    tracks = track_seats(found)
    context = {
        "cohort": found,
        "actions": verbs,
        "numbers": cohort_numbers(found, tracks),
        "tracks": tracks,
        "staff": STAFF_OF(cohort=found.pk),
        "links": hub.links(request.user, found),
        "phases_now": hub.NOW.get(found.state, ()),
        "may_start_now": found.starts_on <= timezone.localdate(),
        "shows_ways": is_pathway(found.programme) and request.user.role in PEOPLE_READERS,
        "tabs": tabs(request, found, "cohorts:cohort"),
        "is_late": timezone.now() >= found.apply_closes_at,
        "is_public": found.state in PUBLISHED,
        "may_plan": can_plan_cohort(request.user, found.programme),
        "cancel_form": ReasonForm(auto_id="cancel_%s"),
        "close_form": ReasonForm(auto_id="close_%s") if found.is_open else None,
        "assign_form": AssignForm(cohort=found, auto_id="assign_%s") if "assign_staff" in verbs else None,
    } | forms
    return render(request, "cohorts/cohort.html", context, status=form_status(*forms.values()))


def tabs(request: HttpRequest, found: Cohort, here: str) -> list[dict[str, Any]]:
    if not can_see_cohort_history(request.user, found):
        return []
    pages = [
        (_("Cohort"), "cohorts:cohort"), (_("Rules"), "cohorts:cohort-policy"), (_("History"), "cohorts:cohort-history"),
    ]  # fmt: skip
    return tabs_of(pages, here, found.pk)


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def cohort_history(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_see_cohort_history(request.user, found))
    context = {
        "cohort": found,
        "events": history_of(found, found.policy, *staff_ever(found)),
        "tabs": tabs(request, found, "cohorts:cohort-history"),
    }
    return render(request, "cohorts/cohort_history.html", context)


# Planning ------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def cohort_create(request: HttpRequest) -> HttpResponse:
    form = CohortForm(request.POST or None, user=request.user, initial={"programme": request.GET.get("programme")})
    if form.is_valid():
        programme: Programme = form.cleaned_data["programme"]
        require(can_plan_cohort(request.user, programme))
        try:
            made = actions.plan_cohort(programme, by=request.user, **form.values())
        except ActionRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The cohort is planned. Look at its rules, then publish it."))
            return redirect(made)
    context = {"form": form, "cancel_url": reverse("cohorts:cohort-list")}
    return render(request, "cohorts/cohort_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def cohort_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_edit_cohort(request.user, found))
    form = CohortForm(request.POST or None, user=request.user, cohort=found)
    if form.is_valid():
        try:
            actions.edit_cohort(found, by=request.user, **form.values())
        except ActionRefused as refusal:
            form.refuse(refusal)
            form.overwrite_next_time(found)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect(found)
    context = {"form": form, "cohort": found, "cancel_url": found.get_absolute_url()}
    return render(request, "cohorts/cohort_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN, *HOST_STAFF)
def cohort_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Every threshold of the cohort: to read for the admin, and for everybody once it has started."""
    found = load(request, pk)
    fixed = "edit_policy" not in available_actions(request.user, found)
    form = PolicyForm(request.POST or None, instance=found.policy)
    if request.method == "POST":
        require(can_edit_policy(request.user, found))
        if form.carries_out(lambda: actions.edit_policy(found, by=request.user, **form.cleaned_data)):
            messages.success(request, _("The rules were saved."))
            return redirect("cohorts:cohort-policy", found.pk)
    elif fixed:
        for field in form.fields.values():
            field.disabled = True
    context = {"form": form, "cohort": found, "fixed": fixed, "tabs": tabs(request, found, "cohorts:cohort-policy")}
    return render(request, "cohorts/cohort_policy.html", context, status=form_status(form))


# Verbs ---------------------------------------------------------------------------------


@require_POST
@roles(*HOST_STAFF)
def cohort_publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_publish_cohort(request.user, found))
    done = _("The notice is public. Applications are taken within their window.")
    return do(request, lambda: actions.publish_cohort(found, by=request.user), done, found)


@require_POST
@roles(*HOST_STAFF)
def cohort_close_recruiting(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_close_recruiting(request.user, found))
    form = ReasonForm(request.POST, auto_id="close_%s")
    if found.is_open and not form.is_valid():
        return cohort_page(request, found, close_form=form)
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    done = _("Applications are closed. The selection can begin.")
    return do(request, lambda: actions.close_recruiting(found, by=request.user, reason=reason), done, found)


@require_POST
@roles(*HOST_STAFF)
def cohort_start(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_start_cohort(request.user, found))
    done = _("The training has begun. The rules are frozen.")
    return do(request, lambda: actions.start_cohort(found, by=request.user), done, found)


@require_POST
@roles(*HOST_STAFF)
def cohort_finish(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_finish_cohort(request.user, found))
    done = _("The cohort is finished.")
    return do(request, lambda: actions.finish_cohort(found, by=request.user), done, found)


@require_POST
@roles(*HOST_STAFF)
def cohort_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_cancel_cohort(request.user, found))
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    if not form.is_valid():
        return cohort_page(request, found, cancel_form=form)
    reason, done = form.cleaned_data["reason"], _("The cohort is cancelled.")
    return do(request, lambda: actions.cancel_cohort(found, by=request.user, reason=reason), done, found)


@require_POST
@roles(*HOST_STAFF)
def cohort_assign_staff(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    require(can_assign_staff(request.user, found))
    form = AssignForm(request.POST, cohort=found, auto_id="assign_%s")
    if not form.is_valid():
        return cohort_page(request, found, assign_form=form)
    membership, done = form.cleaned_data["membership"], _("The person sees the cohort from now on.")
    return do(request, lambda: actions.assign_staff(found, membership, by=request.user), done, found)


@require_POST
@roles(*HOST_STAFF)
def cohort_unassign_staff(request: HttpRequest, pk: int) -> HttpResponse:
    cohorts = Cohort.objects.visible_to(request.user)
    staff = get_object_or_404(CohortStaff.objects.filter(cohort__in=cohorts).select_related("cohort"), pk=pk)
    require(can_assign_staff(request.user, staff.cohort))
    done = _("The person no longer sees the cohort.")
    return do(request, lambda: actions.unassign_staff(staff, by=request.user), done, staff.cohort)
