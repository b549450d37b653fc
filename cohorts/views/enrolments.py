"""Trainees: who they are, how they begin and how they end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from cohorts import queries
from cohorts.actions import enrolment as actions
from cohorts.forms.enrolment import EndForm, EnrolmentFilter
from cohorts.models import Cohort, Enrolment
from cohorts.permissions import can_end_enrolment, can_enrol
from cohorts.states import ApplicationState
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.listing import Listing
from portal.common.verbs import do


@require_GET
@roles(Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)
def enrolment_list(request: HttpRequest) -> HttpResponse:
    listing = Listing(
        request,
        Enrolment.objects.visible_to(request.user).for_list(),
        form=EnrolmentFilter,
        form_options={"cohorts": Cohort.objects.visible_to(request.user)},
        sorts={
            "number": ("-cohort__starts_on", "cohort", "number"),
            "name": "person__name",
            "state": ("state", "number"),
            "starts": ("starts_on", "number"),
        },
        default_sort="number",
    )
    audit.saw(request.user, "enrolment.listed", host_id=request.user.organization_id, people=len(listing))
    may_end = request.user.role in HOST_STAFF
    return listing.render("cohorts/enrolment_list.html", {"may_end": may_end})


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def enrolment_start(request: HttpRequest, pk: int) -> HttpResponse:
    """The question before everybody who has accepted becomes a trainee."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user).select_related("policy"), pk=pk)
    require(can_enrol(request.user, cohort))
    if request.method == "POST":
        back = f"{reverse('cohorts:enrolment-list')}?cohort={cohort.pk}"
        return do(request, lambda: actions.enrol(cohort, by=request.user), said, back)
    numbers = queries.desk_numbers(cohort)
    waiting = cohort.applications.filter(state=ApplicationState.OFFERED).count()
    context = {"cohort": cohort, "accepted": numbers.ready, "lacking": numbers.lacking, "waiting": waiting}
    context["cancel_url"] = reverse("cohorts:enrolment-desk", args=[cohort.pk])
    return render(request, "cohorts/enrolment_start.html", context)


def said(enrolled: list[Enrolment]) -> str:
    number = len(enrolled)
    return ngettext("%(n)d person is enrolled.", "%(n)d people are enrolled.", number) % {"n": number}


@require_http_methods(["GET", "POST"])
@roles(*HOST_STAFF)
def enrolment_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = Enrolment.objects.visible_to(request.user).for_list().select_related("cohort__policy")
    enrolment = get_object_or_404(found, pk=pk)
    require(can_end_enrolment(request.user, enrolment))
    audit.saw(request.user, "enrolment.viewed", host_id=enrolment.host_id, subject_id=enrolment.person_id)
    form = EndForm(request.POST or None)
    back = f"{reverse('cohorts:enrolment-list')}?cohort={enrolment.cohort_id}"
    if form.carries_out(lambda: actions.end_enrolment(enrolment, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The training of number %(n)d has ended.") % {"n": enrolment.number})
        return redirect(back)
    until = queries.registration_until(enrolment.cohort)
    context = {"form": form, "enrolment": enrolment, "until": until, "cancel_url": back}
    context["goes_on"] = queries.waitlist_is_valid(enrolment.cohort) and enrolment.application_id
    return render(request, "cohorts/enrolment_end.html", context, status=form_status(form))
