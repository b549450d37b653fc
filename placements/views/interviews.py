"""Job interviews that companies hold with trainees: the list, recording one, its outcome."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.models import Organization
from placements import actions
from placements.forms.filters import InterviewFilter
from placements.forms.interviews import InterviewForm, SettleForm
from placements.forms.work import ReasonForm
from placements.models import JobInterview
from placements.permissions import can_change_interview
from placements.queries.interviews import interviewees, name_is_known
from placements.views import save
from portal import audit
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.exceptions import ActionRefused
from portal.common.forms import sent
from portal.common.guards import require, roles
from portal.common.listing import Listing

READERS = (Role.ADMIN, *HOST_STAFF, Role.MENTOR, Role.TRAINEE)
WRITERS = (*HOST_STAFF, Role.MENTOR)
SORTS = {"held": "held_on", "company": ("company__name", "-held_on"), "outcome": ("outcome", "-held_on")}


@require_GET
@roles(*READERS)
def interview_list(request: HttpRequest) -> HttpResponse:
    """Who was met by whom, and what came of it; a mentor reads the names of the own teams alone."""
    rows = JobInterview.objects.visible_to(request.user).for_list().annotate(named=name_is_known(request.user))
    options = {"user": request.user}
    listing = Listing(request, rows, form=InterviewFilter, form_options=options, sorts=SORTS, default_sort="-held")
    seen = {one.enrolment_id for one in listing if one.named}
    if seen and request.user.role != Role.TRAINEE:
        audit.saw(request.user, "interview.listed", host_id=next(iter(listing)).host_id, people=len(seen))
    context = {
        "may_write": request.user.role in WRITERS,
        "reason_form": ReasonForm(),
    }
    return listing.render("placements/interview_list.html", context)


@require_http_methods(["GET", "POST"])
@roles(*WRITERS)
def interview_record(request: HttpRequest, pk: int) -> HttpResponse:
    rows = interviewees(request.user).select_related("person", "cohort__programme")
    enrolment = get_object_or_404(rows, pk=pk)
    form = InterviewForm(sent(request), user=request.user)
    own = request.user.role == Role.MENTOR

    def write(values: dict) -> JobInterview:
        company = values.pop("company", None) or Organization.objects.get(pk=request.user.organization_id)
        return actions.record_interview(enrolment, by=request.user, company=company, **values)

    back = reverse("placements:interview-list") if own else reverse("placements:trainee-outcome", args=[pk])
    return save(
        request, form, write, "placements/interview_form.html", done=_("The interview was recorded."),
        to=reverse("placements:interview-list"), title=_("Record a job interview"), enrolment=enrolment, cancel_url=back,
    )  # fmt: skip


def load(request: HttpRequest, pk: int) -> JobInterview:
    rows = JobInterview.objects.visible_to(request.user).for_list().annotate(named=name_is_known(request.user))
    found = get_object_or_404(rows, pk=pk)
    require(can_change_interview(request.user, found))
    return found


@require_http_methods(["GET", "POST"])
@roles(*WRITERS)
def interview_settle(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    form = SettleForm(sent(request), initial={"outcome": found.outcome})
    return save(
        request, form, lambda values: actions.settle_interview(found, by=request.user, **values),
        "placements/interview_form.html", done=_("The outcome was recorded."), to=reverse("placements:interview-list"),
        title=_("Outcome of the interview"), interview=found,
        cancel_url=reverse("placements:interview-list"),
    )  # fmt: skip


@require_POST
@roles(*WRITERS)
def interview_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(request, pk)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            raise ActionRefused(_("Say why the entry is withdrawn."))
        actions.withdraw_interview(found, by=request.user, **form.cleaned_data)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The entry was withdrawn."))
    return redirect("placements:interview-list")
