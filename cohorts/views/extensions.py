"""Who was given more time to apply, until when, why and by whom."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.actions import extensions as actions
from cohorts.forms.extensions import ExtensionForm
from cohorts.models import Application, Cohort, Extension
from cohorts.permissions import can_extend_deadline
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.korean import mask_email
from portal.common.listing import Listing
from portal.common.verbs import do


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def extension_list(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    may = can_extend_deadline(request.user, cohort)
    rows = Extension.objects.visible_to(request.user).filter(cohort=cohort)
    listing = Listing(request, rows.select_related("granted_by", "application"))
    for row in listing:
        row.shown_email = row.email if may else mask_email(row.email)
        row.is_in_force = row.ended_at is None and row.until > timezone.now()
    if len(listing):
        audit.saw(request.user, "extension.listed", host_id=cohort.host_id, people=len(listing))
    return listing.render("cohorts/extension_list.html", {"cohort": cohort, "may_act": may})


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def extension_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """For the person of `?application=`, or for an address."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    require(can_extend_deadline(request.user, cohort))
    application = _application(request, cohort)
    form = ExtensionForm(sent(request), application=application)
    told = {"by": request.user, "application": application, "email": ""}
    if form.carries_out(lambda: actions.extend_deadline(cohort, **told | form.cleaned_data)):
        messages.success(request, _("The person has more time and was told by mail."))
        return redirect("cohorts:extension-list", cohort.pk)
    back = application.get_absolute_url() if application else reverse("cohorts:extension-list", args=[cohort.pk])
    context: dict[str, Any] = {"form": form, "cohort": cohort, "application": application, "cancel_url": back}
    return render(request, "cohorts/extension_form.html", context, status=form_status(form))


def _application(request: HttpRequest, cohort: Cohort) -> Application | None:
    asked = request.GET.get("application", "")
    if not asked.isdigit():
        return None
    visible = Application.objects.visible_to(request.user).filter(cohort=cohort)
    return get_object_or_404(visible.select_related("person"), pk=asked)


@require_POST
@roles(*HOST_STAFF)
def extension_end(request: HttpRequest, pk: int) -> HttpResponse:
    extension = get_object_or_404(Extension.objects.visible_to(request.user).select_related("cohort"), pk=pk)
    require(can_extend_deadline(request.user, extension.cohort))
    done, back = _("The extension was taken back."), reverse("cohorts:extension-list", args=[extension.cohort_id])
    return do(request, lambda: actions.end_extension(extension, by=request.user), done, back)
