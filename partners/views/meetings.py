"""Meetings of a consortium, their minutes, and what they decided."""

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actions import meetings as actions
from partners.forms.consortium import (
    DecisionFilter,
    DecisionForm,
    DoneForm,
    MeetingFileForm,
    MeetingFilter,
    MeetingForm,
    MinutesForm,
)
from partners.forms.register import ReasonForm
from partners.models import ConsortiumMember, Meeting, MeetingAttendance, MeetingDecision
from partners.permissions import can_run_consortium
from partners.sheets import DECISIONS, MEETINGS
from partners.states import MeetingState
from partners.views import consortium as consortia
from partners.views.consortium import KEEPERS, READERS, save, tabs
from portal.audit.history import history_of
from portal.common.downloads import send_file
from portal.common.forms import PortalForm
from portal.common.guards import require, roles
from portal.common.htmx import form_status, render
from portal.common.sheets import SheetListing
from portal.common.verbs import do

SORTS = {"number": "number", "starts": "starts_at", "state": ("state", "starts_at"), "present": "present_count"}
DECISION_SORTS = {"text": "text", "owner": ("owner__organization__name", "due_on"), "due": "due_on",
                  "meeting": ("meeting__number", "due_on")}  # fmt: skip


# Meetings ------------------------------------------------------------------------------


@require_GET
@roles(*READERS)
def meeting_list(request: HttpRequest, pk: int) -> HttpResponse:
    found = consortia.load(request, pk)
    listing = SheetListing(
        request, found.meetings.for_list(), form=MeetingFilter, sorts=SORTS, default_sort="-starts",
        sheet=MEETINGS, about=str(found),
    )  # fmt: skip
    context = {
        "consortium": found,
        "runs": can_run_consortium(request.user, found),
        "tabs": tabs(request, found, "partners:meeting-list"),
    }
    return listing.render("partners/meeting_list.html", context)


def load(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_detail(), pk=pk)


def load_to_run(request: HttpRequest, pk: int) -> Meeting:
    found = load(request, pk)
    require(can_run_consortium(request.user, found.consortium))
    return found


@require_GET
@roles(*READERS)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    return meeting_page(request, load(request, pk))


def in_order(meeting: Meeting) -> list[MeetingAttendance]:
    return sorted(meeting.attendances.all(), key=lambda row: row.member.rank)


def meeting_page(request: HttpRequest, found: Meeting, **forms: PortalForm) -> HttpResponse:
    """The page, with the forms that were sent with mistakes. Members read minutes once they are approved."""
    runs = can_run_consortium(request.user, found.consortium)
    reads = runs or found.is_approved
    planned = found.state == MeetingState.PLANNED
    given = {
        "cancel_form": ReasonForm(auto_id="cancel_%s"),
        "file_form": MeetingFileForm(auto_id="file_%s"),
    } | forms
    context = {
        "meeting": found,
        "consortium": found.consortium,
        "runs": runs,
        "may_amend": runs and planned,
        "may_write": runs and (found.state == MeetingState.HELD or found.waits_for_record),
        "may_approve": runs and found.state == MeetingState.HELD,  # and record decisions
        "reads": reads,
        "attendances": in_order(found) if reads else [],
        "decisions": with_forms(found.decisions.all()) if reads else [],
        "files": found.files.all() if reads else [],
        "events": history_of(found) if runs else [],
        **given,
    }
    return render(request, "partners/meeting.html", context, status=form_status(*forms.values()))


@require_GET
@roles(*READERS)
def meeting_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes (회의록) on paper, with places for the signatures; until they are approved, the agenda."""
    found = load(request, pk)
    reads = can_run_consortium(request.user, found.consortium) or found.is_approved
    context = {
        "meeting": found,
        "consortium": found.consortium,
        "reads": reads,
        "attendances": in_order(found) if reads else [],
        "decisions": found.decisions.all() if reads else [],
    }
    return render(request, "partners/meeting_print.html", context)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def meeting_plan(request: HttpRequest, pk: int) -> HttpResponse:
    found = consortia.load_to_run(request, pk)
    form = MeetingForm(request.POST or None)
    to = reverse("partners:meeting-list", args=[pk])

    def act(values: dict) -> None:
        actions.plan_meeting(found, by=request.user, **values)

    return save(request, form, act, title=_("Plan a meeting"), to=to, consortium=found)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def meeting_amend(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = MeetingForm(request.POST or None, meeting=found)

    def act(values: dict) -> None:
        actions.amend_meeting(found, by=request.user, **values)

    return save(request, form, act, title=_("Move or amend the meeting"), to=found, consortium=found.consortium)


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Attendance and minutes; members that have left since stay in what was written before."""
    found = load_to_run(request, pk)
    written = [row.member_id for row in found.attendances.all()]
    members = found.consortium.members.select_related("organization")
    asked = members.filter(pk__in=written) if written else members.current()
    form = MinutesForm(request.POST or None, meeting=found, members=sorted(asked, key=lambda one: one.rank))

    def act(values: dict) -> None:
        actions.write_minutes(found, by=request.user, minutes=values["minutes"], attendance=form.attendance())

    return save(request, form, act, title=_("Write the minutes"), to=found, consortium=found.consortium, meeting=found)


@require_POST
@roles(*KEEPERS)
def meeting_approve(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    done = _("The minutes are approved. The members can read them.")
    return do(request, lambda: actions.approve_minutes(found, by=request.user), done, found)


@require_POST
@roles(*KEEPERS)
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    if form.carries_out(lambda: actions.cancel_meeting(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The meeting is cancelled."))
        return redirect(found)
    return meeting_page(request, found, cancel_form=form)


@require_POST
@roles(*KEEPERS)
def meeting_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = MeetingFileForm(request.POST, request.FILES, auto_id="file_%s")
    if form.carries_out(lambda: actions.add_meeting_file(found, by=request.user, upload=form.cleaned_data["file"])):
        messages.success(request, _("The document was added."))
        return redirect(found)
    return meeting_page(request, found, file_form=form)


@require_GET
@roles(*READERS)
def meeting_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    found = load(request, pk)
    reads = found.is_approved or can_run_consortium(request.user, found.consortium)
    files = found.files if reads else found.files.none()
    return send_file(get_object_or_404(files, pk=file_pk))


# Decisions -----------------------------------------------------------------------------


@require_GET
@roles(*READERS)
def decision_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The follow-up list of a consortium."""
    found = consortia.load(request, pk)
    rows = MeetingDecision.objects.visible_to(request.user).filter(meeting__consortium=found).for_list()
    listing = SheetListing(
        request, rows, form=DecisionFilter, form_options={"consortium": found}, sorts=DECISION_SORTS,
        default_sort="due", sheet=DECISIONS, about=str(found),
    )  # fmt: skip
    context = {
        "consortium": found,
        "runs": can_run_consortium(request.user, found),
        "tabs": tabs(request, found, "partners:decision-list"),
    }
    with_forms(listing)
    return listing.render("partners/decision_list.html", context)


def with_forms(decisions: Iterable[MeetingDecision]) -> list[MeetingDecision]:
    """Each with the form that says how it was done, under ids of its own."""
    found = list(decisions)
    for one in found:
        one.done_form = DoneForm(auto_id=f"done_{one.pk}_%s")  # type: ignore[attr-defined]  # for the template
    return found


def owners(meeting: Meeting) -> QuerySet[ConsortiumMember]:
    return ConsortiumMember.objects.current().filter(consortium=meeting.consortium_id).select_related("organization")


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def decision_record(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_to_run(request, pk)
    form = DecisionForm(request.POST or None, members=owners(found))

    def act(values: dict) -> None:
        actions.record_decision(found, by=request.user, **values)

    return save(request, form, act, title=_("Record a decision"), to=found, consortium=found.consortium, meeting=found)


def load_decision(request: HttpRequest, pk: int) -> MeetingDecision:
    decision = get_object_or_404(MeetingDecision.objects.visible_to(request.user).for_list(), pk=pk)
    require(can_run_consortium(request.user, decision.meeting.consortium))
    return decision


@require_http_methods(["GET", "POST"])
@roles(*KEEPERS)
def decision_amend(request: HttpRequest, pk: int) -> HttpResponse:
    decision = load_decision(request, pk)
    form = DecisionForm(request.POST or None, members=owners(decision.meeting), decision=decision)

    def act(values: dict) -> None:
        actions.amend_decision(decision, by=request.user, **values)

    meeting = decision.meeting
    return save(
        request, form, act, title=_("Amend the decision"), to=meeting, consortium=meeting.consortium, meeting=meeting
    )


@require_POST
@roles(*KEEPERS)
def decision_finish(request: HttpRequest, pk: int) -> HttpResponse:
    decision = load_decision(request, pk)
    form = DoneForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["outcome"]))
        return redirect(decision.meeting)
    outcome = form.cleaned_data["outcome"]
    done = _("The decision is carried out.")
    return do(
        request, lambda: actions.finish_decision(decision, by=request.user, outcome=outcome), done, decision.meeting
    )
